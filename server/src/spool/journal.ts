import { segmentFile, type Segment } from './segments.js';
import type { DamageLedger } from './damage.js';
import { SegmentLog } from './log.js';
import type { SpoolEntry } from './entries.js';
import { jsonOf, jsonRecord, linesOf, type RecordHeader, type ScanResult } from './record.js';
import { applyStep, emptyState, entryFromJson, entryFromLine, type Place, type State, type Step } from './state.js';

const keptIndexes = 4;

/** A step that admits entries: what it admits, and where it is. */
export interface Admission {
  from: Place;
  to: Place;
  /** True where the entries stand in the step itself. */
  inline: boolean;
  arrival: boolean;
  segment: Segment;
  offset: number;
  length: number;
}

/** So many entries of an admission, from one on. */
export interface AdmittedPart {
  admission: Admission;
  from: number;
  count: number;
}

interface JournalIndex {
  admissions: Admission[];
  /** `State.end` behind the last step. */
  end: Place;
}

export interface JournalOptions {
  dir: string;
  mark: Buffer;
  segmentBytes: number;
  damage: DamageLedger;
  reservedBytes: number;
  reserveFile: string;
  sealed(): void;
}

/**
 * The log of all that happens beside the arrival of reports: what the throttle admits, entries that no throttle concerns,
 * the window, the cursors of the sinks, the positions of followed logs, the role. The state is what the steps say one
 * after the other; each segment begins with the state so far.
 */
export class Journal {
  readonly log: SegmentLog;
  state: State = emptyState();
  /** Number of the newest step in the state. */
  seq = 0;
  private next: Place = this.state.end;
  private opened = false;
  private readonly untold: (() => void)[] = [];
  private readonly indexes = new Map<number, JournalIndex>();

  constructor(private readonly options: JournalOptions & { base: { seq: number; state: State } | null }) {
    const { base } = options;
    if (base !== null) {
      this.state = base.state;
      this.seq = base.seq;
    }
    this.log = new SegmentLog({
      ...options,
      name: 'journal',
      id: 2,
      syncedSeq: this.seq,
      head: () => this.state,
      // From its beginning on: a segment without an index is read from its file, where what is being written is missing.
      started: (segment) => void this.keep(segment, { admissions: [], end: this.state.end }),
      begin: () => {
        this.next = this.state.end;
      },
    });
  }

  /** Finds what is there, and brings the state up to it. */
  async open(): Promise<void> {
    const { log } = this;
    await log.find();
    for (const { head } of log.segments) {
      if (head === null || head.seq <= this.seq) continue;
      this.state = structuredClone(head.value) as State;
      this.seq = head.seq;
    }
    let scan: ScanResult | null = null;
    for (const segment of [...log.segments]) {
      const { next } = segment;
      const older = next !== null && next.head !== null && next.head.seq <= this.seq;
      if (older && next.number === segment.number + 1 && segment.head !== null) continue;
      ({ scan } = await this.goThrough(segment, (header, step) => {
        if (header.seq <= this.seq) return;
        applyStep(this.state, step);
        this.seq = header.seq;
      }));
    }
    await log.resume(scan);
  }

  /** Tells, once all is known that was delivered, what of the journal is missing. */
  tellMissing(): void {
    const { log, state } = this;
    const first = log.segments[0];
    if (first === undefined) this.tellLost(state.kept, state.end, { number: 1, offset: 0, bytes: 0 }, 'is missing');
    else if (first.head !== null)
      this.tellLost(
        state.kept,
        (first.head.value as State).end,
        { number: first.number - 1, offset: 0, bytes: 0 },
        'is missing',
      );
    for (const tell of this.untold.splice(0)) tell();
    this.opened = true;
  }

  /**
   * Writes a step, made when its turn comes from the end of what is admitted; resolves when it is on disk. `urgent` steps
   * find room on a full disk too; `lines` are the entries of one that has them `inline`.
   */
  commit(make: (end: Place) => Step, urgent = false, lines: readonly string[] = []): Promise<void> {
    let step: Step | undefined;
    return this.log.append({
      urgent,
      make: (room) => {
        step = make(this.next);
        this.next = step.end;
        return jsonRecord(step, room, lines);
      },
      done: (segment, header) => {
        addTo(this.indexes.get(segment.number)!, segment, header, step!);
        applyStep(this.state, step!);
        this.seq = header.seq;
      },
    });
  }

  /** The first admission that ends behind a position; null where there is none. */
  async after(position: number): Promise<Admission | null> {
    for (const segment of this.log.segments) {
      const next = segment.next?.head?.value as State | undefined;
      if (next !== undefined && next.end.position <= position) continue;
      const { admissions } = await this.indexOf(segment);
      let low = 0;
      for (let high = admissions.length; low < high;) {
        const middle = (low + high) >>> 1;
        if (admissions[middle]!.to.position > position) high = middle;
        else low = middle + 1;
      }
      if (low < admissions.length) return admissions[low]!;
    }
    return null;
  }

  /** The entries of parts that are in order; none of what cannot be read any more, or what every sink has got meanwhile. */
  async read(parts: readonly AdmittedPart[]): Promise<SpoolEntry[]> {
    const entries: SpoolEntry[] = [];
    for (let from = 0, to: number; from < parts.length; from = to) {
      const { segment } = parts[from]!.admission;
      for (to = from; parts[to]?.admission.segment === segment;) to++;
      const those = parts.slice(from, to);
      // Steps of one entry lie side by side by the thousand where many logs grow.
      const records = await this.log.read(
        segment,
        those.map((part) => part.admission),
      );
      for (const [index, part] of those.entries())
        for (const entry of this.entriesOf(records[index]!, part)) entries.push(entry);
    }
    return entries;
  }

