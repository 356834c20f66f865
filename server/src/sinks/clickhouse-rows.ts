import type { MessageDescription } from '../catalog/describe.js';
import { decodeText, readableText } from '../report/encoding.js';
import { namesOf } from '../report/machine-name.js';
import { certaintyReasons, nextSteps } from '../setup-logs/verdict/wording.js';
import type {
  ReceiverStatusEntry,
  RejectedMessageEntry,
  SetupLogRecordEntry,
  SetupLogRowEntry,
  SetupRunEntry,
  SpoolEntry,
  StateMessageEntry,
  ThrottleWindowEntry,
} from '../spool/entries.js';

export interface RowContext {
  siteCode: string;
  serverName: string;
  batchId: string;
  /** Milliseconds since 1970 UTC. */
  processedAt: number;
  describe(entry: StateMessageEntry): MessageDescription;
}

export type Row = Record<string, unknown>;

const earliest = Date.UTC(1900, 0, 1);
/**
 * The latest time that a clock may claim, in milliseconds since 1970 UTC: columns hold more, but `otel_logs` counts in
 * nanoseconds, of which 64 bits end in 2262.
 */
export const latest = Date.UTC(2262, 3, 11);
/** The largest values of the columns' types. */
const uint16 = 2 ** 16 - 1;
const uint32 = 2 ** 32 - 1;
const int32 = 2 ** 31 - 1;

/**
 * An entry's table and row, each value within the range of its column: ClickHouse wraps a number that is too large in
 * silence, or refuses the row. `row_id` names a row within its batch, so that a batch that got through in part can be
 * completed.
 * @throws Error where the entry is of no kind that is known: damage, or the work of a newer version
 */
export function rowOf(entry: SpoolEntry, position: number, context: RowContext): { table: string; row: Row } {
  const common = { batch_id: context.batchId, row_id: position };
  switch (entry.kind) {
    case 'state_message':
      return { table: 'state_messages', row: stateMessageRow(entry, position, context) };
    case 'rejected_message':
      return { table: 'rejected_messages', row: { ...rejectedMessageRow(entry), ...common } };
    case 'throttle_window':
      return { table: 'throttle_window_updates', row: { ...throttleWindowRow(entry, context), ...common } };
    case 'receiver_status':
      return { table: 'receiver_status', row: { ...receiverStatusRow(entry, context), ...common } };
    case 'setup_log_record':
      return {
        table: 'setup_log_records',
        row: Object.assign(setupLogRecordRow(entry), {
          stored_at: Math.trunc(context.processedAt / 1_000),
          ...common,
        }),
      };
    case 'setup_log_row':
      return rowOf(recordOfRow(entry), position, context);
    case 'setup_run':
      return { table: 'setup_run_updates', row: { ...setupRunRow(entry), ...common } };
    default:
      throw new Error(`its kind ${JSON.stringify((entry as { kind?: unknown }).kind)} is not known`);
  }
}

/** A row as JSON, as ClickHouse reads it: without lone surrogates, which JSON escapes and ClickHouse refuses. */
export function rowText(row: Row): string {
  const text = JSON.stringify(row);
  return text.includes('\\ud') ? JSON.stringify(storable(row)) : text;
}

/** Texts without lone surrogates, also those within lists and objects. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(storable);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, storable(one)]));
}

function stateMessageRow(entry: StateMessageEntry, position: number, context: RowContext): Row {
  const { machine, message } = entry;
  const { topicName, stateText, phase, outcome, errorCode, errorText } = context.describe(entry);
  const names = namesOf(machine.netbiosName);
  return {
    message_id: entry.messageId,
    received_at: time(entry.receivedAt),
    processed_at: time(context.processedAt),
    message_time: time(messageTime(entry)),
    report_time: isStorable(entry.reportTime) ? time(entry.reportTime) : null,
    site_code: context.siteCode,
    fsp_server: context.serverName,
    client_id: machine.clientId,
    client_name: names.short,
    client_fqdn: names.full,
    client_version: machine.clientVersion,
    client_installed: machine.clientInstalled,
    client_address: entry.clientAddress,
    topic_type: whole(message.topic.type, 0, uint32),
    topic_name: topicName,
    topic_id: message.topic.id,
    state_id: whole(message.state.id, 0, uint32),
    state_text: stateText,
    phase,
    outcome,
    criticality: wholeOrNull(message.state.criticality, -int32, int32),
    serial_number: wholeOrNull(message.serialNumber, 0, uint32),
    params: message.params,
    error_code: errorCode,
    error_text: errorText,
    user_name: message.topic.user,
    user_sid: message.topic.userSid,
    details: message.details,
    report_index: whole(entry.reportIndex, 0, uint16),
    raw: entry.raw.length === 0 ? '' : decodeText(entry.raw),
    batch_id: context.batchId,
    row_id: position,
  };
}

/** The message's own time, or the report's, or ours: whichever is there and can be stored. */
export function messageTime(entry: StateMessageEntry): number {
  return [entry.message.messageTime, entry.reportTime].find(isStorable) ?? entry.receivedAt;
}

