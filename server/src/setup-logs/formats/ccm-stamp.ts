import { gregorian } from './calendar.js';
import { readDate, type DateOrder } from './msi-dates.js';
import { asUtc, type Clock, type SignedBy } from './time.js';
import type { Remark } from '../types.js';

/** What a record of CCM format says of its time and of who wrote it. */
export interface Stamp {
  time: string;
  date: string;
  component: string;
  context: string;
  file: string;
}

const clockText =
  /^\s*(\d{1,2})[:.h](\d{1,2})[:.m](\d{1,2})(?:[.:,](\d{1,9}))?\s?(?:([AaPp])\.?[Mm]\.?)?\s?(?:([+-]{0,3})\s?(\d{1,5})|([+-])(\d\d):(\d\d)|(Z))?\s*$/;
const dateText = /^\s*(\d{1,4})([-./])\s?(\d{1,2})[-./]\s?(\d{1,4})\s*$/;
const sourceFile = /\.(?:cpp|cxx|cc|c|h|hpp|inl|cs)(?::\d+)?$/i;
const scriptFile = /\.(?:ps1|psm1|psd1|vbs|wsf|js|py|cmd|bat|hta|au3|ahk|exe)(?::\d+)?$/i;
const toolkit = /PSAppDeploy|AppDeployToolkit|\b\w+-ADT/;

/** Turns the times of records in CCM format into UTC; remembers what earlier records told of their writers. */
export class StampReader {
  private shownDayFirst = false;
  private shownMonthFirst = false;
  private lastWriter: SignedBy | null = null;

  /** @param order the order of day and month that the file as a whole proves */
  constructor(
    private readonly clock: Clock,
    private readonly order: DateOrder | null,
  ) {}

  /** Milliseconds since 1970 UTC; null where this is no time. */
  read(stamp: Stamp, remarks: Remark[]): number | null {
    const found = clockText.exec(stamp.time.slice(0, 60));
    const day = this.dayOf(stamp.date.slice(0, 60), remarks);
    if (found === null || day === null) return null;
    const [, hourText, minute, second, fraction = '', half, sign, digits, isoSign, isoHours, isoMinutes, zulu] = found;
    const hour = half === undefined ? Number(hourText) : (Number(hourText) % 12) + (/p/i.test(half) ? 12 : 0);
    const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
    const local = asUtc({ ...day, hour, minute: Number(minute), second: Number(second), millisecond });
    if (local === null) return null;
    // Hours and minutes are the offset that .NET and ISO 8601 write.
    if (isoSign !== undefined)
      return local - Number(`${isoSign}1`) * (Number(isoHours) * 60 + Number(isoMinutes)) * 60_000;
    if (zulu !== undefined) return local;
    // A number without a sign says nothing of its direction.
    if (digits === undefined || sign === undefined || sign === '') return this.clock.inZone(local, remarks);
    // `+-360` is written by programs that put a sign before a signed number.
    const distance = sign.length === 1 ? Number(sign + digits) : NaN;
    return this.clock.withDistance(local, distance, this.writerOf(stamp), remarks);
  }

  /** Configuration Manager writes month-day-year; others what their machine's locale has. */
  private dayOf(text: string, remarks: Remark[]): { year: number; month: number; day: number } | null {
    const found = dateText.exec(text);
    if (found === null) {
      const date = readDate(text, this.order);
      if (date === null) return null;
      remarks.push(...date.remarks);
      if (!date.sure) remarks.push('date_order_assumed');
      return date;
    }
    const [first, second, third] = [Number(found[1]), Number(found[3]), Number(found[4])];
    if ((found[1] ?? '').length >= 3) return gregorian({ year: first, month: second, day: third }, remarks);
    if (first > 12) this.shownDayFirst = true;
    else if (second > 12) this.shownMonthFirst = true;
    let dayFirst = first > 12;
    if (first <= 12 && second <= 12 && first !== second) {
      const order = this.order ?? (this.shownDayFirst && !this.shownMonthFirst ? 'day-first' : null);
      dayFirst = order === 'day-first' || (order === null && found[2] === '.');
      const assumed = order === null && (this.shownDayFirst || found[2] === '/');
      if (assumed) remarks.push('date_order_assumed');
    }
    const [month, day] = dayFirst ? [second, first] : [first, second];
    return gregorian({ year: third, month, day }, remarks);
  }

  /** Who wrote a record tells what the number behind its time is. */
  private writerOf({ component, context, file }: Stamp): SignedBy {
    let writer: SignedBy | null = null;
    if (sourceFile.test(file.slice(-100))) writer = 'bias';
    else if (toolkit.test(component.slice(0, 200)) || toolkit.test(file.slice(-300))) writer = 'offset';
    else if (scriptFile.test(file.slice(-100)) || context.includes('\\')) writer = 'offset-probably';
    if (writer !== null) this.lastWriter = writer;
    return writer ?? this.lastWriter ?? 'bias-probably';
  }
}
