import { expect, test } from 'vitest';
import { LogParser } from '../../../server/src/setup-logs/log-parser.js';
import type { LogRecord } from '../../../server/src/setup-logs/types.js';
import { UtcOffsets } from './utc-offset.js';

function first(log: string, timezone: string | null): LogRecord {
  const records: LogRecord[] = [];
  const parser = new LogParser({ timezone, onRecord: (record) => records.push(record) });
  parser.push(new TextEncoder().encode(log));
  parser.end();
  return records[0]!;
}

const ccm = (time: string) =>
  `<![LOG[x]LOG]!><time="${time}" date="07-15-2026" component="A" context="" type="1" thread="1" file="a.cpp:1">\r\n`;
const role = '<07/15/26 13:09:30> SMSFSP Setup Started....\r\n';

test.each([
  ['Central Europe in summer', ccm('08:00:00.000-120'), null, 120],
  ['California in summer', ccm('23:30:00.000+420'), null, -420],
  ['Hawaii', ccm('20:00:00.000+600'), null, -600],
  ['New Zealand’s summer', ccm('01:00:00.000-780'), null, 780],
  ['Kiritimati', ccm('22:00:00.000-840'), null, 840],
  ['a log without a zone, read in that of Kiritimati', role, 'Pacific/Kiritimati', 840],
  ['a log without a zone, read in that of Hawaii', role, 'Pacific/Honolulu', -600],
  ['India', ccm('01:00:00.000-330'), null, 330],
  ['a log without a zone, read in one', role, 'Asia/Kolkata', 330],
  ['a log without a zone, read in one with summer time', role, 'America/St_Johns', -150],
  ['a log without a zone, read in none', role, null, null],
])('%s', (_, log, timezone, expected) => {
  expect(new UtcOffsets(timezone).of(first(log, timezone))).toBe(expected);
});
