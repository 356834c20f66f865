import { SeverityNumber, type LogAttributes } from '@opentelemetry/api-logs';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { MessageDescription } from '../catalog/describe.js';
import { namesOf } from '../report/machine-name.js';
import type { StateMessage } from '../report/types.js';
import type {
  SetupLogRecordEntry,
  SetupLogRowEntry,
  SetupRunEntry,
  SpoolEntry,
  StateMessageEntry,
} from '../spool/entries.js';
import { latest, messageTime, recordOfRow, saidAt, time } from './clickhouse-rows.js';

export interface LogRecordOptions {
  describe(message: StateMessage): MessageDescription;
  siteCode: string;
  resource: Resource;
}

// Without a version: the resource has that of the service, and the rows of otel_logs would not know theirs.
const stateMessages = { name: 'fsp.state_messages' };
const setupLogs = { name: 'fsp.setup_logs' };

/** A spool's entry as an OpenTelemetry log record; null for those that are of no interest outside. */
export function logRecordOf(entry: SpoolEntry, options: LogRecordOptions): ReadableLogRecord | null {
  // What it is, in a form that has all its fields.
  const whole = entry.kind === 'setup_log_row' ? recordOfRow(entry) : entry;
  const told = toldOf(whole, options);
  if (told === null) return null;
  return {
    ...told,
    body: wellFormed(told.body),
    attributes: Object.fromEntries(Object.entries(told.attributes).map(([name, value]) => [name, wellFormed(value)])),
    resource: entry.kind === 'state_message' ? options.resource : resourceOfHost(options.resource, whole),
    droppedAttributesCount: 0,
  };
}

const resourcesOfHosts = new WeakMap<Resource, Map<string, Resource>>();

/** A log's host is the machine that wrote it, as `otel_logs` has it. One object for each, by which exports are grouped. */
function resourceOfHost(resource: Resource, entry: SpoolEntry): Resource {
  if (!('hostName' in entry)) return resource;
  const { hostName } = entry;
  if (resource.attributes['host.name'] === hostName) return resource;
  const known = resourcesOfHosts.get(resource) ?? new Map<string, Resource>();
  resourcesOfHosts.set(resource, known);
  const found = known.get(hostName) ?? resource.merge(resourceFromAttributes({ 'host.name': hostName }));
  known.set(hostName, found);
  return found;
}

function toldOf(entry: Exclude<SpoolEntry, SetupLogRowEntry>, options: LogRecordOptions): Told | null {
  switch (entry.kind) {
    case 'state_message':
      return stateMessageRecord(entry, options);
    case 'setup_log_record':
      return setupLogRecord(entry);
    case 'setup_run':
      return setupRunRecord(entry);
    case 'rejected_message':
    case 'throttle_window':
    case 'receiver_status':
    case 'forgotten':
      return null;
    default:
      throw new Error(`its kind ${JSON.stringify((entry as { kind?: unknown }).kind)} is not known`);
  }
}

/** Without lone surrogates, which no receiver can read. */
function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  return Array.isArray(value) ? (value.map(wellFormed) as T) : value;
}

/** A number where it is one that an int64 of the protocol carries unchanged, to the last digit; else the text. */
function integer(digits: string): number | string {
  return /^(?:0|[1-9]\d{0,14})$/.test(digits) ? Number(digits) : digits;
}

type Told = Omit<ReadableLogRecord, 'resource' | 'droppedAttributesCount'>;

function stateMessageRecord(entry: StateMessageEntry, { describe, siteCode }: LogRecordOptions): Told {
  const { machine, message } = entry;
  const { stateText, phase, outcome, errorCode } = describe(message);
  const severityText = severityOfOutcome(outcome);
  const [said, claimed] = [saidAt(entry), messageTime(entry)];
  return {
    hrTime: hrTime(said),
    hrTimeObserved: hrTime(entry.receivedAt),
    severityNumber: SeverityNumber[severityText],
    severityText,
    body: stateText,
    eventName: phase === 'other' ? 'configmgr.state_message' : `configmgr.client.${phase}`,
    instrumentationScope: stateMessages,
    attributes: told({
      'configmgr.site.code': siteCode,
      'configmgr.client.id': machine.clientId,
      'configmgr.client.name': namesOf(machine.netbiosName).short,
      'configmgr.client.version': machine.clientVersion,
      'configmgr.topic.type': message.topic.type,
      'configmgr.state.id': message.state.id,
      'configmgr.outcome': outcome,
      'configmgr.params': message.params.length === 0 ? '' : message.params,
      'client.address': entry.clientAddress,
      'log.record.uid': entry.messageId,
      'error.type': errorCode,
      'configmgr.client.time': claimed === said ? '' : time(claimed),
    }),
  };
}

function setupLogRecord(entry: SetupLogRecordEntry): Told {
  const line = /(?<=:)\d{1,15}$/.exec(entry.sourceFile)?.[0] ?? '';
  const path = line === '' ? entry.sourceFile : entry.sourceFile.slice(0, -line.length - 1);
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
      'thread.id': integer(entry.thread),
      'code.file.path': path,
      'code.line.number': integer(line),
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
      // Records of one uid are duplicates by the semantic conventions, and a run leaves whenever more is known of it.
      'log.record.uid': `${entry.runId}-${entry.updatedAt}`,
      'configmgr.run.id': entry.runId,
      'configmgr.run.action': entry.action,
      'configmgr.run.verdict': entry.verdict,
      'configmgr.run.suggestion': entry.suggestion,
      'process.exit.code': Number.isSafeInteger(entry.exitCode) ? entry.exitCode! : '',
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

/** Nanoseconds since 1970 are unsigned in the protocol: what a log claims from before is told as its beginning. */
function hrTime(claimed: number): [number, number] {
  const ms = Number.isNaN(claimed) ? 0 : Math.min(Math.max(claimed, 0), latest);
  const seconds = Math.floor(ms / 1000);
  return [seconds, (ms - seconds * 1000) * 1_000_000];
}
