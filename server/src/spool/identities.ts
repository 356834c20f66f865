import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamageLedger } from './damage.js';
import { IdRun } from './id-run.js';
import { IdList, IdTable, idBytes } from './id-table.js';
import { SegmentLog } from './log.js';
import { headerBytes } from './record.js';

const dayMs = 86_400_000;
/** A message that comes again within this many days counts as the same one sent again. */
const rememberedDays = 3;
/** As many are held in memory; then they become a run. */
const perRun = 262_144;
const logId = 3;
const runFile = /^(\d{10})\.run$/;

export interface IdentitiesOptions {
  dir: string;
  mark: Buffer;
  damage: DamageLedger;
  perRun?: number;
}

/**
 * The messages of the last days, by identity. A client whose answer was lost sends the same message again; so does a
 * proxy. It must be acknowledged and must not count twice; and none may be dropped that only looks like another.
 *
 * The newest are in memory (`IdTable`, a few megabytes at most). On disk they are in the log of reports itself; when a
 * segment of it is full its identities are written to the log `identities` in one record, before the segment may be
 * deleted. When the table is full, or a day ends, it is written as a run (`IdRun`) and the log's segments go.
 */
export class Identities {
  /** Number of the newest segment of reports whose identities are in here. */
  keptThrough = 0;
  private table: IdTable;
  /** On its way to become a run. */
  private full: { table: IdTable; day: number } | null = null;
  private day = 0;
  private runs: IdRun[] = [];
  private nextRun = 1;
  private unkept = new IdList();
  private working: Promise<void> = Promise.resolve();
  private readonly log: SegmentLog;
  private readonly dir: string;

  constructor(private readonly options: IdentitiesOptions) {
    this.table = this.newTable();
    this.dir = join(options.dir, 'identities');
    this.log = new SegmentLog({
      ...options,
      name: 'identities',
      id: logId,
      segmentBytes: 1024 * 1024,
      syncedSeq: 0,
      head: () => ({ keptThrough: this.keptThrough }),
      begin: () => undefined,
    });
  }

  async open(now: number): Promise<void> {
    this.day = dayOf(now);
    await this.log.find();
    let scan = null;
    for (const segment of this.log.segments) {
      const { keptThrough = 0 } = (segment.head?.value ?? {}) as { keptThrough?: number };
      this.keptThrough = Math.max(this.keptThrough, keptThrough);
      scan = await this.log.scan(segment, (_header, record) => {
        this.keptThrough = Math.max(this.keptThrough, record.readDoubleLE(headerBytes));
        for (let at = headerBytes + 8; at + idBytes <= record.length; at += idBytes)
          this.table.add(record.subarray(at, at + idBytes));
      });
      for (const { offset, bytes, piece } of scan.gaps) this.tell(segment.path, offset, bytes, piece);
      if (segment.head === null && scan.gaps.length === 0) this.tell(segment.path, 0, 0);
    }
    await this.log.resume(scan);
    for (const file of (await readdir(this.dir)).sort()) {
      if (file.endsWith('.new')) await rm(join(this.dir, file), { force: true, recursive: true });
      const number = Number(runFile.exec(file)?.[1] ?? Number.NaN);
      if (Number.isNaN(number)) continue;
      this.nextRun = number + 1;
      const path = join(this.dir, file);
      const run = await IdRun.read(path, this.runPlace(number));
      if (run !== null) this.runs.push(run);
      else {
        this.tell(path, 0, 0);
        this.options.damage.setAside(path, `identities-${file}`);
      }
    }
    await this.forget(now);
  }

  has(id: Buffer, now: number): boolean {
    if (dayOf(now) !== this.day) this.endDay(now);
    const oldest = dayOf(now) - rememberedDays;
    if (this.table.has(id)) return true;
    if (this.full !== null && this.full.day > oldest && this.full.table.has(id)) return true;
    return this.runs.some((run) => run.day > oldest && run.has(id));
  }

  /** Remembers a message that is on disk in the newest segment of reports. */
  add(id: Buffer): void {
    this.table.add(id);
    this.unkept.add(id);
    if (this.table.size >= this.perRun) this.endRun();
  }

