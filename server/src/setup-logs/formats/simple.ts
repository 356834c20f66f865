import { readDate, readTimeOfDay, type DateOrder } from './msi-dates.js';
import { digitsAt, Midnights, timeOfDayAt, utcOfParts, type Clock } from './time.js';
import type { Emit, FormatParser, Line, Remark } from '../types.js';
import { severityByWords } from './words.js';

const current = /^(\d{1,2})-(\d{1,2})-(\d{4}) (\d{1,2}):(\d\d):(\d\d)\.(\d{3,7})([+-]\d+)?$/;
/** SMS 2.0: `Fri Sep 03 12:23:46.229 1999 Central Daylight Time`; SMS 1.x: `Wed May 21 17:09:02 1997~`. */
const old = /^\w{3} (\w{3}) +(\d{1,2}) (\d{1,2}):(\d\d):(\d\d)(?:\.(\d{3}))? (\d{4})~?\s*(.*)$/;
const blank = 32;
const bracket = 41;
const plus = 43;
const minus = 45;
const point = 46;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Bias in minutes of the zones that old servers named in words. */
const namedZones: Record<string, number> = {
  'Greenwich Mean Time': 0,
  'GMT Standard Time': 0,
  'Eastern Standard Time': 300,
  'Eastern Daylight Time': 240,
  'Central Standard Time': 360,
  'Central Daylight Time': 300,
  'Mountain Standard Time': 420,
  'Mountain Daylight Time': 360,
  'Pacific Standard Time': 480,
  'Pacific Daylight Time': 420,
};

/**
 * What CMTrace copies: message, component, date and time of the reader's locale, thread. Forums turn its tabs into
 * blanks.
 */
const copied =
  /(?:\t([^\t]{0,60})\t|\s{1,4}(\S{1,60})\s{1,4})(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.? \d{1,2}[:.]\d\d[:.]\d\d(?: ?[AP]\.?M\.?)?)\s{1,4}(\d{1,9}) \(0x([0-9a-f]{1,8})\)\s{0,4}$/i;
const longestCopied = 250;

/** The parts of a line that CMTrace copied, from where its message ends; null for any other line. */
export function copiedFields(text: string): { at: number; component: string; stamp: string; thread: string } | null {
  const last = text.charCodeAt(text.length - 1);
  if (last !== bracket && last > blank && last < 128) return null;
  const end = text.slice(-longestCopied).trimEnd();
  if (!end.endsWith(')') || !end.includes(' (0x')) return null;
  const found = copied.exec(text.slice(-longestCopied));
  if (found === null) return null;
  const [whole, tabbed, spaced = '', stamp = '', thread = '', hex = ''] = found;
  if (Number(thread) !== Number.parseInt(hex, 16)) return null;
  return { at: text.length - whole.length, component: tabbed ?? spaced, stamp, thread };
}

/**
 * `message  $$<COMPONENT><stamp><thread=N (0xHEX)>`, the log of the site server's threads (domain/logs.md §2). Lines
 * without a stamp are records too: the reader of last resort for any text.
 */
export class SimpleParser implements FormatParser {
  readonly heldFrom = null;
  private readonly midnights = new Midnights();

  constructor(
    private readonly clock: Clock,
    private readonly emit: Emit,
    private readonly order: DateOrder | null,
  ) {}

  line(line: Line): void {
    if (line.text.trim() === '') return;
    const remarks: Remark[] = line.split ? ['line_split'] : [];
    const begins = line.text.lastIndexOf('$$<');
    const fields = begins < 0 ? null : fieldsOf(line.text.slice(begins));
    if (begins < 0 && this.readCopied(line, remarks)) return;
    const message = withLineEnds(fields === null ? line.text : line.text.slice(0, begins));
    let time: number | null = null;
    if (fields === null) remarks.push(begins < 0 ? 'no_stamp' : 'damaged');
    else {
      time = this.timeOf(fields[2] ?? '', remarks);
      if (time === null || fields[3] === undefined) remarks.push('damaged');
    }
    this.emit({
      time,
      severity: severityByWords(message, line.hints),
      component: fields?.[1] ?? '',
      thread: threadOf(fields?.[3] ?? ''),
      source: '',
      message,
      line: line.number,
      offset: line.offset,
      remarks,
      original: line.text,
      hints: line.hints,
    });
  }

