import { Temporal } from 'temporal-polyfill';
import type { Remark } from '../types.js';

/** A date and time of day as a log writes them, without a zone. */
export interface LocalTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** No place on earth is further from UTC, in minutes. */
const largestBias = 14 * 60;
const colon = 58;

/** Milliseconds since 1970 of a local time taken as UTC, or null where there is no such date or time. */
export function asUtc(local: LocalTime): number | null {
  const { year, month, day, hour, minute, second, millisecond } = local;
  const time = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const there =
    year >= 1900 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    hour < 24 &&
    minute < 60 &&
    second < 60 &&
    // The 31st of a shorter month would be a day of the next.
    new Date(time).getUTCDate() === day;
  return there ? time : null;
}

/**
 * The same from the texts of a stamp, in the order in which Configuration Manager writes it. A year of two digits is of
 * this century; a fraction has three digits, or up to seven where a .NET program writes.
 */
export function utcOfParts(
  date: readonly (string | undefined)[],
  time: readonly (string | undefined)[],
): number | null {
  const [month, day, year] = date.map(Number);
  const [hour, minute, second] = time.map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  const millisecond = Number((time[3] ?? '').slice(0, 3).padEnd(3, '0'));
  return asUtc({ year: year < 100 ? 2000 + year : year, month, day, hour, minute, second, millisecond });
}

/** Local midnight of a date, as {@link asUtc} has it; lines that follow each other mostly have the same. */
export class Midnights {
  private known = -1;
  private last: number | null = null;

  of(year: number, month: number, day: number): number | null {
    if (!(month <= 12 && day <= 31)) return null;
    const date = (year * 16 + month) * 32 + day;
    if (date !== this.known) {
      this.known = date;
      this.last = asUtc({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 });
    }
    return this.last;
  }
}

/** So many digits at a place of a text, as a number; NaN where they are none. */
export function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let place = at; place < at + count; place++) {
    const digit = text.charCodeAt(place) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Milliseconds of the time of day that stands at a place as `HH:MM:SS`; NaN where there is none. */
export function timeOfDayAt(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== colon || text.charCodeAt(at + 5) !== colon) return NaN;
  const [hour, minute, second] = [digitsAt(text, at, 2), digitsAt(text, at + 3, 2), digitsAt(text, at + 6, 2)];
  return hour < 24 && minute < 60 && second < 60 ? ((hour * 60 + minute) * 60 + second) * 1000 : NaN;
}

/**
 * How a writer means the minutes behind its time: as bias, UTC = local + bias, which Windows and Configuration Manager
 * write, or as offset, UTC = local - offset, which scripts write.
 */
export type SignedBy = 'bias' | 'bias-probably' | 'offset' | 'offset-probably';

/** Turns the times of one log into UTC. */
export class Clock {
  private cachedQuarter = NaN;
  private cachedOffset = 0;
  private last = -Infinity;
  private readonly offsets = new Map<number, number>();
  private lastQuarter = NaN;
  private lastOffset = 0;

  /** @param zone IANA name of the zone that the log's machine was in; null where that is not known */
  constructor(private readonly zone: string | null) {}

  /** With the log's own bias, in minutes: UTC = local + bias, as Windows has it. */
  withBias(localAsUtc: number, bias: number, remarks: Remark[]): number {
    if (!(Math.abs(bias) <= largestBias)) {
      remarks.push('impossible_bias');
      return localAsUtc;
    }
    return localAsUtc + bias * 60_000;
  }

  /**
   * With a distance from UTC in minutes whose sign writers use both ways: the zone that was given decides, where one of
   * both readings agrees with it, else the writer; what is not sure is remarked. A zone stands in for what is no distance.
   */
  withDistance(localAsUtc: number, minutes: number, writer: SignedBy, remarks: Remark[]): number {
    if (minutes === 0) return localAsUtc;
    if (!(Math.abs(minutes) <= largestBias))
      return this.zone === null ? this.withBias(localAsUtc, minutes, remarks) : this.inZone(localAsUtc, remarks);
    const asBias = localAsUtc + minutes * 60_000;
    const asOffset = localAsUtc - minutes * 60_000;
    if (this.zone !== null) {
      if (this.offsetAt(asBias) === -minutes) return asBias;
      if (this.offsetAt(asOffset) === minutes) return asOffset;
      // Scripts that ask for the zone's distance get that of winter all the year.
      if (writer !== 'bias' && Math.abs(this.offsetAt(asOffset) - minutes) === 60)
        return this.inZone(localAsUtc, remarks);
    }
    if (writer.endsWith('-probably')) remarks.push('offset_sign_assumed');
    return writer.startsWith('bias') ? asBias : asOffset;
  }

  /** The zone's offset from UTC at an instant, in minutes. */
  private offsetAt(instant: number): number {
    const quarter = Math.floor(instant / 900_000);
    if (quarter === this.lastQuarter) return this.lastOffset;
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      const there = Temporal.Instant.fromEpochMilliseconds(quarter * 900_000).toZonedDateTimeISO(this.zone!);
      offset = there.offsetNanoseconds / 60e9;
      if (this.offsets.size > 1000) this.offsets.clear();
      this.offsets.set(quarter, offset);
    }
    this.lastQuarter = quarter;
    this.lastOffset = offset;
    return offset;
  }

  /** Without: by the zone that was given, or as if it were UTC, and told. */
  inZone(localAsUtc: number, remarks: Remark[]): number {
    if (this.zone === null) {
      remarks.push('zone_unknown');
      return localAsUtc;
    }
    // Clocks change on a quarter of an hour; within it the offset is the same for every record.
    const quarter = Math.floor(localAsUtc / 900_000);
    if (quarter === this.cachedQuarter) return (this.last = localAsUtc + this.cachedOffset);
    const local = Temporal.Instant.fromEpochMilliseconds(localAsUtc).toZonedDateTimeISO('UTC').toPlainDateTime();
    const [earlier, later] = (['earlier', 'later'] as const).map(
      (disambiguation) => local.toZonedDateTime(this.zone!, { disambiguation }).epochMilliseconds,
    ) as [number, number];
    if (earlier === later) {
      this.cachedQuarter = quarter;
      this.cachedOffset = earlier - localAsUtc;
      return (this.last = earlier);
    }
    const back = local.toZonedDateTime(this.zone, { disambiguation: 'later' }).toPlainDateTime().equals(local);
    remarks.push(back ? 'dst_fold' : 'dst_gap');
    // In the hour that comes twice, a log that has been in its second half stays there. A time in the gap is taken by
    // the offset from before it, as if the writer's clock had not been put forward yet.
    if (back) return (this.last = earlier < this.last - 60_000 ? later : earlier);
    return (this.last = later);
  }
}
