import { createDataFrame, FieldType } from '@grafana/data';
import { expect, test } from 'vitest';
import { filtered, nextError, recordsOf, severityOf, type LogRecord } from './records.js';

const frame = (fields: Record<string, unknown[]>, types: Record<string, FieldType> = {}) =>
  createDataFrame({
    fields: Object.entries(fields).map(([name, values]) => ({
      name,
      values,
      type: types[name] ?? (/time/i.test(name) ? FieldType.time : FieldType.string),
      config: {},
    })),
  });

test('OpenTelemetry logs, Loki’s frames and our own columns are all understood', () => {
  const [otel] = recordsOf([frame({ timestamp: [1], body: ['a'], level: ['ERROR'] })]);
  expect(otel).toMatchObject({ time: 1, message: 'a', severity: 'error' });
  const loki = frame(
    { Time: [2], Line: ['b'], labels: [{ level: 'warn', component: 'ccmsetup' }] },
    { labels: FieldType.other },
  );
  expect(recordsOf([loki])[0]).toMatchObject({ message: 'b', severity: 'warning', component: 'ccmsetup' });
  const own = frame(
    { logged_time: [3], message: ['c'], severity: ['FATAL'], line_number: [7] },
    { line_number: FieldType.number },
  );
  expect(recordsOf([own])[0]).toMatchObject({ severity: 'fatal', line: 7 });
});

test('newest first is turned around, lines of one moment included', () => {
  const records = recordsOf([frame({ time: [2, 1, 1], body: ['third', 'second', 'first'] })]);
  expect(records.map(({ message }) => message)).toEqual(['first', 'second', 'third']);
});

test('a frame without text has no records, and nulls do no harm', () => {
  expect(recordsOf([frame({ time: [1] })])).toEqual([]);
  expect(recordsOf([frame({ time: [null], body: [null] })])[0]).toMatchObject({
    time: null,
    message: '',
    severity: 'info',
  });
  expect(recordsOf([])).toEqual([]);
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

test('filter and severity narrow down, and the next error is found among what is left', () => {
  const severities = ['info', 'error', 'warning', 'error'] as const;
  const records = severities.map((severity, line): LogRecord => ({
    time: line,
    severity,
    message: `line ${line}`,
    component: '',
    thread: '',
    source: '',
    line,
  }));
  expect(filtered(records, 'LINE 3', 'trace')).toEqual([3]);
  const rows = filtered(records, '', 'warning');
  expect(rows).toEqual([1, 2, 3]);
  expect(nextError(records, rows, 0, 1)).toBe(2);
  expect(nextError(records, rows, 2, 1)).toBe(-1);
  expect(nextError(records, rows, 2, -1)).toBe(0);
});
