import { readDate, readTimeOfDay } from './msi-dates.js';
import { actionLine, timeOfAction } from './msi-lines.js';
import { copiedFields } from './simple.js';
import type { Line, LogFormat } from '../types.js';

const roleSetup = /^<\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})[ \t]\d{1,2}:\d\d:\d\d>|^\w{1,40} Setup Started\.{2,9}\s*$/;
const msi = /^MSI (?:\(\w\)|(?:©|&copy;)\)?) \([^)]{0,40}\)(?: \[\d{1,2}:| \[[^\]\d]{0,20}\]:|: )|^Property\(\w\): \w/;

/** The format that a line shows, or null where it could stand in any. */
export function formatOf(line: string): LogFormat | null {
  if (line.includes('<![LOG[')) return 'ccm';
  if (isStamped(line) || copiedFields(line) !== null) return 'simple';
  if (line.startsWith('<MAXIMUM LOG FILE SIZE REACHED')) return 'simple';
  const head = line.slice(0, 400);
  if (roleSetup.test(head)) return 'role_setup';
  if (msi.test(head)) return 'msi';
  if (!head.startsWith('=== ') || readTimeOfDay(head) === null) return null;
  // A date of a calendar that nobody here knows makes no other format of it.
  return readDate(head, null) !== null || head.trimEnd().endsWith(' ===') ? 'msi' : null;
}

/** Whether a line has what a simple log has behind its messages. */
function isStamped(line: string): boolean {
  const stamp = line.lastIndexOf('$$<');
  return stamp >= 0 && /^\$\$<[^<>]*><[^<>]{0,40}\d:\d\d[^<>]{0,60}>/.test(line.slice(stamp));
}

/**
 * The format that a line shows where what was read before is of another: several logs stand in one file, or in one
 * paste. Null where it may be a line of that one too; only what begins a line of the other counts.
 * @param isRead whether lines of a format were read before
 */
export function formatTurnedTo(
  current: LogFormat,
  line: string,
  isRead: (format: LogFormat) => boolean,
): LogFormat | null {
  const format = anotherFormat(current, line) ?? (current !== 'msi' && isRead('msi') && isOfMsi(line) ? 'msi' : null);
  if (format === null || format === current) return null;
  // What stands before its own sign is the message of a simple log's line, which may quote any other.
  return current === 'simple' && (isStamped(line) || copiedFields(line) !== null) ? null : format;
}

/** Lines that others have too, but for what comes of Windows Installer: they go on with a log of it that was quoting one. */
function isOfMsi(line: string): boolean {
  return (line.startsWith('Property(') && msi.test(line.slice(0, 60))) || timeOfAction(line) !== null;
}

function anotherFormat(current: LogFormat, line: string): LogFormat | null {
  if (line.startsWith('<![LOG[')) return 'ccm';
  const head = line.slice(0, 60);
  if (roleSetup.test(head)) return 'role_setup';
  if (line.startsWith('MSI (') && msi.test(head)) return 'msi';
  // The heading at the end may be of a part that was begun without one, but only one that begins is of another log.
  if (line.startsWith('=== ') && /\b\d\.\d\d\.\d{3,5}\.\d\d\b/.test(line.slice(0, 400))) return formatOf(line);
  // A message of a record in another format has no such end; what is left of one in CMTrace's may.
  const mayBeRest = current === 'ccm' && line.includes(']LOG]!>');
  return !mayBeRest && line.endsWith('>') && isStamped(line) ? 'simple' : null;
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
