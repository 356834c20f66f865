/**
 * The spool: everything that was acknowledged and is not yet delivered, on disk.
 *
 * Promises
 * - `append` resolves after the message was flushed to disk. After kill -9 or loss of power it is there; a message whose
 *   `append` did not resolve is there whole or not at all.
 * - Messages of one report are taken all or none. A message sent again within three days is acknowledged, not doubled,
 *   and none is taken for another.
 * - Waiting messages leave only through `admit`, which records the throttle's window in the same step.
 * - A batch is written down before a sink is to deliver it and stays the same until the sink has taken it, restarts
 *   included.
 * - What every registered sink has passed is deleted, segment by segment.
 * - Whatever is damaged, at any byte: the spool opens, everything undamaged is delivered, nothing false is. What is lost
 *   is counted, named, kept in `damaged/`, and told in the log and in `stats`.
 *
 * Format, each with its own header: `record.ts`, of which all logs are made; `log.ts` and `segments.ts`, preallocated
 * files of them; `report-record.ts` and `reports.ts`, the reports with their two lanes; `journal.ts` and `state.ts`, what
 * happens to them; `admitted.ts`, what sinks see of both, and `sink-cursors.ts`, how far each has got; `identities.ts`,
 * what came in the last days; `checkpoint.ts`,
 * the state once more. In the folder:
 *
 *     reports/0000000001.log …     journal/…     identities/… and 0000000001.run …
 *     checkpoint-a, checkpoint-b   reserve       damaged/           ../spool.json
 *
 * Lost and torn are told apart: each record says up to which all was on disk when it was written, and so do checkpoints.
 * What is missing below was lost; above it was on its way when the power went, and nobody was told 200.
 *
 * One damaged place costs the messages in it and nothing else: steps of the journal are absolute, the state stands in it
 * and in two checkpoints, cursors say how many messages of each lane they have passed. Should journal and checkpoints all
 * be gone, the reports that are there count as waiting, and may arrive twice.
 *
 * What breaks the promises: a disk that lies about flushing; a second process on the folder (`lock.ts` keeps it out);
 * damage to the very last group of records before anything else was written, which looks like a torn one.
 *
 * Memory: page cache, one index of a few hundred kilobytes for each of the segments in use, room to read one whole segment
 * and, for each log, to write a group; the newest identities, and of each sink that prepares the batch behind the one under
 * way.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RoleVersion } from '../roles/role.js';
import { Admitted } from './admitted.js';
import { withCarrier } from './carrier.js';
import type { Checkpoints } from './checkpoint.js';
import type { DamageFigures, DamageLedger } from './damage.js';
import type { SpoolEntry, StateMessageEntry } from './entries.js';
import type { Identities } from './identities.js';
import type { Journal } from './journal.js';
import type { Lane, LanePlace } from './report-record.js';
import { lanes, type Reports } from './reports.js';
import { SinkCursors } from './sink-cursors.js';
import { entryToLine, type LogPosition, type Place, type Step, type Window } from './state.js';

/** The most that one step admits. */
const stepSize = 5_000;
/** What is read of it at a time where all is looked at. */
const heldBytes = 8 * 1024 * 1024;
const checkpointMs = 1_000;
const markerMs = 10_000;
/** How long after the start segments are gone through that nobody needed yet. */
const examineAfterMs = 5_000;

export type ThrottleOrder = 'failures-first' | 'arrival';

export interface SpoolStats {
  waiting: number;
  waitingFailed: number;
  /** receivedAt of the message that waits longest, or null. */
  oldestWaitingAt: number | null;
  /** The same of each lane. */
  oldestWaiting: Record<Lane, number | null>;
  /** Admitted entries that some sink has not yet passed. */
  admitted: number;
  damage: DamageFigures;
}

/** `appended` carries the new messages; `admitted` says that the admitted log has grown. */
interface SpoolEvents {
  appended: [messages: readonly StateMessageEntry[]];
  admitted: [];
}

/** What a spool is made of; `open.ts` puts it together. */
export interface SpoolParts {
  mark: Buffer;
  reports: Reports;
  journal: Journal;
  identities: Identities;
  checkpoints: Checkpoints;
  damage: DamageLedger;
  now: () => number;
}

export class Spool extends EventEmitter<SpoolEvents> {
  /** How far each sink has got. */
  readonly sinks: SinkCursors;
  private readonly admitted: Admitted;
  private readonly appending = new Map<string, Promise<void>>();
  private readonly oldest: Record<Lane, number | null> = { failed: null, other: null };
  private turn: Promise<unknown> = Promise.resolve();
  private checkpointing: Promise<void> = Promise.resolve();
  private checkpointTimer: NodeJS.Timeout | undefined;
  private markedAt = 0;
  private readonly closing = new AbortController();
  private examining: Promise<void> = Promise.resolve();

