import { StampReader } from './ccm-stamp.js';
import { isPrefix, shapeOf } from './decorations.js';
import type { DateOrder } from './msi-dates.js';
import type { Clock } from './time.js';
import type { Emit, FormatParser, Line, ParsedRecord, Remark, Severity } from '../types.js';

const opener = '<![LOG[';
const terminator = ']LOG]!>';
/** A message that has no end by then is damage: a record must not swallow the rest of its file. */
const longestMessage = { lines: 5_000, characters: 512 * 1024 };

/** What stands around the values behind the message in a record that is whole. */
const separators = [
  '<time="',
  '" date="',
  '" component="',
  '" context="',
  '" type="',
  '" thread="',
  '" file="',
] as const;
const closing = '">';
const attributeOf = /\b(?:time|date|component|context|type|thread|file)="/;

interface Attributes {
  time: string;
  date: string;
  component: string;
  context: string;
  type: string;
  thread: string;
  file: string;
}

/**
 * `<![LOG[message]LOG]!><time="…" date="…" component="…" context="…" type="1" thread="…" file="…">`, what CMTrace
 * reads (domain/logs.md §1). A message may be of several lines; a record that is cut off by the next one, and whatever
 * stands between records, is a record of its own, marked damaged. One that is too long is so in pieces: the last of them
 * has what stands behind the message, so that an error is one.
 */
export class CcmParser implements FormatParser {
  private open: {
    lines: string[];
    line: number;
    offset: number;
    split: boolean;
    size: number;
    hints: number;
  } | null = null;

  /** A record was given up because it is too long: its end is still to come. */
  private tooLong = false;
  /** What stood before the last record that did not begin its line. */
  private lastBefore = '';
  private readonly stamps: StampReader;

  /** @param order the order of day and month that the file as a whole proves */
  constructor(
    clock: Clock,
    private readonly emit: Emit,
    order: DateOrder | null,
  ) {
    this.stamps = new StampReader(clock, order);
  }

  get heldFrom(): number | null {
    return this.open?.offset ?? null;
  }

  line(line: Line): void {
    if (this.open === null && this.wholeLine(line)) return;
    let rest = line.text;
    while (true) {
      if (this.open === null) {
        const begins = rest.indexOf(opener);
        if (begins < 0) {
          if (rest.trim() !== '') this.outside(rest, line);
          return;
        }
        const before = rest.slice(0, begins);
        if (before.trim() !== '' && !(rest === line.text && this.stoodBefore(before))) this.outside(before, line);
        this.tooLong = false;
        this.open = { lines: [], line: line.number, offset: line.offset, split: false, size: 0, hints: 0 };
        rest = rest.slice(begins);
      } else if (rest.startsWith(opener)) {
        // The record before was never finished.
        this.giveUp();
        continue;
      }
      const { open } = this;
      open.split ||= line.split;
      open.hints |= line.hints;
      const first = rest.indexOf(terminator);
      const again = rest.lastIndexOf(opener, first < 0 ? rest.length : first);
      const around = again > 0 && first > 0 ? endAround(rest, first) : null;
      const ends = around ?? first;
      if (again > 0 && around === null) {
        // It was torn off in the middle of a line, and the next record was written behind it.
        open.lines.push(rest.slice(0, again));
        this.giveUp();
        rest = rest.slice(again);
        continue;
      }
      if (ends < 0) {
        open.lines.push(rest);
        open.size += rest.length;
        this.tooLong = open.lines.length > longestMessage.lines || open.size > longestMessage.characters;
        if (this.tooLong) this.giveUp();
        return;
      }
      const after = rest.slice(ends + terminator.length);
      const found = attributesAt(after, 0);
      const next = found === null ? endOfDamagedAttributes(after) : found.end;
      this.close(rest.slice(0, ends), after.slice(0, next), found?.attributes ?? null);
      if (next === after.length) return;
      rest = after.slice(next);
      if (rest.trim() === '') return;
    }
  }

  /** Whether something is put before the lines: of a known kind, or with a time of its own and like that of the last one. */
  private stoodBefore(text: string): boolean {
    if (isPrefix(text)) return true;
    // What is left of a torn record has a time too, and is told.
    if (!/\d:\d\d:\d\d/.test(text) || text.includes(terminator) || attributeOf.test(text)) return false;
    const shape = shapeOf(text.slice(-400));
    const again = shape === this.lastBefore;
    this.lastBefore = shape;
    return again;
  }

  /** A line that is one record, as nearly all are: it need not be taken to pieces. */
  private wholeLine({ text, number, offset, split, hints }: Line): boolean {
    if (!text.startsWith(opener)) return false;
    const ends = text.indexOf(terminator, opener.length);
    if (ends < 0) return false;
    const again = text.indexOf(opener, 1);
    const found = again < 0 ? attributesAt(text, ends + terminator.length) : null;
    if (found?.end !== text.length) return false;
    const remarks: Remark[] = split ? ['line_split'] : [];
    const message = text.slice(opener.length, ends).trimEnd();
    this.give(message, found.attributes, { line: number, offset, hints, remarks, original: text });
    return true;
  }

  /** A record under way has a sign for its end: it is waited for. */
  flush(): void {
    // Nothing that is held can be complete.
  }

  end(): void {
    if (this.open !== null) this.giveUp();
  }

