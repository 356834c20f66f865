import { expect, test } from 'vitest';
import { clickHouseError } from './client.js';

test.each([
  ['with the name of the error behind it', { code: '57', message: 'Table fsp.x already exists. ' }],
  ['without one, as some are sent', { message: 'Code: 57. DB::Exception: Table fsp.x already exists. (version 26.1)' }],
])('what ClickHouse itself refuses is told as refused, %s', (_how, said) => {
  const { code, message } = clickHouseError(Object.assign(new Error(said.message), said));
  expect(code).toBe('FSP_CLICKHOUSE_REFUSED');
  expect(message).toMatch(/code 57.*already exists/);
});

test('what does not come from ClickHouse is told as no answer of it', () => {
  const { code, message } = clickHouseError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
  expect(code).toBe('FSP_CLICKHOUSE_UNREACHABLE');
  expect(message).toContain('ECONNREFUSED');
});
