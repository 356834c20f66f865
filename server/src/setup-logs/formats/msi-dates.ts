/** Which of two numbers is the day, where a date could be read both ways. */
export type DateOrder = 'month-first' | 'day-first';

export interface MsiDate {
  year: number;
  month: number;
  day: number;
  /** False where day and month could be the other way round. */
  sure: boolean;
}

const written = /(?<![\d.])(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})(?!\d)/;

interface Parts {
  first: number;
  separator: string;
  second: number;
  third: number;
  yearFirst: boolean;
}

function partsOf(text: string): Parts | null {
  const found = written.exec(text);
  if (found === null) return null;
  const [, first = '', separator = '', second, third = ''] = found;
  const yearFirst = first.length === 4;
  if (!yearFirst && (first.length > 2 || (third.length !== 4 && third.length !== 2))) return null;
  return { first: Number(first), separator, second: Number(second), third: Number(third), yearFirst };
}

/**
 * The date in a text, written as the machine's locale has it: `8/17/2017`, `17.08.2017`, `17-08-2017`, `2017-08-17`.
 * @param order how to read what could be read both ways; null: month first, as Windows Installer's own language has it
 */
export function readDate(text: string, order: DateOrder | null): MsiDate | null {
  const parts = partsOf(text);
  if (parts === null) return null;
  const { first, second, third, yearFirst } = parts;
  if (yearFirst) return { year: first, month: second, day: third, sure: true };
  const told = orderOf(parts);
  const dayFirst = (told ?? order ?? 'month-first') === 'day-first';
  const [day, month] = dayFirst ? [first, second] : [second, first];
  return {
    year: third < 100 ? 2000 + third : third,
    month,
    day,
    sure: told !== null || order !== null || day === month,
  };
}

/** The order that a date proves: by a number above twelve, or by dots, which only day-first locales use. */
export function orderShown(text: string): DateOrder | null {
  const parts = partsOf(text);
  return parts === null || parts.yearFirst ? null : orderOf(parts);
}

function orderOf({ first, separator, second }: Parts): DateOrder | null {
  if (first > 12) return 'day-first';
  if (second > 12) return 'month-first';
  return separator === '.' ? 'day-first' : null;
}
