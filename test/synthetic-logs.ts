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

/** A line as CMTrace reads it. */
export function ccmLine(text: string): string {
  return `<![LOG[${text}]LOG]!><time="10:00:00.000+000" date="03-15-2026" component="w" context="" type="1" thread="1" file="">\r\n`;
}

/** Lines of the numbers from one to another. */
export function ccmLines(from: number, to: number): string {
  return numbered(from, to).map(ccmLine).join('');
}

/** What these lines say. */
export function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_unused, index) => `line ${from + index}`);
}
