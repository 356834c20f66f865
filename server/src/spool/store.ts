import { open, type Database, type RootDatabase } from 'lmdb';
import type { RoleVersion } from '../roles/role.js';
import type { SpoolEntry } from './entries.js';

/** One window of the throttle: at most `limit` messages may pass from `start` until `intervalMs` later. */
export interface Window {
  /** Milliseconds since 1970 UTC. */
  start: number;
  limit: number;
  intervalMs: number;
  /** Messages that have passed in it. */
  used: number;
  /** Messages that came in during it. */
  received: number;
  /** Bodies that were refused during it. */
  rejected: number;
}

/** A batch as it is written down before it is sent: positions in the admitted log, both included. */
export interface PendingBatch {
  id: string;
  from: number;
  to: number;
  createdAt: number;
}

/** What is remembered of each sink. */
export interface SinkRecord {
  /** Position of the last entry that the sink has. */
  cursor: number;
  pending: PendingBatch | null;
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
}

export type Lane = 0 | 1;
export const failedLane: Lane = 0;
export const otherLane: Lane = 1;

/**
 * The tables of the spool, in one LMDB environment, so that a step over several of them is one transaction:
 *
 * | table | key | value |
 * |---|---|---|
 * | entries | arrival number | the entry, MessagePack |
 * | waiting | [lane, arrival number] | receivedAt |
 * | admitted | position in the admitted log | arrival number |
 * | seen | day, message id (18 bytes) | nothing |
 * | records | `window`, `role`, `sink NAME`, `log KEY` | small records |
 */
export interface SpoolStore {
  root: RootDatabase;
  entries: Database<SpoolEntry, number>;
  waiting: Database<number, [Lane, number]>;
  admitted: Database<number, number>;
  seen: Database<Buffer, Buffer>;
  records: Database<SinkRecord | Window | RoleVersion | LogPosition, string>;
}

/**
 * When a commit fails, LMDB's binding rejects the promises that it gave out, which the spool handles, and some of its
 * own, which nobody can: without this a full disk would end the process. Anything else stays fatal.
 */
function tolerateCommitFailures(): void {
  if (process.listeners('unhandledRejection').includes(onUnhandled)) return;
  process.on('unhandledRejection', onUnhandled);
}

function onUnhandled(reason: unknown): void {
  if (!(reason instanceof Error && 'commitError' in reason)) throw reason;
}

/** Opens the tables, making them where they are missing. */
export function openSpoolStore(dir: string): SpoolStore {
  tolerateCommitFailures();
  // Without overlapping sync a write's promise resolves when its commit is flushed, which is what 200 promises.
  const root = open({ path: dir, maxDbs: 8, overlappingSync: false, noSubdir: false });
  return {
    root,
    entries: root.openDB({ name: 'entries' }),
    waiting: root.openDB({ name: 'waiting' }),
    admitted: root.openDB({ name: 'admitted' }),
    seen: root.openDB({ name: 'seen', keyEncoding: 'binary', encoding: 'binary' }),
    records: root.openDB({ name: 'records' }),
  };
}
