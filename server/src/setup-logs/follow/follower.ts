/**
 * Follows logs: files and folders, there or not yet, growing, rotated, truncated, replaced.
 *
 * Promises
 * - Every record is handed out once, across rotations and restarts: `store` gets it together with the position behind
 *   it, and whoever stores both in one commit loses none and doubles none.
 * - A log is its file, not its name. Each look compares the file's first bytes (and, while those are few, its inode);
 *   one that was renamed is found beside its old name and read to its end before the new one begins.
 * - A folder that does not answer (a network share that hangs) holds one of the threads that ask for files, and no more;
 *   other followers go on beside it.
 *
 * What breaks them: text that is overwritten between two looks is gone before it could be read.
 *
 * npm `tail` watches and wakes; it does not read for us: its line mode loses lines over renames, truncations and half
 * characters. A look every second is what network shares need, where nothing wakes; where more than a hundred logs are
 * followed and written, it may be one in five seconds.
 */
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Tail } from 'tail';
import type { LogPosition } from '../../spool/state.js';
import { ageOf, isGenerationOf, writtenName } from '../files/names.js';
import { ChainFailures } from './chain-failures.js';
import type { FileLook } from './file-answers.js';
import { identityOf } from './file-identity.js';
import type { FileThreads } from './file-threads.js';
import { FollowedFiles } from './followed-files.js';
import { endOf, inGenerations } from './generations.js';
import { FollowedLog, type FollowedLogOptions, type LogEnd, type NewRecords } from './followed-log.js';

const usualPollMs = 1_000;
/** A look is followed by a pause of as many times what it took: a thousand logs that are written wake it all the time. */
const pauseTimesLook = 4;
/** Logs of which something is being read or stored at a time: what they bring is asked for, and written to disk, in one go. */
const readAtOnce = 64;
/** Beyond so many logs none is watched: looks cost less than to be woken by each line. */
const mostWatched = 100;
/**
 * Beyond so many, too, the next look may come later than every second: it finds more lines in each log and costs hardly
 * more. So many times what a look took are between two of them, and a person waits for a line no longer than this.
 */
const restTimesLook = 40;
const longestRestMs = 5_000;
/** How often a log is looked for before it counts as gone. */
const looksBeforeGone = 3;

export interface FollowerOptions {
  /** Files and folders. Of a folder, all that is called .log or .lo_ in it. */
  targets: readonly string[];
  /** IANA name of the zone that the logs are written in; null where that is not known. */
  timezone: string | null;
  /** How far logs were read before. */
  positions: readonly LogPosition[];
  /** Takes new records; when it fails they come again. */
  store(found: NewRecords): Promise<void>;
  /** Told that a log is gone, with everything of it stored. */
  forget(key: string): Promise<void>;
  logger?: { info(message: string): void; warn(message: string): void };
  pollMs?: number;
  /** Who asks for files, to be shared by all followers. */
  threads: FileThreads;
}

export interface FollowedStatus {
  file: string;
  /** Bytes that are stored. */
  offset: number;
  records: number;
}

export class Follower {
  private readonly logs = new Map<string, FollowedLog>();
  private readonly watchers = new Map<string, Tail>();
  private readonly counts = new Map<string, number>();
  private readonly missed = new Map<string, number>();
  private readonly complaints = new Map<string, string>();
  private readonly failures: ChainFailures;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  /** Whether a log was not read to its end in the last look. */
  private unfinished = false;
  private readonly targets: Set<string>;
  /** Files that are followed no more; the next look lets go of them. */
  private readonly dropped = new Set<string>();
  private readonly files: FollowedFiles;
  private readonly ofLogs: FollowedLogOptions;

  constructor(private readonly options: FollowerOptions) {
    this.targets = new Set(options.targets);
    const { threads, timezone, logger } = options;
    this.failures = new ChainFailures(options.pollMs ?? usualPollMs);
    this.files = new FollowedFiles(threads, logger);
    const oneAtATime = pLimit(1);
    this.ofLogs = { files: this.files, timezone, turn: () => oneAtATime(() => setImmediate()) };
    for (const position of options.positions) this.logs.set(position.key, this.logAt(position));
  }

