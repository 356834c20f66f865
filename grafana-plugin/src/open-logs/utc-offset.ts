import type { LogRecord } from '../../../server/src/setup-logs/types.js';

const minute = 60_000;
const day = 24 * 60 * minute;
/** Clocks are put forward and back at quarters of an hour. */
const quarter = 15 * minute;

/** Tells what the clock of a log was ahead of UTC, in minutes; null where neither the log nor the user tells its zone. */
export class UtcOffsets {
  private readonly parts: Intl.DateTimeFormat | null;
  private quarter = Number.NaN;
  private ofQuarter = 0;

  /** @param timezone what logs without a zone are read in; null for none */
  constructor(timezone: string | null) {
    this.parts =
      timezone === null
        ? null
        : new Intl.DateTimeFormat('en-US', {
            timeZone: timezone,
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
          });
  }

  of({ time, remarks, format, original }: LogRecord): number | null {
    if (time === null || remarks.includes('zone_unknown') || remarks.includes('impossible_bias')) return null;
    if (remarks.includes('time_inherited')) return null;
    const written = format === 'ccm' || format === 'simple' ? stampOf(original) : null;
    return written === null ? this.ofZone(time) : minutesAhead(time, written);
  }

  private ofZone(time: number): number | null {
    if (this.parts === null) return null;
    const at = Math.floor(time / quarter);
    if (at !== this.quarter) {
      const parts = this.parts.formatToParts(at * quarter);
      const value = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
      this.quarter = at;
      const shown = Date.UTC(value('year'), value('month') - 1, value('day'), value('hour'), value('minute'));
      this.ofQuarter = Math.round((shown - at * quarter) / minute);
    }
    return this.ofQuarter;
  }
}

/** What a stamp of a record shows: milliseconds since midnight, and whether it tells a bias of fourteen hours. */
interface Shown {
  timeOfDay: number;
  isFarthestEast: boolean;
}

/** What a record's own stamp shows; null where none is found. */
function stampOf(original: string): Shown | null {
  const stamp = Math.max(original.lastIndexOf('<time="'), original.lastIndexOf('$$<'));
  if (stamp < 0) return null;
  const found = /(\d{1,2})[:.](\d\d)[:.](\d\d)(?:[.,]\d+)?([+-]840\b)?/.exec(original.slice(stamp, stamp + 200));
  if (found === null) return null;
  const [hour = 0, minutes = 0, seconds = 0] = found.slice(1, 4).map(Number);
  return { timeOfDay: ((hour * 60 + minutes) * 60 + seconds) * 1000, isFarthestEast: found[4] !== undefined };
}

/**
 * What a clock that shows a time of day is ahead of UTC, in whole minutes. Hawaii (-10) and Kiritimati (+14) show the same:
 * the bias tells them apart.
 */
function minutesAhead(time: number, { timeOfDay: shown, isFarthestEast }: Shown): number {
  const ahead = Math.round(((((shown - time) % day) + day) % day) / minute);
  return ahead > 14 * 60 || (ahead === 14 * 60 && !isFarthestEast) ? ahead - 24 * 60 : ahead;
}
