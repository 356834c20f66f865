import { compile } from '../log-view/matcher.js';
import {
  severityOrder,
  type LogRecord,
  type Place,
  type Scope,
  type Wanted,
  type WholeText,
} from '../log-view/source.js';
import { firstLines } from '../log-view/text.js';
import { mergedByTime } from './merge.js';
import type { RecordStore } from './record-store.js';

/** Records that are looked at before a message of the page is heard. */
const atOnce = 50_000;

/** Logs in one order, without what a scope leaves out: what the page's log view looks at. */
export class OpenedView {
  private readonly bases: number[] = [];
  /** Number of each log's first file among the files of all. */
  private readonly firstFiles: number[] = [];
  private shown: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  /** Log of the record that was located last: the next one is mostly of the same. */
  private last = 0;
  readonly all: number;

  private constructor(
    private readonly logs: readonly RecordStore[],
    parts: readonly number[],
  ) {
    let base = 0;
    let file = 0;
    logs.forEach(({ length }, index) => {
      this.bases.push(base);
      this.firstFiles.push(file);
      base += length;
      file += parts[index]!;
    });
    this.all = base;
  }

  /** @param parts how many files each log has */
  static async open(logs: readonly RecordStore[], parts: readonly number[], scope: Scope): Promise<OpenedView> {
    const view = new OpenedView(logs, parts);
    const ordered = scope.order === 'time' ? mergedByTime(logs) : Uint32Array.from({ length: view.all }, (_, at) => at);
    const worst = severityOrder.indexOf(scope.least);
    const wanted = scope.containing === '' ? null : compile({ text: scope.containing, matchCase: false, regex: false });
    view.shown =
      worst === 0 && wanted === null
        ? ordered
        : await view.pick(ordered, (store, at) => {
            if (store.severity(at) < worst) return false;
            return wanted === null || wanted.test(store.message(at)) || wanted.test(store.component(at));
          });
    return view;
  }

  get total(): number {
    return this.shown.length;
  }

  window(from: number, to: number): LogRecord[] {
    const first = Math.max(0, from);
    return Array.from(this.shown.subarray(first, Math.max(first, to)), (number, index) => {
      const { log, store, at } = this.locate(number);
      const { message, cut, lines, trouble } = firstLines(store.message(at));
      const file = this.firstFiles[log]! + store.part(at);
      return { ...store.facts(at), position: first + index, file, message, cut, lines, trouble };
    });
  }

  whole(positions: readonly number[]): WholeText[] {
    return positions.map((position) => {
      const { store, at } = this.locate(this.shown[position]!);
      return { message: store.message(at), original: store.original(at) };
    });
  }

  find(place: Place): number {
    if ('time' in place) {
      // Not by halves: the times of a log need not be in order.
      const found = this.shown.findIndex((number) => {
        const { store, at } = this.locate(number);
        return (store.time(at) ?? -Infinity) >= place.time;
      });
      return found < 0 ? this.shown.length - 1 : found;
    }
    let first = -1;
    let best = -1;
    let bestLine = 0;
    for (let position = 0; position < this.shown.length; position++) {
      const { log, store, at } = this.locate(this.shown[position]!);
      if (this.firstFiles[log]! + store.part(at) !== place.file) continue;
      if (first < 0) first = position;
      const line = store.line(at);
      if (line <= place.line && line > bestLine) [best, bestLine] = [position, line];
    }
    return best < 0 ? first : best;
  }

  async search(wanted: Wanted): Promise<Uint32Array<ArrayBuffer>> {
    const positions = Uint32Array.from({ length: this.shown.length }, (_, position) => position);
    const numberOf = (position: number) => this.shown[position]!;
    if ('least' in wanted) {
      const worst = severityOrder.indexOf(wanted.least);
      return this.pick(positions, (store, at) => store.severity(at) >= worst, numberOf);
    }
    const matcher = compile(wanted);
    return this.pick(positions, (store, at) => matcher.test(store.message(at)), numberOf);
  }

  private locate(number: number): { log: number; store: RecordStore; at: number } {
    let log = this.last;
    const at = number - this.bases[log]!;
    if (at < 0 || at >= this.logs[log]!.length) {
      let high = this.bases.length - 1;
      log = 0;
      while (log < high) {
        const middle = (log + high + 1) >>> 1;
        if (this.bases[middle]! <= number) log = middle;
        else high = middle - 1;
      }
      this.last = log;
    }
    return { log, store: this.logs[log]!, at: number - this.bases[log]! };
  }

  private async pick(
    from: Uint32Array<ArrayBuffer>,
    keeps: (store: RecordStore, at: number) => boolean,
    numberOf = (one: number) => one,
  ): Promise<Uint32Array<ArrayBuffer>> {
    const kept = new Uint32Array(from.length);
    let count = 0;
    for (let index = 0; index < from.length; index++) {
      const { store, at } = this.locate(numberOf(from[index]!));
      if (keeps(store, at)) kept[count++] = from[index]!;
      if (index % atOnce === atOnce - 1) await new Promise((resolve) => setTimeout(resolve));
    }
    return kept.slice(0, count);
  }
}
