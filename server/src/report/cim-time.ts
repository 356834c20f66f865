const shape = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d{3}))?$/;

/**
 * A CIM time, `yyyymmddHHMMSS.ffffff±mmm`, as milliseconds since 1970 UTC. The last part is minutes east of UTC
 * (DMTF DSP0004); without it the time counts as UTC. Null where the text is no such time or names no real date.
 */
export function parseCimTime(text: string): number | null {
  const match = shape.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const fraction = Number((match[7] ?? '0').padEnd(6, '0').slice(0, 3));
  const local = Date.UTC(year, month - 1, day, hour, minute, second, fraction);
  const back = new Date(local);
  const real =
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60 &&
    year >= 1000;
  if (!real) return null;
  const east = Number(match[9] ?? '0') * (match[8] === '-' ? -1 : 1);
  return local - east * 60_000;
}
