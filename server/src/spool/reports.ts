import { setImmediate } from 'node:timers/promises';
import type { DamageLedger } from './damage.js';
import type { StateMessageEntry } from './entries.js';
import type { Identities } from './identities.js';
import { LaneWalk } from './lane-walk.js';
import { SegmentLog } from './log.js';
import type { Gap, ScanResult } from './record.js';
import { ReportIndex, type Hole, type MessageRef } from './report-index.js';
import { decodeReport, encodeReport, numberReport, reportIds, type Lane, type LanePlace } from './report-record.js';
import { segmentFile, type Segment } from './segments.js';

export const lanes = ['failed', 'other'] as const satisfies readonly Lane[];
/** How long messages are decoded before others have their turn. */
const turnMs = 4;
/** Indexes of segments that are kept beside that of the newest. */
const keptIndexes = 6;

export interface ReportsOptions {
  dir: string;
  mark: Buffer;
  segmentBytes: number;
  damage: DamageLedger;
  identities: Identities;
  /** What is known from elsewhere to have been on disk: number of the newest record, and behind the last messages. */
  known: { seq: number; end: LanePlace };
  /** Up to which every sink has the messages: what is damaged below was delivered before. */
  delivered(): LanePlace;
}

/**
 * The log of reports, and in it the two lanes: each message has a number in the lane of those that failed or in that of
 * the others, in the order of arrival. Numbers of messages that were lost stay empty.
 *
 * Of a segment only its head is read at first; its records are gone through, and its damage is found, when its messages
 * are needed or when `examine` comes to it.
 */
export class Reports {
  readonly log: SegmentLog;
  /** Behind the last messages. */
  readonly end: LanePlace;
  private numbering: LanePlace = { failed: 0, other: 0 };
  /** Of the segments that were used last, newest use last. */
  private readonly indexes = new Map<number, ReportIndex>();
  /** What is known of every segment that was gone through. */
  private readonly extents = new Map<number, { start: LanePlace; end: LanePlace; holes: readonly Hole[] }>();
  private readonly loading = new Map<number, Promise<ReportIndex>>();

  constructor(private readonly options: ReportsOptions) {
    const { known, identities, ...rest } = options;
    this.end = { ...known.end };
    this.log = new SegmentLog({
      ...rest,
      name: 'reports',
      id: 1,
      syncedSeq: known.seq,
      head: () => ({ ...this.end }),
      begin: () => {
        this.numbering = { ...this.end };
      },
      // From its beginning on: a segment without an index is read from its file, where what is being written is missing.
      started: ({ number }) => void this.keepIndex(new ReportIndex(number, { ...this.end })),
      sealed: (segment) => {
        void identities.keep(segment.number).catch(() => undefined);
      },
    });
  }

  /** Goes through the newest segments, after `log.find`, and makes the log ready; identities are known again. */
  async open(now: number): Promise<void> {
    const { log } = this;
    const { identities } = this.options;
    let scan: ScanResult | null = null;
    for (const segment of [...log.segments]) {
      const { next } = segment;
      // Where a segment ends is known by the head of the next.
      const whole = next !== null && next.head !== null && next.number === segment.number + 1 && segment.head !== null;
      const forgotten = segment.number > identities.keptThrough;
      if (whole && !forgotten) continue;
      ({ scan } = await this.goThrough(segment, (record) => {
        if (forgotten) for (const id of reportIds(record)) identities.learn(id, now);
      }));
      if (next !== null && forgotten) await identities.keep(segment.number).catch(() => undefined);
    }
    const last = log.segments.at(-1);
    for (const lane of lanes)
      this.end[lane] = Math.max(this.end[lane], last === undefined ? 0 : this.endOf(last)[lane]);
    const first = log.segments[0];
    this.tellMissing(
      this.options.delivered(),
      first === undefined ? this.end : this.firstOf(first),
      (first?.number ?? 1) - 1,
    );
    await log.resume(scan);
  }

  /** Appends a report; resolves when it is on disk. */
  append(entries: readonly StateMessageEntry[]): Promise<void> {
    let record: Buffer;
    return this.log.append({
      make: (room) => {
        record = encodeReport(entries, room);
        this.numbering = numberReport(record, this.numbering);
        return record;
      },
      done: (segment, header) => {
        const index = this.indexes.get(segment.number)!;
        index.add(header, record);
        Object.assign(this.end, index.end);
        for (const id of reportIds(record)) this.options.identities.add(id);
      },
    });
  }

  /** How many messages of a lane stand from that number on, as far as it is known. */
  countFrom(lane: Lane, from: number): number {
    let count = 0;
    for (const segment of this.log.segments) {
      const end = this.endOf(segment)[lane];
      if (end <= from) continue;
      count += end - Math.max(from, this.firstOf(segment)[lane]);
      for (const hole of this.extents.get(segment.number)?.holes ?? [])
        if (hole.lane === lane && hole.to > from) count -= hole.to - Math.max(hole.from, from);
    }
    return count;
  }

