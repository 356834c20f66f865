import { expect, test } from 'vitest';
import { record } from '../test/logs.js';
import { elapsed, timeText, zoneText } from './times.js';
import { visible } from './visible.js';

const at = Date.UTC(2026, 6, 1, 12, 0, 0, 5);
const of = (more: object) => ({ ...record('', { time: at, ...more }), position: 0, cut: 0, lines: 1, trouble: false });

test('the zone of the log is named where it is known', () => {
  expect(timeText(of({ utcOffset: 120 }), 'log')).toBe('2026-07-01 14:00:00.005');
  expect(zoneText(of({ utcOffset: 120 }), 'log')).toBe('UTC+02:00');
  expect(zoneText(of({ utcOffset: -210 }), 'log')).toBe('UTC-03:30');
  expect(timeText(of({ utcOffset: 120 }), 'utc')).toBe('2026-07-01 12:00:00.005');
});

test.each(['time_inherited', 'date_unknown', 'time_unknown'])('a record with the remark %s shows no time', (remark) => {
  expect(timeText(of({ remarks: [remark] }), 'utc')).toBe('unknown');
  expect(elapsed(of({}), of({ remarks: [remark] }))).toBeNull();
});

test('a time without a zone is as the log has it, whatever zone is chosen', () => {
  for (const zone of ['log', 'browser', 'utc'] as const) {
    expect(timeText(of({ remarks: ['zone_unknown'] }), zone)).toBe('2026-07-01 12:00:00.005');
    expect(zoneText(of({ remarks: ['zone_unknown'] }), zone)).toBe('zone unknown');
  }
});

test('what would colour, hide or turn a text around is shown as a sign', () => {
  expect(visible('\u001b[31mred\u0000 \u202eevil\u202c a\tb\nc')).toBe('␛[31mred␀ ⟨U+202E⟩evil⟨U+202C⟩ a\tb\nc');
});
