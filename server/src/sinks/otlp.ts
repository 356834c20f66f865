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
  /** Told how many records of an export the receiver took and then rejected, and why; which ones it does not say. */
  onRejected(count: number, reason: string): void;
}

/**
 * Entries leave as OpenTelemetry log records, by OTLP as the standard variables say; null where they name no
 * endpoint. Exports go out one by one. What was taken unseen comes again: `log.record.uid` lets a receiver tell a record
 * that it has.
 */
export async function createOtlpSink(options: OtlpSinkOptions): Promise<Sink | null> {
  if (!isExported('LOGS')) return null;
  const endpoint = await openOtlpExport(options.onRejected);

  /**
   * An endpoint of another kind, such as a port for TLS or a gateway, refuses whatever comes: then nothing is wrong with
   * the records, and they wait. It shows in an export without records, refused in the same words.
   * @throws FspError FSP_OTLP_FAILED
   */
  async function checkThatItIsTheRecords(error: FspError): Promise<void> {
    const { code, said } = error.cause as NotTaken;
    const empty = await endpoint.send([]).then(
      () => null,
      (reason: unknown) => (reason as FspError).cause as NotTaken,
    );
    if (empty?.code !== code || empty.said !== said) return;
    throw new FspError(
      'FSP_OTLP_FAILED',
      `The OpenTelemetry endpoint refuses every request, one without records too (${code}: ${readable(said).slice(0, 200)}); check OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL`,
      { cause: { ...empty, forGood: false } satisfies NotTaken },
    );
  }

  /** Resolves to those that are refused for good. */
  async function exported(piece: readonly Item[]): Promise<Refused[]> {
    let checked = false;
    const send = async (from: number, to: number) => {
      try {
        await endpoint.send(piece.slice(from, to).map(({ record }) => record));
      } catch (error) {
        if (!checked && isForGood(error)) await checkThatItIsTheRecords(error);
        checked = true;
        throw error;
      }
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
      const refused: Refused[] = [];
      let piece: Item[] = [];
      const sendPiece = async () => {
        if (piece.length > 0) refused.push(...(await exported(piece)));
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
