import { gregorian } from './calendar.js';
import { readDate, type DateOrder } from './msi-dates.js';
import { asUtc, digitsAt, timeOfDayAt, type Clock, type SignedBy } from './time.js';
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
const point = 46;
const plus = 43;
const minus = 45;
const toolkit = /PSAppDeploy|AppDeployToolkit|\b\w+-ADT/;

/** Turns the times of records in CCM format into UTC; remembers what earlier records told of their writers. */
export class StampReader {
  private shownDayFirst = false;
  private shownMonthFirst = false;
  private lastWriter: SignedBy | null = null;
  private lastDate: string | null = null;
  private lastTold: readonly Remark[] = [];
  private lastMidnight: number | null = null;

  /** @param order the order of day and month that the file as a whole proves */
  constructor(
    private readonly clock: Clock,
    private readonly order: DateOrder | null,
  ) {}

  /** Milliseconds since 1970 UTC; null where this is no time. */
  read(stamp: Stamp, remarks: Remark[]): number | null {
    const midnight = this.midnightOf(stamp.date, remarks);
    const { time } = stamp;
    const ofDay = timeOfDayAt(time, 0) + (time.charCodeAt(8) === point ? digitsAt(time, 9, 3) : NaN);
    const sign = time.charCodeAt(12);
    // As Configuration Manager writes it: 10:11:12.123+480. In every other spelling it is looked for.
    if (!Number.isNaN(ofDay) && (sign === plus || sign === minus) && time.length <= 17) {
      const distance = digitsAt(time, 13, time.length - 13);
      if (time.length > 13 && !Number.isNaN(distance)) {
        if (midnight === null) return null;
        const signed = sign === minus ? -distance : distance;
        return this.clock.withDistance(midnight + ofDay, signed, this.writerOf(stamp), remarks);
      }
    }
    return this.readAny(stamp, midnight, remarks);
  }

  private readAny(stamp: Stamp, midnight: number | null, remarks: Remark[]): number | null {
    const found = clockText.exec(stamp.time.slice(0, 60));
    if (found === null || midnight === null) return null;
    const [, hourText, minute, second, fraction = '', half, sign, digits, isoSign, isoHours, isoMinutes, zulu] = found;
    const hour = half === undefined ? Number(hourText) : (Number(hourText) % 12) + (/p/i.test(half) ? 12 : 0);
    const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
    if (!(hour < 24 && Number(minute) < 60 && Number(second) < 60)) return null;
    const local = midnight + ((hour * 60 + Number(minute)) * 60 + Number(second)) * 1000 + millisecond;
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

  /** Local midnight of a date; null where there is no such. What follows the same date is told the same of it. */
  private midnightOf(date: string, remarks: Remark[]): number | null {
    if (date !== this.lastDate) {
      const told: Remark[] = [];
      const day = this.dayOf(date.slice(0, 60), told);
      this.lastDate = date;
      this.lastTold = told;
      this.lastMidnight = day === null ? null : asUtc({ ...day, hour: 0, minute: 0, second: 0, millisecond: 0 });
    }
    if (this.lastTold.length > 0) remarks.push(...this.lastTold);
    return this.lastMidnight;
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
    if (isPlainSource(file) || sourceFile.test(file.slice(-100))) writer = 'bias';
    else if (toolkit.test(component.slice(0, 200)) || toolkit.test(file.slice(-300))) writer = 'offset';
    else if (scriptFile.test(file.slice(-100)) || context.includes('\\')) writer = 'offset-probably';
    if (writer !== null) this.lastWriter = writer;
    return writer ?? this.lastWriter ?? 'bias-probably';
  }
}

/** `name.cpp:123`, which nearly all are. */
function isPlainSource(file: string): boolean {
  let at = file.length;
  while (at > 0 && !Number.isNaN(digitsAt(file, at - 1, 1))) at--;
  return at < file.length && file.startsWith('.cpp:', at - 5);
}
