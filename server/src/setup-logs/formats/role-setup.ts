import { severityOfResult } from './result.js';
import { utcOfParts, type Clock } from './time.js';
import type { Emit, FormatParser, Line, ParsedRecord, Remark, Severity } from '../types.js';
import { severityByWords } from './words.js';

/** `<MM/DD/YY HH:MM:SS> text`, or `<MM-DD-YYYY HH:MM:SS> text`. */
const stamped = /^<(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2}) (\d{1,2}):(\d\d):(\d\d)> ?(.*)$/s;
const longestRecord = 64 * 1024;

/**
 * The log of rolesetup.exe: SMSFSPSetup.log and those of the other roles (domain/logs.md §3). Local time without a
 * zone. A line without a stamp goes on with the record before it, unless the file has none at all: copies that people
 * pass on often have lost them.
 */
export class RoleSetupParser implements FormatParser {
  private held: ParsedRecord | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
  ) {}

  get heldFrom(): number | null {
    return this.held?.offset ?? null;
  }

  line(line: Line): void {
    const fields = stamped.exec(line.text);
    if (fields === null) {
      if (line.text.trim() === '') return;
      if (this.held !== null && this.held.original.length < longestRecord) this.append(line);
      else this.emit(recordOf(line, null, line.text, ['no_stamp']));
      return;
    }
    this.flush();
    const remarks: Remark[] = [];
    const local = utcOfParts(fields.slice(1, 4), fields.slice(4, 7));
    if (local === null) remarks.push('damaged');
    const time = local === null ? null : this.clock.inZone(local, remarks);
    this.held = recordOf(line, time, fields[7] ?? '', remarks);
  }

  flush(): void {
    const { held } = this;
    this.held = null;
    if (held === null) return;
    held.severity = severityOf(held.message);
    this.emit(held);
  }

  end(): void {
    this.flush();
  }

  private append({ text, split }: Line): void {
    const held = this.held!;
    held.message += `\n${text.trimEnd()}`;
    held.original += `\n${text}`;
    if (split && !held.remarks.includes('line_split')) held.remarks.push('line_split');
  }
}

function recordOf(line: Line, time: number | null, text: string, remarks: Remark[]): ParsedRecord {
  // A tilde stood for a line end in the printer's own language: ~RoleSetup().
  const message = text.replace(/^~+/, '').trim();
  return {
    time,
    severity: severityOf(message),
    component: '',
    thread: '',
    source: '',
    message,
    line: line.number,
    offset: line.offset,
    remarks: line.split ? [...remarks, 'line_split'] : remarks,
    original: line.text,
  };
}

function severityOf(message: string): Severity {
  const code = /\bexited with return code:? ?(\d{1,10})/i.exec(message)?.[1];
  if (code !== undefined) return severityOfResult(Number(code));
  // `fspMSI.log.LastError` is the name of a file.
  if (/^Backing up\b/.test(message)) return 'INFO';
  const told = /^(INFO|WARN|ERROR)(?:ING)?\s*:/i.exec(message)?.[1];
  return told === undefined ? severityByWords(message) : (told.toUpperCase() as Severity);
}
