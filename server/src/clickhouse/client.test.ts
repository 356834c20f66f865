import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { checkServer, clickHouseError, connect } from './client.js';

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

test('a server that is too old is named with its version (a fake that only tells a version: no old server can be had)', async () => {
  const fake = createServer((_request, response) =>
    response.writeHead(200, { 'x-clickhouse-query-id': 'one' }).end('{"version":"24.8.14.39"}\n'),
  );
  await new Promise<void>((listening) => fake.listen(0, '127.0.0.1', listening));
  const { port } = fake.address() as AddressInfo;
  const old = connect({ url: `http://127.0.0.1:${port}`, username: 'default', password: '', database: 'default' });
  await expect(checkServer(old)).rejects.toThrow('ClickHouse 24.8.14.39 is too old; upgrade it to 25.3 or newer');
  await old.close();
  fake.close();
});
