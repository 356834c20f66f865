/**
 * The spool: everything that was acknowledged and is not yet delivered, on disk.
 *
 * Promises
 * - `append` resolves after the commit that holds the message was flushed to disk. After kill -9 or loss of power it
 *   is there; a message whose `append` did not resolve is there whole or not at all.
 * - Messages of one report are taken all or none. A message sent again within three days is acknowledged, not doubled.
 * - Waiting messages leave only through `admit`, which records the throttle's window in the same commit.
 * - A batch is written down before a sink sees it and stays the same until the sink has taken it, restarts included.
 * - An entry is deleted when every registered sink has passed it, in the commit that moves the last cursor.
 *
 * Format: the LMDB tables of `store.ts`. Values stay where they were first written; admission moves two small keys.
 *
 * What breaks them: a disk that lies about flushing; a second process on the folder (`lock.ts` keeps it out);
 * deleting the folder. A damaged value is skipped, counted and reported; the others are not touched by it.
 */
import { EventEmitter } from 'node:events';
import { randomBytes } from 'node:crypto';
import { FspError } from '../errors.js';
import type { RoleVersion } from '../roles/role.js';
import type { Batch, SpoolEntry, StateMessageEntry } from './entries.js';
import { SeenMessages } from './seen.js';
import {
  failedLane,
  openSpoolStore,
  otherLane,
  type Lane,
  type LogPosition,
  type SinkRecord,
  type SpoolStore,
  type Window,
} from './store.js';

/** The most that one transaction moves or deletes, so that the event loop is never held for long. */
const stepSize = 500;

export type ThrottleOrder = 'failures-first' | 'arrival';

export interface SpoolStats {
  waiting: number;
  waitingFailed: number;
  /** receivedAt of the message that waits longest, or null. */
  oldestWaitingAt: number | null;
  /** Admitted entries that some sink has not yet passed. */
  admitted: number;
  /** Entries that could not be read back; they were skipped. */
  damaged: number;
}

export interface SpoolOptions {
  dir: string;
  now?: () => number;
  logger?: { error(message: string): void };
}

interface Picked {
  key: [Lane, number];
}

/** `appended` carries the number of new messages; `admitted` says that the admitted log has grown. */
interface SpoolEvents {
  appended: [count: number];
  admitted: [];
}

export class Spool extends EventEmitter<SpoolEvents> {
  private readonly store: SpoolStore;
  private readonly seen: SeenMessages;
  private readonly now: () => number;
  private readonly logger: SpoolOptions['logger'];
  private nextArrival: number;
  private lastAdmitted: number;
  private firstRetained: number;
  private readonly waiting: [failed: number, other: number];
  private readonly sinks = new Map<string, SinkRecord>();
  private readonly appending = new Map<string, Promise<void>>();
  private damaged = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(options: SpoolOptions) {
    super();
    this.now = options.now ?? Date.now;
    this.logger = options.logger;
    this.store = openSpoolStore(options.dir);
    this.seen = new SeenMessages(this.store);
    const { entries, admitted, waiting, records } = this.store;
    this.nextArrival = ([...entries.getKeys({ reverse: true, limit: 1 })][0] ?? 0) + 1;
    this.waiting = [failedLane, otherLane].map((lane) =>
      waiting.getKeysCount({ start: [lane, 0], end: [lane, Infinity] }),
    ) as [number, number];
    for (const { key, value } of records.getRange({ start: 'sink ', end: 'sink!' }))
      this.sinks.set(key.slice(5), value as SinkRecord);
    const cursors = [...this.sinks.values()].map((sink) => sink.cursor);
    // Where all is delivered the log is empty, and only the cursors know how far it went.
    this.lastAdmitted = Math.max([...admitted.getKeys({ reverse: true, limit: 1 })][0] ?? 0, ...cursors);
    this.firstRetained = [...admitted.getKeys({ limit: 1 })][0] ?? this.lastAdmitted + 1;
  }

  /**
   * Takes the messages of one report, all or none; resolves when they are on disk, to how many of them were new.
   * @throws FspError FSP_SPOOL_UNAVAILABLE where the disk takes nothing: the client keeps the message and tries again
   */
  async append(entries: readonly StateMessageEntry[]): Promise<number> {
    const now = this.now();
    const earlier: Promise<void>[] = [];
    const fresh = new Map<string, StateMessageEntry>();
    for (const entry of entries) {
      const sameNow = this.appending.get(entry.messageId);
      if (sameNow !== undefined) earlier.push(sameNow);
      else if (!fresh.has(entry.messageId) && !this.seen.has(entry.messageId, now)) fresh.set(entry.messageId, entry);
    }
    if (fresh.size > 0) {
      const committed = this.commitAppend([...fresh.values()], now);
      for (const id of fresh.keys()) this.appending.set(id, committed);
      try {
        await committed;
      } finally {
        for (const id of fresh.keys()) this.appending.delete(id);
      }
      for (const entry of fresh.values()) this.waiting[laneOf(entry)]++;
      this.emit('appended', fresh.size);
    }
    // A twin that is on its way is acknowledged with the first, not before it.
    await Promise.all(earlier);
    return fresh.size;
  }

