import type { Machine, StateMessage } from '../report/types.js';

/** A state message on its way: decoded, with the bytes it came in. Waits for the throttle. */
export interface StateMessageEntry {
  kind: 'state_message';
  /** Deterministic: 32 lower-case hex digits, the same for the same message sent twice. */
  messageId: string;
  /** Milliseconds since 1970 UTC. */
  receivedAt: number;
  clientAddress: string;
  machine: Machine;
  reportTime: number | null;
  message: StateMessage;
  /** True where the catalogue says that this state is a failure: such messages may overtake the others. */
  failed: boolean;
  /** Position of the message in its report, from 0. */
  reportIndex: number;
  /** Whether the report's bytes are passed on with this message; absent: as its first message has them. */
  carriesReport?: boolean;
  /** The report's bytes as they came. Large reports with many messages have them on one message only. */
  raw: Uint8Array;
}

/** A body that was no report. Not throttled. */
export interface RejectedMessageEntry {
  kind: 'rejected_message';
  receivedAt: number;
  clientAddress: string;
  reason: string;
  /** The first bytes of the body. */
  body: Uint8Array;
}

/** The figures of one throttle window, written again while it lasts; the newest counts. Not throttled. */
export interface ThrottleWindowEntry {
  kind: 'throttle_window';
  updatedAt: number;
  windowStart: number;
  messageLimit: number;
  intervalSeconds: number;
  received: number;
  processed: number;
  waiting: number;
  /** receivedAt of the oldest message that waits, or null. */
  oldestWaitingAt: number | null;
  rejected: number;
}

/** How the receiver is, written every minute. Not throttled. */
export interface ReceiverStatusEntry {
  kind: 'receiver_status';
  at: number;
  siteCode: string;
  version: string;
  takingMessages: boolean;
  /** 0 for none. */
  roleVersion: number;
  waiting: number;
  oldestWaitingAt: number | null;
  /** Entries that the sink furthest behind has not taken. */
  lag: number;
  failingSinks: readonly string[];
  quarantined: number;
  /** Messages and other entries that damage to the spool has cost. */
  lostMessages: number;
  damagedPieces: number;
  /** Absent in entries that an earlier version put into the spool; likewise all below. */
  instanceId?: string;
  hostName?: string;
  startedAt?: number;
  draining?: boolean;
  messageLimit?: number;
  intervalSeconds?: number;
  /** When a message was last taken since the start, or null. */
  lastMessageAt?: number | null;
  diskTotalBytes?: number;
  diskFreeBytes?: number;
  spoolBytes?: number;
  clickhouseTotalBytes?: number;
  clickhouseFreeBytes?: number;
}

/** A record of a set-up log. Not throttled. */
export interface SetupLogRecordEntry {
  kind: 'setup_log_record';
  recordId: string;
  /** '' outside of any run. */
  runId: string;
  hostName: string;
  logFile: string;
  logFormat: string;
  /** Milliseconds since 1970 UTC: the record's own time, or the nearest that is known. */
  loggedAt: number;
  lineNumber: number;
  byteOffset: number;
  severity: string;
  component: string;
  thread: string;
  sourceFile: string;
  message: string;
  errorCode: string;
  errorText: string;
  remarks: readonly string[];
  /** Which file of a rotated log it is in; absent where an earlier version wrote it down. */
  logPart?: string;
  /** The text as it stands in the log, secrets redacted. */
  original: string;
}

/**
 * The same as the sink writes it: most of what a log's way costs is making one form of it after the other, so it gets
 * its last one first.
 */
export interface SetupLogRowEntry {
  kind: 'setup_log_row';
  /** The columns of setup_log_records as JSON, but for those that are of the batch. */
  row: string;
  /** The text as it stands in the log, secrets redacted. */
  readonly original: string;
}

/** A run of a set-up as far as it is known, written again when more is; the newest counts. Not throttled. */
export interface SetupRunEntry {
  kind: 'setup_run';
  updatedAt: number;
  runId: string;
  installationId: string;
  hostName: string;
  logFile: string;
  logFormat: string;
  action: string;
  startedAt: number;
  endedAt: number | null;
  verdict: string;
  exitCode: number | null;
  cause: string;
  causeLine: number;
  suggestion: string;
  /** Absent in entries that an earlier version put into the spool; likewise the three below. */
  evidence?: readonly { line: number; shows: string; text: string }[];
  certainty?: string;
  certaintyReason?: string;
  nextStep?: string;
  productName: string;
  productVersion: string;
}

/** What is left of an entry that was forgotten: its place, so that the others of its batch keep theirs. No sink takes it. */
export interface ForgottenEntry {
  kind: 'forgotten';
}

export type SpoolEntry =
  | ForgottenEntry
  | StateMessageEntry
  | RejectedMessageEntry
  | ThrottleWindowEntry
  | ReceiverStatusEntry
  | SetupLogRecordEntry
  | SetupLogRowEntry
  | SetupRunEntry;

/** A contiguous piece of the admitted log, written down in the spool before it is sent for the first time. */
export interface Batch {
  /** 32 lower-case hex digits; the same on every attempt. */
  id: string;
  /** When the batch was made, in milliseconds since 1970 UTC; the same on every attempt. */
  createdAt: number;
  entries: SpoolEntry[];
}
