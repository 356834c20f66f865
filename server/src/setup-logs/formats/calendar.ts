/**
 * Dates as machines in other countries write them: other orders, separators, digits and calendars, and names of months.
 * Facts on calendars: Windows offers the Buddhist (Thai), Um al-Qura and Hijri, Persian, Japanese and Taiwan calendars
 * as calendars of a locale, and writes dates of programs in them.
 */
import type { Remark } from '../types.js';

export interface CalendarDate {
  year: number;
  month: number;
  day: number;
}

/** Three letters tell a month in nearly every language that Windows writes; longer ones where three are shared. */
const monthNames: readonly (readonly [month: number, beginnings: string])[] = [
  [1, 'jan ene gen janv jän led sty січ янв ιαν oca ocak tam jaan jaanu sau ian يناير كانون 1月 มกราคม ม.ค ינו'],
  [2, 'feb fév fev febr únor úno lut лют фев φεβ şub hel vee veebr vas ฟอ ก.พ กุมภา فبراير شباط פבר'],
  [3, 'mar mär mrz maa märts már bře kov бер мар μαρ maart mrt มีนา มี.ค مارس آذار מרץ'],
  [4, 'apr avr abr huh dub kwi кві апр απρ nis avril ápr bal เมษา เม.ย أبريل نيسان אפר'],
  [5, 'may mai maj mag mei máj tou kvě май мая тра μαϊ μάι geg พฤษภา พ.ค مايو أيار מאי'],
  [6, 'jun juin giu kes čvn červen cze июн чер ιουν haz juuni bir jún มิถุนา มิ.ย يونيو حزيران יוני'],
  [7, 'jul juil lug hei čvc července červenec lip июл ιουλ tem juuli lie júl กรกฎา ก.ค يوليو تموز יולי'],
  [8, 'aug aoû aou ago elo sie авг сер αυγ ağu rgp สิงหา ส.ค أغسطس آب אוג'],
  [9, 'sep set syy zář wrz сен вер σεπ eyl rgs กันยา ก.ย سبتمبر أيلول ספט'],
  [10, 'oct okt ott out lok říj paź окт жов οκτ eki spa ตุลา ต.ค أكتوبر אוק'],
  [11, 'nov ноя νοε kas noi พฤศจิกา พ.ย نوفمبر נוב'],
  [12, 'dec déc dez dic des jou pro gru дек гру δεκ ara dets gruo ธันวา ธ.ค ديسمبر דצמ'],
];
const monthOf = new Map(
  monthNames.flatMap(([month, beginnings]) => beginnings.split(' ').map((beginning) => [beginning, month] as const)),
);
/** Names that begin as another month's do. */
const whole: readonly (readonly [beginning: string, month: number])[] = [
  ['marras', 11],
  ['listop', 11],
  ['lis', 11],
  ['listopad', 11],
  ['červenec', 7],
  ['července', 7],
  ['červen', 6],
  ['června', 6],
  ['tammi', 1],
  ['травня', 5],
  ['листоп', 11],
  ['липня', 7],
  ['серп', 8],
  ['lipanj', 6],
  ['lipnja', 6],
  ['srpanj', 7],
  ['srpnja', 7],
  ['kolovoz', 8],
  ['rujan', 9],
  ['rujna', 9],
  ['studen', 11],
  ['prosin', 12],
  ['груд', 12],
];

/** The month that a word names, by how it begins; null for any other word. */
export function monthNamed(word: string): number | null {
  const name = word.toLowerCase().normalize('NFC');
  for (const [beginning, month] of whole) if (name.startsWith(beginning)) return month;
  for (let length = Math.min(name.length, 8); length >= 2; length--) {
    const month = monthOf.get(name.slice(0, length));
    if (month !== undefined) return month;
  }
  return null;
}

const eras: readonly (readonly [RegExp, number])[] = [
  [/^(?:R|令和?)$/, 2018],
  [/^(?:H|平成?)$/, 1988],
];

/** The year before the first of a Japanese era, or of the Republic of China; null for any other word. */
export function eraBefore(word: string): number | null {
  if (/^(?:民國|民国)$/.test(word)) return 1911;
  return eras.find(([name]) => name.test(word))?.[1] ?? null;
}

/**
 * A date of whatever calendar as one of ours. Years tell their calendar: logs are of the years 1993 to 2092 or so.
 * What rests on that alone, or could be a day off, is remarked.
 * @returns null where there is no such date
 */
export function gregorian({ year, month, day }: CalendarDate, remarks: Remark[]): CalendarDate | null {
  if (year >= 2400 && year < 2700) return { year: year - 543, month, day };
  if (year >= 1421 && year <= 1500) return converted('islamic-umalqura', { year, month, day }, remarks);
  if (year >= 1360 && year <= 1420) return converted('persian', { year, month, day }, null);
  if (year >= 100 && year < 190) return { year: year + 1911, month, day };
  if (year >= 100) return { year, month, day };
  // Two digits: ours from 1993 until next year; else of 2500 or 1400 years, whichever gives a year in which logs are
  // written: none is of the future.
  if (2000 + year <= new Date().getUTCFullYear() + 1) return { year: 2000 + year, month, day };
  if (year >= 93) return { year: 1900 + year, month, day };
  if (year <= 52) return converted('islamic-umalqura', { year: 1400 + year, month, day }, remarks);
  remarks.push('calendar_assumed');
  return { year: 2500 + year - 543, month, day };
}

const dayMs = 86_400_000;
/** The day of a calendar's first, and how long its years and months are, as near as it needs to be. */
const calendars = {
  'islamic-umalqura': { first: Date.UTC(622, 6, 19), year: 354.367, month: 29.53 },
  persian: { first: Date.UTC(622, 2, 22), year: 365.2422, month: 30.7 },
} as const;
const parts = new Map<keyof typeof calendars, Intl.DateTimeFormat>();

/** Looks for the day around which the date must be; browsers and Node know the calendars, the other way round. */
function converted(
  calendar: keyof typeof calendars,
  { year, month, day }: CalendarDate,
  remarks: Remark[] | null,
): CalendarDate | null {
  const known = calendars[calendar];
  const near = known.first + Math.round((year - 1) * known.year + (month - 1) * known.month + day - 1) * dayMs;
  const wanted = `${month}/${day}/${year}`;
  let format = parts.get(calendar);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      timeZone: 'UTC',
    });
    parts.set(calendar, format);
  }
  for (let days = -8; days <= 8; days++) {
    const date = new Date(near + days * dayMs);
    if (format.format(date).replace(/ .*$/, '') !== wanted) continue;
    // The moon decides: another reckoning of the same calendar may be a day off.
    remarks?.push('calendar_assumed');
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }
  return null;
}
