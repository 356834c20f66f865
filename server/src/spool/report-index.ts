import type { RecordHeader } from './record.js';
import { failedFlags, reportHeader, type Lane, type LanePlace } from './report-record.js';

/** A message that waits or is admitted: where its record is, and which of its messages it is. */
export interface MessageRef {
  /** Number of the segment. */
  segment: number;
  record: number;
  offset: number;
  length: number;
  /** Index of the message in its record. */
  message: number;
  lane: Lane;
  /** In its lane. */
  number: number;
  receivedAt: number;
}

/** Numbers of a lane that no record holds. */
export interface Hole {
  lane: Lane;
  from: number;
  to: number;
}

/** Where the messages of one segment are, by their numbers. Typed arrays: a segment of small reports has fifty thousand. */
export class ReportIndex {
  count = 0;
  readonly holes: Hole[] = [];
  private offsets = new Uint32Array(256);
  private lengths = new Uint32Array(256);
  private receivedAt = new Float64Array(256);
  private first: Record<Lane, Float64Array> = { failed: new Float64Array(256), other: new Float64Array(256) };
  private counts: Record<Lane, Uint16Array> = { failed: new Uint16Array(256), other: new Uint16Array(256) };
  /** Which messages failed, of reports that have both kinds. */
  private readonly mixed = new Map<number, number[]>();

  constructor(
    readonly segment: number,
    /** Numbers behind the last record. */
    readonly end: LanePlace,
  ) {}

  add({ offset, length }: Pick<RecordHeader, 'offset' | 'length'>, record: Buffer): void {
    if (this.count === this.offsets.length) this.grow();
    const { receivedAt, first, count } = reportHeader(record);
    const at = this.count++;
    this.offsets[at] = offset;
    this.lengths[at] = length;
    this.receivedAt[at] = receivedAt;
    for (const lane of ['failed', 'other'] as const) {
      if (first[lane] > this.end[lane]) this.holes.push({ lane, from: this.end[lane], to: first[lane] });
      this.first[lane][at] = first[lane];
      this.counts[lane][at] = count[lane];
      this.end[lane] = first[lane] + count[lane];
    }
    if (count.failed > 0 && count.other > 0) this.mixed.set(at, failedFlags(record));
  }

  /** The message of that number, or the next of its lane in this segment; null where there is none. `hint` is a record not behind it. */
  find(lane: Lane, number: number, hint = 0): MessageRef | null {
    const first = this.first[lane];
    const counts = this.counts[lane];
    let record = hint;
    const holds = (at: number) => first[at]! + counts[at]! > number;
    if (record < this.count && !holds(record)) {
      // Near by as a rule; else by halves.
      for (let tries = 0; tries < 4 && record < this.count && !holds(record); tries++) record++;
      if (record < this.count && !holds(record)) {
        let high = this.count;
        while (record < high) {
          const middle = (record + high) >>> 1;
          if (holds(middle)) high = middle;
          else record = middle + 1;
        }
      }
    }
    while (record < this.count && counts[record] === 0) record++;
    if (record >= this.count) return null;
    const found = Math.max(number, first[record]!);
    return {
      segment: this.segment,
      record,
      offset: this.offsets[record]!,
      length: this.lengths[record]!,
      message: this.messageIndex(record, lane, found - first[record]!),
      lane,
      number: found,
      receivedAt: this.receivedAt[record]!,
    };
  }

  private messageIndex(record: number, lane: Lane, nth: number): number {
    const flags = this.mixed.get(record);
    if (flags === undefined) return nth;
    const wanted = lane === 'failed' ? 1 : 0;
    let left = nth;
    return flags.findIndex((flag) => flag === wanted && left-- === 0);
  }

  private grow(): void {
    const size = this.offsets.length * 2;
    const grown = <T extends Uint32Array | Float64Array | Uint16Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.offsets = grown(this.offsets, new Uint32Array(size));
    this.lengths = grown(this.lengths, new Uint32Array(size));
    this.receivedAt = grown(this.receivedAt, new Float64Array(size));
    for (const lane of ['failed', 'other'] as const) {
      this.first[lane] = grown(this.first[lane], new Float64Array(size));
      this.counts[lane] = grown(this.counts[lane], new Uint16Array(size));
    }
  }
}
