import type { LogRecord, Run } from '../types.js';

const longestCause = 600;

/** A run that has just begun: unfinished until a terminal line says otherwise. */
export function beginRun(record: LogRecord): Run {
  return {
    format: record.format,
    action: 'install',
    startedAt: record.time,
    endedAt: null,
    verdict: 'unfinished',
    exitCode: null,
    cause: '',
    causeLine: 0,
    suggestion: '',
    productName: '',
    productVersion: '',
    line: record.line,
    offset: record.offset,
    opening: record.original.slice(0, 200),
  };
}

/** Says why a run failed, once: what is found first is nearest to the cause. */
export function blame(run: Run, cause: string, line: number, suggestion: string): void {
  run.cause = oneLine(cause).slice(0, longestCause);
  run.causeLine = line;
  run.suggestion = suggestion;
}

/** Text of several lines on one. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
