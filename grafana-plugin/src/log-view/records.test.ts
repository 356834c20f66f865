import { createDataFrame, FieldType } from '@grafana/data';
import { expect, test } from 'vitest';
import { severityOf, sourceOf } from './records.js';
import { wholeLog } from '../test/logs.js';

const frame = (fields: Record<string, unknown[]>, types: Record<string, FieldType> = {}) =>
  createDataFrame({
    fields: Object.entries(fields).map(([name, values]) => ({
      name,
      values,
      type: types[name] ?? (/time/i.test(name) ? FieldType.time : FieldType.string),
      config: {},
    })),
  });

const recordsOf = async (...frames: Parameters<typeof sourceOf>) => wholeLog(sourceOf(...frames)!);

test('OpenTelemetry logs, Loki’s frames and our own columns are all understood', async () => {
  const [otel] = await recordsOf([frame({ timestamp: [1], body: ['a'], level: ['ERROR'] })]);
  expect(otel).toMatchObject({ time: 1, message: 'a', severity: 'error' });
  const loki = frame(
    { Time: [2], Line: ['b'], labels: [{ level: 'warn', component: 'ccmsetup' }] },
    { labels: FieldType.other },
  );
  expect((await recordsOf([loki]))[0]).toMatchObject({ message: 'b', severity: 'warning', component: 'ccmsetup' });
  const own = frame(
    { logged_time: [3], message: ['c'], severity: ['FATAL'], line_number: [7], remarks: [['zone_unknown']] },
    { line_number: FieldType.number, remarks: FieldType.other },
  );
  expect((await recordsOf([own]))[0]).toMatchObject({ severity: 'fatal', line: 7, remarks: ['zone_unknown'] });
});

test('newest first is turned around, lines of one moment included', async () => {
  const records = await recordsOf([frame({ time: [2, 1, 1], body: ['third', 'second', 'first'] })]);
  expect(records.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
});

test('a clock that goes back does not change the order of the lines', async () => {
  const own = frame(
    { time: [5, 9, 3, 4], body: ['cause', 'later', 'Return value 3', 'end'], line_number: [1, 2, 3, 4] },
    { line_number: FieldType.number },
  );
  const records = await recordsOf([own]);
  expect(records.map(({ message }) => message)).toEqual(['cause', 'later', 'Return value 3', 'end']);
});

test('a frame without text has no records, and nulls do no harm', async () => {
  expect(sourceOf([frame({ time: [1] })])).toBeNull();
  expect((await recordsOf([frame({ time: [null], body: [null] })]))[0]).toMatchObject({
    time: null,
    message: '',
    severity: 'info',
  });
  expect(sourceOf([])).toBeNull();
});

test.each([
  ['3', 'error'],
  ['2', 'warning'],
  ['critical', 'fatal'],
  ['Err', 'error'],
  ['', 'info'],
  ['notice', 'info'],
])('severity %s counts as %s', (word, severity) => {
  expect(severityOf(word)).toBe(severity);
});
