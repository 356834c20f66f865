import { formatOf, formatOfLines } from './detect.js';
import type { Line, LogFormat } from '../types.js';

/** Takes off a line what its log has got on its way. */
export type Undecorate = (text: string) => string;

/** What a log is once that is done. */
export interface Decoration {
  undecorate: Undecorate;
  format: LogFormat;
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/** What a role's set-up says at its beginning, and at its end. */
const roleSetupWords = /\bSetup Started\.{2,9}|\bInstalling Pre Reqs for\b|\b\w{1,20}\.msi exited with return code/i;
const bareStamp = /^(\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2}) \d{1,2}:\d\d:\d\d)[ \t]+/;

/** What no line of a log begins with, and is put before it: by quotes, build servers, syslog, and searches in files. */
const surePrefixes: readonly [RegExp, ...RegExp[]] = [
  /^(?:> ?){1,9}/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? /,
  /^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.:-]{1,255} [\w./-]{1,64}(?:\[\d{1,10}\])?: /,
  /^(?:[A-Za-z]:)?[^:*?"<>|]{1,250}\.lo[g_]:(?:\d{1,7}:)?/i,
];
/** Likewise by editors, lists and containers. */
const prefixes = [...surePrefixes, /^[ \t]{0,8}\d{1,7}[:.|)\]]?[ \t]{1,4}/, /^[-*•] {1,3}/, /^[\w.-]{1,64} {1,20}\| /];

/** Whether a text is nothing but what is put before the lines of a log. */
export function isPrefix(text: string): boolean {
  // None of them needs the blank that may follow it.
  const padded = `${text.trimEnd()} `;
  return prefixes.some((prefix) => padded.replace(prefix, '').trim() === '');
}

