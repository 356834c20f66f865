import { readDate, readTimeOfDay } from './msi-dates.js';
import { actionLine } from './msi-lines.js';
import { copiedFields } from './simple.js';
import type { Line, LogFormat } from '../types.js';

const roleSetup = /^<\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})[ \t]\d{1,2}:\d\d:\d\d>|^\w{1,40} Setup Started\.{2,9}\s*$/;
const msi = /^MSI (?:\(\w\)|(?:©|&copy;)\)?) \([^)]{0,40}\)(?: \[\d{1,2}:| \[[^\]\d]{0,20}\]:|: )|^Property\(\w\): \w/;

/** The format that a line shows, or null where it could stand in any. */
export function formatOf(line: string): LogFormat | null {
  if (line.includes('<![LOG[')) return 'ccm';
  const stamp = line.lastIndexOf('$$<');
  if (stamp >= 0 && /^\$\$<[^<>]*><[^<>]{0,40}\d:\d\d[^<>]{0,60}>/.test(line.slice(stamp))) return 'simple';
  if (copiedFields(line) !== null) return 'simple';
  if (line.startsWith('<MAXIMUM LOG FILE SIZE REACHED')) return 'simple';
  const head = line.slice(0, 400);
  if (roleSetup.test(head)) return 'role_setup';
  if (msi.test(head)) return 'msi';
  if (!head.startsWith('=== ') || readTimeOfDay(head) === null) return null;
  // A date of a calendar that nobody here knows makes no other format of it.
  return readDate(head, null) !== null || head.trimEnd().endsWith(' ===') ? 'msi' : null;
}

/**
 * The format that a line shows where what was read before is of another: several logs stand in one file, or in one
 * paste. Null where it may be a line of that one too; only what begins a line of the other counts.
 */
export function formatTurnedTo(current: LogFormat, line: string): LogFormat | null {
  const format = anotherFormat(current, line);
  return format === current ? null : format;
}

function anotherFormat(current: LogFormat, line: string): LogFormat | null {
  if (line.startsWith('<![LOG[')) return 'ccm';
  const head = line.slice(0, 60);
  if (roleSetup.test(head)) return 'role_setup';
  if (line.startsWith('MSI (') && msi.test(head)) return 'msi';
  // The heading at the end may be of a part that was begun without one, but only one that begins is of another log.
  if (line.startsWith('=== ') && /\b\d\.\d\d\.\d{3,5}\.\d\d\b/.test(line.slice(0, 400))) return formatOf(line);
  // A message of a record in another format has no such end.
  return current !== 'ccm' && line.endsWith('>') && line.includes('$$<') ? formatOf(line) : null;
}

/** Lines that are looked at before a log counts as plain text, which the simple format's reader takes. */
export const linesBeforePlain = 50;

/**
 * The format of lines of which none shows it: the rest of a log of Windows Installer of which the beginning is lost, and
 * that was not written with all its words (`/l` without `v`), or plain text.
 */
export function formatOfLines(lines: readonly Pick<Line, 'text'>[]): LogFormat {
  const actions = lines.map(({ text }) => actionLine(text)).filter((action) => action !== null);
  return actions.length > 1 && actions.some(({ value }) => value !== null) ? 'msi' : 'simple';
}
