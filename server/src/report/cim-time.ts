const shape = /^(\d{8})(\d{6})(?:\.(\d{1,6}))?(?:([+-])(\d{3}))?$/;

/**
 * A CIM time, `yyyymmddHHMMSS.ffffff±mmm`, as milliseconds since 1970 UTC. The last part is minutes east of UTC
 * (DMTF DSP0004); without it the time counts as UTC. Null where the text is no such time or names no real date.
 */
export function parseCimTime(text: string): number | null {
  const match = shape.exec(text.trim());
  if (match === null) return null;
  const [, date, time, fraction = '', sign, minutes = '0'] = match;
  const day = startOfDay(date!);
  const clock = Number(time);
  const [hour, minute, second] = [Math.floor(clock / 10_000), Math.floor(clock / 100) % 100, clock % 100];
  if (day === null || hour > 23 || minute > 59 || second > 59) return null;
  const local = day + ((hour * 60 + minute) * 60 + second) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return local - Number(minutes) * (sign === '-' ? -1 : 1) * 60_000;
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
