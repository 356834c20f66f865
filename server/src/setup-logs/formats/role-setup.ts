import { hint } from './hints.js';
import { severityOfResult } from './result.js';
import { digitsAt, Midnights, timeOfDayAt, utcOfParts, type Clock } from './time.js';
import type { Emit, FormatParser, Line, ParsedRecord, Remark, Severity } from '../types.js';
import { severityByWords } from './words.js';

/** `<MM/DD/YY HH:MM:SS> text`, or `<MM-DD-YYYY HH:MM:SS> text`. */
const stamped = /^<(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})[ \t](\d{1,2}):(\d\d):(\d\d)>[ \t]?(.*)$/s;
/** Length of `<03/15/26 10:11:12>`. */
const plainStamp = 19;
const opening = 60;
const closing = 62;
const slash = 47;
const blank = 32;
const tab = 9;
const longestRecord = 64 * 1024;
/** Where a log was pasted, its first line may have lost what still stands before all others. */
const indent = /^[ \t]{1,40}(?=<\d)/;

/**
 * The log of rolesetup.exe: SMSFSPSetup.log and those of the other roles (domain/logs.md §3). Local time without a
 * zone. A line without a stamp goes on with the record before it, unless the file has none at all: copies that people
 * pass on often have lost them.
 */
export class RoleSetupParser implements FormatParser {
  private held: ParsedRecord | null = null;
  private readonly midnights = new Midnights();

  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
  ) {}

  get heldFrom(): number | null {
    return this.held?.offset ?? null;
  }

  line(written: Line): void {
    const begins = written.text.charCodeAt(0);
    const line = begins === blank || begins === tab ? { ...written, text: written.text.replace(indent, '') } : written;
    const plain = this.plainTime(line.text);
    if (plain !== null) {
      this.begin(
        line,
        plain,
        line.text.slice(line.text.charCodeAt(plainStamp) === blank ? plainStamp + 1 : plainStamp),
      );
      return;
    }
    const fields = stamped.exec(line.text);
    if (fields !== null) this.begin(line, utcOfParts(fields.slice(1, 4), fields.slice(4, 7)), fields[7] ?? '');
    else if (line.text.trim() !== '') this.goOn(line);
  }

  /** `<03/15/26 10:11:12>`, as nearly all begin; null for any other spelling, and what is no time. */
  private plainTime(text: string): number | null {
    if (text.charCodeAt(0) !== opening || text.charCodeAt(plainStamp - 1) !== closing) return null;
    if (text.charCodeAt(3) !== slash || text.charCodeAt(6) !== slash || text.charCodeAt(9) !== blank) return null;
    const [month, day, year] = [digitsAt(text, 1, 2), digitsAt(text, 4, 2), digitsAt(text, 7, 2)];
    const midnight = this.midnights.of(2000 + year, month, day);
    const ofDay = timeOfDayAt(text, 10);
    return midnight === null || Number.isNaN(ofDay) ? null : midnight + ofDay;
  }

  private begin(line: Line, local: number | null, text: string): void {
    this.flush();
    const remarks: Remark[] = [];
    if (local === null) remarks.push('damaged');
    this.held = recordOf(line, local === null ? null : this.clock.inZone(local, remarks), text, remarks);
  }

  private goOn(line: Line): void {
    if (this.held !== null && this.held.original.length < longestRecord) this.append(line);
    else this.give(recordOf(line, null, line.text, ['no_stamp']));
  }

  flush(): void {
    const { held } = this;
    this.held = null;
    if (held !== null) this.give(held);
  }

  private give(record: ParsedRecord): void {
    record.severity = severityOf(record.message, record.hints);
    this.emit(record);
  }

  end(): void {
    this.flush();
  }

  private append({ text, split, hints }: Line): void {
    const held = this.held!;
    held.message += `\n${text.trimEnd()}`;
    held.original += `\n${text}`;
    held.hints |= hints;
    if (split && !held.remarks.includes('line_split')) held.remarks.push('line_split');
  }
}

function recordOf(line: Line, time: number | null, text: string, remarks: Remark[]): ParsedRecord {
  // A tilde stood for a line end in the printer's own language: ~RoleSetup().
  const message = (text.startsWith('~') ? text.replace(/^~+/, '') : text).trim();
  return {
    time,
    severity: 'INFO',
    component: '',
    thread: '',
    source: '',
    message,
    line: line.number,
    offset: line.offset,
    remarks: line.split ? [...remarks, 'line_split'] : remarks,
    original: line.text,
    hints: line.hints,
  };
}

function severityOf(message: string, hints: number): Severity {
  const code =
    (hints & hint.exit) === 0
      ? undefined
      : /\bexited with return code:? ?(0x[0-9a-f]{1,8}|-?\d{1,10})/i.exec(message)?.[1];
  if (code !== undefined) return severityOfResult(Number(code));
  // `fspMSI.log.LastError` is the name of a file.
  if (/^Backing up\b/.test(message)) return 'INFO';
  const told = /^(INFO|WARN|ERROR)(?:ING)?\s*:/i.exec(message)?.[1];
  return told === undefined ? severityByWords(message, hints) : (told.toUpperCase() as Severity);
}
