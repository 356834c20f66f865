import { MemorySource, type MemoryRecord } from '../log-view/memory-source.js';
import type { LogRecord, LogSource, Scope } from '../log-view/source.js';

export const everything: Scope = { order: 'file', least: 'trace', containing: '' };

/** A record of a made-up log. */
export function record(message: string, more: Partial<MemoryRecord> = {}): MemoryRecord {
  return {
    file: 0,
    time: null,
    utcOffset: null,
    severity: 'info',
    component: '',
    thread: '',
    source: '',
    line: 0,
    message,
    remarks: [],
    ...more,
  };
}

/** A made-up log of one file, a line a second. */
export function logOf(messages: (string | Partial<MemoryRecord>)[]): MemorySource {
  const records = messages.map((given, index) => {
    const { message = '', ...more } = typeof given === 'string' ? { message: given } : given;
    return record(message, { line: index + 1, time: Date.UTC(2026, 0, 2, 3, 4, index), ...more });
  });
  return new MemorySource('made-up', [{ host: 'HOST', path: 'C:\\logs\\made-up.log', format: 'ccm' }], records);
}

/** All records of a log. */
export async function wholeLog(source: LogSource, scope = everything): Promise<LogRecord[]> {
  const log = await source.open(scope);
  return log.window(0, log.total);
}
