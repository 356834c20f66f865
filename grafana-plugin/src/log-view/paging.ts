import { lowerBound } from './memory-source.js';

/** A stretch of one file: from one record up to another, both included, by line and byte. */
export interface Stretch {
  file: number;
  from: [line: number, byte: number];
  to: [line: number, byte: number];
  /** Latest time up to its first record, for merging; milliseconds. */
  begin: number;
}

/** Records that are fetched together: few enough for one answer, whatever the log's length. */
export interface Page {
  records: number;
  /** Latest time in it, in milliseconds. */
  latest: number;
  stretches: Stretch[];
}

/** Which page holds which positions. */
export class Paging {
  /** Position of each page's first record. */
  readonly starts: number[] = [];
  readonly total: number;

  constructor(readonly pages: readonly Page[]) {
    let position = 0;
    for (const { records } of pages) {
      this.starts.push(position);
      position += records;
    }
    this.total = position;
  }

  /** Index of the page with a position; that of the nearest where it is outside, -1 where there is none. */
  pageAt(position: number): number {
    return Math.min(
      Math.max(lowerBound(this.starts, position + 1) - 1, this.pages.length === 0 ? -1 : 0),
      this.pages.length - 1,
    );
  }
}

/** Records of a stretch of lines, as ClickHouse counts them. */
export interface Bucket {
  /** Index of the file. */
  nr: number;
  /** Line number divided by {@link linesOfBucket}. */
  bucket: number;
  records: number;
  latest: number;
}

export const linesOfBucket = 1_000;
const mostOfPage = 1_000;

/** Makes pages of buckets that come in order: neighbours of one file go together while they are small. */
export function pagesOf(buckets: readonly Bucket[]): Page[] {
  const pages: Page[] = [];
  let last: Page | undefined;
  for (const { nr: file, bucket, records, latest } of buckets) {
    if (records === 0) continue;
    const to: Stretch['to'] = [(bucket + 1) * linesOfBucket - 1, Number.MAX_SAFE_INTEGER];
    const stretch = last?.stretches[0];
    if (last !== undefined && stretch?.file === file && last.records + records <= mostOfPage) {
      last.records += records;
      last.latest = Math.max(last.latest, latest);
      stretch.to = to;
    } else {
      last = { records, latest, stretches: [{ file, from: [bucket * linesOfBucket, 0], to, begin: -Infinity }] };
      pages.push(last);
    }
  }
  return pages;
}