  private async commitAppend(entries: StateMessageEntry[], now: number): Promise<void> {
    // Writes of one turn of the event loop are one transaction, together with those of other requests: group commit.
    const writes: Promise<boolean>[] = [];
    for (const entry of entries) {
      const arrival = this.nextArrival++;
      writes.push(
        this.store.entries.put(arrival, entry),
        this.store.waiting.put([laneOf(entry), arrival], entry.receivedAt),
        this.seen.add(entry.messageId, now),
      );
    }
    await this.committed(Promise.all(writes));
  }

  /**
   * Puts entries that no throttle concerns at the end of the admitted log; resolves when they are on disk. `read` says
   * how far the log is read that they come from: it is stored in the same commit.
   */
  async appendAdmitted(entries: readonly SpoolEntry[], read?: LogPosition): Promise<void> {
    await this.inTurn(async () => {
      let position = this.lastAdmitted;
      const writes = entries.flatMap((entry) => {
        const arrival = this.nextArrival++;
        return [this.store.entries.put(arrival, entry), this.store.admitted.put(++position, arrival)];
      });
      if (read !== undefined) writes.push(this.store.records.put(`log ${read.key}`, read));
      await this.committed(Promise.all(writes));
      this.lastAdmitted = position;
    });
    this.emit('admitted');
  }

  /**
   * Moves up to `max` (at most 500) waiting messages to the end of the admitted log; resolves to how many.
   * `windowAfter` gives the throttle's window with that many more used; it is stored in the same commit.
   */
  async admit(max: number, order: ThrottleOrder, windowAfter: (moved: number) => Window): Promise<number> {
    if (this.waiting[0] + this.waiting[1] === 0) return 0;
    const moved = await this.inTurn(async () => {
      const picked = await this.committed(
        this.store.root.transaction(() => {
          const next = this.pick(Math.min(max, stepSize), order);
          for (const [index, { key }] of next.entries()) {
            void this.store.waiting.remove(key);
            void this.store.admitted.put(this.lastAdmitted + 1 + index, key[1]);
          }
          void this.store.records.put('window', windowAfter(next.length));
          return next;
        }),
      );
      this.lastAdmitted += picked.length;
      for (const { key } of picked) this.waiting[key[0]]--;
      return picked.length;
    });
    if (moved > 0) this.emit('admitted');
    return moved;
  }

  private pick(max: number, order: ThrottleOrder): Picked[] {
    const head = (lane: Lane, limit: number): Picked[] =>
      limit <= 0
        ? []
        : [...this.store.waiting.getKeys({ start: [lane, 0], end: [lane, Infinity], limit })].map((key) => ({ key }));
    const failed = head(failedLane, max);
    if (order === 'failures-first') return [...failed, ...head(otherLane, max - failed.length)];
    return [...failed, ...head(otherLane, max)].sort((a, b) => a.key[1] - b.key[1]).slice(0, max);
  }

  /** The throttle's window as it was last stored, or null. */
  storedWindow(): Window | null {
    return (this.store.records.get('window') as Window | undefined) ?? null;
  }

  /** Stores the throttle's window where nothing is admitted. */
  async storeWindow(window: Window): Promise<void> {
    await this.committed(this.store.records.put('window', window));
  }

  /** The version of the role that was in force last, or null. */
  storedRole(): RoleVersion | null {
    return (this.store.records.get('role') as RoleVersion | undefined) ?? null;
  }

  /** Keeps the version of the role that is in force, for a start without ClickHouse. */
  async storeRole(role: RoleVersion): Promise<void> {
    await this.committed(this.store.records.put('role', role));
  }

  /** How far each followed log is read. */
  logPositions(): LogPosition[] {
    return [...this.store.records.getRange({ start: 'log ', end: 'log!' })].map(({ value }) => value as LogPosition);
  }

  /** Forgets a log that is gone. */
  async forgetLog(key: string): Promise<void> {
    await this.committed(this.store.records.remove(`log ${key}`));
  }

  /**
   * Says which sinks there are. A new one starts at the oldest entry that is still there; the cursor of one that is
   * gone is forgotten, so that it holds nothing back.
   */
  async registerSinks(names: readonly string[]): Promise<void> {
    const writes: Promise<boolean>[] = [];
    for (const name of this.sinks.keys()) {
      if (names.includes(name)) continue;
      this.sinks.delete(name);
      writes.push(this.store.records.remove(`sink ${name}`));
    }
    for (const name of names) {
      if (this.sinks.has(name)) continue;
      const record: SinkRecord = { cursor: this.firstRetained - 1, pending: null };
      this.sinks.set(name, record);
      writes.push(this.store.records.put(`sink ${name}`, record));
    }
    await this.committed(Promise.all(writes));
    await this.trim();
  }

  /** How many admitted entries a sink has not yet taken. */
  lag(sink: string): number {
    return this.lastAdmitted - this.sinkRecord(sink).cursor;
  }

