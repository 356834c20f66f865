import { expect, test } from 'vitest';
import { csv, csvCell } from './csv.js';

test.each(['=1+1', '+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', ' =cmd|A0', '＝1', '|x', '%0a', '\ufeff=1', '-', '\n=1'])(
  'a cell %j is no formula',
  (text) => {
    expect(csvCell(text)).toBe(`"'${text}"`);
  },
);

test('numbers and plain texts stay as they are', () => {
  for (const text of ['PC042', '1603', '-300', '0x80072EE7', '-1.5', 'a=b', '{0D94311F-CB7B}'])
    expect(csvCell(text)).toBe(text);
  expect(csvCell(-7)).toBe('-7');
  expect(csvCell(null)).toBe('');
});

test('quotes, separators and line breaks stay within their cell', () => {
  const rows = [
    { a: 'x"y', b: 'one,two' },
    { a: 'l1\nl2', b: "'" },
  ];
  expect(csv(['a', 'b'], rows)).toBe('\ufeffa,b\r\n"x""y","one,two"\r\n"l1\nl2","\'"\r\n');
});

test('a moment stands with its zone, and none is an empty cell', () => {
  const rows = [
    { name: 'A', at: Date.UTC(2026, 9, 25, 0, 30) },
    { name: 'B', at: null },
  ];
  expect(csv(['name', 'at'], rows, ['at'])).toBe('\ufeffname,at\r\nA,2026-10-25T00:30:00.000Z\r\nB,\r\n');
});
