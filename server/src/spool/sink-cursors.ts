import { randomBytes } from 'node:crypto';
import type { Admitted } from './admitted.js';
import type { Batch } from './entries.js';
import type { Journal } from './journal.js';
import type { Place, SinkRecord, Step } from './state.js';

/** The most that is skipped in one step. */
const stepSize = 5_000;
/** How long a batch that was read ahead is good for: its time is that of when it was made. */
const aheadMs = 10_000;

export interface BatchLimits {
  maxEntries: number;
  maxBytes: number;
}

/**
 * How far each sink has got in the admitted log, and the batch that it is to take. A batch is written down before it is
 * given to its sink, and stays the same until the sink has taken it.
 */
export class SinkCursors {
  /** Of each sink, what comes behind the batch that is under way. */
  private readonly ahead = new Map<string, { from: Place; to: Place; batch: Batch }>();

  constructor(
    private readonly options: {
      journal: Journal;
      admitted: Admitted;
      now: () => number;
      /** Writes a step to the journal, also where the disk is full. */
      commit(make: (end: Place) => Step): Promise<void>;
      checkpoint(): Promise<void>;
      /** Deletes what every sink has. */
      trim(): Promise<void>;
    },
  ) {}

  /**
   * Says which sinks there are. A new one starts at the oldest entry that is still there; the cursor of one that is
   * gone is forgotten, so that it holds nothing back.
   */
  async register(names: readonly string[]): Promise<void> {
    const { sinks, kept } = this.state;
    const changes: Record<string, SinkRecord | null> = {};
    for (const name of Object.keys(sinks)) if (!names.includes(name)) changes[name] = null;
    for (const name of names) if (sinks[name] === undefined) changes[name] = { place: kept, pending: null };
    if (Object.keys(changes).length > 0) await this.options.commit((end) => ({ end, sinks: changes }));
    await this.options.trim();
  }

  /** The sinks that entries are kept for. */
  names(): string[] {
    return Object.keys(this.state.sinks);
  }

  /** How many admitted entries a sink has not yet taken. */
  lag(sink: string): number {
    return this.state.end.position - this.recordOf(sink).place.position;
  }

  /** Whether so much waits for a sink that its next batch is full. */
  async batchIsFull(sink: string, { maxEntries, maxBytes }: BatchLimits): Promise<boolean> {
    const { place, pending } = this.recordOf(sink);
    if (pending !== null || this.lag(sink) >= maxEntries) return true;
    const { bytes } = await this.options.admitted.select(place, this.state.end, { max: maxEntries, maxBytes });
    return bytes >= maxBytes;
  }

  /**
   * The next entries for a sink, written down as a batch before they are returned; null where there are none. A batch
   * that was written down and not completed comes again, the same, with `redelivery`.
   */
  async nextBatch(
    sink: string,
    { maxEntries, maxBytes }: BatchLimits,
  ): Promise<{ batch: Batch; redelivery: boolean } | null> {
    for (;;) {
      const { place, pending: before } = this.recordOf(sink);
      const ahead = before === null ? this.takeAhead(sink, place) : undefined;
      if (ahead !== undefined) {
        const { to, batch } = ahead;
        await this.remember(sink, { place, pending: { id: batch.id, createdAt: batch.createdAt, to } });
        await this.options.checkpoint();
        return { batch, redelivery: false };
      }
      const selection =
        before === null
          ? await this.options.admitted.select(place, this.state.end, { max: maxEntries, maxBytes })
          : await this.options.admitted.select(place, before.to, { max: Infinity, maxBytes: Infinity });
      if (before === null && selection.to.position === place.position) return null;
      const pending = before ?? {
        id: randomBytes(16).toString('hex'),
        createdAt: this.options.now(),
        to: selection.to,
      };
      if (before === null && selection.count > 0) {
        await this.remember(sink, { place, pending });
        await this.options.checkpoint();
      }
      const entries = await this.options.admitted.read(selection);
      if (entries.length > 0)
        return { batch: { id: pending.id, createdAt: pending.createdAt, entries }, redelivery: before !== null };
      // All of it was lost.
      await this.remember(sink, { place: pending.to, pending: null });
    }
  }

  /**
   * The batch behind the one that is written down, where a full one is there: read while that one is under way, and given
   * by the next `nextBatch`, which writes it down. Null where there is none.
   */
  async lookAhead(sink: string, { maxEntries, maxBytes }: BatchLimits): Promise<Batch | null> {
    const from = this.recordOf(sink).pending?.to;
    if (from === undefined) return null;
    const selection = await this.options.admitted.select(from, this.state.end, { max: maxEntries, maxBytes });
    if (selection.count < maxEntries && selection.bytes < maxBytes) return null;
    const entries = await this.options.admitted.read(selection);
    if (entries.length === 0) return null;
    const batch = { id: randomBytes(16).toString('hex'), createdAt: this.options.now(), entries };
    this.ahead.set(sink, { from, to: selection.to, batch });
    return batch;
  }

  /** Moves a sink's cursor past a batch that it has taken, and deletes what every sink has. */
  async completeBatch(sink: string, batchId: string): Promise<void> {
    const { pending } = this.recordOf(sink);
    if (pending?.id !== batchId) return;
    await this.remember(sink, { place: pending.to, pending: null });
    await this.options.trim();
  }

  /** Gives up the oldest `count` entries of a sink, a batch that is written down among them. */
  async skip(sink: string, count: number): Promise<void> {
    let { place } = this.recordOf(sink);
    const end = Math.min(place.position + count, this.state.end.position);
    while (place.position < end) {
      const max = Math.min(end - place.position, stepSize);
      place = (await this.options.admitted.select(place, this.state.end, { max, maxBytes: Infinity })).to;
    }
    await this.remember(sink, { place, pending: null });
    await this.options.trim();
  }

  private takeAhead(sink: string, place: Place): { to: Place; batch: Batch } | undefined {
    const found = this.ahead.get(sink);
    this.ahead.delete(sink);
    const { position, failed, other } = place;
    const { from } = found ?? {};
    if (from?.position !== position || from.failed !== failed || from.other !== other) return undefined;
    return Math.abs(this.options.now() - found!.batch.createdAt) <= aheadMs ? found : undefined;
  }

  private remember(sink: string, record: SinkRecord): Promise<void> {
    return this.options.commit((end) => ({ end, sinks: { [sink]: record } }));
  }

  private get state() {
    return this.options.journal.state;
  }

  private recordOf(sink: string): SinkRecord {
    const record = this.state.sinks[sink];
    if (record === undefined) throw new Error(`sink ${sink} is not registered`);
    return record;
  }
}