  private entriesOf(record: Buffer | null, { admission, from, count }: AdmittedPart): SpoolEntry[] {
    if (record !== null) {
      const step = jsonOf(record) as Step;
      if (step.inline)
        return linesOf(record)
          .slice(from, from + count)
          .map(entryFromLine);
      return (step.entries ?? []).slice(from, from + count).map(entryFromJson);
    }
    if (!this.log.segments.includes(admission.segment)) return [];
    const entries = admission.to.position - admission.from.position;
    this.tell(admission.segment.number, { offset: admission.offset, bytes: admission.length }, entries, 'is damaged');
    return [];
  }

  /** Deletes the segments that admit nothing behind a position. The last two stay: one alone could be damaged. */
  async trim(position: number): Promise<void> {
    for (const segment of this.log.segments.slice(0, -2)) {
      const next = segment.next?.head?.value as State | undefined;
      if (next === undefined || next.end.position > position) return;
      await this.log.remove(segment);
      this.indexes.delete(segment.number);
    }
  }

  private async indexOf(segment: Segment): Promise<JournalIndex> {
    return this.indexes.get(segment.number) ?? (await this.goThrough(segment, () => undefined)).index;
  }

  private async goThrough(
    segment: Segment,
    visit: (header: RecordHeader, step: Step) => void,
  ): Promise<{ scan: ScanResult; index: JournalIndex }> {
    const before = this.log.segments[this.log.segments.indexOf(segment) - 1];
    const head = segment.head?.value as State | undefined;
    const index: JournalIndex = {
      admissions: [],
      end: head?.end ?? (before === undefined ? undefined : this.indexes.get(before.number)?.end) ?? this.state.kept,
    };
    const lost = new Map<number, { from: Place; to: Place }>();
    const scan = await this.log.scan(segment, (header, record) => {
      const step = jsonOf(record) as Step;
      const from = fromOf(step);
      if (from.position > index.end.position) lost.set(header.seq, { from: index.end, to: from });
      addTo(index, segment, header, step);
      visit(header, step);
    });
    // One that was deleted meanwhile, every sink having all of it, is not damaged.
    if (!this.log.segments.includes(segment)) return { scan, index };
    this.keep(segment, index);
    const tell = () => {
      this.tellGaps(segment, index, scan, lost);
    };
    if (this.opened) tell();
    else this.untold.push(tell);
    return { scan, index };
  }

  private tellGaps(
    segment: Segment,
    { end }: JournalIndex,
    scan: ScanResult,
    lost: ReadonlyMap<number, { from: Place; to: Place }>,
  ): void {
    const { number } = segment;
    for (const { offset, bytes, before, piece } of scan.gaps) {
      if (before === null) continue;
      const { from, to } = lost.get(before) ?? { from: end, to: end };
      this.tellLost(from, to, { number, offset, bytes }, 'is damaged', piece);
    }
    const { next } = segment;
    const follows = next === null ? this.state.end : ((next.head?.value as State | undefined)?.end ?? end);
    const missing = next !== null && next.number !== number + 1;
    if (missing) this.tellLost(end, follows, { number: number + 1, offset: 0, bytes: 0 }, 'is missing');
    const { piece, ...tail } = scan.gaps.find(({ before }) => before === null) ?? { offset: scan.end, bytes: 0 };
    this.tellLost(
      end,
      missing ? end : follows,
      { number, offset: tail.offset, bytes: tail.bytes },
      'is damaged at its end',
      piece,
    );
  }

  private keep(segment: Segment, index: JournalIndex): JournalIndex {
    this.indexes.set(segment.number, index);
    const newest = this.log.segments.at(-1)?.number;
    for (const number of this.indexes.keys())
      if (this.indexes.size > keptIndexes && number !== newest && number !== segment.number)
        this.indexes.delete(number);
    return index;
  }

  /** Which messages were admitted between two places is known still; entries that stood in the journal itself are gone. */
  private tellLost(
    from: Place,
    to: Place,
    { number, ...place }: { number: number; offset: number; bytes: number },
    what: string,
    piece?: Buffer,
  ): void {
    const all = to.position - Math.max(from.position, this.state.kept.position);
    const messages =
      to.failed -
      Math.max(from.failed, this.state.kept.failed) +
      to.other -
      Math.max(from.other, this.state.kept.other);
    const entries = Math.max(0, all - Math.max(0, messages));
    if (place.bytes > 0 || entries > 0) this.tell(number, place, entries, what, piece);
  }

  private tell(
    number: number,
    place: { offset: number; bytes: number },
    entries: number,
    what: string,
    piece?: Buffer,
  ): void {
    this.options.damage.tell(
      { where: 'journal', file: `journal/${segmentFile(number)}`, ...place, messages: 0, entries, what },
      piece,
    );
  }
}

function fromOf({ end, admits = 0, lanes }: Step): Place {
  return {
    position: end.position - admits,
    failed: end.failed - (lanes?.failed ?? 0),
    other: end.other - (lanes?.other ?? 0),
  };
}

function addTo(index: JournalIndex, segment: Segment, { offset, length }: RecordHeader, step: Step): void {
  if ((step.admits ?? 0) > 0)
    index.admissions.push({
      from: fromOf(step),
      to: step.end,
      inline: step.inline === true || step.entries !== undefined,
      arrival: step.arrival === true,
      segment,
      offset,
      length,
    });
  index.end = step.end;
}
