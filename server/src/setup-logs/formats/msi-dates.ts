import type { Remark } from '../types.js';
import { eraBefore, gregorian, monthNamed, type CalendarDate } from './calendar.js';

/** Which of two numbers is the day, where a date could be read both ways. */
export type DateOrder = 'month-first' | 'day-first';

export interface MsiDate extends CalendarDate {
  /** False where day and month could be the other way round. */
  sure: boolean;
  /** What else is not sure about it. */
  remarks: Remark[];
}

/** No heading is longer; a line may be of a megabyte. */
const longestHeading = 400;
const separators = '[./\\-\\u2010-\\u2015年년]';
const numbers = new RegExp(
  `(?<![\\d.])(\\d{1,4})(?:${separators}\\s?|\\s(?=\\d))(\\d{1,2})(?:[./\\-\\u2010-\\u2015月월]\\s?|\\s(?=\\d))(\\d{1,4})(?!\\d)`,
  'u',
);
const era = /(R|H|令和?|平成?|民[國国])\s?(\d{1,3}|元)[./年-]\s?(\d{1,2})[./月-]\s?(\d{1,2})(?!\d)/u;
/** `29-Oct-16`, `17 juin 2026`, `17. Juni 2026`. */
const dayName =
  /(?<![\d.:])(\d{1,2})(?:\.|º)?[\s./-]{1,3}(?:de )?(\p{L}[\p{L}\p{M}.]{1,14}?)\.?(?:[\s./,-]{1,3}|\sde\s)(\d{4}|\d{2})(?!\d)/u;
/** `Oct 29, 2016`, `2026-Jun-17` and `2026. június 17.`. */
const nameDay = /(?<!\p{L})(\p{L}[\p{L}\p{M}]{2,14})\.? (\d{1,2}),? (\d{4})(?!\d)/u;
const yearName = /(?<!\d)(\d{4})[\s./-]{1,3}(\p{L}[\p{L}\p{M}]{2,14})\.?[\s./-]{1,2}(\d{1,2})(?!\d)/u;

interface Parts {
  first: number;
  dotted: boolean;
  second: number;
  third: number;
  yearFirst: boolean;
}

/** Marks of direction taken out, digits of other scripts turned into ours. */
function plainDigits(text: string): string {
  return text
    .slice(0, longestHeading)
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19]/g, (digit) => {
      const place = digit.charCodeAt(0) % 16;
      // The digits of Hindi and Bengali begin in the middle of a row.
      return String(/[\u0966-\u09ef]/.test(digit) ? place - 6 : place);
    });
}

function partsOf(text: string): Parts | null {
  const found = numbers.exec(plainDigits(text));
  if (found === null) return null;
  const [all, first = '', second, third = ''] = found;
  const yearFirst = first.length >= 3;
  if (!yearFirst && third.length !== 4 && third.length !== 2) return null;
  return { first: Number(first), dotted: all.includes('.'), second: Number(second), third: Number(third), yearFirst };
}

/**
 * The date in a text, written as the machine's locale has it: `8/17/2017`, `17.08.2017`, `2017. 08. 17.`, `29-Oct-16`,
 * `17/6/2569` of the Thai calendar, `令和8年6月17日`.
 * @param order how to read what could be read both ways; null: month first, as Windows Installer's own language has it
 */
export function readDate(text: string, order: DateOrder | null): MsiDate | null {
  const remarks: Remark[] = [];
  const named = namedDate(plainDigits(text));
  if (named !== null) {
    const date = gregorian(named, remarks);
    return date === null ? null : { ...date, sure: true, remarks };
  }
  const parts = partsOf(text);
  if (parts === null) return null;
  const { first, second, third, yearFirst } = parts;
  if (yearFirst) {
    const date = gregorian({ year: first, month: second, day: third }, remarks);
    return date === null ? null : { ...date, sure: true, remarks };
  }
  const told = orderOf(parts);
  const dayFirst = (told ?? order ?? 'month-first') === 'day-first';
  const [day, month] = dayFirst ? [first, second] : [second, first];
  const date = gregorian({ year: third, month, day }, remarks);
  if (date === null) return null;
  return { ...date, sure: told !== null || order !== null || first === second, remarks };
}

/** A date whose parts are told apart by words. */
function namedDate(text: string): CalendarDate | null {
  const [, name = '', count = '', ofYear = '', ofMonth = ''] = era.exec(text) ?? [];
  const before = name === '' ? null : eraBefore(name);
  if (before !== null) {
    return { year: before + (count === '元' ? 1 : Number(count)), month: Number(ofYear), day: Number(ofMonth) };
  }
  const dayFirst = dayName.exec(text);
  const nameFirst = nameDay.exec(text);
  const yearFirst = yearName.exec(text);
  for (const [found, day, word, year] of [
    [dayFirst, 1, 2, 3],
    [nameFirst, 2, 1, 3],
    [yearFirst, 3, 2, 1],
  ] as const) {
    const month = found === null ? null : monthNamed(found[word] ?? '');
    if (found !== null && month !== null) return { year: Number(found[year]), month, day: Number(found[day]) };
  }
  return null;
}

/** The order that a date proves: by a number above twelve, or by dots, which only day-first locales use. */
export function orderShown(text: string): DateOrder | null {
  if (namedDate(plainDigits(text)) !== null) return null;
  const parts = partsOf(text);
  return parts === null || parts.yearFirst ? null : orderOf(parts);
}

function orderOf({ first, dotted, second }: Parts): DateOrder | null {
  if (first > 12) return 'day-first';
  if (second > 12) return 'month-first';
  return dotted ? 'day-first' : null;
}

const morning = '[Aa]\\.? ?[Mm]\\.?|π\\.?μ\\.?|de\\.?|ص|SA|PD|上午|午前|오전|ก่อนเที่ยง|पूर्वाह्न|ق\\.?ظ';
const afternoon = '[Pp]\\.? ?[Mm]\\.?|μ\\.?μ\\.?|du\\.?|م|CH|MD|下午|午後|오후|หลังเที่ยง|अपराह्न|ب\\.?ظ';
const clock = new RegExp(
  `(?:(${morning}|${afternoon})\\s?)?(?<![\\d:.])(\\d{1,2})([:.]|\\s?h\\s?)(\\d\\d)(?:[:.]|\\s?m\\s?)(\\d\\d)(?:\\s?(${morning}|${afternoon})(?!\\p{L}))?(?![\\d:])`,
  'u',
);
const late = new RegExp(`^(?:${afternoon})$`, 'u');

/**
 * The time of day in a heading, in milliseconds since midnight: `13:09:36`, `1:09:36 PM`, `15.38.05`, `下午 3:04:05`.
 * A date with dots is no time of day: its last part has too many digits, or it stands before.
 */
export function readTimeOfDay(text: string): number | null {
  const heading = plainDigits(text);
  let from = 0;
  for (let tries = 0; tries < 3; tries++) {
    const found = clock.exec(heading.slice(from));
    if (found === null) return null;
    const [all, before, hourText, , minuteText, secondText, behind] = found;
    const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
    const half = before ?? behind;
    const hours = half === undefined ? hour : (hour % 12) + (late.test(half) ? 12 : 0);
    // `17.06.26` is a date where a time still follows; so is what no clock shows.
    const rest = heading.slice(from + found.index + all.length);
    if (hours < 24 && minute < 60 && second < 60 && !(all.includes('.') && clock.test(rest.slice(0, 40))))
      return ((hours * 60 + minute) * 60 + second) * 1000;
    from += found.index + all.length;
  }
  return null;
}
