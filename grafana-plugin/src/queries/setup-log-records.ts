// The SQL of a log's records. Order within a file is by line and byte: by time it would not be the file's.
import { mostCharacters, troublePattern } from '../log-view/text.js';
import { severityOrder, type LogFile, type Scope, type Severity, type Wanted } from '../log-view/source.js';
import { linesOfBucket, type Stretch } from '../log-view/paging.js';
import { contains, literal, where } from './sql.js';

const words: Record<Severity, string> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warning: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

const ofFile = ({ host, path, part = '' }: LogFile) =>
  `host_name = ${literal(host)} AND log_file = ${literal(path)} AND log_part = ${literal(part)}`;
const ofFiles = (files: readonly LogFile[]) => where([files.map((file) => `(${ofFile(file)})`).join(' OR ')]);

/** Index of a row's file among those that are asked for. */
const fileIndex = (files: readonly LogFile[]) =>
  files.length === 1
    ? 'toUInt8(0)'
    : `multiIf(${files.map((file, index) => `${ofFile(file)}, ${index}`).join(', ')}, 0)`;

function leastSeverity(least: Severity): string {
  const wanted = severityOrder.slice(severityOrder.indexOf(least)).map((one) => literal(words[one]));
  return `severity IN (${wanted.join(', ')})`;
}

function inScope({ least, containing }: Scope): string {
  return where([
    least !== severityOrder[0] && leastSeverity(least),
    containing !== '' && contains(['message', 'component'], containing),
  ]);
}

/** Condition for what is looked for. Regular expressions are RE2's. */
function matches(wanted: Wanted): string {
  if ('least' in wanted) return leastSeverity(wanted.least);
  const { text, matchCase, regex } = wanted;
  if (regex) return `match(message, ${literal(matchCase ? text : `(?i)${text}`)})`;
  return `${matchCase ? 'position' : 'positionCaseInsensitiveUTF8'}(message, ${literal(text)}) > 0`;
}

/**
 * How many records, and how many of them match, in each stretch of lines: what positions rest on. One pass over columns
 * that take little room, whatever the log's length.
 */
export function bucketsSql(files: readonly LogFile[], scope: Scope, wanted?: Wanted): string {
  const kept = where([inScope(scope), wanted !== undefined && matches(wanted)]);
  return `SELECT ${fileIndex(files)} AS nr, intDiv(line_number, ${linesOfBucket}) AS bucket,
  countIf(${kept}) AS records, count() AS everything, toUnixTimestamp64Milli(max(logged_at)) AS latest
FROM setup_log_records
WHERE ${ofFiles(files)}
GROUP BY nr, bucket
ORDER BY nr, bucket`;
}

/**
 * The pages of several files merged by time: what each takes of each file. A record counts as written no earlier than
 * those before it in its file, so that no file is re-ordered.
 */
export function mergedPagesSql(
  files: readonly LogFile[],
  scope: Scope,
  recordsOfPage: number,
  wanted?: Wanted,
): string {
  const hit = wanted === undefined ? '0' : matches(wanted);
  return `SELECT page, nr, count() AS records, countIf(hit) AS hits, toUnixTimestamp64Milli(min(at)) AS begin, toUnixTimestamp64Milli(max(at)) AS latest,
  min((line_number, byte_offset)).1 AS from_line, min((line_number, byte_offset)).2 AS from_byte,
  max((line_number, byte_offset)).1 AS to_line, max((line_number, byte_offset)).2 AS to_byte
FROM (
  SELECT nr, line_number, byte_offset, at, hit,
    intDiv(row_number() OVER (ORDER BY at, nr, line_number, byte_offset) - 1, ${recordsOfPage}) AS page
  FROM (
    SELECT ${fileIndex(files)} AS nr, line_number, byte_offset, ${inScope(scope)} AS kept, ${hit} AS hit,
      max(logged_at) OVER (PARTITION BY nr ORDER BY line_number, byte_offset ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS at
    FROM setup_log_records
    WHERE ${ofFiles(files)}
  )
  WHERE kept
)
GROUP BY page, nr
ORDER BY page, nr`;
}

/** Records of the files, whatever the scope. */
export function countSql(files: readonly LogFile[]): string {
  return `SELECT count() AS records FROM setup_log_records WHERE ${ofFiles(files)}`;
}

const ofStretch = (files: readonly LogFile[], { file, from, to }: Stretch) =>
  `(${ofFile(files[file]!)} AND line_number BETWEEN ${from[0]} AND ${to[0]} AND (line_number, byte_offset) >= (${from.join(', ')}) AND (line_number, byte_offset) <= (${to.join(', ')}))`;

const ofStretches = (files: readonly LogFile[], stretches: readonly Stretch[]) =>
  `(${stretches.map((stretch) => ofStretch(files, stretch)).join(' OR ')})`;

/** One record as a window has it. */
export interface RecordRow {
  /** Index of its file. */
  nr: number;
  line_number: number;
  byte_offset: number;
  at: number;
  severity: string;
  component: string;
  thread: string;
  source_file: string;
  text: string;
  characters: number;
  line_breaks: number;
  trouble: number;
  remark_words: string;
}

/** The records of a page, each file in its own order. */
export function pageSql(files: readonly LogFile[], scope: Scope, stretches: readonly Stretch[]): string {
  return `SELECT ${fileIndex(files)} AS nr, line_number, byte_offset, toUnixTimestamp64Milli(logged_at) AS at, toString(severity) AS severity,
  toString(component) AS component, thread, source_file,
  substringUTF8(message, 1, ${mostCharacters}) AS text, lengthUTF8(message) AS characters, countSubstrings(message, '\\n') AS line_breaks,
  position(message, '\\n') > 0 AND match(substring(message, position(message, '\\n') + 1), ${literal(troublePattern)}) AS trouble,
  arrayStringConcat(remarks, ' ') AS remark_words
FROM setup_log_records
WHERE ${ofStretches(files, stretches)} AND ${inScope(scope)}
ORDER BY nr, line_number, byte_offset`;
}

/** Which records of a page match. */
export function hitsSql(
  files: readonly LogFile[],
  scope: Scope,
  stretches: readonly Stretch[],
  wanted: Wanted,
): string {
  return `SELECT ${fileIndex(files)} AS nr, line_number, byte_offset
FROM setup_log_records
WHERE ${ofStretches(files, stretches)} AND ${inScope(scope)} AND ${matches(wanted)}`;
}

/** Whole texts of records of one file. */
export function textsSql(file: LogFile, keys: readonly (readonly [line: number, byte: number])[]): string {
  const lines = keys.map(([line]) => line);
  return `SELECT line_number, byte_offset, message
FROM setup_log_records
WHERE ${ofFile(file)} AND line_number BETWEEN ${Math.min(...lines)} AND ${Math.max(...lines)}
  AND (line_number, byte_offset) IN (${keys.map((key) => `(${key.join(', ')})`).join(', ')})`;
}