  /**
   * Up to `max` messages, of `maxBytes` and one more, from one place to another; and the place behind them. Failures
   * come first, and others only among the first `othersWithin`; or all in the order of their arrival.
   */
  async take(
    from: LanePlace,
    to: LanePlace,
    {
      arrival,
      max,
      othersWithin = Infinity,
      maxBytes = Infinity,
    }: { arrival: boolean; max: number; othersWithin?: number; maxBytes?: number },
  ): Promise<{ refs: MessageRef[]; next: LanePlace; bytes: number }> {
    const refs: MessageRef[] = [];
    const walks = lanes.map((lane) => new LaneWalk(this, lane, from[lane], to[lane]));
    const [failed, other] = walks as [LaneWalk, LaneWalk];
    let bytes = 0;
    let before: MessageRef | null = null;
    while (refs.length < max && bytes < maxBytes) {
      const first = failed.ready() ?? (await failed.load());
      const unwanted = refs.length >= othersWithin || (first !== null && !arrival);
      const second = unwanted ? null : (other.ready() ?? (await other.load()));
      if (first === null && second === null) break;
      const walk = second === null || (first !== null && earlier(first, second)) ? failed : other;
      const ref = walk.take();
      if (ref.record !== before?.record || ref.segment !== before.segment) bytes += ref.length;
      before = ref;
      refs.push(ref);
    }
    return { refs, next: { failed: failed.number, other: other.number }, bytes };
  }

  /** The first message of a lane from that number on; null where there is none. */
  async head(lane: Lane, from: number): Promise<MessageRef | null> {
    const walk = new LaneWalk(this, lane, from, this.end[lane]);
    return walk.ready() ?? (await walk.load());
  }

  /**
   * The messages themselves. One whose record cannot be read any more is told of, and left out; one that every sink has
   * got meanwhile is left out alone.
   */
  async read(refs: readonly MessageRef[]): Promise<StateMessageEntry[]> {
    const entries: StateMessageEntry[] = [];
    let turn = performance.now();
    for (let from = 0; from < refs.length;) {
      // A run of ascending records in one segment is read together.
      const { segment: number } = refs[from]!;
      const wanted: { offset: number; length: number; messages: number[] }[] = [];
      let to = from;
      for (; to < refs.length && refs[to]!.segment === number; to++) {
        const { offset, length, message } = refs[to]!;
        const last = wanted.at(-1);
        if (last?.offset === offset) last.messages.push(message);
        else if (last === undefined || offset > last.offset) wanted.push({ offset, length, messages: [message] });
        else break;
      }
      const segment = this.log.segments.find((one) => one.number === number);
      const records = segment === undefined ? wanted.map(() => null) : await this.log.read(segment, wanted);
      for (const [index, record] of records.entries()) {
        const { offset, length, messages } = wanted[index]!;
        if (performance.now() - turn > turnMs) {
          await setImmediate();
          turn = performance.now();
        }
        if (record !== null) entries.push(...decodeReport(record, messages));
        else if (this.isThere(number)) this.tell(number, { offset, bytes: length }, messages.length, 'is damaged');
      }
      from = to;
    }
    return entries;
  }

  /** Goes through every segment that was not yet; resolves when all are. What is damaged is told. */
  async examine(stopped: () => boolean): Promise<void> {
    for (const segment of [...this.log.segments]) {
      if (stopped()) return;
      if (this.extents.has(segment.number) || !this.log.segments.includes(segment)) continue;
      // One that cannot be read for the moment is gone through when it is needed.
      await this.indexOf(segment).catch(() => undefined);
      await setImmediate();
    }
  }

  /** Deletes the segments of which every message is below that place. */
  async trim(place: LanePlace): Promise<void> {
    for (const segment of this.log.segments.slice(0, -1)) {
      const end = this.endOf(segment);
      if (end.failed > place.failed || end.other > place.other) continue;
      if (segment.number > this.options.identities.keptThrough) continue;
      await this.log.remove(segment);
      this.indexes.delete(segment.number);
      this.extents.delete(segment.number);
    }
  }

  /** The first segment that has a message of the lane from that number on. */
  segmentFrom(lane: Lane, number: number): Segment | undefined {
    return this.log.segments.find(
      (segment) => this.endOf(segment)[lane] > Math.max(number, this.firstOf(segment)[lane]),
    );
  }

  firstOf(segment: Segment): LanePlace {
    return (segment.head?.value as LanePlace | undefined) ?? this.extents.get(segment.number)?.start ?? this.end;
  }

