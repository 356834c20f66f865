import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SpoolEntry, StateMessageEntry } from '../server/src/spool/entries.js';
import { openSpool } from '../server/src/spool/open.js';
import { markBytes, scanRecords } from '../server/src/spool/record.js';
import { reportIds } from '../server/src/spool/report-record.js';
import type { Spool } from '../server/src/spool/spool.js';
import { entry } from './entries.js';

/** Repeatable random numbers: a seed that failed is printed, and fails again. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (end: number) => Math.floor(next() * end),
    chance: (share: number) => next() < share,
    of: <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!,
    /** Another that draws what this one would draw from here on. */
    copy: (): Random => randomFrom(state),
  };
}
export interface Random {
  next(): number;
  below(end: number): number;
  chance(share: number): boolean;
  of<T>(all: readonly T[]): T;
  copy(): Random;
}

export const window = (used: number) => ({ start: 0, limit: 1e6, intervalMs: 1e9, used, received: 0, rejected: 0 });
export const name = (one: SpoolEntry): string =>
  one.kind === 'state_message' ? one.machine.netbiosName : one.kind === 'throttle_window' ? `w${one.updatedAt}` : '?';

/** A spool with small files, beside what it must hold. */
export class ModelledSpool {
  readonly root: string;
  dir: string;
  spool!: Spool;
  now = Date.parse('2026-01-02T00:00:00Z');
  /** Acknowledged, by name. */
  readonly messages = new Map<string, StateMessageEntry>();
  readonly inline = new Set<string>();
  /** What each sink was given and has completed. */
  readonly delivered: Record<string, string[]> = { a: [], b: [] };
  readonly pending = new Map<string, { id: string; names: string[] }>();
  readonly told: string[] = [];
  private serial = 0;

  /** @param place where its folder is, and copies of it */
  constructor(
    readonly random: Random,
    private readonly place: string,
  ) {
    this.root = mkdtempSync(join(place, 'model-'));
    this.dir = join(this.root, 'spool');
  }

  async open(): Promise<void> {
    this.spool = await openSpool({
      dir: this.dir,
      now: () => this.now,
      logger: { error: (message) => this.told.push(message) },
      segmentBytes: { reports: 24 * 1024, journal: 8 * 1024 },
      identitiesPerRun: 60,
    });
    await this.spool.sinks.register(['a', 'b']);
  }

  report(): StateMessageEntry[] {
    const { random } = this;
    const raw = Buffer.alloc(random.below(2_000), random.below(256));
    return Array.from({ length: random.chance(0.8) ? 1 : 2 + random.below(4) }, (_unused, reportIndex) =>
      entry(`m${this.serial++}`, { failed: random.chance(0.3), raw, reportIndex, receivedAt: this.now + this.serial }),
    );
  }

  async append(reports = [this.report()]): Promise<void> {
    await Promise.all(reports.map((entries) => this.spool.append(entries)));
    for (const one of reports.flat()) this.messages.set(name(one), one);
  }

  async appendInline(): Promise<void> {
    const updatedAt = this.serial++;
    const figures = { windowStart: 0, messageLimit: 1, intervalSeconds: 1, received: 0, processed: 0, waiting: 0 };
    await this.spool.appendAdmitted([
      { kind: 'throttle_window', updatedAt, ...figures, oldestWaitingAt: null, rejected: 0 },
    ]);
    this.inline.add(`w${updatedAt}`);
  }

  async admit(): Promise<void> {
    await this.spool.admit(1 + this.random.below(20), this.random.of(['failures-first', 'arrival']), window);
  }

  /** Gives a sink its next batch; it may fail to take it, and gets the same again. */
  async deliver(sink: string, complete = this.random.chance(0.8)): Promise<boolean> {
    const limits = () => ({ maxEntries: 1 + this.random.below(30), maxBytes: 20_000 });
    const next = await this.spool.sinks.nextBatch(sink, limits());
    if (next === null) return false;
    const { batch, redelivery } = next;
    const names = batch.entries.map(name);
    const before = this.pending.get(sink);
    // A batch of which everything was lost does not come again.
    if (redelivery ? before === undefined : before !== undefined && this.told.length === 0)
      throw new Error(`${sink}: redelivery is ${redelivery}`);
    if (redelivery && before?.id !== batch.id) throw new Error(`${sink}: another batch in place of the same`);
    this.pending.set(sink, { id: batch.id, names });
    if (this.random.chance(0.5)) await this.spool.sinks.lookAhead(sink, limits());
    if (!complete) return true;
    await this.spool.sinks.completeBatch(sink, batch.id);
    this.pending.delete(sink);
    this.delivered[sink]!.push(...names);
    return true;
  }

  async drain(): Promise<void> {
    while ((await this.spool.admit(1_000, 'failures-first', window)) > 0);
    for (const sink of ['a', 'b']) while (await this.deliver(sink, true));
  }

  async step(): Promise<void> {
    const { random } = this;
    const what = random.next();
    if (what < 0.45) await this.append(Array.from({ length: 1 + random.below(4) }, () => this.report()));
    else if (what < 0.65) await this.admit();
    else if (what < 0.75) await this.appendInline();
    else if (what < 0.85) await this.deliver('a');
    else if (what < 0.9) await this.deliver('b');
    else if (what < 0.93) await this.reopen();
    else if (what < 0.96 && this.messages.size > 0) await this.spool.append([random.of([...this.messages.values()])]);
    else this.now += random.below(20_000_000);
  }

  async reopen(): Promise<void> {
    await this.spool.close();
    await this.open();
  }

  /** Another in the same place, of which all is so as of this one, whose spool is closed. */
  copy(): ModelledSpool {
    const copy = new ModelledSpool(this.random.copy(), this.place);
    cpSync(this.root, copy.root, { recursive: true });
    copy.now = this.now;
    copy.serial = this.serial;
    for (const [name, message] of this.messages) copy.messages.set(name, message);
    for (const name of this.inline) copy.inline.add(name);
    for (const [sink, names] of Object.entries(this.delivered)) copy.delivered[sink] = [...names];
    for (const [sink, batch] of this.pending) copy.pending.set(sink, batch);
    copy.told.push(...this.told);
    return copy;
  }

  /** The folder as it is now, as a kill -9 would leave it. */
  snapshot(): string {
    const copy = mkdtempSync(join(this.place, 'snapshot-'));
    cpSync(this.root, copy, { recursive: true });
    return copy;
  }

  async remove(): Promise<void> {
    await this.spool.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function filesOf(dir: string, under = ''): string[] {
  return readdirSync(join(dir, under)).flatMap((file) => {
    const path = join(under, file);
    return statSync(join(dir, path)).isDirectory() ? filesOf(dir, path) : [path];
  });
}

/** Names of the messages whose records touch a changed byte of a segment of reports. */
export function messagesIn(segment: Buffer, changed: (offset: number, end: number) => boolean): string[] {
  const names: string[] = [];
  const place = { mark: segment.subarray(0, markBytes), log: 1, segment: segment.readUInt32LE(16) };
  scanRecords(segment, place, ({ kind, offset, length }) => {
    if (kind !== 2 || !changed(offset, offset + length)) return;
    for (const id of reportIds(segment.subarray(offset, offset + length)))
      names.push(Buffer.from(id.subarray(id.findIndex((byte) => byte !== 0))).toString());
  });
  return names;
}