  /** The same after a restart, for messages of which it is not known whether they are remembered. */
  learn(id: Buffer, now: number): void {
    if (!this.has(id, now)) this.add(id);
    else this.unkept.add(id);
  }

  /** Writes the identities of a segment of reports that is full; resolves when they are on disk. */
  async keep(segment: number): Promise<void> {
    // The log's segments that a run replaces must hold nothing that is not in it.
    await this.working;
    const ids = this.unkept.bytes();
    this.unkept = new IdList();
    const record = Buffer.allocUnsafeSlow(headerBytes + 8 + ids.length);
    ids.copy(record, record.writeDoubleLE(segment, headerBytes));
    try {
      await this.log.append({
        make: () => record,
        done: () => (this.keptThrough = Math.max(this.keptThrough, segment)),
      });
    } catch (error) {
      // They go with the next, and the segment stays until then.
      for (let at = 0; at < ids.length; at += idBytes) this.unkept.add(ids.subarray(at, at + idBytes));
      throw error;
    }
  }

  /** Takes identities of another day over. */
  async import(day: number, ids: Buffer): Promise<void> {
    for (let from = 0; from < ids.length; from += perRun * idBytes)
      await this.writeRun(day, ids.subarray(from, from + perRun * idBytes));
  }

  /** Forgets what is too old. */
  async forget(now: number): Promise<void> {
    const oldest = dayOf(now) - rememberedDays;
    const old = this.runs.filter((run) => run.day <= oldest);
    if (old.length === 0) return;
    this.runs = this.runs.filter((run) => run.day > oldest);
    for (const run of old) await run.remove();
  }

  async close(): Promise<void> {
    await this.working;
    await this.log.close();
    for (const run of this.runs) run.close();
  }

  private endDay(now: number): void {
    const today = dayOf(now);
    // What is in the table belongs to the day that ended; a run of it is forgotten in time. Of a clock that was ahead and
    // was set back, the days to come would never be over: what came by it counts as of today.
    this.day = Math.min(this.day, today);
    this.endRun();
    this.day = today;
    this.working = this.working.then(() => this.forget(now));
  }

  private endRun(): void {
    // One at a time: while the disk takes no run, the table grows.
    if (this.full !== null || this.table.size === 0) return;
    const { table, day } = this;
    this.full = { table, day };
    this.table = this.newTable();
    this.working = this.replaceLog(day, table)
      .catch(async () => {
        // They stay in memory, and go with the next run.
        const ids = await table.bytes();
        for (let at = 0; at < ids.length; at += idBytes) this.table.add(ids.subarray(at, at + idBytes));
      })
      .finally(() => (this.full = null));
  }

  /** A run in place of the log's segments so far. */
  private async replaceLog(day: number, table: IdTable): Promise<void> {
    await this.log.seal();
    const replaced = [...this.log.segments];
    await this.writeRun(day, await table.bytes());
    // A new segment says how far all is kept; then the old ones may go.
    await this.log.append({ make: () => this.nothing(), done: () => undefined });
    for (const segment of replaced) await this.log.remove(segment);
  }

  private async writeRun(day: number, ids: Buffer): Promise<void> {
    const number = this.nextRun++;
    const path = join(this.dir, `${String(number).padStart(10, '0')}.run`);
    this.runs.push(await IdRun.write(path, this.runPlace(number), day, ids));
  }

  private get perRun(): number {
    return this.options.perRun ?? perRun;
  }

  private newTable(): IdTable {
    return new IdTable(this.perRun + 1);
  }

  private nothing(): Buffer {
    const record = Buffer.allocUnsafe(headerBytes + 8);
    record.writeDoubleLE(this.keptThrough, headerBytes);
    return record;
  }

  private runPlace(number: number) {
    return { mark: this.options.mark, log: logId, segment: number };
  }

  private tell(path: string, offset: number, bytes: number, piece?: Buffer): void {
    this.options.damage.tell(
      {
        where: 'identities',
        file: path.slice(this.options.dir.length + 1),
        offset,
        bytes,
        messages: 0,
        entries: 0,
        what: 'is damaged: a message that comes a second time may count twice',
      },
      piece,
    );
  }
}

function dayOf(now: number): number {
  return Math.floor(now / dayMs);
}
