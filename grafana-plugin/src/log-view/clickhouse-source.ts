import {
  bucketsSql,
  countSql,
  hitsSql,
  mergedPagesSql,
  pageSql,
  textsSql,
  type RecordRow,
} from '../queries/setup-log-records.js';
import { compile } from './matcher.js';
import { lowerBound } from './memory-source.js';
import { linesOfBucket, pagesOf, Paging, type Bucket, type Page } from './paging.js';
import { severityOf } from './records.js';
import { mostCharacters } from './text.js';
import { TooManyToMerge } from './source.js';
import type { Hits, LogFile, LogRecord, LogSource, OpenLog, Place, Scope, Wanted, WholeText } from './source.js';

/** Asks ClickHouse. Rows are by column. */
export type Ask = <Row extends object>(sql: string) => Promise<Row[]>;

/** Records of a page of merged files. */
const recordsOfMergedPage = 1_000;
/** Merging sorts every record of the files: more would take longer than a query may. */
const mostMerged = 3_000_000;
/** Pages that are kept: some tens of thousands of records around where one has been. */
const mostPages = 40;

interface MergedRow {
  page: number;
  nr: number;
  records: number;
  begin: number;
  latest: number;
  hits: number;
  from_line: number;
  from_byte: number;
  to_line: number;
  to_byte: number;
}

type Counted = Bucket & { everything: number };

/** Logs in ClickHouse, of whatever length: pages of them are fetched as they are looked at. */
export class ClickHouseSource implements LogSource {
  readonly id: string;
  readonly grows = true;

  constructor(
    readonly files: readonly LogFile[],
    private readonly ask: Ask,
  ) {
    this.id = files.map(({ host, path, part = '' }) => `${host} ${path} ${part}`).join('\n');
  }

  async open(scope: Scope): Promise<OpenLog> {
    const { files, ask } = this;
    if (isMerged(files, scope)) {
      const [counted] = await ask<{ records: number }>(countSql(files));
      if ((counted?.records ?? 0) > mostMerged) throw new TooManyToMerge(counted!.records, mostMerged);
      const rows = await ask<MergedRow>(mergedPagesSql(files, scope, recordsOfMergedPage));
      return new OpenClickHouse(files, scope, ask, mergedPages(rows), counted?.records ?? 0);
    }
    const buckets = await ask<Counted>(bucketsSql(files, scope));
    const all = buckets.reduce((sum, { everything }) => sum + everything, 0);
    return new OpenClickHouse(files, scope, ask, pagesOf(buckets), all);
  }
}

function mergedPages(rows: readonly MergedRow[]): Page[] {
  const pages: Page[] = [];
  for (const row of rows) {
    const page = (pages[row.page] ??= { records: 0, latest: -Infinity, stretches: [] });
    page.records += row.records;
    page.latest = Math.max(page.latest, row.latest);
    const { nr: file, begin } = row;
    page.stretches.push({ file, begin, from: [row.from_line, row.from_byte], to: [row.to_line, row.to_byte] });
  }
  return pages;
}

/** What a page holds, and the byte of each record, which tells those of one line apart. */
interface LoadedPage {
  records: LogRecord[];
  bytes: number[];
}

class OpenClickHouse implements OpenLog {
  readonly total: number;
  private readonly paging: Paging;
  private readonly loaded = new Map<number, Promise<LoadedPage>>();

  constructor(
    private readonly files: readonly LogFile[],
    private readonly scope: Scope,
    private readonly ask: Ask,
    pages: Page[],
    readonly all: number,
  ) {
    this.paging = new Paging(pages);
    this.total = this.paging.total;
  }

  async window(from: number, to: number): Promise<LogRecord[]> {
    const end = Math.min(to, this.total);
    const begin = Math.max(0, from);
    if (begin >= end) return [];
    const first = this.paging.pageAt(begin);
    const last = this.paging.pageAt(end - 1);
    const pages = await Promise.all(Array.from({ length: last - first + 1 }, (_, index) => this.page(first + index)));
    return pages.flatMap(({ records }) => records).filter(({ position }) => position >= begin && position < end);
  }

