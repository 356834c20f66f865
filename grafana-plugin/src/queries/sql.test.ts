import { expect, test } from 'vitest';
import { clientConditions } from './clients.js';
import { contains, literal, where } from './sql.js';

test('what somebody types stays a text', () => {
  expect(literal(`a' OR 1=1 --\\`)).toBe(`'a\\' OR 1=1 \\x2d\\x2d\\\\'`);
  expect(literal('$__timeFilter(a) ${b} [[c]] /* d')).toBe(`'\\x24__timeFilter(a) \\x24{b} \\x5b\\x5bc]] \\x2f* d'`);
  expect(contains(['a', 'b'], `'`)).toBe(
    `positionCaseInsensitiveUTF8(a, '\\'') > 0 OR positionCaseInsensitiveUTF8(b, '\\'') > 0`,
  );
});

test('a state from the address is numbers, whatever it says', () => {
  const filter = { search: '', outcome: '', communication: '', site: '', version: '', error: '', stuckHours: 0 };
  expect(clientConditions({ ...filter, state: '800/313' })).toContain('topic_type = 800 AND state_id = 313');
  expect(clientConditions({ ...filter, state: '1) OR (1=1/2' })).toContain('topic_type = NaN AND state_id = 2');
});

test('no condition means every row', () => {
  expect(where([false])).toBe('1 = 1');
  expect(where(['a', false, 'b'])).toBe('(a) AND (b)');
});
