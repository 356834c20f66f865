import { randomBytes } from 'node:crypto';
import { SeverityNumber } from '@opentelemetry/api-logs';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { checkOwnClock } from '../clock.js';
import { narrow } from '../delivery/narrow.js';
import type { Refused, Sink } from '../delivery/sink.js';
import { FspError } from '../errors.js';
import { isExported } from '../otlp-settings.js';
import { openOtlpExport, type NotTaken } from './otlp-export.js';
import { logRecordOf, type LogRecordOptions } from './otlp-records.js';

/**
 * A batch leaves as one export, so that what was taken is never sent again because of what was not: an endpoint that
 * takes only so much at a time would get the same over and over. Some collectors take no more than 4 MiB at a time.
 */
const recordsPerExport = 512;
const bytesPerExport = 1024 * 1024;

export interface OtlpSinkOptions extends LogRecordOptions {
  /**
   * Told of an export that the receiver took and then rejected some records of, and why; which ones it does not say. Of
   * none where it took all, and says what it wants to be heard.
   */
  onPartialSuccess(rejected: number, said: string): void;
}

/**
 * Entries leave as OpenTelemetry log records, by OTLP as the standard variables say; null where they name no
 * endpoint. Exports go out one by one. What was taken unseen comes again: `log.record.uid` lets a receiver tell a record
 * that it has.
 */
export async function createOtlpSink(options: OtlpSinkOptions): Promise<Sink | null> {
  if (!isExported('LOGS')) return null;
  const endpoint = await openOtlpExport(options.onPartialSuccess);
  // A batch of which some is refused takes many exports: one that fails in the middle goes on there.
  let last: Reached = { batchId: '', taken: new Set(), refused: new Map() };

  /**
   * An endpoint of another kind, such as a port for TLS or a gateway, refuses whatever comes: then nothing is wrong with
   * the records, and they wait. The rule: what is refused before anything was taken in this attempt is the records' fault
   * where an export without records is taken, or else a record of our own, to which nobody can object; where that is
   * refused too, it is the endpoint's.
   * @throws FspError FSP_OTLP_FAILED
   */
  async function checkThatItIsTheRecords(): Promise<void> {
    const takesNone = await endpoint.send([]).then(
      () => true,
      () => false,
    );
    if (takesNone) return;
    try {
      await endpoint.send([trial(options)]);
    } catch (error) {
      if (!isForGood(error)) throw error;
      const refusal = error.cause as NotTaken;
      throw new FspError(
        'FSP_OTLP_FAILED',
        `The OpenTelemetry endpoint refuses every request (${refusal.code}: ${readable(refusal.said).slice(0, 200)}); check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL`,
        { cause: { ...refusal, forGood: false } satisfies NotTaken },
      );
    }
  }

  /** Resolves to those that are refused for good. */
  async function exported(piece: readonly Item[], reached: Reached): Promise<Refused[]> {
    // In each attempt anew: the endpoint may be another since.
    let isTrusted = false;
    const send = async (from: number, to: number) => {
      const left = piece.slice(from, to).filter(({ index }) => !reached.taken.has(index));
      if (left.length === 0) return;
      const ends = `${left[0]!.index}-${left.at(-1)!.index}`;
      const refusal = reached.refused.get(ends);
      if (refusal !== undefined) throw refusal;
      try {
        await endpoint.send(left.map(({ record }) => record));
      } catch (error) {
        if (!isForGood(error)) throw error;
        if (!isTrusted) await checkThatItIsTheRecords();
        isTrusted = true;
        reached.refused.set(ends, error);
        throw error;
      }
      isTrusted = true;
      for (const { index } of left) reached.taken.add(index);
    };
    return (await narrow(piece.length, send, isForGood)).map(({ index, error }) => {
      const { code, said } = (error as FspError).cause as NotTaken;
      const reason = readable(said === '' ? (error as FspError).message : said).slice(0, 300);
      return { index: piece[index]!.index, code: String(code ?? ''), reason };
    });
  }
  return {
    name: 'otlp',
    limits: { maxEntries: recordsPerExport, maxBytes: bytesPerExport },
    ready: () =>
      Promise.resolve().then(() => {
        checkOwnClock();
        endpoint.checkPause();
      }),
    async deliver(batch) {
      // What is sent from quarantine meanwhile is one entry each: nothing to remember.
      let reached: Reached = { batchId: batch.id, taken: new Set(), refused: new Map() };
      if (batch.id === last.batchId) reached = last;
      else if (batch.entries.length > 1) last = reached;
      const refused: Refused[] = [];
      let piece: Item[] = [];
      const sendPiece = async () => {
        if (piece.length > 0) refused.push(...(await exported(piece, reached)));
        piece = [];
      };
      for (const [index, entry] of batch.entries.entries()) {
        try {
          const record = logRecordOf(entry, options);
          if (record !== null) piece.push({ index, record });
        } catch (error) {
          refused.push({ index, code: '', reason: `No log record can be made of it: ${(error as Error).message}` });
        }
        // A batch that an earlier version wrote down holds more.
        if (piece.length === recordsPerExport) await sendPiece();
      }
      await sendPiece();
      return refused;
    },
    close: () => endpoint.close(),
  };
}

/** A partial success in words. */
export function partialSuccessText(rejected: number, said: string): string {
  const why = readable(said).slice(0, 200);
  return rejected > 0
    ? `The OpenTelemetry endpoint took an export and rejected ${rejected} of its records (${why}); see its own log`
    : `The OpenTelemetry endpoint takes all records, and warns: ${why}`;
}

/** How far a batch got. Places are those of entries: what is forgotten meanwhile leaves none of them to another. */
interface Reached {
  batchId: string;
  /** Places of what was taken. */
  taken: Set<number>;
  /** Exports that were refused for what they hold, by the places of their first and last record. */
  refused: Map<string, FspError>;
}

/** A log record, and the place of its entry in the batch. */
interface Item {
  index: number;
  record: ReadableLogRecord;
}

function isForGood(error: unknown): error is FspError {
  return error instanceof FspError && (error.cause as NotTaken).forGood;
}

/** What an endpoint said, on one line. */
function readable(said: string): string {
  return said.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
}

/** A record that says of itself what it is for. */
function trial({ resource }: LogRecordOptions): ReadableLogRecord {
  const now = Date.now();
  const time: [number, number] = [Math.floor(now / 1000), (now % 1000) * 1_000_000];
  return {
    hrTime: time,
    hrTimeObserved: time,
    severityNumber: SeverityNumber.DEBUG,
    severityText: 'DEBUG',
    body: 'The fallback status point tries whether records are taken here: one of its own was refused',
    instrumentationScope: { name: 'fsp.trial' },
    attributes: { 'log.record.uid': randomBytes(16).toString('hex') },
    resource,
    droppedAttributesCount: 0,
  };
}