  private close(lastLine: string, attributes: string, found: Attributes | null): void {
    const { lines, line, offset, split, hints } = this.open!;
    this.open = null;
    const whole = lines.length === 0 ? lastLine : `${lines.join('\n')}\n${lastLine}`;
    let begin = opener.length;
    while (whole.charCodeAt(begin) === 10) begin++;
    const message = whole.slice(begin).trimEnd();
    const remarks: Remark[] = split ? ['line_split'] : [];
    const original = whole + terminator + attributes;
    this.give(message, found ?? attributesOf(attributes), { line, offset, hints, remarks, original });
  }

  private give(
    message: string,
    found: Attributes,
    {
      line,
      offset,
      hints,
      remarks,
      original,
    }: Pick<ParsedRecord, 'line' | 'offset' | 'hints' | 'remarks' | 'original'>,
  ): void {
    const at = this.stamps.read(found, remarks);
    if (at === null && !remarks.includes('damaged')) remarks.push('damaged');
    this.emit({
      time: at,
      severity: severityOf(found.type),
      component: found.component,
      thread: found.thread,
      source: found.file,
      message,
      line,
      offset,
      remarks,
      original,
      hints,
    });
  }

  private giveUp(): void {
    const { lines, line, offset, split, hints } = this.open!;
    this.open = null;
    this.damaged(lines.join('\n'), { number: line, offset, hints }, split);
  }

  /** What belongs to no record: the end of one that is too long is known by what stands behind its message. */
  private outside(text: string, line: Line): void {
    const ends = this.tooLong ? text.indexOf(terminator) : -1;
    if (ends < 0) {
      this.damaged(text, line, line.split);
      return;
    }
    this.tooLong = false;
    const { number, offset, hints, split } = line;
    const remarks: Remark[] = split ? ['damaged', 'line_split'] : ['damaged'];
    const attributes = attributesOf(text.slice(ends + terminator.length));
    const message = text.slice(0, ends).trim();
    this.give(message, attributes, { line: number, offset, hints, remarks, original: text });
  }

  private damaged(
    text: string,
    { number, offset, hints }: Pick<Line, 'number' | 'offset' | 'hints'>,
    split: boolean,
  ): void {
    const remarks: Remark[] = split ? ['damaged', 'line_split'] : ['damaged'];
    const message = text.replace(opener, '').trim();
    this.emit({
      time: null,
      severity: 'WARN',
      component: '',
      thread: '',
      source: '',
      message,
      line: number,
      offset,
      remarks,
      original: text,
      hints,
    });
  }
}

/** The attributes of a record that is whole, from a place on, and where they end; null where they are not so. */
function attributesAt(text: string, begin: number): { attributes: Attributes; end: number } | null {
  let at = begin;
  const value = (separator: string): string => {
    const from = at + separator.length;
    const to = at >= 0 && text.startsWith(separator, at) ? text.indexOf('"', from) : -1;
    at = to;
    return to < 0 ? '' : text.slice(from, to);
  };
  const [time, date, component, context, type, thread, file] = separators;
  const attributes = {
    time: value(time),
    date: value(date),
    component: value(component),
    context: value(context),
    type: value(type),
    thread: value(thread),
    file: value(file),
  };
  if (at < 0 || !text.startsWith(closing, at) || !/^\d?$/.test(attributes.type)) return null;
  return { attributes, end: at + closing.length };
}

/** A record that tells of more others than that is taken for damage. */
const mostInner = 50;

/**
 * Where the message of a record ends that tells of others, as a program's does that reads logs; null where the one
 * before was torn off.
 * @param inner where the message of the first of them ends
 */
function endAround(text: string, inner: number): number | null {
  let at = inner;
  for (let told = 0; told < mostInner; told++) {
    const behind = attributesAt(text, at + terminator.length)?.end;
    if (behind === undefined) return null;
    const ends = text.indexOf(terminator, behind);
    if (ends < 0) return null;
    const next = text.indexOf(opener, behind);
    if (next < 0 || next > ends) return attributesAt(text, ends + terminator.length) === null ? null : ends;
    at = ends;
  }
  return null;
}

/** Where attributes end that are not as they should be: at the end of the line, or where the next record begins. */
function endOfDamagedAttributes(text: string): number {
  const next = text.indexOf(opener);
  return next < 0 ? text.length : next;
}

const names = ['time', 'date', 'component', 'context', 'type', 'thread', 'file'] as const;
const attributePatterns = names.map(
  (name) => [name, new RegExp(`\\b${name}="([^"]*)"`), new RegExp(`\\b${name}=([^"\\s>]{1,300})"{0,9}[\\s>]`)] as const,
);
/** Attributes are no longer; what is, is damage. */
const longestAttributes = 8_192;

/** Attributes of a record that is not quite as it should be: in any order, some missing, quotes missing or doubled. */
function attributesOf(text: string): Attributes {
  const found = { time: '', date: '', component: '', context: '', type: '', thread: '', file: '' };
  const head = text.slice(0, longestAttributes);
  for (const [name, quoted, bare] of attributePatterns)
    found[name] = quoted.exec(head)?.[1] ?? bare.exec(head)?.[1] ?? '';
  return found;
}

function severityOf(type: string): Severity {
  return type === '3' ? 'ERROR' : type === '2' ? 'WARN' : 'INFO';
}
