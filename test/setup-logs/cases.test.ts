import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Surveyor } from '../../server/src/setup-logs/survey.js';
import type { Remark } from '../../server/src/setup-logs/types.js';
import { parseLog } from '../synthetic-logs.js';

/** As a file is read: surveyed first, then record by record. The verdicts on these logs have a file of their own. */
function parseCase(name: string, timezone: string | null = null) {
  const log = readFileSync(new URL(`../fixtures/cases/${name}`, import.meta.url));
  const surveyor = new Surveyor(0);
  surveyor.push(log);
  surveyor.end();
  return parseLog(log, { timezone, survey: surveyor.survey() });
}

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
const outline = (name: string, timezone: string | null) =>
  parseCase(name, timezone).records.map(({ time, remarks }) => [iso(time), ...remarks]);

describe('logs of administrators', () => {
  test.each<[string, string | null, (string | null)[][]]>([
    ['psadt-v4-us.log', null, [['2026-01-15T15:00:00.123Z']]],
    ['psadt-v4-us.log', 'America/New_York', [['2026-01-15T15:00:00.123Z']]],
    [
      'dat-space-bias.log',
      null,
      [
        ['2026-06-10T02:51:35.517Z', 'zone_unknown'],
        ['2026-06-10T02:52:35.517Z', 'zone_unknown'],
      ],
    ],
    ['dat-space-bias.log', 'Australia/Brisbane', [['2026-06-09T16:51:35.517Z'], ['2026-06-09T16:52:35.517Z']]],
    ['plusminus-420.log', null, [['2019-04-01T13:51:24.650Z', 'impossible_bias']]],
    ['plusminus-420.log', 'America/Phoenix', [['2019-04-01T20:51:24.650Z']]],
    ['ddmm-ccm.log', 'Europe/Moscow', [['2026-06-17T07:15:30.123Z'], ['2026-06-05T07:15:30.123Z']]],
    ['mixed-8then16.log', null, [['2026-06-17T10:00:00.000Z'], ['2026-06-17T10:00:05.000Z']]],
  ])('%s in the zone %s', (name, timezone, times) => {
    expect(outline(name, timezone)).toEqual(times);
  });

  test('dates that are proven to be day first are, whatever the sign of their offset', () => {
    const { records } = parseCase('ddmm-ccm.log');
    expect(records.map(({ time }) => iso(time)?.slice(0, 10))).toEqual(['2026-06-17', '2026-06-05']);
    expect(records.every(({ remarks }) => !remarks.includes('date_order_assumed'))).toBe(true);
    expect(records.every(({ remarks }) => remarks.includes('offset_sign_assumed'))).toBe(true);
  });

  test.each<[string, string, Remark[]]>([
    ['thai-msi.log', '2026-06-17', []],
    ['hijri-msi.log', '2025-12-08', ['calendar_assumed']],
    ['msi-monthname.log', '2016-10-29', []],
    ['msi-it.log', '2012-05-24', []],
    ['msi-zh.log', '2018-01-17', []],
    ['msi-plain-l.log', '2021-08-01', []],
  ])('%s is of %s', (name, date, remarks) => {
    const { records } = parseCase(name, 'UTC');
    expect(new Set(records.map(({ time }) => iso(time)?.slice(0, 10)))).toEqual(new Set([date]));
    expect(records.flatMap((record) => record.remarks.filter((remark) => remark !== 'time_inherited'))).toEqual(
      records.flatMap(() => remarks),
    );
  });

  test('a lost mark of UTF-16 costs no record', () => {
    const { records, format } = parseCase('bom-zeroed-utf16.log');
    expect(format).toBe('ccm');
    expect(records.some(({ remarks }) => remarks.includes('damaged'))).toBe(false);
    expect(records.at(-1)?.codes.map(({ code }) => code)).toEqual(['0x80070643']);
  });

  test('a file that is backed up under the name of its last error is none', () => {
    const { records } = parseCase('fspsetup-nocolon-fail.log');
    expect(records.map(({ severity }) => severity)).toEqual(['INFO', 'INFO', 'INFO', 'INFO', 'ERROR', 'INFO']);
  });

  test('every spelling of a code is found', () => {
    const { records } = parseCase('codes.log');
    const codes = records.map((record) => record.codes.map(({ code }) => code).join(' '));
    expect(codes).toEqual([
      '0x87D00215',
      '0x80004005',
      '0x80041002',
      '0x80070002',
      '1603',
      '1603',
      '1612',
      '1603',
      '5',
      '0x87D00215',
      '0x87D00215',
      '1603',
      '0x80004005',
      '1603',
      '0x80190191',
      '0x8004100E',
    ]);
    expect(records.flatMap((record) => record.codes).filter(({ text }) => text === '')).toEqual([]);
  });
});
