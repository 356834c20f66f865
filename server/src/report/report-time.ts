/** What a time is made of, as it is written; minutes are those east of UTC. */
interface Parts {
  date: string;
  time: string;
  fraction?: string | undefined;
  sign?: string | undefined;
  minutes: number;
}

const cim = /^(\d{8})(\d{6})(?:\.(\d{1,6}))?(?:([+-])(\d{3}))?$/;
/** `2026-01-02T03:04:05.678Z`, as programs write it that send reports of their own. */
const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))?$/i;
/** The length of date and hour: a CIM time that does not tell both tells no time. */
const dateAndHour = 10;

/**
 * A time of a report as milliseconds since 1970 UTC: a CIM time, `yyyymmddHHMMSS.ffffff±mmm`, or one of ISO 8601. The
 * last part of a CIM time is minutes east of UTC (DMTF DSP0004); without it the time counts as UTC. Asterisks stand for
 * what its writer did not know, and are read as zeros. Null where the text is no such time or names no real date.
 */
export function parseReportTime(text: string): number | null {
  const trimmed = text.trim();
  const parts = cimParts(trimmed) ?? isoParts(trimmed) ?? cimParts(withoutAsterisks(trimmed));
  return parts === null ? null : instantOf(parts);
}

function cimParts(text: string): Parts | null {
  const found = cim.exec(text);
  return found === null
    ? null
    : { date: found[1]!, time: found[2]!, fraction: found[3], sign: found[4], minutes: Number(found[5] ?? 0) };
}

function isoParts(text: string): Parts | null {
  const found = iso.exec(text);
  if (found === null) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction, sign, hours, minutes] =
    found;
  const east = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return { date: year + month + day, time: hour + minute + second, fraction, sign, minutes: east };
}

function withoutAsterisks(text: string): string {
  return text.slice(0, dateAndHour) + text.slice(dateAndHour).replaceAll('*', '0');
}

function instantOf({ date, time, fraction = '', sign, minutes }: Parts): number | null {
  const day = startOfDay(date);
  const clock = Number(time);
  const [hour, minute, second] = [Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100];
  if (day === null || hour > 23 || minute > 59 || second > 59) return null;
  const local = day + ((hour * 60 + minute) * 60 + second) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return local - minutes * (sign === '-' ? -1 : 1) * 60_000;
}

/** The day that came last: most messages are of one day. */
let last: { date: string; start: number | null } = { date: '', start: null };

/** `yyyymmdd` in milliseconds since 1970; null where there is no such day. */
function startOfDay(date: string): number | null {
  if (date !== last.date) {
    const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(4, 6)), Number(date.slice(6))];
    const start = Date.UTC(year, month - 1, day);
    const back = new Date(start);
    const real = year >= 1000 && back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
    last = { date, start: real ? start : null };
  }
  return last.start;
}