  start(): void {
    this.loop = this.run();
  }

  /** Ends after the look that is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.loop;
    for (const watcher of this.watchers.values()) watcher.unwatch();
    this.watchers.clear();
  }

  /** Follows one more file or folder, from the next look on, which is at once. */
  follow(target: string): void {
    this.dropped.delete(target);
    this.targets.add(target);
    this.wake();
  }

  /** Follows a file no more; what was read of it stays. */
  unfollow(path: string): void {
    this.targets.delete(path);
    this.dropped.add(path);
    this.wake();
  }

  status(): FollowedStatus[] {
    return [...this.logs.values()].map(({ position: { key, path, offset } }) => ({
      file: path,
      offset,
      records: this.counts.get(key) ?? 0,
    }));
  }

  /**
   * One look at everything: finds files, follows renames, reads what is new.
   * @param again whether a log turned out to be another one in a look that this one completes
   */
  async look(again = false): Promise<void> {
    const settled = await this.settle();
    const waiting = inGenerations([...settled.values()]).entries();
    const readNext = async () => {
      for (const [name, logs] of waiting) await this.readInOrder(name, logs);
    };
    await Promise.all(Array.from({ length: readAtOnce }, readNext));
    if (this.stopping.signal.aborted) return;
    // What came in the place of a log is read in the same look.
    if (!again && [...settled.values()].some(({ doubtful }) => doubtful)) {
      await this.look(true);
      return;
    }
    await this.watch([...settled.keys()]);
  }

