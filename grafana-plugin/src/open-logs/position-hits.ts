import type { Hits } from '../log-view/source.js';

/** Positions of what was found, all of them known and in order. */
export class PositionHits implements Hits {
  constructor(private readonly found: Uint32Array) {}

  get count(): number {
    return this.found.length;
  }

  after(position: number): Promise<number> {
    return Promise.resolve(this.found[this.firstFrom(position + 1)] ?? -1);
  }

  before(position: number): Promise<number> {
    return Promise.resolve(this.found[this.firstFrom(position) - 1] ?? -1);
  }

  rank(position: number): Promise<number> {
    return Promise.resolve(this.firstFrom(position));
  }

  positions(from: number, to: number): Promise<number[]> {
    return Promise.resolve(Array.from(this.found.subarray(from, to)));
  }

  /** Number of the first one that is not before a position. */
  private firstFrom(position: number): number {
    let low = 0;
    let high = this.found.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.found[middle]! < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
