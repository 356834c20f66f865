import { utcOfParts, type Clock } from './time.js';
import type { Emit, FormatParser, Line, ParsedRecord, Remark, Severity } from '../types.js';

const opener = '<![LOG[';
const terminator = ']LOG]!>';
/** A message that has no end by then is damage: a record must not swallow the rest of its file. */
const longestMessage = { lines: 5_000, characters: 512 * 1024 };

/** What stands behind the message in a record that is whole; the rest of the line, if any, is the last group. */
const wellFormed =
  /^<time="(\d{1,2}):(\d\d):(\d\d)(?:[.:](\d+))?([+-]+\d+)?" date="(\d{1,2})-(\d{1,2})-(\d{4})" component="([^"]*)" context="[^"]*" type="(\d?)" thread="([^"]*)" file="([^"]*)">(.*)$/;

interface Attributes {
  time: string;
  date: string;
  component: string;
  type: string;
  thread: string;
  file: string;
}

/**
 * `<![LOG[message]LOG]!><time="…" date="…" component="…" context="…" type="1" thread="…" file="…">`, what CMTrace
 * reads (domain/logs.md §1). A message may be of several lines; a record that is cut off by the next one, and whatever
 * stands between records, is a record of its own, marked damaged.
 */
export class CcmParser implements FormatParser {
  private open: { lines: string[]; line: number; offset: number; split: boolean; size: number } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
  ) {}

  get heldFrom(): number | null {
    return this.open?.offset ?? null;
  }

  line(line: Line): void {
    let rest = line.text;
    while (true) {
      if (this.open === null) {
        const begins = rest.indexOf(opener);
        if (begins < 0) {
          if (rest.trim() !== '') this.damaged(rest, line, line.split);
          return;
        }
        if (rest.slice(0, begins).trim() !== '') this.damaged(rest.slice(0, begins), line, line.split);
        this.open = { lines: [], line: line.number, offset: line.offset, split: false, size: 0 };
        rest = rest.slice(begins);
      } else if (rest.startsWith(opener)) {
        // The record before was never finished.
        this.giveUp();
        continue;
      }
      const { open } = this;
      open.split ||= line.split;
      const ends = rest.indexOf(terminator);
      if (ends < 0) {
        open.lines.push(rest);
        open.size += rest.length;
        if (open.lines.length > longestMessage.lines || open.size > longestMessage.characters) this.giveUp();
        return;
      }
      const after = rest.slice(ends + terminator.length);
      const fields = wellFormed.exec(after);
      const next = fields === null ? endOfDamagedAttributes(after) : after.length - (fields[13] ?? '').length;
      this.close(rest.slice(0, ends), after.slice(0, next), fields);
      if (next === after.length) return;
      rest = after.slice(next);
      if (rest.trim() === '') return;
    }
  }

  /** A record under way has a sign for its end: it is waited for. */
  flush(): void {
    // Nothing that is held can be complete.
  }

  end(): void {
    if (this.open !== null) this.giveUp();
  }

  private close(lastLine: string, attributes: string, fields: RegExpExecArray | null): void {
    const { lines, line, offset, split } = this.open!;
    this.open = null;
    const whole = lines.length === 0 ? lastLine : `${lines.join('\n')}\n${lastLine}`;
    let begin = opener.length;
    while (whole.charCodeAt(begin) === 10) begin++;
    const message = whole.slice(begin).trimEnd();
    const remarks: Remark[] = split ? ['line_split'] : [];
    const original = whole + terminator + attributes;
    if (fields === null) {
      this.emit({ ...this.readDamaged(attributes, remarks), message, line, offset, remarks, original });
      return;
    }
    this.emit({
      time: this.timeOf(fields.slice(1, 6), fields.slice(6, 9), remarks),
      severity: severityOf(fields[10] ?? ''),
      component: fields[9] ?? '',
      thread: fields[11] ?? '',
      source: fields[12] ?? '',
      message,
      line,
      offset,
      remarks,
      original,
    });
  }

  private readDamaged(
    text: string,
    remarks: Remark[],
  ): Pick<ParsedRecord, 'time' | 'severity' | 'component' | 'thread' | 'source'> {
    const { time, date, component, type, thread, file } = attributesOf(text);
    const clockParts = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.:](\d+))?([+-]+\d+)?$/.exec(time)?.slice(1);
    const dateParts = /^(\d{1,2})-(\d{1,2})-(\d{4})$/.exec(date)?.slice(1);
    const parsed = clockParts && dateParts ? this.timeOf(clockParts, dateParts, remarks) : null;
    if (!clockParts || !dateParts) remarks.push('damaged');
    return { time: parsed, severity: severityOf(type), component, thread, source: file };
  }

  private timeOf(clock: (string | undefined)[], date: (string | undefined)[], remarks: Remark[]): number | null {
    const local = utcOfParts(date, clock);
    if (local === null) {
      remarks.push('damaged');
      return null;
    }
    const bias = clock[4];
    if (bias === undefined) return this.clock.inZone(local, remarks);
    // `+-360` is written by programs that put a sign before a signed number: no zone can be told from it.
    return this.clock.withBias(local, /^[+-]\d/.test(bias) ? Number(bias) : NaN, remarks);
  }

  private giveUp(): void {
    const { lines, line, offset, split } = this.open!;
    this.open = null;
    this.damaged(lines.join('\n'), { number: line, offset }, split);
  }

  private damaged(text: string, { number, offset }: Pick<Line, 'number' | 'offset'>, split: boolean): void {
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
    });
  }
}

/** Where attributes end that are not as they should be: at the end of the line, or where the next record begins. */
function endOfDamagedAttributes(text: string): number {
  const next = text.indexOf(opener);
  return next < 0 ? text.length : next;
}

/** Attributes of a record that is not quite as it should be: in any order, some missing, quotes missing or doubled. */
function attributesOf(text: string): Attributes {
  const attribute = (name: string) =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ??
    new RegExp(`\\b${name}=([^"\\s>]+)"*[\\s>]`).exec(text)?.[1] ??
    '';
  return {
    time: attribute('time'),
    date: attribute('date'),
    component: attribute('component'),
    type: attribute('type'),
    thread: attribute('thread'),
    file: attribute('file'),
  };
}

function severityOf(type: string): Severity {
  return type === '3' ? 'ERROR' : type === '2' ? 'WARN' : 'INFO';
}
