import type { LogRecord, Run } from '../types.js';

/** Results of Windows Installer that are a success with a restart to come. */
const restarts = new Set([1641, 3010]);
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

/** The verdict that a result of Windows Installer stands for. */
export function verdictOf(result: number): 'succeeded' | 'failed' | 'reboot_pending' {
  if (result === 0) return 'succeeded';
  return restarts.has(result) ? 'reboot_pending' : 'failed';
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
