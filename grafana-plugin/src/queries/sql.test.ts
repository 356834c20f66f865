import { expect, test } from 'vitest';
import { everything } from './chosen.js';
import { clientConditions, noFilter } from './clients.js';
import { contains, literal, where } from './sql.js';

test('what somebody types stays a text', () => {
  expect(literal(`a' OR 1=1 --\\`)).toBe(`'a\\' OR 1=1 \\x2d\\x2d\\\\'`);
  expect(literal('$__timeFilter(a) ${b} [[c]] /* d')).toBe(`'\\x24__timeFilter(a) \\x24{b} \\x5b\\x5bc]] \\x2f* d'`);
  expect(contains(['a', 'b'], `'`)).toBe(
    `positionCaseInsensitiveUTF8(a, '\\'') > 0 OR positionCaseInsensitiveUTF8(b, '\\'') > 0`,
  );
});

test('what is chosen stays texts, whatever the address says', () => {
  const hostile = `1') OR (1=1 \\`;
  const sql = clientConditions(
    { ...everything, site: [hostile], cause: [hostile] },
    { ...noFilter, outcome: hostile, stuckHours: 24.9 },
  );
  expect(sql.split(`'1\\') OR (1=1 \\\\'`)).toHaveLength(4);
  expect(sql).toContain('toIntervalHour(24)');
});

test('no condition means every row', () => {
  expect(where([false])).toBe('1 = 1');
  expect(where(['a', false, 'b'])).toBe('(a) AND (b)');
});
