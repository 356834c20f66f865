import { readFileSync } from 'node:fs';
import { LogParser, type LogParserOptions } from '../server/src/setup-logs/log-parser.js';
import type { LogRecord, Run } from '../server/src/setup-logs/types.js';

/** A hand-written log of test/fixtures/synthetic-logs, as it stands: UTF-8. */
export function syntheticLog(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/synthetic-logs/${name}`, import.meta.url));
}

/** As Windows writes it: UTF-16LE with a byte order mark and CRLF. */
export function asWindowsWrites(log: Buffer): Buffer {
  return Buffer.from(`\ufeff${log.toString('utf8').replaceAll(/\r?\n/g, '\r\n')}`, 'utf16le');
}

export interface Parsed {
  records: LogRecord[];
  runs: Run[];
  format: string | null;
}

/** Everything that a parser makes of a log; `cuts` are the bytes at which it comes in pieces. */
export function parseLog(
  log: Buffer,
  options: Omit<LogParserOptions, 'onRecord'> = {},
  cuts: readonly number[] = [],
): Parsed {
  const records: LogRecord[] = [];
  const parser = new LogParser({ ...options, onRecord: (record) => records.push(record) });
  const places = [0, ...[...cuts].sort((a, b) => a - b), log.length];
  for (const [index, from] of places.entries()) parser.push(log.subarray(from, places[index + 1] ?? log.length));
  parser.end();
  const runs = [...new Set(records.map(({ run }) => run).filter((run) => run !== null))];
  return { records, runs, format: parser.format };
}