  private readCopied({ text, number, offset, hints }: Line, remarks: Remark[]): boolean {
    const fields = copiedFields(text);
    if (fields === null) return false;
    const { at, component, stamp, thread } = fields;
    const date = readDate(stamp, this.order);
    const clock = readTimeOfDay(stamp.slice(stamp.indexOf(' ')));
    if (date === null || clock === null) return false;
    remarks.push(...date.remarks);
    if (!date.sure) remarks.push('date_order_assumed');
    const message = text.slice(0, at).trim();
    this.emit({
      time: this.clock.inZone(Date.UTC(date.year, date.month - 1, date.day) + clock, remarks),
      severity: severityByWords(message, hints),
      component,
      thread,
      source: '',
      message,
      line: number,
      offset,
      remarks,
      original: text,
      hints,
    });
    return true;
  }

  flush(): void {
    // Each line is whole by itself.
  }

  end(): void {
    // Likewise.
  }

  private timeOf(stamp: string, remarks: Remark[]): number | null {
    const local = this.plainTime(stamp);
    if (local !== null && stamp.length === 23) return this.clock.inZone(local, remarks);
    const sign = stamp.charCodeAt(23);
    if (local !== null && (sign === plus || sign === minus) && stamp.length > 24) {
      const bias = digitsAt(stamp, 24, stamp.length - 24);
      if (!Number.isNaN(bias)) return this.clock.withBias(local, sign === minus ? -bias : bias, remarks);
    }
    return this.anyTime(stamp, remarks);
  }

  /** `03-15-2026 10:11:12.123`, as nearly all begin; null for any other spelling, and what is no time. */
  private plainTime(stamp: string): number | null {
    const separated = stamp.charCodeAt(2) === minus && stamp.charCodeAt(5) === minus && stamp.charCodeAt(19) === point;
    if (!separated || stamp.charCodeAt(10) !== blank) return null;
    const [month, day, year] = [digitsAt(stamp, 0, 2), digitsAt(stamp, 3, 2), digitsAt(stamp, 6, 4)];
    const ofDay = timeOfDayAt(stamp, 11) + digitsAt(stamp, 20, 3);
    const midnight = this.midnights.of(year, month, day);
    return midnight === null || Number.isNaN(ofDay) ? null : midnight + ofDay;
  }

  private anyTime(stamp: string, remarks: Remark[]): number | null {
    const now = current.exec(stamp);
    if (now !== null) {
      const local = utcOfParts(now.slice(1, 4), now.slice(4, 8));
      if (local === null) return null;
      return now[8] === undefined
        ? this.clock.inZone(local, remarks)
        : this.clock.withBias(local, Number(now[8]), remarks);
    }
    const then = old.exec(stamp);
    if (then === null) return null;
    const [, month = '', day, hour, minute, second, fraction, year, zone = ''] = then;
    const local = utcOfParts([String(months.indexOf(month) + 1), day, year], [hour, minute, second, fraction]);
    if (local === null) return null;
    const bias = namedZones[zone.replace(/~$/, '').trim()];
    return bias === undefined ? this.clock.inZone(local, remarks) : this.clock.withBias(local, bias, remarks);
  }
}

/** `4120 (0x1018)` is 4120; SMS 1.x wrote hexadecimal only: `DB` is 219. */
function threadOf(text: string): string {
  const decimal = /^(\d+) \(0x[0-9a-f]+\)$/i.exec(text)?.[1];
  if (decimal !== undefined) return decimal;
  return /^[0-9a-f]{1,8}$/i.test(text) ? String(Number.parseInt(text, 16)) : text;
}

/** What stands behind the message; null where that is not as it should be. */
function fieldsOf(text: string): RegExpExecArray | null {
  return /^\$\$<([^<>]*)><([^<>]*)>(?:<thread=([^<>]*)>)?\s*$/.exec(text);
}

/** `~` stands for a CR or an LF, `~~` for both; but not in a short file name such as `PROGRA~1`. */
function withLineEnds(text: string): string {
  // At its end they go with the rest of the white space.
  let end = text.length;
  while (end > 0 && (text[end - 1] === '~' || text[end - 1] === ' ')) end--;
  const shorter = text.slice(0, end);
  if (!shorter.includes('~')) return shorter.trim();
  return shorter
    .replaceAll(/~~|(?<!\w(?=~\d))~/g, '\n')
    .replaceAll(/\n{2,}/g, '\n')
    .trim();
}
