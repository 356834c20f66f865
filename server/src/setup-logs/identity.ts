import { hash } from 'node:crypto';
import type { LogBeginning, LogRecord, Run } from './types.js';

/** Where a log comes from: what its records' identities rest on, beside their own text. */
export interface LogSource {
  hostName: string;
  /** Path of the log as it was named. */
  logFile: string;
}

/**
 * Identity of a record: the same for the same text at the same place of the same log, read again, followed or imported,
 * under its own name or the one it was rotated to. 32 lower-case hex digits.
 */
export function recordId(source: LogSource, record: LogRecord): string {
  return digest(source, record.offset, record.remarks.includes('time_inherited') ? null : record.time, record.original);
}

const knownParts = new WeakMap<LogBeginning, string>();

/**
 * Which file of a log that is rotated a record is in: `2026-01-02T03:04:05.678Z-` and sixteen hex digits, in order as
 * texts. The same however often the file is read.
 */
export function partId({ beginning }: LogRecord): string {
  let part = knownParts.get(beginning);
  if (part === undefined) {
    const { time, text } = beginning;
    const told = hash('sha256', text).slice(0, 16);
    part = `${time === null || Math.abs(time) > 8.64e15 ? '' : new Date(time).toISOString()}-${told}`;
    knownParts.set(beginning, part);
  }
  return part;
}

/** Identity of a run: that of its beginning. */
export function runId(source: LogSource, run: Run): string {
  return digest(source, run.offset, run.startedAt, `run ${run.opening}`);
}

function digest({ hostName, logFile }: LogSource, offset: number, time: number | null, text: string): string {
  const identity = `${hostName.toLowerCase()}\0${logName(logFile)}\0${offset}\0${time ?? ''}\0${text}`;
  return hash('sha256', identity).slice(0, 32);
}

/** Whether records of both have the same identities, where they say the same. */
export function isSameLog(a: LogSource, b: LogSource): boolean {
  return a.hostName.toLowerCase() === b.hostName.toLowerCase() && logName(a.logFile) === logName(b.logFile);
}

let lastPath: string | null = null;
let lastName = '';

/** `C:\SMS\logs\x.lo_` and `x.log` are one log: the folder and the rotation are left out. */
function logName(path: string): string {
  if (path === lastPath) return lastName;
  lastPath = path;
  lastName = path
    .replace(/^.*[\\/]/, '')
    .toLowerCase()
    .replace(/(?:-\d{8}-\d{6})?\.lo[g_]$/, '.log');
  return lastName;
}
