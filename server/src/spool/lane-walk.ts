import type { MessageRef, ReportIndex } from './report-index.js';
import type { Lane } from './report-record.js';
import type { Segment } from './segments.js';

/** Segments that a lane goes through. */
interface Walked {
  /** The segment with the first message of a lane from that number on; undefined where there is none. */
  segmentFrom(lane: Lane, number: number): Segment | undefined;
  /** The index of a segment that was gone through already. */
  loaded(segment: Segment): ReportIndex | undefined;
  /** The index of a segment, which is gone through first where it was not yet. */
  indexOf(segment: Segment): Promise<ReportIndex>;
}

/** A walk along one lane, past what is missing. */
export class LaneWalk {
  private segment: Segment | undefined;
  private index: ReportIndex | undefined;
  private found: MessageRef | undefined;
  /** Record of the last message. */
  private hint = 0;

  constructor(
    private readonly reports: Walked,
    private readonly lane: Lane,
    /** Of the next message. */
    public number: number,
    private readonly to: number,
  ) {}

  /** The next message; null behind the last; undefined where a segment has to be gone through first. */
  ready(): MessageRef | null | undefined {
    while (this.found === undefined) {
      if (this.number >= this.to) return null;
      if (this.index === undefined) {
        this.segment = this.reports.segmentFrom(this.lane, this.number);
        if (this.segment === undefined) {
          this.number = this.to;
          return null;
        }
        this.index = this.reports.loaded(this.segment);
        if (this.index === undefined) return undefined;
      }
      this.settle(this.index.find(this.lane, this.number, this.hint));
    }
    return this.found;
  }

  async load(): Promise<MessageRef | null> {
    for (;;) {
      const found = this.ready();
      if (found !== undefined) return found;
      this.index = await this.reports.indexOf(this.segment!);
    }
  }

  /** Goes past the message that `ready` gave. */
  take(): MessageRef {
    const ref = this.found!;
    this.number = ref.number + 1;
    this.hint = ref.record;
    this.found = undefined;
    return ref;
  }

  private settle(ref: MessageRef | null): void {
    if (ref === null) {
      // Nothing more of this lane in the segment: on to the next.
      this.number = Math.max(this.number, Math.min(this.to, this.index!.end[this.lane]));
      this.index = undefined;
      this.hint = 0;
    } else if (ref.number >= this.to) this.number = this.to;
    else {
      this.number = ref.number;
      this.found = ref;
    }
  }
}
