import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { checkOwnClock } from '../clock.js';
import { narrow } from '../delivery/narrow.js';
import type { Refused, Sink } from '../delivery/sink.js';
import { FspError } from '../errors.js';
import { isExported, otlpProtocol } from '../otlp-settings.js';
import { logRecordOf, type LogRecordOptions } from './otlp-records.js';

/** Records in one export: some collectors take no more than 4 MiB at a time. */
const recordsPerExport = 512;
/** ExportResultCode.SUCCESS of the SDK. */
const success = 0;

export interface OtlpSinkOptions extends LogRecordOptions {
  /** Told how many records of an export the receiver took and then rejected, and why; which ones it does not say. */
  onRejected(count: number, reason: string): void;
}

/**
 * Statuses by which a receiver refuses records for what they are (OpenTelemetry protocol, *Failures*): 400 and gRPC's
 * INVALID_ARGUMENT; 413 where a single record is too large. A wrong address, credentials and all that may be
 * retried concern the receiver, and records wait.
 */
const refusals = { http: [400, 413, 422], grpc: [3] };

/**
 * Entries leave as OpenTelemetry log records, by OTLP as the standard variables say; null where they name no
 * endpoint. Exports go out one by one and a batch counts only when all of its exports were taken. After a failure in
 * the middle the whole batch comes again: `log.record.uid` lets a receiver tell a record that it has.
 */
export async function createOtlpSink(options: OtlpSinkOptions): Promise<Sink | null> {
  if (!isExported('LOGS')) return null;
  listenToAnswers(options.onRejected);
  const { exporter, transport } = await createExporter();
  const forGood = (error: unknown) =>
    error instanceof FspError &&
    refusals[transport].includes((error.cause as { code?: number } | undefined)?.code ?? 0);
  /** Resolves to those that are refused for good. */
  async function exported(piece: readonly Item[]): Promise<Refused[]> {
    const send = (from: number, to: number) =>
      exportOnce(
        exporter,
        piece.slice(from, to).map(({ record }) => record),
      );
    return (await narrow(piece.length, send, forGood)).map(({ index, error }) => {
      const { code, data } = (error as FspError).cause as { code?: number; data?: string };
      const said = typeof data === 'string' && data !== '' ? data : (error as FspError).message;
      return {
        index: piece[index]!.index,
        code: String(code ?? ''),
        reason: said
          .replaceAll(/[^\x20-\x7e]+/g, ' ')
          .trim()
          .slice(0, 300),
      };
    });
  }
  return {
    name: 'otlp',
    ready: () =>
      Promise.resolve().then(() => {
        checkOwnClock();
      }),
    async deliver(batch) {
      const refused: Refused[] = [];
      let piece: Item[] = [];
      for (const [index, entry] of batch.entries.entries()) {
        try {
          const record = logRecordOf(entry, options);
          if (record !== null) piece.push({ index, record });
        } catch (error) {
          refused.push({ index, code: '', reason: `No log record can be made of it: ${(error as Error).message}` });
        }
        // Records are made as they go out: all of a batch at once would keep others waiting.
        if (piece.length < recordsPerExport) continue;
        refused.push(...(await exported(piece)));
        piece = [];
      }
      if (piece.length > 0) refused.push(...(await exported(piece)));
      return refused;
    },
    close: () => exporter.shutdown(),
  };
}

/** A log record, and the place of its entry in the batch. */
interface Item {
  index: number;
  record: ReadableLogRecord;
}

/** What the SDK said of the answer to the export under way: exports go out one by one. */
let strangeAnswer = false;

/**
 * The SDK takes every answer 200 for a success and speaks in its diagnostics only of what it found there
 * (@opentelemetry/otlp-exporter-base): a partial success, which by the protocol must not be sent again, and what is no
 * answer of the protocol at all, such as a proxy's page. An empty answer is a good one; nobody can tell who gave it.
 */
function listenToAnswers(onRejected: OtlpSinkOptions['onRejected']): void {
  const silent = () => undefined;
  const listener: DiagLogger = {
    error: silent,
    warn(message, ...told) {
      const text = [message, ...told].find((one) => typeof one === 'string' && one.includes('could not deserialize'));
      if (text !== undefined) strangeAnswer = true;
      const [partial] = told;
      if (!message.startsWith('Received Partial Success') || typeof partial !== 'string') return;
      const { rejectedLogRecords = 0, errorMessage = '' } = JSON.parse(partial) as {
        rejectedLogRecords?: number | string;
        errorMessage?: string;
      };
      if (Number(rejectedLogRecords) > 0) onRejected(Number(rejectedLogRecords), errorMessage);
    },
    info: silent,
    debug: silent,
    verbose: silent,
  };
  diag.setLogger(listener, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

async function createExporter(): Promise<{ exporter: LogRecordExporter; transport: 'http' | 'grpc' }> {
  switch (otlpProtocol('LOGS')) {
    case 'http/protobuf':
      return {
        exporter: new (await import('@opentelemetry/exporter-logs-otlp-proto')).OTLPLogExporter(),
        transport: 'http',
      };
    case 'http/json':
      return {
        exporter: new (await import('@opentelemetry/exporter-logs-otlp-http')).OTLPLogExporter(),
        transport: 'http',
      };
    case 'grpc':
      return {
        exporter: new (await import('@opentelemetry/exporter-logs-otlp-grpc')).OTLPLogExporter(),
        transport: 'grpc',
      };
  }
}

async function exportOnce(exporter: LogRecordExporter, records: ReadableLogRecord[]): Promise<void> {
  strangeAnswer = false;
  const result = await new Promise<{ code: number; error?: Error }>((resolve) => {
    exporter.export(records, resolve);
  });
  if (result.code === success && !strangeAnswer) return;
  if (strangeAnswer)
    throw new FspError(
      'FSP_OTLP_FAILED',
      'Something answered in the place of the OpenTelemetry endpoint; check OTEL_EXPORTER_OTLP_ENDPOINT and the proxies on the way',
    );
  const reason = (result.error?.message ?? 'no reason given').split('\n')[0]?.slice(0, 200) ?? '';
  throw new FspError(
    'FSP_OTLP_FAILED',
    `The OpenTelemetry endpoint took no records (${reason}); check OTEL_EXPORTER_OTLP_ENDPOINT`,
    { cause: result.error },
  );
}