function isStorable(given: number | null): given is number {
  return given !== null && given >= 0 && given < latest;
}

const monthMs = 30 * 86_400_000;
const yearMs = 365 * 86_400_000;
const lateMs = 5 * 60_000;

/** When the client said it, as far as can be known: what the column `said_at` makes of the row (`saidAt` of the views). */
export function saidAt(entry: StateMessageEntry): number {
  const { receivedAt, reportTime } = entry;
  const claimed = messageTime(entry);
  const sent = isStorable(reportTime) ? reportTime : claimed;
  const clockMayBeRight = sent >= receivedAt - monthMs && sent <= receivedAt + lateMs;
  if (claimed < sent - yearMs || claimed > (clockMayBeRight ? receivedAt : sent) + lateMs) return receivedAt;
  return clockMayBeRight ? Math.min(claimed, receivedAt) : receivedAt - Math.max(sent - claimed, 0);
}

function rejectedMessageRow(entry: RejectedMessageEntry): Row {
  return {
    received_at: time(entry.receivedAt),
    client_address: entry.clientAddress,
    reason: entry.reason,
    body: readableText(entry.body),
  };
}

function throttleWindowRow(entry: ThrottleWindowEntry, context: RowContext): Row {
  return {
    updated_at: time(entry.updatedAt),
    window_start: time(entry.windowStart),
    fsp_server: context.serverName,
    message_limit: whole(entry.messageLimit, 0, uint32),
    interval_seconds: whole(entry.intervalSeconds, 0, uint32),
    received: whole(entry.received, 0),
    processed: whole(entry.processed, 0),
    waiting: whole(entry.waiting, 0),
    oldest_waiting_at: entry.oldestWaitingAt === null ? null : time(entry.oldestWaitingAt),
    rejected: whole(entry.rejected, 0),
  };
}

function receiverStatusRow(entry: ReceiverStatusEntry, context: RowContext): Row {
  return {
    at: time(entry.at),
    fsp_server: context.serverName,
    site_code: entry.siteCode,
    version: entry.version,
    taking_messages: entry.takingMessages,
    role_version: whole(entry.roleVersion, 0),
    waiting: whole(entry.waiting, 0),
    oldest_waiting_at: entry.oldestWaitingAt === null ? null : time(entry.oldestWaitingAt),
    lag: whole(entry.lag, 0),
    failing_sinks: entry.failingSinks,
    quarantined: whole(entry.quarantined, 0),
    lost_messages: whole(entry.lostMessages, 0),
    damaged_pieces: whole(entry.damagedPieces, 0),
    instance_id: entry.instanceId ?? '',
    host_name: entry.hostName ?? '',
    started_at: time(entry.startedAt ?? entry.at),
    draining: entry.draining ?? false,
    message_limit: whole(entry.messageLimit ?? 0, 0, uint32),
    interval_seconds: whole(entry.intervalSeconds ?? 0, 0, uint32),
    last_message_at: entry.lastMessageAt == null ? null : time(entry.lastMessageAt),
    disk_total_bytes: whole(entry.diskTotalBytes ?? 0, 0),
    disk_free_bytes: whole(entry.diskFreeBytes ?? 0, 0),
    spool_bytes: whole(entry.spoolBytes ?? 0, 0),
    clickhouse_total_bytes: whole(entry.clickhouseTotalBytes ?? 0, 0),
    clickhouse_free_bytes: whole(entry.clickhouseFreeBytes ?? 0, 0),
  };
}

/** The columns of setup_log_records. */
export function setupLogRecordRow(entry: SetupLogRecordEntry): Row {
  return {
    logged_at: time(entry.loggedAt),
    host_name: entry.hostName,
    log_file: entry.logFile,
    log_format: entry.logFormat,
    log_part: entry.logPart ?? '',
    run_id: entry.runId,
    line_number: whole(entry.lineNumber, 0),
    byte_offset: whole(entry.byteOffset, 0),
    severity: entry.severity,
    component: entry.component,
    thread: entry.thread,
    source_file: entry.sourceFile,
    message: entry.message,
    error_code: entry.errorCode,
    error_text: entry.errorText,
    remarks: entry.remarks,
    record_id: entry.recordId,
  };
}

