import { hash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SetupRunEntry, SpoolEntry } from '../spool/entries.js';
import type { Spool } from '../spool/spool.js';
import type { LogPosition } from '../spool/state.js';
import { RecordRows, runEntry } from './entries.js';
import { isFollowedName } from './files/names.js';
import type { FileThreads } from './follow/file-threads.js';
import type { NewRecords } from './follow/followed-log.js';
import { Follower, type FollowedStatus } from './follow/follower.js';
import { recordId, runId, type LogSource } from './identity.js';
import type { StoredLogs } from './stored-logs.js';
import type { LogRecord, Run } from './types.js';
import { Stories } from './verdict/story.js';

/** Entries that may wait for the sinks before reading pauses: logs are on disk already, and can wait there. */
const enoughWaiting = 100_000;

export interface SetupLogsOptions {
  spool: Spool;
  targets: readonly string[];
  timezone: string | null;
  hostName: string;
  logger: { info(message: string): void; warn(message: string): void };
  onRecords?(count: number, format: string): void;
  pollMs?: number;
  /** Who asks for files, to be shared with whoever else asks for these. */
  threads: FileThreads;
  /** Which records are stored already, from elsewhere; nobody is asked where absent. */
  storedLogs?: StoredLogs;
}

interface KnownRun {
  run: Run;
  logFile: string;
  fallbackTime: number;
  /** What the entry said that was last handed on, in brief. */
  told: string;
}

/**
 * Followed logs into the spool: records once, and their runs again whenever more is known of them. Each folder has a
 * follower of its own: one that does not answer keeps no other waiting.
 */
export class SetupLogs {
  private readonly followers = new Map<string, Follower>();
  private readonly known = new Map<string, KnownRun>();
  private readonly stories = new Stories();
  private started = false;
  private stopping = false;

  constructor(private readonly options: SetupLogsOptions) {
    const targets = byKey(options.targets, folderOf);
    const named = new Set(options.targets.map((target) => resolve(target)));
    const positions = byKey(options.spool.logPositions(), ({ logFile }) => {
      const path = resolve(logFile);
      return folderOf([path, dirname(path)].find((one) => named.has(one)) ?? path);
    });
    for (const folder of new Set([...targets.keys(), ...positions.keys()]))
      this.addFollower(folder, targets.get(folder) ?? [], positions.get(folder) ?? []);
  }

  start(): void {
    this.started = true;
    for (const follower of this.followers.values()) follower.start();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.options.storedLogs?.stop();
    await Promise.all([...this.followers.values()].map((follower) => follower.stop()));
  }

  /** Follows one more file, at once. */
  follow(path: string): void {
    const follower = this.followers.get(folderOf(path));
    if (follower !== undefined) follower.follow(path);
    else if (!this.stopping) this.addFollower(folderOf(path), [path], []);
  }

  /** Follows a file no more; what was read of it stays. */
  unfollow(path: string): void {
    this.followers.get(folderOf(path))?.unfollow(path);
  }

  status(): FollowedStatus[] {
    return [...this.followers.values()].flatMap((follower) => follower.status());
  }

  private addFollower(folder: string, targets: readonly string[], positions: readonly LogPosition[]): void {
    const { spool, timezone, logger, pollMs, threads, storedLogs } = this.options;
    const follower = new Follower({
      targets,
      timezone,
      positions,
      logger,
      threads,
      store: (found) => this.store(found),
      forget: (key) => {
        storedLogs?.forget(key);
        return spool.forgetLog(key);
      },
      ...(pollMs === undefined ? {} : { pollMs }),
    });
    this.followers.set(folder, follower);
    if (this.started) follower.start();
  }

  private async store(read: NewRecords): Promise<void> {
    const { runs, position, modifiedAt, replayed } = read;
    const { spool, hostName, onRecords } = this.options;
    const source = { hostName, logFile: position.logFile };
    const touched = new Set<string>();
    for (const { run, path: logFile } of runs) {
      const id = runId(source, run);
      const before = this.known.get(id);
      this.known.set(id, { run, logFile, fallbackTime: modifiedAt, told: before?.told ?? '' });
      for (const one of this.stories.tell({ id, run, logFile })) touched.add(one);
    }
    const changed = this.changedOf(touched);
    if (!replayed) {
      while (spool.stats().admitted > enoughWaiting) {
        if (this.stopping) throw new Error('the server stops');
        await sleep(200);
      }
      const records = await this.notStored(source, read);
      const rows = new RecordRows(source, modifiedAt);
      const entries: SpoolEntry[] = records.map((record) => rows.rowOf(record));
      for (const { entry } of changed) entries.push(entry);
      await spool.appendAdmitted(entries, position);
      const [first] = records;
      if (first !== undefined) onRecords?.(records.length, first.format);
    }
    for (const { known, told } of changed) known.told = told;
  }

  /** The records without those that are in ClickHouse from elsewhere. */
  private async notStored(source: LogSource, { found, records, position }: NewRecords): Promise<readonly LogRecord[]> {
    const { storedLogs } = this.options;
    if (!found || storedLogs === undefined) {
      storedLogs?.forget(position.key);
      return records;
    }
    const ids = records.map((record) => recordId(source, record));
    const known = await storedLogs.among(position.key, source, ids);
    // They come again after the next start.
    if (this.stopping) throw new Error('the server stops');
    return known.size === 0 ? records : records.filter((_record, index) => !known.has(ids[index]!));
  }

  private changedOf(ids: ReadonlySet<string>): { known: KnownRun; entry: SetupRunEntry; told: string }[] {
    const updatedAt = Date.now();
    return [...ids].flatMap((id) => {
      const known = this.known.get(id)!;
      const source = { hostName: this.options.hostName, logFile: known.logFile };
      const installationId = this.stories.installationOf(id);
      const entry = runEntry(source, known.run, { installationId, updatedAt, fallbackTime: known.fallbackTime });
      // When it was known is no news, nor is each further line of a run that goes on: only that it does, by the minute.
      const last = known.run.endedAt ?? known.run.startedAt ?? 0;
      const endedAt = entry.verdict === 'unfinished' ? Math.floor(last / 60_000) : entry.endedAt;
      const told = hash('sha256', JSON.stringify({ ...entry, updatedAt: 0, startedAt: 0, endedAt }), 'base64');
      return told === known.told ? [] : [{ known, entry, told }];
    });
  }
}

/** The folder in which a followed file or folder is looked at: its own, or of a log the one around it. */
function folderOf(target: string): string {
  const path = resolve(target);
  return isFollowedName(path) ? dirname(path) : path;
}

function byKey<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