  endOf(segment: Segment): LanePlace {
    const known = this.extents.get(segment.number)?.end;
    if (known !== undefined) return known;
    const { next } = segment;
    return this.firstOf(next ?? segment);
  }

  loaded(segment: Segment): ReportIndex | undefined {
    return this.indexes.get(segment.number);
  }

  /** Where the messages of a segment are. */
  indexOf(segment: Segment): Promise<ReportIndex> {
    const known = this.indexes.get(segment.number);
    if (known !== undefined) return Promise.resolve(known);
    let loading = this.loading.get(segment.number);
    if (loading === undefined) {
      loading = this.goThrough(segment, () => undefined)
        .then(({ index }) => index)
        .finally(() => this.loading.delete(segment.number));
      this.loading.set(segment.number, loading);
    }
    return loading;
  }

  private async goThrough(
    segment: Segment,
    visit: (record: Buffer) => void,
  ): Promise<{ scan: ScanResult; index: ReportIndex }> {
    const { log } = this;
    const before = log.segments[log.segments.indexOf(segment) - 1];
    const delivered = this.options.delivered();
    const start =
      (segment.head?.value as LanePlace | undefined) ?? (before === undefined ? delivered : this.endOf(before));
    const index = new ReportIndex(segment.number, { ...start });
    /** By the number of the record behind them. */
    const lost = new Map<number, number>();
    const scan = await log.scan(segment, (header, record) => {
      const known = index.holes.length;
      index.add(header, record);
      const holes = index.holes.slice(known);
      if (holes.length > 0)
        lost.set(
          header.seq,
          holes.reduce((sum, hole) => sum + beyond(hole, delivered), 0),
        );
      visit(record);
    });
    // One that was deleted meanwhile, every sink having all of it, is not damaged.
    if (!this.isThere(segment.number)) return { scan, index };
    this.keepIndex(index, start);
    for (const gap of scan.gaps)
      if (gap.before !== null) this.tell(segment.number, gap, lost.get(gap.before) ?? 0, 'is damaged', gap.piece);
    const tail = scan.gaps.find((gap) => gap.before === null) ?? { offset: scan.end, bytes: 0 };
    this.tellEnd(segment, index, tail);
    return { scan, index };
  }

  /** Tells of what is missing between the end of a segment and what is known to have followed. */
  private tellEnd(segment: Segment, index: ReportIndex, gap: Pick<Gap, 'offset' | 'bytes' | 'piece'>): void {
    const { next } = segment;
    // Where the next does not know where it began, what is missing is counted there.
    const follows = next === null ? this.end : next.head === null ? index.end : this.firstOf(next);
    const missing = next !== null && next.number !== segment.number + 1;
    const messages = missing ? 0 : this.lostBetween(index.end, follows);
    if (missing) this.tellMissing(index.end, follows, segment.number + 1);
    if (messages > 0 || gap.bytes > 0) this.tell(segment.number, gap, messages, 'is damaged at its end', gap.piece);
  }

  private isThere(number: number): boolean {
    return this.log.segments.some((segment) => segment.number === number);
  }

  private lostBetween(from: LanePlace, to: LanePlace): number {
    const delivered = this.options.delivered();
    return lanes.reduce((sum, lane) => sum + beyond({ lane, from: from[lane], to: to[lane] }, delivered), 0);
  }

  private tellMissing(from: LanePlace, to: LanePlace, number: number): void {
    const messages = this.lostBetween(from, to);
    if (messages > 0) this.tell(number, { offset: 0, bytes: 0 }, messages, 'is missing');
  }

  private tell(
    number: number,
    gap: { offset: number; bytes: number },
    messages: number,
    what: string,
    piece?: Buffer,
  ): void {
    this.options.damage.tell(
      {
        where: 'reports',
        file: `reports/${segmentFile(number)}`,
        offset: gap.offset,
        bytes: gap.bytes,
        messages,
        entries: 0,
        what,
      },
      piece,
    );
  }

  private keepIndex(index: ReportIndex, start: LanePlace = { ...index.end }): ReportIndex {
    this.indexes.set(index.segment, index);
    this.extents.set(index.segment, { start, end: index.end, holes: index.holes });
    // The newest is written, and is always needed.
    const newest = this.log.segments.at(-1)?.number;
    for (const number of this.indexes.keys())
      if (this.indexes.size > keptIndexes && number !== newest) this.indexes.delete(number);
    return index;
  }
}

function earlier(a: MessageRef, b: MessageRef): boolean {
  return (a.segment - b.segment || a.record - b.record || a.message - b.message) < 0;
}

/** How many numbers of a hole were not delivered before. */
function beyond({ lane, from, to }: Hole, delivered: LanePlace): number {
  return Math.max(0, to - Math.max(from, delivered[lane]));
}
