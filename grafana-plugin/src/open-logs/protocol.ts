// What the page and the worker that holds the opened logs say to each other. Records stay in the worker; the page asks
// for those that it shows.
import type { RefusalReason } from '../../../server/src/setup-logs/files/refusal.js';
import type { Evidence, LogFormat, Run } from '../../../server/src/setup-logs/types.js';
import type { LogRecord, Place, Scope, Wanted, WholeText } from '../log-view/source.js';

/** A file as it was dropped or chosen: by itself, or in a folder that was. */
export interface GivenFile {
  path: string;
  file: File;
  named: boolean;
  /** Why the browser could not open it. */
  failed?: string;
}

/** How far the reading of a log is. `cut`: the memory for it was full, and the rest was not read. */
export type Stage = 'waiting' | 'reading' | 'read' | 'cut';

/** A log, with what was rotated away of it. */
export interface OpenedLog {
  /** Never another's. */
  id: number;
  /** Of its files, oldest first. */
  paths: string[];
  format: LogFormat | null;
  bytes: number;
  records: number;
  errors: number;
  /** Times of its first and its last record, in milliseconds since 1970; null where it has none. */
  first: number | null;
  last: number | null;
  stage: Stage;
  /** Text in which nothing looks like a record of a log. */
  plain: boolean;
}

/** What happened to an installation, by all that its logs tell. */
export interface Installation {
  id: string;
  run: Run;
  /** Ids of the logs that tell of it, the one that judges it first. */
  logs: number[];
  /** Where the cause stands; null for nowhere. */
  causeAt: { path: string; line: number } | null;
  /** The lines that the judgement rests on, of the log that proves it first. */
  evidence: (Evidence & { path: string })[];
  /** Log that judges it. */
  path: string;
}

export interface NotRead {
  path: string;
  /** A file that was still to be read as somebody cancelled is `cancelled`. */
  reason: RefusalReason | 'cancelled';
  detail: string;
}

export interface OpenedState {
  logs: OpenedLog[];
  notRead: NotRead[];
  installations: Installation[];
  /** IANA name of the zone that logs without one are read in. */
  timezone: string;
}

/** How far the reading is. */
export interface Progress {
  /** Bytes. */
  done: number;
  all: number;
  /** File that is being read; '' where they are still being looked at. */
  path: string;
  /** Records of it so far. */
  records: number;
}

/** What the page may ask for, and what it gets. */
export interface Methods {
  add(given: GivenFile[]): void;
  cancel(): void;
  clear(): void;
  setTimezone(timezone: string): void;
  /** Opens the files of logs in an order; what was opened under the same name before is closed. */
  open(name: string, logs: number[], scope: Scope): { total: number; all: number };
  window(name: string, from: number, to: number): LogRecord[];
  whole(name: string, positions: number[]): WholeText[];
  find(name: string, place: Place): number;
  /** Positions of what was found. */
  search(name: string, wanted: Wanted): Uint32Array<ArrayBuffer>;
  close(name: string): void;
}

export type Method = keyof Methods;

export interface Request {
  id: number;
  method: Method;
  args: unknown[];
}

export type Reply =
  | { id: number; result: unknown }
  /** `pattern`: what is looked for is no regular expression. */
  | { id: number; error: string; pattern: boolean }
  | { state: OpenedState }
  /** Null while nothing is read. */
  | { progress: Progress | null };