/** The text of a row of setup_log_records with what is the batch's own. */
export function rowTextInBatch(row: string, position: number, { batchId, processedAt }: RowContext): string {
  return `${row.slice(0, -1)},"stored_at":${Math.trunc(processedAt / 1_000)},"batch_id":"${batchId}","row_id":${position}}`;
}

/** The entry whose columns a row has. */
export function recordOfRow({ row, original }: SetupLogRowEntry): SetupLogRecordEntry {
  const columns = JSON.parse(row) as Record<string, string> & { line_number: number; byte_offset: number } & {
    remarks: string[];
  };
  const text = (name: string) => columns[name] ?? '';
  return {
    kind: 'setup_log_record',
    recordId: text('record_id'),
    runId: text('run_id'),
    hostName: text('host_name'),
    logFile: text('log_file'),
    logFormat: text('log_format'),
    loggedAt: Date.parse(`${text('logged_at').replace(' ', 'T')}Z`),
    lineNumber: columns.line_number,
    byteOffset: columns.byte_offset,
    severity: text('severity'),
    component: text('component'),
    thread: text('thread'),
    sourceFile: text('source_file'),
    message: text('message'),
    errorCode: text('error_code'),
    errorText: text('error_text'),
    remarks: columns.remarks,
    logPart: text('log_part'),
    original,
  };
}

/** The columns of setup_run_updates, and but for updated_at those of setup_runs. */
export function setupRunRow(entry: SetupRunEntry): Row {
  return {
    updated_at: time(entry.updatedAt),
    run_id: entry.runId,
    installation_id: entry.installationId,
    host_name: entry.hostName,
    log_file: entry.logFile,
    log_format: entry.logFormat,
    action: entry.action,
    started_at: time(entry.startedAt),
    ended_at: entry.endedAt === null ? null : time(entry.endedAt),
    verdict: entry.verdict,
    exit_code: wholeOrNull(entry.exitCode, -Number.MAX_SAFE_INTEGER),
    cause: entry.cause,
    cause_line: whole(entry.causeLine, 0),
    suggestion: entry.suggestion,
    evidence: (entry.evidence ?? []).map((one) => ({ ...one, line: whole(one.line, 0) })),
    certainty: entry.certainty ?? '',
    certainty_reason_id: entry.certaintyReason ?? '',
    certainty_reason: textOf(certaintyReasons, entry.certaintyReason),
    next_step_id: entry.nextStep ?? '',
    next_step: textOf(nextSteps, entry.nextStep),
    product_name: entry.productName,
    product_version: entry.productVersion,
  };
}

/** The text of an id; '' where there is none, or none that this version knows. */
function textOf(texts: Readonly<Record<string, string>>, id = ''): string {
  return texts[id] ?? '';
}

/** A whole number within a column's range: the nearest that is, and the least where there is none. */
function whole(value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  return Number.isNaN(value) ? least : Math.min(Math.max(Math.trunc(value), least), most);
}

/** The same where a column can say that nothing is known, which is better than a number that nobody gave. */
function wholeOrNull(value: number | null, least: number, most = Number.MAX_SAFE_INTEGER): number | null {
  return Number.isInteger(value) && value! >= least && value! <= most ? value : null;
}

/** Seconds that were written lately, by their low bits: what comes together has most of its times in common. */
const secondsKept = 256;
const seconds = new Float64Array(secondsKept).fill(Number.NaN);
const secondTexts = new Array<string>(secondsKept).fill('');

/**
 * `2026-01-02 03:04:05.678`, as ClickHouse reads a DateTime64(3, 'UTC'). A log and a clock can claim any year: beyond
 * what the column holds the nearest that it does.
 */
export function time(ms: number): string {
  const held = Number.isNaN(ms) ? earliest : Math.trunc(Math.min(Math.max(ms, earliest), latest));
  const second = Math.floor(held / 1_000);
  const place = second & (secondsKept - 1);
  if (seconds[place] !== second) {
    const text = new Date(second * 1_000).toISOString();
    seconds[place] = second;
    secondTexts[place] = `${text.slice(0, 10)} ${text.slice(11, 20)}`;
  }
  return secondTexts[place]! + String(1_000 + held - second * 1_000).slice(1);
}
