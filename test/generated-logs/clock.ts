import type { Draw } from './draw.js';
import type { TimeTruth } from './types.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Zones with every kind of offset: half hours, quarters, far ahead, with and without daylight saving. */
const zones = [
  'Europe/Paris',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Los_Angeles',
  'America/Phoenix',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Brisbane',
  'Australia/Adelaide',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Shanghai',
  'Asia/Tokyo',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
  'UTC',
] as const;

const formatters = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

/** Minutes that a zone's clocks are ahead of UTC at a moment, by the zone database of the runtime. */
function offsetOf(zone: string, utc: number): number {
  const quarter = Math.floor(utc / (15 * minute));
  const key = `${zone}/${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    formatters.set(zone, formatter);
  }
  const name = formatter.formatToParts(quarter * 15 * minute).find(({ type }) => type === 'timeZoneName')!.value;
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d+):(\d+))?/.exec(name)!;
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  if (offsets.size > 100_000) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

const changes = new Map<string, number[]>();

/** The moments of a year at which a zone's clocks are changed, to the quarter of an hour. */
function changesOf(zone: string, year: number): number[] {
  const key = `${zone}/${year}`;
  const known = changes.get(key);
  if (known !== undefined) return known;
  const found: number[] = [];
  for (let from = Date.UTC(year, 0, 1); from < Date.UTC(year + 1, 0, 1); from += 7 * day) {
    let [low, high] = [from, from + 7 * day];
    if (offsetOf(zone, low) === offsetOf(zone, high)) continue;
    while (high - low > 15 * minute) {
      const middle = low + Math.floor((high - low) / (30 * minute)) * 15 * minute;
      if (offsetOf(zone, middle) === offsetOf(zone, low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  changes.set(key, found);
  return found;
}

/** Numbers of a moment as a machine's clock on the wall shows them. */
export interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** The clock of the machine that writes a log. It only goes forward; its wall clock may not. */
export class MachineClock {
  utc: number;

  constructor(
    private readonly draw: Draw,
    readonly zone: string,
    utc: number,
  ) {
    this.utc = utc;
  }

  /** A zone and a moment: some just before midnight, some just before clocks are changed. */
  static drawn(draw: Draw): MachineClock {
    const zone = draw.pick(zones);
    const year = draw.integer(2012, 2026);
    let utc = Date.UTC(year, draw.integer(0, 11), draw.integer(1, 28)) + draw.integer(0, day / 1000 - 1) * 1000;
    const change = draw.chance(0.12) ? changesOf(zone, year) : [];
    if (change.length > 0) utc = draw.pick(change) - draw.integer(1, 2 * hour);
    else if (draw.chance(0.12)) {
      const local = utc + offsetOf(zone, utc) * minute;
      utc += day - (((local % day) + day) % day) - draw.integer(500, 20_000);
    }
    return new MachineClock(draw, zone, utc + draw.integer(0, 999));
  }

  /** Time goes by, in milliseconds: most often little. */
  pass(longest = 3_000): void {
    this.utc += this.draw.integer(1, this.draw.chance(0.1) ? longest : Math.max(2, Math.floor(longest / 20)));
  }

  /** Minutes ahead of UTC now. */
  get offset(): number {
    return offsetOf(this.zone, this.utc);
  }

  get local(): number {
    return this.utc + this.offset * minute;
  }

  get wall(): WallClock {
    const date = new Date(this.local);
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      millisecond: date.getUTCMilliseconds(),
    };
  }

  /** True where the wall clock shows this time twice. */
  private get ambiguous(): boolean {
    return [-60, -30, 30, 60].some((by) => offsetOf(this.zone, this.utc + by * minute) + by === this.offset);
  }

  /** The truth of a stamp that tells its zone. */
  zoned(resolution: 1 | 1000, sure: TimeTruth['sure'] = 'exact'): TimeTruth {
    const utc = Math.floor(this.utc / resolution) * resolution;
    return { utc, local: utc + this.offset * minute, sure };
  }

  /** The truth of a stamp without a zone, for a reader that is told the zone or not. */
  unzoned(resolution: 1 | 1000, told: boolean, dateSure = true): TimeTruth {
    const sure = !dateSure || (told && this.ambiguous) ? 'arguable' : told ? 'exact' : 'local';
    return this.zoned(resolution, sure);
  }
}

export function two(number: number): string {
  return String(number).padStart(2, '0');
}

export function three(number: number): string {
  return String(number).padStart(3, '0');
}
