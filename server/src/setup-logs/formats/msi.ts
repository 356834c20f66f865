import { readDate, readTimeOfDay, type DateOrder } from './msi-dates.js';
import { severityOfResult } from './result.js';
import { actionEnded, customActionResult, errorNumberOf, resultOf, timeOfAction } from './msi-lines.js';
import { asUtc, digitsAt, timeOfDayAt, type Clock } from './time.js';
import type { Emit, FormatParser, Line, ParsedRecord, Remark, Severity } from '../types.js';

/**
 * Windows Installer 2.0 wrote no time, who publishes a log may write `[Time]` in its place, and what prints text made a
 * sign of `(c)`, with or without its bracket.
 */
const engine =
  /^MSI (?:\((\w)\)|(?:©|&copy;)\)?) \(([^)]{0,40})\)(?: \[(?:(\d{1,2}):(\d\d):(\d\d):(\d{3})|[^\]\d]{0,20})\])?: ?(.*)$/s;
const property = /^Property\(\w\): /;
/** Where a log was pasted, its first line may have lost what still stands before all others. */
const indented = /^[ \t]{1,40}(?=MSI \(|=== |Property\(\w\): )/;
const dayMs = 86_400_000;
const colon = 58;
const blank = 32;
const tab = 9;
const longestRecord = 256 * 1024;

/**
 * A verbose log of Windows Installer (`msiexec /l*v`): fspMSI.log (domain/logs.md §4). The date stands only in the
 * header, in the machine's locale; lines carry a time of day, and past midnight the date is counted on. Text without a
 * head of its own belongs to the record before. Nothing here reads a word: they are in the machine's language.
 */
export class MsiParser implements FormatParser {
  private held: ParsedRecord | null = null;
  /** Local midnight of the day of the last time that was read, as UTC. */
  private day: number | null = null;
  private dateRemarks: readonly Remark[] = [];
  private lastLocal = 0;
  /** What stood before a line that has a head of its own. */
  private indent = '';

  /** @param order what the file as a whole tells about the order of day and month */
  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
    private readonly order: DateOrder | null,
  ) {}

  get heldFrom(): number | null {
    return this.held?.offset ?? null;
  }

  line(written: Line): void {
    const line = this.withoutIndent(written);
    const { text } = line;
    if (text.startsWith('MSI ') && (this.plainLine(line) || this.engineLine(line))) return;
    const headed = text.startsWith('=== ') ? readTimeOfDay(text) : null;
    if (headed !== null) this.beginHeader(line, headed);
    else if (text.startsWith('=== ') && text.trimEnd().endsWith('===')) this.begin(line, text, null, 'MSI', '');
    else if (text.startsWith('Property(') && property.test(text)) this.begin(line, text, null, 'MSI', '');
    else {
      const time = timeOfAction(text);
      if (time !== null) this.begin(line, text, msOfDay(time), 'MSI', '');
      else this.goOn(line);
    }
  }

  private withoutIndent(line: Line): Line {
    const first = line.text.charCodeAt(0);
    if (first !== blank && first !== tab) return line;
    this.indent = indented.exec(line.text)?.[0] ?? this.indent;
    const { indent } = this;
    return indent !== '' && line.text.startsWith(indent) ? { ...line, text: line.text.slice(indent.length) } : line;
  }

  /** `MSI (s) (54:F8) [10:11:12:123]: text`, as nearly all are; false where it is written in any other way. */
  private plainLine(line: Line): boolean {
    const { text } = line;
    const context = text.charAt(5);
    const component = context === 's' ? 'MSI (s)' : context === 'c' ? 'MSI (c)' : '';
    const ends = text.indexOf(')', 9);
    if (component === '' || !text.startsWith(') (', 6) || ends < 0 || !text.startsWith(') [', ends)) return false;
    const at = ends + 3;
    const ofDay = timeOfDayAt(text, at) + (text.charCodeAt(at + 8) === colon ? digitsAt(text, at + 9, 3) : NaN);
    if (Number.isNaN(ofDay) || !text.startsWith(']:', at + 12)) return false;
    const message = text.slice(text.charCodeAt(at + 14) === blank ? at + 15 : at + 14);
    this.begin(line, message, ofDay, component, text.slice(9, ends));
    return true;
  }

  private engineLine(line: Line): boolean {
    const found = engine.exec(line.text);
    if (found === null) return false;
    const [, context = 'c', thread = '', hour, minute = '', second = '', millisecond = '', message = ''] = found;
    const ofDay = hour === undefined ? null : msOfDay([hour, minute, second, millisecond]);
    this.begin(line, message, ofDay, `MSI (${context})`, thread);
    return true;
  }

  flush(): void {
    const { held } = this;
    if (held === null) return;
    this.held = null;
    held.severity = severityOf(held.message, held.hints);
    held.message = held.message.trimEnd();
    held.original = held.original.trimEnd();
    this.emit(held);
  }

  end(): void {
    this.flush();
  }

  private begin(line: Line, message: string, ofDay: number | null, component: string, thread: string): void {
    this.flush();
    const remarks: Remark[] = line.split ? ['line_split'] : [];
    this.held = {
      time: ofDay === null ? null : this.timeOf(ofDay, remarks),
      severity: 'INFO',
      component,
      thread,
      source: '',
      message,
      line: line.number,
      offset: line.offset,
      remarks,
      original: line.text,
      hints: line.hints,
    };
  }

  private beginHeader(line: Line, ofDay: number): void {
    const date = readDate(line.text, this.order);
    const midnight = date === null ? null : asUtc({ ...date, hour: 0, minute: 0, second: 0, millisecond: 0 });
    if (date !== null && midnight !== null) {
      this.day = midnight;
      this.dateRemarks = date.sure ? date.remarks : [...date.remarks, 'date_order_assumed'];
      this.lastLocal = midnight + ofDay;
    }
    this.begin(line, line.text, ofDay, 'MSI', '');
  }

  private timeOf(ofDay: number, remarks: Remark[]): number | null {
    if (this.day === null) {
      remarks.push('date_unknown');
      return null;
    }
    // Threads are a little out of order around midnight: of three days the one nearest to the last line is meant.
    let local = this.day + ofDay;
    if (this.lastLocal - local > dayMs / 2) local += dayMs;
    else if (local - this.lastLocal > dayMs / 2) local -= dayMs;
    this.day = local - ofDay;
    this.lastLocal = local;
    for (const remark of this.dateRemarks) remarks.push(remark);
    return this.clock.inZone(local, remarks);
  }

  private goOn(line: Line): void {
    const { held } = this;
    if (held?.message.startsWith('=== ') && errorNumberOf(line.text, line.hints) !== null)
      this.begin(line, line.text, null, 'MSI', '');
    else if (held !== null && held.original.length < longestRecord) {
      held.message += `\n${line.text}`;
      held.original += `\n${line.text}`;
      held.hints |= line.hints;
      if (line.split && !held.remarks.includes('line_split')) held.remarks.push('line_split');
    } else if (line.text.trim() !== '') {
      this.begin(line, line.text, null, '', '');
      this.held?.remarks.push('no_stamp');
    }
  }
}

function msOfDay(parts: readonly string[]): number {
  const [hour = 0, minute = 0, second = 0, millisecond = 0] = parts.map(Number);
  return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

function severityOf(message: string, hints: number): Severity {
  if (message.startsWith('Property(') && property.test(message)) return 'DEBUG';
  const result = resultOf(message);
  if (result !== null) return severityOfResult(result);
  const custom = customActionResult(message);
  if (custom !== null) return custom.ignored ? 'WARN' : severityOfResult(custom.code);
  const ended = actionEnded(message);
  if (ended !== null) return ended.value === 3 ? 'ERROR' : ended.value === 2 || ended.value === 4 ? 'WARN' : 'INFO';
  if (errorNumberOf(message, hints) !== null) return 'ERROR';
  return 'INFO';
}
