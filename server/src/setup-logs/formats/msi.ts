import { readDate, readTimeOfDay, type DateOrder } from './msi-dates.js';
import { severityOfResult } from './result.js';
import { actionEnded, customActionResult, errorNumberOf, resultOf, timeOfAction } from './msi-lines.js';
import { asUtc, type Clock } from './time.js';
import type { Emit, FormatParser, Line, ParsedRecord, Remark, Severity } from '../types.js';

const engine = /^MSI \((\w)\) \(([^)]*)\) \[(\d{1,2}):(\d\d):(\d\d):(\d{3})\]: ?(.*)$/s;
const property = /^Property\(\w\): /;
const dayMs = 86_400_000;
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

  /** @param order what the file as a whole tells about the order of day and month */
  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
    private readonly order: DateOrder | null,
  ) {}

  get heldFrom(): number | null {
    return this.held?.offset ?? null;
  }

  line(line: Line): void {
    const { text } = line;
    const engineLine = text.startsWith('MSI (') ? engine.exec(text) : null;
    if (engineLine !== null) {
      const [, context = '', thread = '', hour, minute, second, millisecond, message = ''] = engineLine;
      this.begin(line, message, [hour, minute, second, millisecond], `MSI (${context})`, thread);
      return;
    }
    const headed = text.startsWith('=== ') ? readTimeOfDay(text) : null;
    if (headed !== null) this.beginHeader(line, headed);
    else if (text.startsWith('=== ') && text.trimEnd().endsWith('===')) this.begin(line, text, null, 'MSI', '');
    else if (property.test(text)) this.begin(line, text, null, 'MSI', '');
    else {
      const time = timeOfAction(text);
      if (time !== null) this.begin(line, text, time, 'MSI', '');
      else this.goOn(line);
    }
  }

  flush(): void {
    const { held } = this;
    if (held === null) return;
    this.held = null;
    held.severity = severityOf(held.message);
    held.message = held.message.trimEnd();
    held.original = held.original.trimEnd();
    this.emit(held);
  }

  end(): void {
    this.flush();
  }

  private begin(
    line: Line,
    message: string,
    time: (string | undefined)[] | null,
    component: string,
    thread: string,
  ): void {
    this.flush();
    const remarks: Remark[] = line.split ? ['line_split'] : [];
    this.held = {
      time: time === null ? null : this.timeOf(time.map(Number), remarks),
      severity: 'INFO',
      component,
      thread,
      source: '',
      message,
      line: line.number,
      offset: line.offset,
      remarks,
      original: line.text,
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
    this.begin(line, line.text, ['0', '0', '0', String(ofDay)], 'MSI', '');
  }

  private timeOf(parts: number[], remarks: Remark[]): number | null {
    if (this.day === null) {
      remarks.push('date_unknown');
      return null;
    }
    // Threads are a little out of order around midnight: of three days the one nearest to the last line is meant.
    const ofDay = msOfDay(parts);
    let local = this.day + ofDay;
    if (this.lastLocal - local > dayMs / 2) local += dayMs;
    else if (local - this.lastLocal > dayMs / 2) local -= dayMs;
    this.day = local - ofDay;
    this.lastLocal = local;
    remarks.push(...this.dateRemarks);
    return this.clock.inZone(local, remarks);
  }

  private goOn(line: Line): void {
    const { held } = this;
    if (held !== null && held.original.length < longestRecord) {
      held.message += `\n${line.text}`;
      held.original += `\n${line.text}`;
      if (line.split && !held.remarks.includes('line_split')) held.remarks.push('line_split');
    } else if (line.text.trim() !== '') {
      this.begin(line, line.text, null, '', '');
      this.held?.remarks.push('no_stamp');
    }
  }
}

function msOfDay([hour = 0, minute = 0, second = 0, millisecond = 0]: number[]): number {
  return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

function severityOf(message: string): Severity {
  if (property.test(message)) return 'DEBUG';
  const result = resultOf(message);
  if (result !== null) return severityOfResult(result);
  const custom = customActionResult(message);
  if (custom !== null) return custom.ignored ? 'WARN' : severityOfResult(custom.code);
  const ended = actionEnded(message);
  if (ended !== null) return ended.value === 3 ? 'ERROR' : ended.value === 2 || ended.value === 4 ? 'WARN' : 'INFO';
  if (errorNumberOf(message) !== null) return 'ERROR';
  return 'INFO';
}
