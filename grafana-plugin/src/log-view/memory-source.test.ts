import { expect, test } from 'vitest';
import { everything, logOf, record, wholeLog } from '../test/logs.js';
import { compile } from './matcher.js';
import { MemorySource } from './memory-source.js';
import { InvalidPattern } from './source.js';

const file = (path: string) => ({ host: '', path, format: 'ccm' });
const messages = async (...given: Parameters<typeof wholeLog>) => (await wholeLog(...given)).map((one) => one.message);

test('files merged by time keep the order of each, even where its clock goes back', async () => {
  const source = new MemorySource(
    'two',
    [file('a'), file('b')],
    [
      record('a1', { time: 10 }),
      record('a2', { time: 5 }),
      record('a3', { time: 20 }),
      record('b1', { file: 1, time: 7 }),
      record('b2', { file: 1, time: 15 }),
    ],
  );
  expect(await messages(source)).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  expect(await messages(source, { ...everything, order: 'time' })).toEqual(['b1', 'a1', 'a2', 'b2', 'a3']);
});

test('finding leaves nothing out, and goes on from where one is', async () => {
  const log = await logOf(['one error', 'two', 'three ERROR', 'four']).open(everything);
  const hits = await log.search({ text: 'Error', matchCase: false, regex: false });
  expect(hits.count).toBe(2);
  expect(await hits.after(-1)).toBe(0);
  expect(await hits.after(0)).toBe(2);
  expect(await hits.after(2)).toBe(-1);
  expect(await hits.before(2)).toBe(0);
  expect(await hits.rank(2)).toBe(1);
  expect(await hits.positions(1, 5)).toEqual([2]);
  expect((await log.search({ text: 'ERROR', matchCase: true, regex: false })).count).toBe(1);
  expect(log.total).toBe(4);
});

test('a regular expression that is none is told, and none takes long on a line of a megabyte', async () => {
  const log = await logOf([`${'a'.repeat(1_000_000)}!`]).open(everything);
  await expect(log.search({ text: '(ab', matchCase: false, regex: true })).rejects.toThrow(InvalidPattern);
  expect((await log.search({ text: '(a+)+$', matchCase: false, regex: true })).count).toBe(0);
  expect((await log.search({ text: '(a+)+!$', matchCase: false, regex: true })).count).toBe(1);
});

test('what is looked for as a text is no pattern', () => {
  expect(compile({ text: 'a.b[', matchCase: false, regex: false }).ranges('xA.B[ aab[')).toEqual([[1, 5]]);
  expect(compile({ text: 'İ', matchCase: false, regex: false }).ranges('i̇ İ')).toEqual([[3, 4]]);
});

test('a line is found in the record that holds it, a time at the first record that is not earlier', async () => {
  const log = await logOf(['first\nsecond\nthird', { message: 'later', line: 4 }]).open(everything);
  expect(await log.find({ file: 0, line: 3 })).toBe(0);
  expect(await log.find({ file: 0, line: 4 })).toBe(1);
  expect(await log.find({ file: 0, line: 400 })).toBe(1);
  expect(await log.find({ time: Date.UTC(2026, 0, 2, 3, 4, 1) })).toBe(1);
  expect(await log.find({ time: Date.UTC(2027, 0, 1) })).toBe(1);
});

test('a window has the beginning of a long text and says what is missing; trouble after the first line is marked', async () => {
  const [long, folded, quiet] = await wholeLog(
    logOf(['x'.repeat(10_000), 'CustomAction starts\nError 25140. Access denied', 'two\nlines, 0 errors']),
  );
  expect(long).toMatchObject({ cut: 6_000, lines: 1 });
  expect(folded).toMatchObject({ lines: 2, trouble: true });
  expect(quiet).toMatchObject({ lines: 2, trouble: false });
});

test('severity and text narrow a log down', async () => {
  const source = logOf(['a', { message: 'b', severity: 'error' }, { message: 'c', severity: 'warning' }]);
  expect(await messages(source, { ...everything, least: 'warning' })).toEqual(['b', 'c']);
  expect(await messages(source, { ...everything, containing: 'A' })).toEqual(['a']);
  const log = await source.open({ ...everything, least: 'error' });
  expect([log.total, log.all]).toEqual([1, 3]);
});