  /** Which log is where at this moment. */
  private async settle(): Promise<Map<string, FollowedLog>> {
    await this.letGo();
    const wanted = await this.wantedPaths();
    const settled = new Map<string, FollowedLog>();
    const displaced: FollowedLog[] = [];
    const asked = [...this.logs.values()].map(async (log) => ({ log, isThere: await log.isAt(log.position.path) }));
    for (const { log, isThere } of await Promise.all(asked)) {
      const { path, key } = log.position;
      // What cannot be told now is told by a later look.
      if (isThere !== false && !settled.has(path)) {
        settled.set(path, log);
        this.missed.delete(key);
      } else displaced.push(log);
    }
    const before = displaced.map((log) => log.position.path);
    for (const log of displaced) await this.followRename(log, settled);
    for (const [index, log] of displaced.entries()) await this.findBetween(before[index]!, log, settled);
    const found = [...wanted].filter((path) => !settled.has(path)).map((path) => this.discover(path));
    const renamed = new Set(displaced.map(({ position }) => writtenName(position.logFile)));
    for (const log of await Promise.all(found)) {
      if (log === null) continue;
      const { path } = log.position;
      settled.set(path, log);
      // It came after the one that was renamed, and was renamed itself before anybody looked.
      log.rotatedAway = renamed.has(writtenName(path)) && ageOf(path) !== ageOf('.log');
    }
    return settled;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.unfinished = false;
      const begun = performance.now();
      await this.look().catch((error: unknown) => {
        this.complain('', error as Error);
      });
      if (this.stopping.signal.aborted) return;
      if (this.unfinished) continue;
      const { pollMs = usualPollMs } = this.options;
      const tookMs = performance.now() - begun;
      const isWatched = this.logs.size <= mostWatched;
      const restMs = isWatched ? pollMs : Math.max(pollMs, Math.min(restTimesLook * tookMs, longestRestMs));
      await this.rest(restMs, Math.min(pollMs, pauseTimesLook * tookMs));
    }
  }

  /** Waits for so long, or until it is woken, which counts no sooner than after a pause. A stop counts at once. */
  private rest(pollMs: number, pauseMs: number): Promise<void> {
    const begun = performance.now();
    return new Promise((resolve) => {
      let timer = setTimeout(resolve, pollMs);
      this.wake = () => {
        clearTimeout(timer);
        const left = this.stopping.signal.aborted ? 0 : pauseMs - (performance.now() - begun);
        if (left > 0) timer = setTimeout(resolve, left);
        else resolve();
      };
    });
  }

  private async letGo(): Promise<void> {
    for (const [key, log] of this.logs) {
      if (!this.dropped.has(log.position.logFile)) continue;
      for (const about of [this.logs, this.counts, this.missed]) about.delete(key);
      await this.options.forget(key);
    }
    this.dropped.clear();
  }

  private async wantedPaths(): Promise<ReadonlySet<string>> {
    const asked = [...this.targets].map((target) =>
      this.files.ask('logs', target).catch((error: unknown) => {
        this.complain(target, error as Error);
        return [];
      }),
    );
    return new Set((await Promise.all(asked)).flat());
  }

  private namesIn(folder: string): Promise<string[]> {
    return this.files.ask('names', folder).catch(() => []);
  }

  /** Null where nothing is there, or nothing that may be seen by us. */
  private lookAt(path: string): Promise<FileLook | null> {
    return this.files.ask('look', path).catch(() => null);
  }

  /** A log whose path holds another file now: renamed to one beside it, or gone. */
  private async followRename(log: FollowedLog, settled: Map<string, FollowedLog>): Promise<void> {
    const { key, path } = log.position;
    const stem = basename(path)
      .replace(/\.lo[g_]$/i, '')
      .toLowerCase();
    const names = await this.namesIn(dirname(path));
    let locked = false;
    for (const name of names) {
      const candidate = join(dirname(path), name);
      if (candidate === path || !name.toLowerCase().startsWith(stem)) continue;
      // Asked again: this log may have come in the place of that one since.
      const there = settled.get(candidate);
      if (there !== undefined && (await there.isAt(candidate)) !== false) continue;
      const isThere = await log.isAt(candidate);
      locked ||= isThere === null && (await this.lookAt(candidate))?.inode === log.position.inode;
      if (isThere !== true) continue;
      log.movedTo(candidate);
      settled.set(candidate, log);
      this.missed.delete(key);
      return;
    }
    // A share that is away for a while takes its logs with it; they are known again when it is back.
    if (names.length === 0 || locked) return;
    // A rotation may come between two steps of one look: whoever is missing is looked for again.
    const missed = (this.missed.get(key) ?? 0) + 1;
    this.missed.set(key, missed);
    if (missed < looksBeforeGone) return;
    for (const about of [this.logs, this.counts, this.missed]) about.delete(key);
    await this.options.forget(key);
    this.options.logger?.info(`${path} was emptied, replaced or removed; what comes there is a new log`);
  }

  /**
   * Of a file that is followed, what came after a log that was renamed and was renamed itself before anybody looked: in
   * a folder that is followed it is found by its name.
   */
  private async findBetween(path: string, log: FollowedLog, settled: Map<string, FollowedLog>): Promise<void> {
    if (!this.targets.has(path)) return;
    const moved = log.position.path === path ? null : await this.lookAt(log.position.path);
    const since = moved === null ? log.modifiedAt : moved.modifiedAt;
    if (since === null) return;
    const found: { candidate: string; modifiedAt: number }[] = [];
    for (const name of await this.namesIn(dirname(path))) {
      const candidate = join(dirname(path), name);
      if (candidate === path || settled.has(candidate) || !isGenerationOf(basename(path), name)) continue;
      const look = await this.lookAt(candidate);
      if (look?.isFile === true && look.modifiedAt >= since) found.push({ candidate, modifiedAt: look.modifiedAt });
    }
    for (const { candidate } of found.sort((a, b) => a.modifiedAt - b.modifiedAt)) {
      const between = await this.discover(candidate, path);
      if (between !== null) settled.set(candidate, between);
    }
  }

  private async discover(path: string, logFile = path): Promise<FollowedLog | null> {
    try {
      const seen = await this.files.ask('read', path, 0, 0, 0);
      const log = this.logAt({ key: randomUUID(), logFile, path, offset: 0, ...identityOf(seen) });
      log.modifiedAt = seen.look.modifiedAt;
      this.logs.set(log.position.key, log);
      return log;
    } catch (error) {
      this.complain(path, error as Error);
      return null;
    }
  }

  private logAt(position: LogPosition): FollowedLog {
    return new FollowedLog(position, this.ofLogs);
  }

  /** A log after what was rotated away before it: an installation that was under way goes on in it. */
  private async readInOrder(name: string, logs: readonly FollowedLog[]): Promise<void> {
    const leftAlone = this.failures.leftAlone(name);
    if (leftAlone?.mayGoOn === false) return;
    let before: FollowedLog | null = null;
    let failedNow = false;
    const from = leftAlone === null ? 0 : logs.findIndex(({ position }) => position.key === leftAlone.key) + 1;
    for (let index = from; index < logs.length; index++) {
      const log = logs[index]!;
      if (before !== null) log.goOnAfter(before);
      const mayGoOn = await this.readOne(log, endOf(log, logs.slice(index + 1)));
      const { key } = log.position;
      const failed = this.logs.get(key) !== log;
      // It begins again, and so does what it went on after: that would know its lines already. All of that is read again.
      if (failed && log.goesOn) {
        for (const { position } of logs.slice(0, index)) this.logs.set(position.key, this.logAt(position));
        this.failures.add(name, { key, mayGoOn });
        failedNow = true;
      }
      if (!mayGoOn) return;
      before = failed || !log.ended ? null : log;
    }
    if (leftAlone === null && !failedNow) this.failures.forget(name);
  }

  /** @returns whether its successor may be read: it was read and stored to its end, or cannot be read */
  private async readOne(log: FollowedLog, end: LogEnd): Promise<boolean> {
    if (this.stopping.signal.aborted) return false;
    const { key, path } = log.position;
    let stored = log.position;
    const reading = log.read(end, this.stopping.signal);
    let storing = false;
    try {
      for (;;) {
        const { done, value } = await reading.next();
        if (done === true) {
          this.complaints.delete(path);
          this.unfinished ||= !value;
          return value;
        }
        storing = true;
        await this.options.store(value);
        storing = false;
        stored = value.position;
        this.counts.set(key, (this.counts.get(key) ?? 0) + value.records.length);
      }
    } catch (error) {
      await reading.return(false);
      // The parser is ahead of what is stored: the next look begins again from there.
      this.logs.set(key, this.logAt({ ...stored, path }));
      if (!this.stopping.signal.aborted) this.complain(path, error as Error);
      // What cannot be stored now is stored later: a successor that began before would know nothing of the run under way.
      return !storing;
    }
  }

  /** Says what hinders, once for each cause. */
  private complain(path: string, error: Error): void {
    if (this.complaints.get(path) === error.message) return;
    this.complaints.set(path, error.message);
    this.options.logger?.warn(`${path || 'Set-up logs'} cannot be followed (${error.message}); it is tried again`);
  }

  private async watch(settled: readonly string[]): Promise<void> {
    const paths = settled.length <= mostWatched ? settled : [];
    for (const [path, watcher] of this.watchers) {
      if (paths.includes(path)) continue;
      watcher.unwatch();
      this.watchers.delete(path);
    }
    for (const path of paths) {
      if (this.watchers.has(path) || this.stopping.signal.aborted) continue;
      try {
        // What watches asks in the middle of everything else, and nothing wakes it there.
        if (await this.files.ask('isElsewhere', path)) continue;
        const watcher = new Tail(path, { follow: true });
        const wake = () => {
          this.wake();
        };
        watcher.on('line', wake);
        watcher.on('error', wake);
        this.watchers.set(path, watcher);
      } catch {
        // Gone between the look and now: the next one sees it.
      }
    }
  }
}