  constructor(private readonly parts: SpoolParts) {
    super();
    this.admitted = new Admitted(parts.journal, parts.reports);
    this.sinks = new SinkCursors({
      journal: parts.journal,
      admitted: this.admitted,
      now: parts.now,
      commit: (make) => this.commit(make, true),
      checkpoint: () => this.checkpoint(),
      trim: () => this.trim(),
    });
  }

  /** Called once, after everything was opened. */
  async begin(): Promise<void> {
    await this.findOldest();
    await this.trim();
    await this.checkpoint();
    this.examining = sleep(examineAfterMs, undefined, { signal: this.closing.signal, ref: false })
      .then(() => this.parts.reports.examine(() => this.closing.signal.aborted))
      .catch(() => undefined);
  }

  /**
   * Takes the messages of one report, all or none; resolves when they are on disk, to how many of them were new.
   * @throws FspError FSP_SPOOL_UNAVAILABLE where the disk takes nothing: the client keeps the message and tries again
   */
  async append(entries: readonly StateMessageEntry[]): Promise<number> {
    const { identities, reports, now } = this.parts;
    const time = now();
    const earlier: Promise<void>[] = [];
    const fresh: StateMessageEntry[] = [];
    // As a rule a report has one message.
    const here = entries.length > 1 ? new Set<string>() : null;
    for (const entry of entries) {
      const sameNow = this.appending.get(entry.messageId);
      if (sameNow !== undefined) earlier.push(sameNow);
      else if (here?.has(entry.messageId) !== true && !identities.has(Buffer.from(entry.messageId, 'hex'), time)) {
        here?.add(entry.messageId);
        fresh.push(entry);
      }
    }
    if (fresh.length > 0) {
      const committed = reports.append(withCarrier(fresh, entries));
      for (const { messageId } of fresh) this.appending.set(messageId, committed);
      try {
        await committed;
      } finally {
        for (const { messageId } of fresh) this.appending.delete(messageId);
      }
      for (const { failed, receivedAt } of fresh) this.oldest[failed ? 'failed' : 'other'] ??= receivedAt;
      this.checkpointSoon();
      this.emit('appended', fresh);
    }
    // A twin that is on its way is acknowledged with the first, not before it.
    if (earlier.length > 0) await Promise.all(earlier);
    return fresh.length;
  }

  /**
   * Puts entries that no throttle concerns at the end of the admitted log; resolves when they are on disk. `read` says
   * how far the log is read that they come from: it is stored in the same record.
   */
  async appendAdmitted(entries: readonly SpoolEntry[], read?: LogPosition): Promise<void> {
    const lines = entries.map(entryToLine);
    await this.commit(
      (end) => ({
        end: { ...end, position: end.position + lines.length },
        ...(lines.length === 0 ? {} : { admits: lines.length, inline: true }),
        ...(read === undefined ? {} : { logs: { [read.key]: read } }),
      }),
      false,
      lines,
    );
    this.emit('admitted');
  }

  /**
   * Admits up to `max` waiting messages (at most 5,000 in one step), those that did not fail only among the first
   * `othersWithin`: puts them at the end of the admitted log; resolves to how many. `windowAfter` gives the throttle's
   * window with that many more used, so many of which failed; it is stored in the same record.
   */
  async admit(
    max: number,
    order: ThrottleOrder,
    windowAfter: (moved: number, failed: number) => Window,
    othersWithin = max,
  ): Promise<number> {
    const moved = await this.inTurn(async () => {
      const { journal, reports } = this.parts;
      const from = journal.state.end;
      const arrival = order === 'arrival';
      const most = { max: Math.min(max, stepSize), othersWithin };
      const { refs, next } = await reports.take(from, { ...reports.end }, { arrival, ...most });
      if (refs.length === 0) return 0;
      const failed = refs.filter(({ lane }) => lane === 'failed').length;
      const passed = { failed: next.failed - from.failed, other: next.other - from.other };
      const admits = passed.failed + passed.other;
      await this.commit((end) => ({
        end: { position: end.position + admits, ...next },
        admits,
        lanes: passed,
        ...(arrival ? { arrival } : {}),
        window: windowAfter(refs.length, failed),
      }));
      // What is admitted is admitted; how long the others wait shows with the next step.
      await this.findOldest().catch(() => undefined);
      return refs.length;
    });
    if (moved > 0) this.emit('admitted');
    return moved;
  }

  /** The throttle's window as it was last stored, or null. */
  storedWindow(): Window | null {
    return this.state.window;
  }