/** With what a line of a log begins that no other text does, behind something that was put before it. */
const openings =
  /<!\[LOG\[|<\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})[ \t]\d{1,2}:\d\d:\d\d>|=== (?=\S.{0,120}\d{1,2}[:.]\d\d)|MSI \(\w\) \([^)]{0,40}\) \[|Property\(\w\): \w/;
/** The fields that collectors put a line of a log in. */
const messageFields = ['message', 'msg', 'log', 'line', 'text', 'body', 'MESSAGE', '_raw', '@message', 'Message'];
/** What pages are set with: within a line, and around one. */
const inlineTags = /<\/?(?:a|b|code|em|font|i|samp|span|strong|tt)(?: [^<>]{0,200})?>/gi;
const blockTags = /<(?:br ?\/?|\/?(?:details|div|li|ol|p|pre|summary|table|tbody|td|th|tr|ul)(?: [^<>]{0,200})?)>/gi;

/** What mail, forums, tickets and build servers make of the lines of a log. */
const decorations: readonly ((lines: readonly string[]) => Undecorate)[] = [
  // Four blanks are a block of code.
  (lines) => {
    const told = lines.filter((line) => line.trim() !== '').map((line) => line.search(/[^ \t]/));
    const least = Math.min(...told, 40);
    return (text) => text.slice(Math.min(least, text.search(/[^ \t]|$/)));
  },
  ...prefixes.map((prefix) => () => without(prefix)),
  () => (text) => text.replaceAll(/&(lt|gt|amp|quot|apos|#39|nbsp);/g, (_, name: string) => entities[name] ?? ''),
  // Angle brackets that were taken for markup: with their words alone a time is that of a role's set-up.
  (lines) => {
    const isRoleSetup = lines.some((line) => roleSetupWords.test(line.slice(0, 400)));
    return isRoleSetup ? (text) => text.replace(bareStamp, '<$1> ') : (text) => text;
  },
  // Set in italics or bold by Markdown.
  () => (text) => text.replace(/^(\*{1,3})([^*\s].{0,8000})\1\s*$/, '$2'),
  () => (text) => text.replaceAll(/\\([\\[\]<>()_*#`!|~-])/g, '$1'),
  () => messageOf,
  () => withoutTags,
  () => withoutEscapedEnds,
  () => (text) => text.replaceAll('\u00a0', ' '),
  (lines) => {
    const shape = shapeBefore(lines);
    return shape === null ? (text) => text : without(shape);
  },
];

/** An end of a line that was written out, as pages and texts in code have it, before what only begins a line. */
const writtenEnd =
  /(?:<br ?\/?>|(?<!\\)(?:\\r)?\\n)(?=\s{0,9}(?:<\d{1,2}[/-]\d|<!\[LOG\[|MSI \(\w\)|Action \w|=== \S))/i;
/** Likewise; with a CR it is no part of a path. */
const escapedEnds = /(?<!\\)(?:\\r\\n|\\n(?=\s{0,9}(?:$|<\d{1,2}[/-]\d|<!\[LOG\[|MSI \(\w\)|Action \w|=== \S)))/g;
/** One where a line ends anyway. */
const doubledEnd = /(?:<br ?\/?>|(?<!\\)(?:\\r)?\\n)\s{0,9}$/i;

/** What has to be taken off a line that shows its format in spite of it; null where that is nothing, or not told by one. */
export function undecorateAtOnce(text: string): Undecorate | null {
  const message = messageOf(text);
  // What it shows may stand in a field of which nobody knows that it is a line of a log: that would be lost.
  if (message !== text && showsFormat(message)) return messageOf;
  return withoutEnd(writtenEnd.exec(text.slice(0, longestHead))?.[0]);
}

/** Lines with which a log begins that tell whether what the first of them has on it is no word of its own. */
export const linesThatTell = 5;

/** What may have to be taken off a line that shows its format in spite of it: as many have the same on them. */
export function mayHaveToBeTakenOff(text: string): { shape: string; undecorate: Undecorate } | null {
  // A line that was copied out of a viewer has its sign at its end.
  const prefix = text.includes('<![LOG[') ? undefined : surePrefixes.find((one) => one.test(text));
  if (prefix !== undefined) return { shape: shapeOf(prefix.exec(text)![0].trimEnd()), undecorate: without(prefix) };
  const end = doubledEnd.exec(text.slice(-longestEnd))?.[0];
  const undecorate = withoutEnd(end);
  return undecorate === null ? null : { shape: end!.trim().toLowerCase(), undecorate };
}

/** What has to be taken off the lines with which a log begins, since most of them have it as the first one has. */
export function takenOffMost(lines: readonly Pick<Line, 'text'>[]): Undecorate | null {
  const written = lines.filter(({ text }) => text.trim() !== '').map(({ text }) => mayHaveToBeTakenOff(text));
  const [first] = written;
  if (written.length < 2 || first == null) return null;
  return written.filter((one) => one?.shape === first.shape).length * 2 > written.length ? first.undecorate : null;
}

function withoutEnd(end: string | undefined): Undecorate | null {
  return end === undefined ? null : end.startsWith('<') ? withoutTags : withoutEscapedEnds;
}

function withoutTags(text: string): string {
  return text.replaceAll(blockTags, '\n').replaceAll(inlineTags, '');
}

function withoutEscapedEnds(text: string): string {
  return text.replaceAll(escapedEnds, '\n');
}

function showsFormat(text: string): boolean {
  return text.split('\n').some((line) => formatOf(line) !== null);
}

/** The line of a log that stands in one of JSON, by itself or in a field of an object: the one that shows a format, if any does. */
function messageOf(text: string): string {
  const json = text.trim().replace(/,$/, '');
  if (!/^["{]/.test(json)) return text;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return text;
    const fields = new Map<string, unknown>(Object.entries(value));
    const messages = messageFields.map((name) => fields.get(name)).filter((field) => typeof field === 'string');
    return messages.find(showsFormat) ?? messages[0] ?? text;
  } catch {
    return text;
  }
}

/** A pattern for a text and those that are like it but for their numbers. */
export function shapeOf(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(/\d+/g, '\\d{1,20}');
}

/** Whether a line of a log may stand in a text, behind something that was put before it. */
export function holdsOpening(text: string): boolean {
  return openings.test(text.slice(0, longestHead));
}

/**
 * What stands before most lines of a log, whoever put it there: told by the lines of which it is known where they begin,
 * and alike but for its numbers. Null where nothing is.
 */
function shapeBefore(lines: readonly string[]): RegExp | null {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const at = line.slice(0, 400).search(openings);
    if (at <= 0) continue;
    const shape = shapeOf(line.slice(0, at));
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  // Fewer may be words of the log itself.
  if (most === undefined || most[1] < 3) return null;
  const shape = new RegExp(`^${most[0]}`);
  const written = lines.filter((line) => line.trim() !== '');
  return written.filter((line) => shape.test(line)).length * 2 > written.length ? shape : null;
}

function without(pattern: RegExp): Undecorate {
  return (text) => text.replace(pattern, '');
}

/** So much of a line tells what stands before it. */
const longestHead = 8_192;
/** And so much, what ends it. */
const longestEnd = 20;

/**
 * What has to be taken off the lines of a log that none of its lines shows the format of, so that most of them do: one
 * thing, or one behind another, as in a quote of a page; null where nothing helps.
 * @param lines those with which the log begins
 */
export function decorationOf(lines: readonly Pick<Line, 'text'>[]): Decoration | null {
  const texts = lines.map(({ text }) => text.slice(0, longestHead));
  let best: Decoration | null = null;
  let most = 0;
  const consider = (undecorated: readonly string[], undecorate: Undecorate) => {
    const formats = undecorated.flatMap((text) => text.split('\n')).map((text) => formatOf(text));
    // A copy of a simple log is what plain text is read as anyway.
    const format = formats.find((one) => one !== null && one !== 'simple') ?? null;
    const count = formats.filter((one) => one === format).length;
    if (format === null || count <= most) return;
    best = { undecorate, format };
    most = count;
  };
  const outer = decorations.map((decoration) => {
    const undecorate = decoration(texts);
    return { decoration, undecorate, undecorated: texts.map(undecorate) };
  });
  for (const { undecorated, undecorate } of outer) consider(undecorated, undecorate);
  for (const first of outer) {
    for (const decoration of decorations) {
      if (decoration === first.decoration) continue;
      const second = decoration(first.undecorated);
      consider(first.undecorated.map(second), (text) => second(first.undecorate(text)));
    }
  }
  return best ?? quoteOf(texts);
}

/** Messages alone, as people quote them: a time before them would be all that tells it, a sign of a quote is not. */
function quoteOf(lines: readonly string[]): Decoration | null {
  const written = lines.filter((line) => line.trim() !== '');
  const [quote] = surePrefixes;
  if (written.length < 2 || !written.every((line) => quote.test(line))) return null;
  const undecorate = without(quote);
  return { undecorate, format: formatOfLines(written.map((line) => ({ text: undecorate(line) }))) };
}
