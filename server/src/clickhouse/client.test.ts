import { createServer, type ServerResponse } from 'node:http';
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

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /certificate .*name its authority with FSP_CLICKHOUSE_CA_FILE/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /certificate .*the server in FSP_CLICKHOUSE_URL as the certificate does$/],
  ['EPROTO', /speaks no TLS there \(EPROTO\); check FSP_CLICKHOUSE_URL/],
])('what goes wrong with TLS is told as that, with what to set: %s', (code, told) => {
  const error = clickHouseError(Object.assign(new Error('write'), { code }));
  expect(error.code).toBe('FSP_CLICKHOUSE_UNREACHABLE');
  expect(error.message).toMatch(told);
});

test('what people ask in their own words, and are refused, is not said to be mended by a backup or by settings', () => {
  for (const code of ['60', '497']) {
    const refused = Object.assign(new Error('no such thing. '), { code });
    expect(clickHouseError(refused, false).message).toBe(`ClickHouse refused with code ${code}: no such thing`);
    expect(clickHouseError(refused).message).toMatch(/no such thing; (restore it|fsp doctor)/);
  }
});

test('a right that is missing is told with its table, however many columns that has', () => {
  const columns = Array.from({ length: 60 }, (_, index) => `column_${index}`).join(', ');
  const said = `writer: Not enough privileges. To execute this query, it's necessary to have the grant INSERT(${columns}) ON fsp.state_messages. `;
  expect(clickHouseError(Object.assign(new Error(said), { code: '497' })).message).toMatch(
    /the grant INSERT ON fsp\.state_messages; fsp doctor prints the rights that are missing$/,
  );
});

test('a server that lost its accounts is left for the next one (two fakes: one that knows nobody, one that answers)', async () => {
  const answers = [
    (response: ServerResponse) =>
      response
        .writeHead(403, { 'x-clickhouse-exception-code': '516' })
        .end('Code: 516. DB::Exception: writer: Authentication failed. (AUTHENTICATION_FAILED)'),
    (response: ServerResponse) =>
      response.writeHead(200, { 'x-clickhouse-query-id': 'one' }).end('{"version":"26.7.1.1"}\n'),
  ];
  const fakes = answers.map((answer) => createServer((_request, response) => answer(response)));
  for (const fake of fakes) await new Promise<void>((listening) => fake.listen(0, '127.0.0.1', listening));
  const url = fakes.map((fake) => `http://127.0.0.1:${(fake.address() as AddressInfo).port}`).join();
  const client = connect({ url, username: 'writer', password: 'right', database: 'default' });
  await expect(checkServer(client)).resolves.toBeUndefined();
  await client.close();
  for (const fake of fakes) fake.close();
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