  /** Stores the throttle's window where nothing is admitted. */
  async storeWindow(window: Window): Promise<void> {
    await this.commit((end) => ({ end, window }));
  }

  /** The version of the role that was in force last, or null. */
  storedRole(): RoleVersion | null {
    return this.state.role;
  }

  /** Keeps the version of the role that is in force, for a start without ClickHouse. */
  async storeRole(role: RoleVersion): Promise<void> {
    await this.commit((end) => ({ end, role }));
  }

  /** How far each followed log is read. */
  logPositions(): LogPosition[] {
    return Object.values(this.state.logs);
  }

  /** Forgets a log that is gone. */
  async forgetLog(key: string): Promise<void> {
    await this.commit((end) => ({ end, logs: { [key]: null } }));
  }

  /** Every entry that some sink has not taken, those that wait for the throttle too, some at a time. */
  async *held(): AsyncGenerator<SpoolEntry[]> {
    const { end } = this.state;
    let { kept } = this.state;
    while (kept.position < end.position) {
      const selection = await this.admitted.select(kept, end, { max: stepSize, maxBytes: heldBytes });
      if (selection.to.position === kept.position) break;
      yield await this.admitted.read(selection);
      kept = selection.to;
    }
    const { reports } = this.parts;
    const last = { ...reports.end };
    for (let from: LanePlace = end; ;) {
      const options = { arrival: true, max: stepSize, maxBytes: heldBytes };
      const { refs, next } = await reports.take(from, last, options);
      if (refs.length === 0) return;
      yield await reports.read(refs);
      from = next;
    }
  }

  stats(): SpoolStats {
    const { end, kept } = this.state;
    const [failed, other] = lanes.map((lane) => this.parts.reports.countFrom(lane, end[lane])) as [number, number];
    const oldest = lanes.flatMap((lane) => this.oldest[lane] ?? []);
    return {
      waiting: failed + other,
      waitingFailed: failed,
      oldestWaiting: { ...this.oldest },
      oldestWaitingAt: oldest.length === 0 ? null : Math.min(...oldest),
      admitted: end.position - kept.position,
      damage: this.parts.damage.figures(),
    };
  }

  /** Whether every sink has everything. */
  isEmpty(): boolean {
    const { waiting, admitted } = this.stats();
    return waiting + admitted === 0;
  }

  /** Why the spool takes nothing at the moment; null where all is well. */
  unavailable(): string | null {
    return this.parts.reports.log.unavailable ?? this.parts.journal.log.unavailable;
  }

  /** Waits for what is being written, then closes the files. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.checkpointTimer);
    await this.turn.catch(() => undefined);
    await this.examining;
    await this.parts.reports.log.close();
    await this.parts.identities.close();
    await this.parts.journal.log.close();
    clearTimeout(this.checkpointTimer);
    this.markedAt = 0;
    await this.checkpoint();
  }

  private get state() {
    return this.parts.journal.state;
  }

  private async commit(make: (end: Place) => Step, urgent = false, lines: readonly string[] = []): Promise<void> {
    await this.parts.journal.commit(make, urgent, lines);
    this.checkpointSoon();
  }

  private async findOldest(): Promise<void> {
    for (const lane of lanes)
      this.oldest[lane] = (await this.parts.reports.head(lane, this.state.end[lane]))?.receivedAt ?? null;
  }

  private async trim(): Promise<void> {
    await this.inTurn(async () => {
      const { kept } = this.state;
      await this.parts.reports.trim(kept);
      await this.parts.journal.trim(kept.position);
    });
  }

  private checkpointSoon(): void {
    if (this.closing.signal.aborted) return;
    this.checkpointTimer ??= setTimeout(() => void this.checkpoint(), checkpointMs).unref();
  }

  /** A checkpoint says nothing that the logs do not: where it cannot be written, they are enough. */
  private checkpoint(): Promise<void> {
    clearTimeout(this.checkpointTimer);
    this.checkpointTimer = undefined;
    this.checkpointing = this.checkpointing.then(async () => {
      const { checkpoints, mark, journal, reports, now } = this.parts;
      const end = { ...reports.end };
      const { seq, state } = journal;
      const checkpoint = { mark: mark.toString('hex'), seq, state, reports: { seq: reports.log.syncedSeq, end } };
      try {
        await checkpoints.write(checkpoint);
        if (Math.abs(now() - this.markedAt) < markerMs) return;
        await checkpoints.writeMarker(checkpoint);
        this.markedAt = now();
      } catch {
        // The next comes soon.
      }
    });
    return this.checkpointing;
  }

  /** Steps that depend on where the lanes are run one after the other. */
  private inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.turn.then(step, step);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
