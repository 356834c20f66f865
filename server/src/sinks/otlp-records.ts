import { SeverityNumber, type LogAttributes } from '@opentelemetry/api-logs';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { MessageDescription } from '../catalog/describe.js';
import type { StateMessage } from '../report/types.js';
import type { SetupLogRecordEntry, SetupRunEntry, SpoolEntry, StateMessageEntry } from '../spool/entries.js';
import type { Resource } from '../telemetry.js';
import { version } from '../version.js';
import { messageTime } from './clickhouse-rows.js';

export interface LogRecordOptions {
  describe(message: StateMessage): MessageDescription;
  siteCode: string;
  resource: Resource;
}

const stateMessages = { name: 'fsp.state_messages', version };
const setupLogs = { name: 'fsp.setup_logs', version };

/** A spool's entry as an OpenTelemetry log record; null for those that are of no interest outside. */
export function logRecordOf(entry: SpoolEntry, options: LogRecordOptions): ReadableLogRecord | null {
  const { resource } = options;
  switch (entry.kind) {
    case 'state_message':
      return { ...stateMessageRecord(entry, options), resource, droppedAttributesCount: 0 };
    case 'setup_log_record':
      return { ...setupLogRecord(entry), resource, droppedAttributesCount: 0 };
    case 'setup_run':
      return { ...setupRunRecord(entry), resource, droppedAttributesCount: 0 };
    case 'rejected_message':
    case 'throttle_window':
      return null;
  }
}

type Told = Omit<ReadableLogRecord, 'resource' | 'droppedAttributesCount'>;

function stateMessageRecord(entry: StateMessageEntry, { describe, siteCode }: LogRecordOptions): Told {
  const { machine, message } = entry;
  const { stateText, phase, outcome, errorCode } = describe(message);
  const severityText = severityOfOutcome(outcome);
  return {
    hrTime: hrTime(messageTime(entry)),
    hrTimeObserved: hrTime(entry.receivedAt),
    severityNumber: SeverityNumber[severityText],
    severityText,
    body: stateText,
    eventName: phase === 'other' ? 'configmgr.state_message' : `configmgr.client.${phase}`,
    instrumentationScope: stateMessages,
    attributes: {
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
    },
  };
}

function setupLogRecord(entry: SetupLogRecordEntry): Told {
  const [, path = '', line = ''] = /^(.*?)(?::(\d+))?$/.exec(entry.sourceFile) ?? [];
  return {
    hrTime: hrTime(entry.loggedAt),
    hrTimeObserved: hrTime(Date.now()),
    severityNumber: SeverityNumber[entry.severity as 'INFO'],
    severityText: entry.severity,
    body: entry.message,
    eventName: 'configmgr.setup_log',
    instrumentationScope: setupLogs,
    attributes: told({
      ...fileAttributes(entry.logFile),
      'log.record.original': entry.original,
      'log.record.uid': entry.recordId,
      'thread.id': /^\d+$/.test(entry.thread) ? Number(entry.thread) : entry.thread,
      'code.file.path': path,
      'code.line.number': line === '' ? '' : Number(line),
      'configmgr.component': entry.component,
      'configmgr.run.id': entry.runId,
      'error.type': entry.errorCode,
    }),
  };
}

function setupRunRecord(entry: SetupRunEntry): Told {
  const severityText = entry.verdict === 'failed' ? 'ERROR' : entry.verdict === 'succeeded' ? 'INFO' : 'WARN';
  const product = entry.productName === '' ? '' : `${entry.productName}: `;
  return {
    hrTime: hrTime(entry.endedAt ?? entry.startedAt),
    hrTimeObserved: hrTime(entry.updatedAt),
    severityNumber: SeverityNumber[severityText],
    severityText,
    body: `${product}${entry.action} ${entry.verdict}${entry.cause === '' ? '' : `: ${entry.cause}`}`,
    eventName: 'configmgr.setup_run',
    instrumentationScope: setupLogs,
    attributes: told({
      ...fileAttributes(entry.logFile),
      'log.record.uid': entry.runId,
      'configmgr.run.id': entry.runId,
      'configmgr.run.action': entry.action,
      'configmgr.run.verdict': entry.verdict,
      'configmgr.run.suggestion': entry.suggestion,
      'process.exit.code': entry.exitCode ?? '',
    }),
  };
}

function fileAttributes(path: string): LogAttributes {
  return { 'log.file.path': path, 'log.file.name': path.replace(/^.*[\\/]/, '') };
}

/** Without the attributes that say nothing. */
function told(attributes: LogAttributes): LogAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ''));
}

function severityOfOutcome(outcome: string): 'ERROR' | 'WARN' | 'INFO' {
  if (outcome === 'failed') return 'ERROR';
  return outcome === 'reboot_pending' || outcome === 'skipped' ? 'WARN' : 'INFO';
}

function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000);
  return [seconds, (ms - seconds * 1000) * 1_000_000];
}
