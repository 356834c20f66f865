import type { LogRecord, OpenLog } from './source.js';
import { timeText, zoneText } from './times.js';

/** Records that are asked for at a time, and characters of long ones. */
const atOnce = 1_000;
const mostCharacters = 8_000_000;

/**
 * The text of records from one position up to another, the last one excluded, piece by piece. As in the file where the
 * source keeps that; else with line, time and severity before each.
 */
export async function* textsOf(log: OpenLog, from: number, to: number): AsyncGenerator<string[]> {
  for (let begin = from; begin < to; begin += atOnce) {
    const records = await log.window(begin, Math.min(to, begin + atOnce));
    if (records.length === 0) return;
    for (const some of bySize(records)) {
      const texts = await log.whole(some);
      yield texts.map(({ message, original }, index) => original ?? stamped(some[index]!, message));
    }
  }
}

function stamped(record: LogRecord, message: string): string {
  const { line, severity, component, thread } = record;
  const time = `${timeText(record, 'utc')} ${zoneText(record, 'utc')}`;
  return [line, time, severity.toUpperCase(), component, thread, message].join('\t');
}

/** Long texts come a few at a time, short ones together. */
function* bySize(records: LogRecord[]): Generator<LogRecord[]> {
  let some: LogRecord[] = [];
  let size = 0;
  for (const record of records) {
    const length = record.message.length + record.cut;
    if (some.length > 0 && size + length > mostCharacters) {
      yield some;
      some = [];
      size = 0;
    }
    some.push(record);
    size += length;
  }
  if (some.length > 0) yield some;
}

/** Messages of records, for the clipboard. */
export async function messagesOf(log: OpenLog, from: number, to: number): Promise<string> {
  const parts: string[] = [];
  for (let begin = from; begin < to; begin += atOnce) {
    const records = await log.window(begin, Math.min(to, begin + atOnce));
    for (const some of bySize(records))
      parts.push(...(await log.whole(some)).map(({ message, original }) => original ?? message));
  }
  return parts.join('\n');
}

/** Gives the browser a file to keep. */
export function saveFile(name: string, parts: BlobPart[], type: 'text/plain' | 'text/csv' = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob(parts, { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
