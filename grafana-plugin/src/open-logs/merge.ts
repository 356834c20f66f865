/** Records of one log in their order, by the times that they count as written at: never before those ahead of them. */
export interface Ordered {
  readonly length: number;
  time(at: number): number | null;
}

/**
 * Merges logs by time without re-ordering any; what is equal stays in the order of the logs.
 * @param logs of which the records are numbered through
 */
export function mergedByTime(logs: readonly Ordered[]): Uint32Array<ArrayBuffer> {
  const total = logs.reduce((sum, { length }) => sum + length, 0);
  const merged = new Uint32Array(total);
  const bases: number[] = [];
  let base = 0;
  for (const { length } of logs) {
    bases.push(base);
    base += length;
  }
  const at = logs.map(() => 0);
  const heads = logs.map((log) => log.time(0) ?? -Infinity);
  // A heap of the logs that still have records, the earliest first.
  const heap = logs.map((_, index) => index).filter((index) => logs[index]!.length > 0);
  const earlier = (a: number, b: number) => heads[a]! < heads[b]! || (heads[a] === heads[b] && a < b);
  const sink = (from: number) => {
    for (let node = from; ;) {
      let least = node;
      for (const child of [2 * node + 1, 2 * node + 2])
        if (child < heap.length && earlier(heap[child]!, heap[least]!)) least = child;
      if (least === node) return;
      [heap[node], heap[least]] = [heap[least]!, heap[node]!];
      node = least;
    }
  };
  for (let node = heap.length >> 1; node >= 0; node--) sink(node);
  for (let out = 0; heap.length > 0; out++) {
    const log = heap[0]!;
    merged[out] = bases[log]! + at[log]!++;
    if (at[log]! < logs[log]!.length) heads[log] = Math.max(heads[log]!, logs[log]!.time(at[log]!) ?? -Infinity);
    else {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    }
    if (heap.length > 1) sink(0);
  }
  return merged;
}
