import { open } from 'node:fs/promises';
import { FspError } from '../../errors.js';
import { LogParser, type LogParserOptions } from '../log-parser.js';
import { surveyFile } from './survey-file.js';
import type { LogRecord } from '../types.js';

const chunkSize = 256 * 1024;

/**
 * The records of a whole file, piece by piece as it is read.
 * @param onBytes told how much was read
 * @throws FspError FSP_LOG_UNREADABLE
 */
export async function* readLog(
  path: string,
  options: Pick<LogParserOptions, 'format' | 'timezone'>,
  onBytes?: (count: number) => void,
): AsyncGenerator<LogRecord[]> {
  let records: LogRecord[] = [];
  try {
    const parser = new LogParser({
      ...options,
      survey: await surveyFile(path),
      onRecord: (record) => records.push(record),
    });
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(chunkSize);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, chunkSize);
        if (bytesRead === 0) break;
        onBytes?.(bytesRead);
        parser.push(buffer.subarray(0, bytesRead));
        if (records.length > 0) yield records;
        records = [];
      }
    } finally {
      await file.close();
    }
    parser.end();
    if (records.length > 0) yield records;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === 'ENOENT' ? 'it is not there' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new FspError('FSP_LOG_UNREADABLE', `The log ${path} cannot be read: ${why}; check its name and your rights`, {
      cause: error,
    });
  }
}

/** A record of one of several logs. */
export interface PlacedRecord {
  path: string;
  record: LogRecord;
}

/** The records of several logs in one order by time; within a log its own order holds. */
export async function* mergeLogs(
  paths: readonly string[],
  options: Pick<LogParserOptions, 'format' | 'timezone'>,
): AsyncGenerator<PlacedRecord[]> {
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) {
    for await (const records of readLog(only, options)) yield records.map((record) => ({ path: only, record }));
    return;
  }
  const sources = await Promise.all(
    paths.map(async (path) => {
      const source = new Source(path, readLog(path, options));
      await source.fill();
      return source;
    }),
  );
  let merged: PlacedRecord[] = [];
  for (;;) {
    let next: Source | null = null;
    for (const source of sources) if (source.head !== null && (next === null || source.time < next.time)) next = source;
    if (next === null) break;
    merged.push({ path: next.path, record: next.take() });
    if (next.head === null) {
      await next.fill();
      if (merged.length > 0) yield merged;
      merged = [];
    }
  }
  if (merged.length > 0) yield merged;
}

class Source {
  private records: LogRecord[] = [];
  private at = 0;
  /** Of the records so far: one that is out of order comes right behind those before it. */
  time = -Infinity;

  constructor(
    readonly path: string,
    private readonly pieces: AsyncGenerator<LogRecord[]>,
  ) {}

  get head(): LogRecord | null {
    return this.records[this.at] ?? null;
  }

  take(): LogRecord {
    const record = this.records[this.at++]!;
    this.advance();
    return record;
  }

  async fill(): Promise<void> {
    const piece = await this.pieces.next();
    this.records = piece.done ? [] : piece.value;
    this.at = 0;
    this.advance();
  }

  private advance(): void {
    this.time = Math.max(this.time, this.head?.time ?? -Infinity);
  }
}
