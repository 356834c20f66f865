import { SeverityNumber, type LogAttributes } from '@opentelemetry/api-logs';
import { OTLPLogExporter as GrpcExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { MessageDescription } from '../catalog/describe.js';
import type { Sink } from '../delivery/sink.js';
import { FspError } from '../errors.js';
import type { StateMessage } from '../report/types.js';
import type { StateMessageEntry } from '../spool/entries.js';
import { isExported, type Resource } from '../telemetry.js';
import { version } from '../version.js';
import { messageTime } from './clickhouse-rows.js';

/** Records in one export: some collectors take no more than 4 MiB at a time. */
const recordsPerExport = 512;
/** ExportResultCode.SUCCESS of the SDK. */
const success = 0;

export interface OtlpSinkOptions {
  describe(message: StateMessage): MessageDescription;
  siteCode: string;
  resource: Resource;
}

/**
 * State messages leave as OpenTelemetry log records, by OTLP as the standard variables say; null where they name no
 * endpoint. Exports go out one by one and a batch counts only when all of its exports were taken. After a failure in
 * the middle the whole batch comes again: `log.record.uid` lets a receiver tell a record that it has.
 */
export function createOtlpSink(options: OtlpSinkOptions): Sink | null {
  if (!isExported('LOGS')) return null;
  const exporter = createExporter();
  return {
    name: 'otlp',
    async deliver(batch) {
      const records = batch.entries
        .filter((entry) => entry.kind === 'state_message')
        .map((entry) => recordOf(entry, options));
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

const scope = { name: 'fsp.state_messages', version };

function recordOf(entry: StateMessageEntry, { describe, siteCode, resource }: OtlpSinkOptions): ReadableLogRecord {
  const { machine, message } = entry;
  const { stateText, phase, outcome, errorCode } = describe(message);
  const [severityNumber, severityText] = severityOf(outcome);
  const attributes: LogAttributes = {
    'configmgr.site.code': siteCode,
    'configmgr.client.id': machine.clientId,
    'configmgr.client.name': machine.netbiosName,
    'configmgr.client.version': machine.clientVersion,
    'configmgr.topic.type': message.topic.type,
    'configmgr.state.id': message.state.id,
    'configmgr.outcome': outcome,
    'configmgr.params': message.params,
    'client.address': entry.clientAddress,
    'log.record.uid': entry.messageId,
    ...(errorCode === '' ? {} : { 'error.type': errorCode }),
  };
  return {
    hrTime: hrTime(messageTime(entry)),
    hrTimeObserved: hrTime(entry.receivedAt),
    severityNumber,
    severityText,
    body: stateText,
    eventName: phase === 'other' ? 'configmgr.state_message' : `configmgr.client.${phase}`,
    resource,
    instrumentationScope: scope,
    attributes,
    droppedAttributesCount: 0,
  };
}

function severityOf(outcome: string): [SeverityNumber, string] {
  if (outcome === 'failed') return [SeverityNumber.ERROR, 'ERROR'];
  if (outcome === 'reboot_pending' || outcome === 'skipped') return [SeverityNumber.WARN, 'WARN'];
  return [SeverityNumber.INFO, 'INFO'];
}

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, (ms - seconds * 1000) * 1_000_000];
}