  /**
   * The next entries for a sink, written down as a batch before they are returned; null where there are none. A batch
   * that was written down and not completed comes again, the same, with `redelivery`.
   */
  async nextBatch(
    sink: string,
    limits: { maxEntries: number; maxBytes: number },
  ): Promise<{ batch: Batch; redelivery: boolean } | null> {
    const record = this.sinkRecord(sink);
    if (record.pending !== null) {
      const { id, createdAt, from, to } = record.pending;
      const { entries } = this.read(from, to, Infinity);
      return { batch: { id, createdAt, entries }, redelivery: true };
    }
    const from = record.cursor + 1;
    const to = Math.min(this.lastAdmitted, record.cursor + limits.maxEntries);
    if (to < from) return null;
    const { entries, last } = this.read(from, to, limits.maxBytes);
    const pending = { id: randomBytes(16).toString('hex'), from, to: last, createdAt: this.now() };
    await this.remember(sink, { ...record, pending });
    return { batch: { id: pending.id, createdAt: pending.createdAt, entries }, redelivery: false };
  }

  private read(from: number, to: number, maxBytes: number): { entries: SpoolEntry[]; last: number } {
    const entries: SpoolEntry[] = [];
    let bytes = 0;
    let last = from;
    for (const { key, value: arrival } of this.store.admitted.getRange({ start: from, end: to + 1 })) {
      last = key;
      try {
        bytes += this.store.entries.getBinaryFast(arrival)?.length ?? 0;
        const entry = this.store.entries.get(arrival);
        if (entry === undefined) throw new Error('it is missing');
        entries.push(entry);
      } catch (error) {
        this.damaged++;
        this.logger?.error(
          `Entry ${arrival} of the spool cannot be read (${(error as Error).message}) and is skipped; check the disk`,
        );
      }
      if (bytes >= maxBytes) break;
    }
    return { entries, last };
  }

  /** Moves a sink's cursor past a batch that it has taken, and deletes what every sink has. */
  async completeBatch(sink: string, batchId: string): Promise<void> {
    const { pending } = this.sinkRecord(sink);
    if (pending?.id !== batchId) return;
    await this.remember(sink, { cursor: pending.to, pending: null });
    await this.trim();
  }

  /** Gives up the oldest `count` entries of a sink, a batch that is written down among them. */
  async skip(sink: string, count: number): Promise<void> {
    const { cursor } = this.sinkRecord(sink);
    await this.remember(sink, { cursor: Math.min(cursor + count, this.lastAdmitted), pending: null });
    await this.trim();
  }

  stats(): SpoolStats {
    const oldest = [failedLane, otherLane].flatMap((lane) => [
      ...this.store.waiting.getRange({ start: [lane, 0], end: [lane, Infinity], limit: 1 }).map(({ value }) => value),
    ]);
    return {
      waiting: this.waiting[0] + this.waiting[1],
      waitingFailed: this.waiting[0],
      oldestWaitingAt: oldest.length === 0 ? null : Math.min(...oldest),
      admitted: this.lastAdmitted - this.firstRetained + 1,
      damaged: this.damaged,
    };
  }

  /** Waits for what is being written, then closes the files. */
  async close(): Promise<void> {
    await this.turn.catch(() => undefined);
    await Promise.allSettled(this.appending.values());
    await this.store.root.close();
  }

  private async remember(sink: string, record: SinkRecord): Promise<void> {
    await this.committed(this.store.records.put(`sink ${sink}`, record));
    this.sinks.set(sink, record);
  }

  private async trim(): Promise<void> {
    await this.inTurn(async () => {
      const passed = Math.min(...[...this.sinks.values()].map((sink) => sink.cursor));
      while (this.firstRetained <= passed) {
        const end = Math.min(this.firstRetained + stepSize - 1, passed);
        const writes: Promise<boolean>[] = [];
        for (const { key, value: arrival } of this.store.admitted.getRange({
          start: this.firstRetained,
          end: end + 1,
        })) {
          writes.push(this.store.entries.remove(arrival), this.store.admitted.remove(key));
        }
        await this.committed(Promise.all(writes));
        this.firstRetained = end + 1;
      }
      await this.committed(this.seen.forget(this.now()));
    });
  }

  private sinkRecord(sink: string): SinkRecord {
    const record = this.sinks.get(sink);
    if (record === undefined) throw new Error(`sink ${sink} is not registered`);
    return record;
  }

  /** Steps that number the admitted log run one after the other. */
  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.turn.then(step, step);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async committed<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (cause) {
      // LMDB tells the reason by a second promise, which ends the process when nobody listens to it.
      const { commitError } = cause as { commitError?: Promise<unknown> };
      commitError?.catch(() => undefined);
      throw new FspError(
        'FSP_SPOOL_UNAVAILABLE',
        'The spool cannot be written: its disk is full, read-only or broken; make room on the disk of FSP_DATA_DIR',
        { cause },
      );
    }
  }
}

/** Opens the spool in a folder of its own, making it where it is missing. */
export function openSpool(options: SpoolOptions): Spool {
  return new Spool(options);
}

function laneOf(entry: StateMessageEntry): Lane {
  return entry.failed ? failedLane : otherLane;
}