  async whole(records: readonly LogRecord[]): Promise<WholeText[]> {
    const texts = new Map<string, string>();
    const wanted: { file: number; key: [number, number] }[] = [];
    for (const record of records) {
      if (record.cut > 0) wanted.push({ file: record.file, key: await this.keyOf(record.position) });
    }
    for (const file of new Set(wanted.map((one) => one.file))) {
      const keys = wanted.filter((one) => one.file === file).map(({ key }) => key);
      const rows = await this.ask<{ line_number: number; byte_offset: number; message: string }>(
        textsSql(this.files[file]!, keys),
      );
      for (const row of rows) texts.set(`${file} ${row.line_number} ${row.byte_offset}`, row.message);
    }
    return Promise.all(
      records.map(async ({ position, file, message, cut }) => {
        if (cut === 0) return { message, original: null };
        const whole = texts.get(`${file} ${(await this.keyOf(position)).join(' ')}`) ?? message;
        return { message: whole, original: null };
      }),
    );
  }

  async find(place: Place): Promise<number> {
    const { pages, starts } = this.paging;
    if (pages.length === 0) return -1;
    if ('time' in place) {
      const index = pages.findIndex(({ latest }) => latest >= place.time);
      if (index < 0) return this.total - 1;
      const { records } = await this.page(index);
      return records.find(({ time }) => time !== null && time >= place.time)?.position ?? starts[index]!;
    }
    const holds = ({ stretches }: Page) =>
      stretches.some(({ file, from }) => file === place.file && from[0] <= place.line);
    const candidates = pages.flatMap((page, index) => (holds(page) ? [index] : []));
    // The last page that begins before the line; the line itself may be left out there by the scope.
    for (const index of candidates.slice(-2).reverse()) {
      const { records } = await this.page(index);
      const found = records.findLast(({ file, line }) => file === place.file && line <= place.line);
      if (found !== undefined) return found.position;
    }
    const first = pages.findIndex(({ stretches }) => stretches.some(({ file }) => file === place.file));
    if (first < 0) return -1;
    const { records } = await this.page(first);
    return records.find(({ file }) => file === place.file)?.position ?? -1;
  }

  async search(wanted: Wanted): Promise<Hits> {
    // Told here, in the same words as for a log at hand.
    if ('text' in wanted) compile(wanted);
    const counts = new Array<number>(this.paging.pages.length).fill(0);
    if (!('text' in wanted) || wanted.text !== '') await this.countHits(wanted, counts);
    return new ClickHouseHits(counts, this.paging, (page) => this.hitsOf(page, wanted));
  }

  /** Adds to each page's count what matches in it. */
  private async countHits(wanted: Wanted, counts: number[]): Promise<void> {
    const { pages } = this.paging;
    if (isMerged(this.files, this.scope)) {
      const rows = await this.ask<MergedRow>(mergedPagesSql(this.files, this.scope, recordsOfMergedPage, wanted));
      for (const { page, hits } of rows) if (page < pages.length) counts[page]! += hits;
      return;
    }
    let page = 0;
    const isIn = ({ nr, bucket }: Bucket, { stretches: [stretch] }: Page) =>
      stretch!.file === nr && bucket * linesOfBucket >= stretch!.from[0] && bucket * linesOfBucket <= stretch!.to[0];
    for (const bucket of await this.ask<Counted>(bucketsSql(this.files, this.scope, wanted))) {
      if (bucket.records === 0) continue;
      // Both are in order, and every bucket with a hit is in a page, but for those written since.
      while (page < pages.length && !isIn(bucket, pages[page]!)) page++;
      if (page < pages.length) counts[page]! += bucket.records;
    }
  }

  private async hitsOf(page: number, wanted: Wanted): Promise<number[]> {
    const { stretches } = this.paging.pages[page]!;
    const [{ records, bytes }, rows] = await Promise.all([
      this.page(page),
      this.ask<Pick<RecordRow, 'nr' | 'line_number' | 'byte_offset'>>(
        hitsSql(this.files, this.scope, stretches, wanted),
      ),
    ]);
    const keys = new Set(rows.map((row) => `${row.nr} ${row.line_number} ${row.byte_offset}`));
    return records
      .filter(({ file, line }, index) => keys.has(`${file} ${line} ${bytes[index]!}`))
      .map(({ position }) => position);
  }

  private async keyOf(position: number): Promise<[line: number, byte: number]> {
    const index = this.paging.pageAt(position);
    const { records, bytes } = await this.page(index);
    const at = position - this.paging.starts[index]!;
    return [records[at]!.line, bytes[at]!];
  }

