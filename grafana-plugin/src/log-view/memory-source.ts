import { compile } from './matcher.js';
import {
  severityOrder,
  type Hits,
  type LogFile,
  type LogRecord,
  type LogSource,
  type OpenLog,
  type Place,
  type Scope,
  type Wanted,
  type WholeText,
} from './source.js';
import { firstLines } from './text.js';

/** A record as it was read, whole. */
export type MemoryRecord = Omit<LogRecord, 'position' | 'cut' | 'lines' | 'trouble'> & {
  /** As it stands in the file, where that is kept. */
  original?: string;
};

/** Records that are looked at before the browser may do something else. */
const atOnce = 20_000;

/** A log whose records are all at hand. */
export class MemorySource implements LogSource {
  readonly grows = false;

  /** @param records file by file, in the order of each */
  constructor(
    readonly id: string,
    readonly files: readonly LogFile[],
    private readonly records: readonly MemoryRecord[],
  ) {}

  async open({ order, least, containing }: Scope): Promise<OpenLog> {
    const { records } = this;
    const worst = severityOrder.indexOf(least);
    const wanted = containing === '' ? null : compile({ text: containing, matchCase: false, regex: false });
    const all = order === 'time' ? byTime(records) : records.map((_, index) => index);
    const shown =
      worst === 0 && wanted === null
        ? all
        : await pick(all, (index) => {
            const { severity, message, component } = records[index]!;
            if (severityOrder.indexOf(severity) < worst) return false;
            return wanted === null || wanted.test(message) || wanted.test(component);
          });
    return new OpenMemory(records, shown, order);
  }
}

class OpenMemory implements OpenLog {
  readonly total: number;
  readonly all: number;

  constructor(
    private readonly records: readonly MemoryRecord[],
    private readonly shown: readonly number[],
    private readonly order: Scope['order'],
  ) {
    this.total = shown.length;
    this.all = records.length;
  }

  window(from: number, to: number): Promise<LogRecord[]> {
    const window = this.shown.slice(Math.max(0, from), to);
    return Promise.resolve(
      window.map((index, at) => {
        const record = this.records[index]!;
        return { ...record, ...firstLines(record.message), position: Math.max(0, from) + at };
      }),
    );
  }

  whole(records: readonly LogRecord[]): Promise<WholeText[]> {
    return Promise.resolve(
      records.map(({ position }) => {
        const { message, original } = this.records[this.shown[position]!]!;
        return { message, original: original ?? null };
      }),
    );
  }

  find(place: Place): Promise<number> {
    const { records, shown } = this;
    if ('time' in place) {
      // Not by halves: the times of a log need not be in order.
      const at = shown.findIndex((index) => (records[index]!.time ?? -Infinity) >= place.time);
      return Promise.resolve(at < 0 ? shown.length - 1 : at);
    }
    let first = -1;
    let best = -1;
    shown.forEach((index, at) => {
      const { file, line } = records[index]!;
      if (file !== place.file) return;
      if (first < 0) first = at;
      if (line <= place.line && (best < 0 || line > records[shown[best]!]!.line)) best = at;
    });
    return Promise.resolve(best < 0 ? first : best);
  }

  async search(wanted: Wanted): Promise<Hits> {
    const { records, shown } = this;
    let matches: (record: MemoryRecord) => boolean;
    if ('least' in wanted) {
      const worst = severityOrder.indexOf(wanted.least);
      matches = ({ severity }) => severityOrder.indexOf(severity) >= worst;
    } else {
      const matcher = compile(wanted);
      matches = ({ message }) => matcher.test(message);
    }
    return new MemoryHits(
      await pick(
        shown.map((_, at) => at),
        (at) => matches(records[shown[at]!]!),
      ),
    );
  }
}

/** Positions that are all known, in order. */
class MemoryHits implements Hits {
  readonly count: number;

  constructor(private readonly found: readonly number[]) {
    this.count = found.length;
  }

  after(position: number): Promise<number> {
    return Promise.resolve(this.found[lowerBound(this.found, position + 1)] ?? -1);
  }

  before(position: number): Promise<number> {
    return Promise.resolve(this.found[lowerBound(this.found, position) - 1] ?? -1);
  }

  rank(position: number): Promise<number> {
    return Promise.resolve(lowerBound(this.found, position));
  }

  positions(from: number, to: number): Promise<number[]> {
    return Promise.resolve(this.found.slice(from, to));
  }
}

/** Index of the first number that is not less; the length where all are. */
export function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Merges files by time without re-ordering any: a record counts as written no earlier than those before it in its file.
 * What is equal stays in the order of the files.
 */
function byTime(records: readonly MemoryRecord[]): number[] {
  const latest = new Map<number, number>();
  const times = records.map(({ file, time }) => {
    const at = Math.max(latest.get(file) ?? -Infinity, time ?? -Infinity);
    latest.set(file, at);
    return at;
  });
  return records.map((_, index) => index).sort((a, b) => (times[a] === times[b] ? a - b : times[a]! - times[b]!));
}

async function pick(indexes: readonly number[], keeps: (index: number) => boolean): Promise<number[]> {
  const kept: number[] = [];
  for (let begin = 0; begin < indexes.length; begin += atOnce) {
    for (const index of indexes.slice(begin, begin + atOnce)) if (keeps(index)) kept.push(index);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return kept;
}
