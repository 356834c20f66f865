import { open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import type { LogItem, LogOptions } from './log-item.js';
import { findSegments, headOf, lostBy, readWhole, segmentFile, type Segment } from './segments.js';
import {
  dataKind,
  headKind,
  jsonRecord,
  recordAt,
  scanRecords,
  stampRecord,
  type Gap,
  type RecordHeader,
  type RecordPlace,
  type ScanResult,
} from './record.js';
import { SpareFile } from './spare.js';
import { WrittenFile } from './written-file.js';

/**
 * What is written in one go, but for a record that is larger: a group stands byte on byte in memory that is used again,
 * for a buffer of its own for each record would cost more than all else that becomes of it.
 */
const roomBytes = 512 * 1024;
/** How soon a log that could not be written looks whether it can be again. */
const probeMs = 2_000;

interface Waiting {
  item: LogItem;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * An append-only log in preallocated segment files. Whatever waits is written and flushed in one go (group commit). Where
 * flushing fails, what the kernel still holds of it is not believed: the group is written again into a new segment, and
 * nothing is acknowledged before that is flushed. Where that fails too, all that waits is refused.
 */
export class SegmentLog {
  readonly segments: Segment[] = [];
  /** Number of the newest record that is known to be on disk. */
  syncedSeq: number;
  /** Why nothing can be written at the moment, and what mends it; null where all is well. */
  unavailable: string | null = null;
  private nextSeq = 1;
  /** Offsets in the newest segment at which something begins that was never whole on disk, and never acknowledged. */
  private torn: number[] = [];
  private file: WrittenFile | null = null;
  /** Where segments are read whole, one after the other: V8 takes its time to give back a buffer of that size. */
  private readingRoom: Buffer | undefined;
  private writingRoom: Buffer | undefined;
  private queue: Waiting[] = [];
  private running: Promise<void> | null = null;
  private probe: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly dir: string;
  private readonly spare: SpareFile;

  constructor(private readonly options: LogOptions) {
    this.dir = join(options.dir, options.name);
    this.spare = new SpareFile(this.dir, options);
    this.syncedSeq = options.syncedSeq;
  }

  /** Finds the segments and reads their heads; `active` and those without a head are to be scanned by the caller. */
  async find(): Promise<void> {
    this.segments.push(...(await findSegments(this.dir, this.options)));
    await this.spare.remove();
    for (const { head } of this.segments)
      if (head !== null) this.syncedSeq = Math.max(this.syncedSeq, head.synced, head.seq);
  }

  /**
   * Makes the log ready to be written, after the last segment was scanned: it goes on behind the last record where only
   * zeroes follow, else in a new segment.
   */
  async resume(scan: ScanResult | null): Promise<void> {
    const last = this.segments.at(-1);
    const lastSeq = scan?.last?.seq ?? 0;
    this.nextSeq = Math.max(this.syncedSeq, lastSeq) + 1;
    if (last === undefined || scan === null) return;
    last.end = scan.end;
    const whole =
      last.head !== null && scan.clean && scan.gaps.length === 0 && this.torn.length === 0 && lastSeq >= this.syncedSeq;
    try {
      this.file = await WrittenFile.open(last.path);
      // What was found and not acknowledged may be in the page cache only.
      await this.file.flush();
      this.syncedSeq = Math.max(this.syncedSeq, lastSeq);
      if (!whole) await this.release();
    } catch {
      await this.release();
    }
  }

  /** Resolves when the record is on disk. @throws FspError FSP_SPOOL_UNAVAILABLE */
  append(item: LogItem): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new FspError('FSP_SPOOL_UNAVAILABLE', 'The spool is closed: the server stops'));
        return;
      }
      this.queue.push({ item, resolve, reject });
      // In a turn of its own, so that what comes in this one goes with it.
      this.running ??= new Promise<void>((begun) => setImmediate(begun)).then(() => this.run());
    });
  }

  /**
   * Reads a whole segment and goes through its records.
   * @throws FspError as `lostBy`; FSP_SPOOL_UNAVAILABLE where its folder is away
   */
  async scan(segment: Segment, visit: (header: RecordHeader, bytes: Buffer) => void): Promise<ScanResult> {
    const { next } = segment;
    const { readingRoom: room } = this;
    this.readingRoom = undefined;
    const buffer = await readWhole(segment.path, room);
    if (buffer.length === 0) await this.findFolder();
    // Nothing is awaited until the buffer is done with.
    this.readingRoom = room !== undefined && buffer.length <= room.length ? room : buffer;
    const { gaps, ...result } = scanRecords(
      buffer,
      this.placeOf(segment),
      (header) => {
        this.syncedSeq = Math.max(this.syncedSeq, header.synced);
        if (header.kind === dataKind) visit(header, buffer.subarray(header.offset, header.offset + header.length));
      },
      // What a failed flush left behind was written again into the segment that follows.
      next?.head?.seq,
    );
    // Records that were on their way to the disk together arrive there in any order, or not at all. What was found so
    // after a crash is written into the head of the next segment, and is no damage later either.
    const isTorn = (gap: Gap) =>
      next === null ? gap.after !== null && gap.after >= this.syncedSeq : next.head?.torn.includes(gap.offset) === true;
    if (next === null) this.torn = gaps.filter(isTorn).map(({ offset }) => offset);
    const damaged = gaps.filter((gap) => !isTorn(gap));
    for (const gap of damaged) gap.piece = Buffer.from(buffer.subarray(gap.offset, gap.offset + gap.bytes));
    return { ...result, gaps: damaged };
  }

  /**
   * Records of a segment, by offset and length, in ascending order; null for each that is damaged.
   * @throws FspError as `lostBy`; FSP_SPOOL_UNAVAILABLE where its folder is away
   */
  async read(segment: Segment, wanted: readonly { offset: number; length: number }[]): Promise<(Buffer | null)[]> {
    let file: FileHandle;
    try {
      file = await open(segment.path, 'r');
    } catch (error) {
      await this.findFolder();
      lostBy(segment.path, error);
      return wanted.map(() => null);
    }
    try {
      const records: (Buffer | null)[] = [];
      for (let from = 0; from < wanted.length;) {
        // Neighbours are read at once.
        let to = from + 1;
        const start = wanted[from]!.offset;
        const endOf = (index: number) => wanted[index]!.offset + wanted[index]!.length;
        while (to < wanted.length && wanted[to]!.offset - endOf(to - 1) < 4_096 && endOf(to) - start < 4_194_304) to++;
        const buffer = Buffer.allocUnsafeSlow(endOf(to - 1) - start);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, start).catch((error: unknown) => {
          lostBy(segment.path, error);
          return { bytesRead: 0 };
        });
        for (; from < to; from++) {
          const { offset, length } = wanted[from]!;
          const at = offset - start;
          const whole =
            at + length <= bytesRead && recordAt(buffer, at, offset, this.placeOf(segment))?.length === length;
          records.push(whole ? buffer.subarray(at, at + length) : null);
        }
      }
      return records;
    } finally {
      await file.close();
    }
  }

  /** Deletes a segment that is not written any more. */
  async remove(segment: Segment): Promise<void> {
    if (segment.next === null) return;
    const at = this.segments.indexOf(segment);
    this.segments.splice(at, 1);
    const before = this.segments[at - 1];
    if (before !== undefined) before.next = segment.next;
    // Where it cannot be deleted now, it is found and deleted after the next start.
    await unlink(segment.path).catch(() => undefined);
  }

  /** Begins a new segment with the next record. */
  async seal(): Promise<void> {
    while (this.running !== null) await this.running;
    await this.release();
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.probe);
    while (this.running !== null) await this.running;
    await this.spare.remove();
    await this.release();
  }

  /** That a file which is not there is lost: with its folder it may come back. @throws FspError FSP_SPOOL_UNAVAILABLE */
  private async findFolder(): Promise<void> {
    await stat(this.dir).catch((cause: unknown) => {
      throw new FspError(
        'FSP_SPOOL_UNAVAILABLE',
        `${this.dir} cannot be read: ${mendOf((cause as NodeJS.ErrnoException).code ?? '')}`,
        { cause },
      );
    });
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      try {
        await this.writeGroup();
        this.unavailable = null;
      } catch (cause) {
        this.refuse(cause as NodeJS.ErrnoException);
      }
    }
    this.running = null;
  }

  private refuse(cause: NodeJS.ErrnoException): void {
    const reason = cause.code ?? cause.message;
    this.unavailable = `${this.options.name}: ${reason}; ${mendOf(reason)}`;
    const error = new FspError('FSP_SPOOL_UNAVAILABLE', `The spool cannot be written (${reason}): ${mendOf(reason)}`, {
      cause,
    });
    // What is urgent has room of its own, and is refused only where that is gone too.
    const urgent = this.queue[0]?.item.urgent === true ? [] : this.queue.filter(({ item }) => item.urgent === true);
    const refused = this.queue.filter((one) => !urgent.includes(one));
    this.queue = urgent;
    for (const { reject } of refused) reject(error);
    this.probeSoon();
  }

  /** Whether it can be written again shows by making the next segment. */
  private probeSoon(): void {
    clearTimeout(this.probe);
    if (this.closed) return;
    this.probe = setTimeout(() => {
      if (this.unavailable === null || this.closed) return;
      this.spare.prepare().then(
        () => (this.unavailable = null),
        () => {
          this.probeSoon();
        },
      );
    }, probeMs).unref();
  }

  private async writeGroup(): Promise<void> {
    if (this.file === null) await this.startSegment(0, this.queue[0]?.item.urgent === true);
    let segment = this.segments.at(-1)!;
    this.options.begin();
    const group: Waiting[] = [];
    const records: Buffer[] = [];
    let bytes = 0;
    let needed = 0;
    const room = (this.writingRoom ??= Buffer.allocUnsafeSlow(roomBytes));
    const give = (size: number) =>
      bytes + size <= room.length ? room.subarray(bytes, bytes + size) : Buffer.allocUnsafeSlow(size);
    for (const waiting of this.queue) {
      const record = waiting.item.make(give);
      const apart = record.buffer !== room.buffer;
      if (apart && group.length > 0) break;
      const reserved = waiting.item.urgent === true ? 0 : (this.options.reservedBytes ?? 0);
      if (segment.end + bytes + record.length > segment.size - reserved) {
        needed = record.length;
        break;
      }
      bytes += record.length;
      group.push(waiting);
      records.push(record);
      if (apart) break;
    }
    if (group.length === 0) {
      await this.startSegment(needed, this.queue[0]?.item.urgent === true);
      return;
    }
    try {
      await this.write(segment, records, bytes);
      await this.file!.checkPlace();
    } catch {
      // After a failed flush the kernel may hold for written what never reached the disk: this file is left.
      await this.release();
      this.torn = [segment.end];
      await this.startSegment(bytes, group[0]?.item.urgent === true);
      segment = this.segments.at(-1)!;
      await this.write(segment, records, bytes);
    }
    this.queue.splice(0, group.length);
    let offset = segment.end;
    for (const [index, { item, resolve }] of group.entries()) {
      const { length } = records[index]!;
      this.syncedSeq = this.nextSeq++;
      item.done(segment, { kind: dataKind, offset, length, seq: this.syncedSeq, synced: this.syncedSeq });
      offset += length;
      resolve();
    }
    segment.end = offset;
    if (segment.end > segment.size / 2 && !this.closed) this.spare.prepare().catch(() => undefined);
  }

  private async write(segment: Segment, records: readonly Buffer[], bytes: number): Promise<void> {
    const place = this.placeOf(segment);
    let offset = segment.end;
    for (const [index, record] of records.entries()) {
      const seq = this.nextSeq + index;
      stampRecord(record, place, { kind: dataKind, offset, seq, synced: this.syncedSeq });
      offset += record.length;
    }
    // All of them stand in one piece, or there is one.
    const whole = records.length === 1 ? records[0]! : this.writingRoom!.subarray(0, bytes);
    await this.file!.write(whole, bytes, segment.end);
  }

  /** Makes a new segment the one that is written. */
  private async startSegment(room: number, urgent: boolean): Promise<void> {
    const { options } = this;
    const number = (this.segments.at(-1)?.number ?? 0) + 1;
    const head = jsonRecord({ torn: this.torn, value: options.head() });
    const least = room + head.length + (options.reservedBytes ?? 0);
    const before = this.segments.at(-1);
    const path = join(this.dir, segmentFile(number));
    const seq = this.nextSeq;
    stampRecord(
      head,
      { mark: options.mark, log: options.id, segment: number },
      { kind: headKind, offset: 0, seq, synced: this.syncedSeq },
    );
    const size = await this.spare.take(least, urgent, async (bytes) => {
      const file = await open(this.spare.path, 'r+');
      try {
        await file.write(head, 0, head.length, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.release();
      await rename(this.spare.path, path);
      return bytes;
    });
    await syncFolder(this.dir);
    this.file = await WrittenFile.open(path);
    this.syncedSeq = seq;
    this.nextSeq = seq + 1;
    this.torn = [];
    const header = { kind: headKind, offset: 0, length: head.length, seq, synced: seq };
    const next: Segment = { number, path, size, end: head.length, head: { ...header, ...headOf(head) }, next: null };
    this.segments.push(next);
    options.started?.(next);
    if (before === undefined) return;
    before.next = next;
    options.sealed?.(before);
  }

  private async release(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.close().catch(() => undefined);
  }

  private placeOf(segment: Segment): RecordPlace {
    return { mark: this.options.mark, log: this.options.id, segment: segment.number };
  }
}

/** What mends a spool that cannot be reached, by the error's code. */
function mendOf(code: string): string {
  return code === 'ENOENT'
    ? 'its folder in FSP_DATA_DIR is gone: mount it again or put it back, or start the server anew, which begins an empty one'
    : 'its disk is full, read-only or broken: make room on the disk of FSP_DATA_DIR, or check it';
}
