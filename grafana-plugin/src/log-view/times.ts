import { dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import type { LogRecord } from './source.js';

/** Whose clock the times are shown by. */
export type ZoneChoice = 'log' | 'browser' | 'utc';

const format = 'YYYY-MM-DD HH:mm:ss.SSS';

/** Remarks of a record whose time is not its own: showing one would be a guess. */
const noTime = ['time_unknown', 'time_inherited', 'date_unknown'];
/** Remarks of a record whose time is right on the clock of a machine of which the zone is not known. */
const noZone = ['zone_unknown', 'impossible_bias'];

type Timed = Pick<LogRecord, 'time' | 'utcOffset' | 'remarks'>;

export function hasTime({ time, remarks }: Timed): boolean {
  return time !== null && !remarks.some((remark) => noTime.includes(remark));
}

export function hasZone({ remarks }: Timed): boolean {
  return !remarks.some((remark) => noZone.includes(remark));
}

/** The time of a record as the chosen clock shows it; where the zone is not known, as the log has it. */
export function timeText(record: Timed, zone: ZoneChoice): string {
  const { time, utcOffset } = record;
  if (time === null || !hasTime(record)) return t('log.time-unknown', 'unknown');
  if (!hasZone(record)) return dateTimeFormat(time, { format, timeZone: 'utc' });
  if (zone === 'browser') return dateTimeFormat(time, { format, timeZone: 'browser' });
  const shift = zone === 'log' ? (utcOffset ?? 0) : 0;
  return dateTimeFormat(time + shift * 60_000, { format, timeZone: 'utc' });
}

/** The zone that `timeText` speaks of, by name: `UTC`, `UTC+02:00`, `Europe/Paris`, or that it is not known. */
export function zoneText(record: Timed, zone: ZoneChoice): string {
  if (!hasZone(record)) return t('log.zone-unknown', 'zone unknown');
  if (zone === 'browser') return Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone === 'utc' || record.utcOffset === null || record.utcOffset === 0) return 'UTC';
  const minutes = Math.abs(record.utcOffset);
  const two = (part: number) => String(part).padStart(2, '0');
  return `UTC${record.utcOffset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Milliseconds from one record to the next of its file; null where either has no time of its own. */
export function elapsed(record: LogRecord, before: LogRecord | undefined): number | null {
  if (before === undefined || before.file !== record.file) return null;
  if (record.time === null || before.time === null || !hasTime(record) || !hasTime(before)) return null;
  return hasZone(record) === hasZone(before) ? record.time - before.time : null;
}
