import type { RoleVersion } from '../roles/role.js';
import type { SpoolEntry } from './entries.js';
import type { LanePlace } from './report-record.js';

/** What passed in a window that is over, for one that overlaps it. */
export interface FormerWindow {
  start: number;
  /** From when on nothing passed in it. */
  end: number;
  used: number;
  fromReserve: number;
  received: number;
  rejected: number;
}

/** One window of the throttle: at most `limit` messages may pass from `start` until `intervalMs` later. */
export interface Window {
  /** Milliseconds since 1970 UTC; a multiple of the interval, so that the windows of all receivers are the same. */
  start: number;
  limit: number;
  intervalMs: number;
  /** Messages that have passed in it. */
  used: number;
  /**
   * Messages that may have passed within it in former windows: those of another interval, or by a clock that was set back.
   * They count against the limit; absent in windows of earlier versions.
   */
  before?: number;
  /** Former windows that one to come may overlap; absent in a step that leaves them as they are. */
  former?: readonly FormerWindow[];
  /** How many of them were failures that took what is kept for failures; absent in windows of earlier versions. */
  fromReserve?: number;
  /** Messages that came in during it. */
  received: number;
  /** Bodies that were refused during it. */
  rejected: number;
}

/**
 * A place in the admitted log: how many entries stand before it, and how many messages of each lane are among them or
 * before. The latter two say what was delivered even where the log itself is damaged.
 */
export interface Place extends LanePlace {
  position: number;
}

/** What is remembered of each sink. */
export interface SinkRecord {
  /** Behind the last entry that the sink has. */
  place: Place;
  /** A batch as it is written down before it is sent: it goes from `place` to `to`. */
  pending: { id: string; createdAt: number; to: Place } | null;
}

/** How far a followed log is read. */
export interface LogPosition {
  /** Of the log as long as it lives, through rotations. */
  key: string;
  /** Name under which it was first seen; its records carry it. */
  logFile: string;
  /** Where it is now. */
  path: string;
  device: number;
  inode: number;
  /** The first bytes, of which the hash tells the file from another of its name. */
  headLength: number;
  headHash: string;
  /** Byte up to which its records are in the spool. */
  offset: number;
  /** Its size when it was found: what stood in it by then may be stored from elsewhere. Absent in earlier versions. */
  foundWith?: number;
}

/** Everything that the spool knows beside the entries themselves. */
export interface State {
  /** Behind the last entry that was admitted; in the lanes, behind the last message that was. */
  end: Place;
  /** Where the sink that is furthest behind stands: what is before is deleted. */
  kept: Place;
  window: Window | null;
  role: RoleVersion | null;
  sinks: Record<string, SinkRecord>;
  logs: Record<string, LogPosition>;
}

/** One record of the journal. What it says is absolute, so that one that is lost makes none of the others wrong. */
export interface Step {
  /** `State.end` behind it. */
  end: Place;
  /** How many entries it admits; with `entries` these, without the next messages of the lanes. */
  admits?: number;
  /** How many of each lane; the failed ones first, or all in the order of arrival. */
  lanes?: LanePlace;
  arrival?: boolean;
  /** Where an earlier version wrote it: the entries that it admits. */
  entries?: SpoolEntry[];
  /** The entries that it admits stand behind it, each on a line: what is only passed on need not be parsed. */
  inline?: boolean;
  window?: Window;
  role?: RoleVersion;
  sinks?: Record<string, SinkRecord | null>;
  logs?: Record<string, LogPosition | null>;
}

const start: Place = { position: 0, failed: 0, other: 0 };

export function emptyState(): State {
  return { end: { ...start }, kept: { ...start }, window: null, role: null, sinks: {}, logs: {} };
}

/** What a step changes. */
export function applyStep(state: State, step: Step): void {
  state.end = step.end;
  if (step.window !== undefined) {
    const former = step.window.former ?? state.window?.former;
    state.window = { ...step.window, ...(former === undefined ? {} : { former }) };
  }
  if (step.role !== undefined) state.role = step.role;
  merge(state.sinks, step.sinks);
  // Where there is no sink, nothing is passed.
  for (const [index, { place }] of Object.values(state.sinks).entries())
    if (index === 0 || place.position < state.kept.position) state.kept = place;
  merge(state.logs, step.logs);
}

function merge<T>(into: Record<string, T>, changes: Record<string, T | null> = {}): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) Reflect.deleteProperty(into, key);
    else into[key] = value;
  }
}

/** Bytes have no form of their own in JSON. */
function entryToJson(entry: SpoolEntry): object {
  if (entry.kind === 'state_message') return { ...entry, raw: base64(entry.raw) };
  return entry.kind === 'rejected_message' ? { ...entry, body: base64(entry.body) } : entry;
}

export function entryFromJson(json: object): SpoolEntry {
  const entry = json as SpoolEntry;
  if (entry.kind === 'state_message') return { ...entry, raw: Buffer.from(entry.raw as unknown as string, 'base64') };
  if (entry.kind === 'rejected_message')
    return { ...entry, body: Buffer.from(entry.body as unknown as string, 'base64') };
  return entry;
}

const rowBegins = '{"kind":"setup_log_row","row":';
const originalBegins = ',"original":';

/** An entry on a line. A row is a text already, and stands in it as it is. */
export function entryToLine(entry: SpoolEntry): string {
  if (entry.kind !== 'setup_log_row') return JSON.stringify(entryToJson(entry));
  return `${rowBegins}${entry.row}${originalBegins}${JSON.stringify(entry.original)}}`;
}

export function entryFromLine(line: string): SpoolEntry {
  if (!line.startsWith(rowBegins)) return entryFromJson(JSON.parse(line) as object);
  // Within a text quotes have a backslash before them, so this is the place.
  const ends = line.lastIndexOf(originalBegins);
  const text = line.slice(ends + originalBegins.length, -1);
  return {
    kind: 'setup_log_row',
    row: line.slice(rowBegins.length, ends),
    get original() {
      return JSON.parse(text) as string;
    },
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
