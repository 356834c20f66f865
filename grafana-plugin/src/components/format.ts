import { dateTimeFormat, dateTimeFormatTimeAgo } from '@grafana/data';
import { t } from '@grafana/i18n';
import { language } from '../app/viewer.js';

/** A moment in the user's zone; a dash for none. */
export function moment(time: number | null | undefined): string {
  return time === null || time === undefined || Number.isNaN(time) ? '–' : dateTimeFormat(time);
}

/** `5 minutes ago`. */
export function ago(time: number | null | undefined): string {
  return time === null || time === undefined ? '–' : dateTimeFormatTimeAgo(time);
}

/** Seconds as people say them: `3.2 hours`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return '–';
  const [size, unit] = durationUnits.find(([from]) => Math.abs(seconds) >= from) ?? [1, 'second'];
  const maximumFractionDigits = size > 1 ? 1 : 0;
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits }).format(
    seconds / size,
  );
}

/** In seconds, the largest first. Grafana's own format says its units in English whatever the language. */
const durationUnits = [
  [31_536_000, 'year'],
  [604_800, 'week'],
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
  [0.001, 'millisecond'],
] as const;

/** A whole number with the separators of the user's language. */
export function count(value: number): string {
  return new Intl.NumberFormat(language()).format(value);
}

/** What introduces something, with the colon of the user's language. */
export function labelled(label: string): string {
  return t('app.labelled', '{{label}}:', { label, interpolation: { escapeValue: false } });
}

/** A share as a percentage. */
export function share(part: number, whole: number): string {
  return whole === 0
    ? '–'
    : new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 1 }).format(part / whole);
}