  private page(index: number): Promise<LoadedPage> {
    const known = this.loaded.get(index);
    // Put behind the others: it was used last.
    this.loaded.delete(index);
    const page = known ?? this.load(index);
    this.loaded.set(index, page);
    page.catch(() => {
      if (this.loaded.get(index) === page) this.loaded.delete(index);
    });
    const [oldest] = this.loaded.keys();
    if (this.loaded.size > mostPages) this.loaded.delete(oldest!);
    return page;
  }

  private async load(index: number): Promise<LoadedPage> {
    const page = this.paging.pages[index]!;
    const rows = inOrder(await this.ask<RecordRow>(pageSql(this.files, this.scope, page.stretches)), page);
    // What was written since it was opened has no position yet.
    const counted = rows.slice(0, page.records);
    const start = this.paging.starts[index]!;
    return {
      records: counted.map((row, at) => recordOf(row, start + at)),
      bytes: counted.map(({ byte_offset }) => byte_offset),
    };
  }
}

const isMerged = (files: readonly LogFile[], { order }: Scope) => files.length > 1 && order === 'time';

/** Merges the rows of a page's files by time, each file in its own order. */
function inOrder(rows: RecordRow[], { stretches }: Page): RecordRow[] {
  if (stretches.length === 1) return rows;
  const latest = new Map(stretches.map(({ file, begin }) => [file, begin]));
  return rows
    .map((row, index) => {
      const time = Math.max(latest.get(row.nr) ?? -Infinity, row.at);
      latest.set(row.nr, time);
      return { row, time, index };
    })
    .sort((a, b) => a.time - b.time || a.index - b.index)
    .map(({ row }) => row);
}

function recordOf(row: RecordRow, position: number): LogRecord {
  return {
    position,
    file: row.nr,
    time: row.at,
    utcOffset: null,
    severity: severityOf(row.severity),
    component: row.component,
    thread: row.thread,
    source: row.source_file,
    line: row.line_number,
    message: row.text,
    cut: Math.max(0, row.characters - mostCharacters),
    lines: row.line_breaks + 1,
    trouble: row.trouble === 1,
    remarks: row.remark_words === '' ? [] : row.remark_words.split(' '),
  };
}

/** Hits of which the number in each page is known; where in a page, is asked for when one gets there. */
class ClickHouseHits implements Hits {
  readonly count: number;
  /** Number of hits before each page. */
  private readonly hitsBefore: number[] = [];
  private readonly known = new Map<number, Promise<number[]>>();

  constructor(
    private readonly counts: readonly number[],
    private readonly paging: Paging,
    private readonly ask: (page: number) => Promise<number[]>,
  ) {
    let sum = 0;
    for (const count of counts) {
      this.hitsBefore.push(sum);
      sum += count;
    }
    this.count = sum;
  }

  async after(position: number): Promise<number> {
    if (this.count === 0) return -1;
    for (let page = this.paging.pageAt(Math.max(0, position)); page < this.counts.length; page++) {
      if (this.counts[page] === 0) continue;
      const found = (await this.of(page)).find((one) => one > position);
      if (found !== undefined) return found;
    }
    return -1;
  }

  async before(position: number): Promise<number> {
    if (this.count === 0) return -1;
    for (let page = this.paging.pageAt(position); page >= 0; page--) {
      if (this.counts[page] === 0) continue;
      const found = (await this.of(page)).findLast((one) => one < position);
      if (found !== undefined) return found;
    }
    return -1;
  }

  async rank(position: number): Promise<number> {
    const page = this.paging.pageAt(position);
    if (page < 0) return 0;
    return this.hitsBefore[page]! + (this.counts[page] === 0 ? 0 : lowerBound(await this.of(page), position));
  }

  async positions(from: number, to: number): Promise<number[]> {
    const found: number[] = [];
    for (let page = Math.max(0, lowerBound(this.hitsBefore, from + 1) - 1); page < this.counts.length; page++) {
      if (this.hitsBefore[page]! >= to) break;
      if (this.counts[page] === 0) continue;
      const before = this.hitsBefore[page]!;
      found.push(...(await this.of(page)).filter((_, index) => before + index >= from && before + index < to));
    }
    return found;
  }

  private of(page: number): Promise<number[]> {
    const known = this.known.get(page) ?? this.ask(page);
    this.known.set(page, known);
    known.catch(() => this.known.delete(page));
    return known;
  }
}
