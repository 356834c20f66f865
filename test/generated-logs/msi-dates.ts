import { two, type MachineClock } from './clock.js';
import type { Draw } from './draw.js';

/** How a locale writes the date and the time of day in a heading, and the time of day of actions. */
export interface DateStyle {
  name: string;
  date: (clock: MachineClock) => string;
  time: (clock: MachineClock) => string;
  /** True where such a date proves by itself what day it is. */
  proves: (clock: MachineClock) => boolean;
  /** Times of day within the log are written with dots. */
  dotted: boolean;
}

const always = () => true;
/** Where the order is told by a number above twelve only. */
const byNumbers = (clock: MachineClock) => clock.wall.day > 12 || clock.wall.day === clock.wall.month;

export function colons(clock: MachineClock): string {
  const { hour, minute, second } = clock.wall;
  return `${hour}:${two(minute)}:${two(second)}`;
}

export function padded(clock: MachineClock): string {
  const { hour, minute, second } = clock.wall;
  return `${two(hour)}:${two(minute)}:${two(second)}`;
}

function twelve(clock: MachineClock): string {
  const { hour, minute, second } = clock.wall;
  return `${hour % 12 === 0 ? 12 : hour % 12}:${two(minute)}:${two(second)} ${hour < 12 ? 'AM' : 'PM'}`;
}

const english = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const german = ['Jan', 'Feb', 'Mrz', 'Apr', 'Mai', 'Jun', 'Jul', 'Aug', 'Sep', 'Okt', 'Nov', 'Dez'];

function style(name: string, date: (parts: MachineClock['wall']) => string, more: Partial<DateStyle> = {}): DateStyle {
  return { name, date: (clock) => date(clock.wall), time: colons, proves: always, dotted: false, ...more };
}

const iso = style('y-m-d', ({ year, month, day }) => `${year}-${two(month)}-${two(day)}`);
const dots = style('d.m.y', ({ year, month, day }) => `${two(day)}.${two(month)}.${year}`);
const slashes = style('d/m/y', ({ year, month, day }) => `${two(day)}/${two(month)}/${year}`, { proves: byNumbers });
const american = style('m/d/y', ({ year, month, day }) => `${month}/${day}/${year}`, { proves: byNumbers });
const yearFirst = style('y/m/d', ({ year, month, day }) => `${year}/${month}/${day}`);
const named = style('d-mon-y', ({ year, month, day }) => `${two(day)}-${english[month - 1]!}-${two(year % 100)}`);

/** The usual ways of each language, and of English the unusual ones of people who set their machine so. */
const byLanguage: Record<string, readonly DateStyle[]> = {
  en: [
    american,
    american,
    { ...american, name: 'm/d/y 12h', time: twelve },
    slashes,
    iso,
    named,
    style('d-mmm-yyyy', ({ year, month, day }) => `${day}-${english[month - 1]!}-${year}`),
    // Windows writes two digits of the year where the short date has them.
    style('dd/mm/yy', ({ year, month, day }) => `${two(day)}/${two(month)}/${two(year % 100)}`, {
      proves: () => false,
    }),
    style('thai', ({ year, month, day }) => `${day}/${month}/${year + 543}`, { proves: () => false }),
    { ...hijri(4), name: 'hijri' },
    { ...hijri(2), name: 'hijri 2' },
  ],
  de: [
    dots,
    dots,
    style('d.mon.y', ({ year, month, day }) => `${two(day)}.${german[month - 1]!}.${year}`, { proves: () => false }),
  ],
  fr: [slashes, slashes, { ...iso, name: 'fr-CA' }],
  es: [slashes],
  it: [{ ...slashes, name: 'it dotted', time: (clock) => padded(clock).replaceAll(':', '.'), dotted: true }, slashes],
  pt: [slashes],
  nl: [style('d-m-y', ({ year, month, day }) => `${day}-${month}-${year}`, { proves: byNumbers })],
  sv: [iso],
  nb: [dots, { ...dots, name: 'nb dotted', time: (clock) => padded(clock).replaceAll(':', '.'), dotted: true }],
  pl: [dots, iso],
  ru: [dots],
  cs: [
    style('d.m.y cs', ({ year, month, day }) => `${day}.${month}.${year}`),
    style('d. m. y', ({ year, month, day }) => `${day}. ${month}. ${year}`),
  ],
  tr: [dots],
  hu: [style('y. m. d.', ({ year, month, day }) => `${year}. ${two(month)}. ${two(day)}.`)],
  ko: [iso],
  'zh-CN': [yearFirst, yearFirst, iso],
  'zh-TW': [yearFirst],
  ja: [style('y/mm/dd', ({ year, month, day }) => `${year}/${two(month)}/${two(day)}`)],
};

export function drawStyle(draw: Draw, language: string): DateStyle {
  return draw.pick(byLanguage[language] ?? [american]);
}

/** The Um-al-Qura calendar, as the runtime has it. */
function hijri(digits: 2 | 4): DateStyle {
  const format = new Intl.DateTimeFormat('en-u-ca-islamic-umalqura', {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  return {
    name: 'hijri',
    date: (clock) => {
      const parts = format.formatToParts(clock.local);
      const part = (type: string) => Number(parts.find((one) => one.type === type)!.value);
      const year = String(part('year')).slice(-digits);
      return `${two(part('day'))}/${two(part('month'))}/${year}`;
    },
    time: padded,
    proves: () => false,
    dotted: false,
  };
}
