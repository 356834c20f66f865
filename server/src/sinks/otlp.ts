import { OTLPLogExporter as GrpcExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { Sink } from '../delivery/sink.js';
import { FspError } from '../errors.js';
import { isExported } from '../telemetry.js';
import { logRecordOf, type LogRecordOptions } from './otlp-records.js';

/** Records in one export: some collectors take no more than 4 MiB at a time. */
const recordsPerExport = 512;
/** ExportResultCode.SUCCESS of the SDK. */
const success = 0;

/**
 * Entries leave as OpenTelemetry log records, by OTLP as the standard variables say; null where they name no
 * endpoint. Exports go out one by one and a batch counts only when all of its exports were taken. After a failure in
 * the middle the whole batch comes again: `log.record.uid` lets a receiver tell a record that it has.
 */
export function createOtlpSink(options: LogRecordOptions): Sink | null {
  if (!isExported('LOGS')) return null;
  const exporter = createExporter();
  return {
    name: 'otlp',
    async deliver(batch) {
      const records = batch.entries.map((entry) => logRecordOf(entry, options)).filter((record) => record !== null);
      for (let from = 0; from < records.length; from += recordsPerExport) {
        await exportOnce(exporter, records.slice(from, from + recordsPerExport));
      }
    },
    close: () => exporter.shutdown(),
  };
}

function createExporter(): LogRecordExporter {
  const protocol =
    process.env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL ?? process.env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf';
  switch (protocol) {
    case 'http/protobuf':
      return new ProtobufExporter();
    case 'http/json':
      return new JsonExporter();
    case 'grpc':
      return new GrpcExporter();
    default:
      throw new FspError(
        'FSP_CONFIG_INVALID',
        `OTEL_EXPORTER_OTLP_PROTOCOL is ${JSON.stringify(protocol)}; allowed: http/protobuf, http/json or grpc`,
      );
  }
}

async function exportOnce(exporter: LogRecordExporter, records: ReadableLogRecord[]): Promise<void> {
  const result = await new Promise<{ code: number; error?: Error }>((resolve) => {
    exporter.export(records, resolve);
  });
  if (result.code === success) return;
  const reason = (result.error?.message ?? 'no reason given').split('\n')[0]?.slice(0, 200) ?? '';
  throw new FspError(
    'FSP_OTLP_FAILED',
    `The OpenTelemetry endpoint took no records (${reason}); check OTEL_EXPORTER_OTLP_ENDPOINT`,
    { cause: result.error },
  );
}
