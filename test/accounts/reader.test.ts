import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import type { Account } from '../../server/src/clickhouse/grants.js';
import { ReaderAccount } from '../../server/src/clickhouse/reader-account.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { firstAsked } from '../clients/first-asked.js';
import { hostile, ownOnly, withoutEffect } from './hostile.js';

const folder = testFolder();
/** A ClickHouse of its own, given to the servers by its URL. */
let engine: Engine;
let server: RunningServer;

const as = async (account: Account, sql: string) => {
  const answer = await fetch(engine.url, {
    method: 'POST',
    body: sql,
    headers: { 'X-ClickHouse-User': account.username, 'X-ClickHouse-Key': account.password },
  });
  return { status: answer.status, text: await answer.text() };
};
const external = (more: Record<string, string> = {}) => ({
  FSP_CLICKHOUSE_URL: engine.url,
  FSP_CLICKHOUSE_USER: engine.writer.username,
  FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
  ...more,
});
const ask = async (running: RunningServer, sql: string) => {
  const answer = await fetch(`${running.management}/api/v1/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  return { status: answer.status, body: (await answer.json()) as { code?: string; title?: string; data?: unknown } };
};

beforeAll(async () => {
  engine = await startEngine({ dataDir: join(folder, 'engine'), port: 0, database: 'fsp' });
  server = await startServer(
    join(folder, 'with'),
    external({
      FSP_CLICKHOUSE_READER_USER: engine.reader.username,
      FSP_CLICKHOUSE_READER_PASSWORD: engine.reader.password,
    }),
  );
  await eventually(
    () => server.status() as Promise<{ clickhouse: { prepared: boolean } }>,
    ({ clickhouse }) => clickhouse.prepared,
  );
});
afterAll(async () => {
  await server.kill('SIGTERM');
  await engine.stop();
});

describe('the reader', () => {
  const schema = async () =>
    (await as(engine.writer, "SELECT name, create_table_query FROM system.tables WHERE database = 'fsp' ORDER BY name"))
      .text;

  test("is refused at the engine's own port whatever is more than reading, and changes nothing", async () => {
    const before = await schema();
    const answered: string[] = [];
    for (const sql of hostile) {
      const { status, text } = await as(engine.reader, sql);
      if (status === 200) answered.push(`${sql} => ${text.slice(0, 100)}`);
      // Refused for what it is, and not because something is not there that could be.
      expect(text, sql).not.toContain(engine.writer.password);
    }
    expect(answered).toEqual([]);
    expect(await schema()).toBe(before);
  });

  test("is refused by the management API whatever is more than reading, with the asker's fault named", async () => {
    const answered: string[] = [];
    for (const sql of [...hostile, ...withoutEffect, ...ownOnly]) {
      const { status, body } = await ask(server, sql);
      if (status !== 400 || body.code !== 'FSP_QUERY_FAILED')
        answered.push(`${sql} => ${status} ${JSON.stringify(body)}`);
    }
    expect(answered).toEqual([]);
  });

  test('stops no merges, also where ClickHouse does not say so', async () => {
    for (const sql of withoutEffect) await as(engine.reader, sql);
    await as(engine.writer, 'CREATE TABLE fsp.merged (a Int8) ENGINE = MergeTree ORDER BY a');
    for (const value of [1, 2]) await as(engine.writer, `INSERT INTO fsp.merged VALUES (${value})`);
    expect(await as(engine.writer, 'OPTIMIZE TABLE fsp.merged FINAL SETTINGS optimize_throw_if_noop = 1')).toEqual({
      status: 200,
      text: '',
    });
    expect((await as(engine.writer, 'DROP TABLE fsp.merged')).status).toBe(200);
  });

  test('sees its own database, and what tools ask of system', async () => {
    const databases = 'INFORMATION_SCHEMA\nfsp\ninformation_schema\nsystem\n';
    expect((await as(engine.reader, 'SELECT DISTINCT database FROM system.tables ORDER BY 1')).text).toBe(databases);
    expect(
      (await as(engine.reader, "SELECT count() > 20 FROM system.columns WHERE table = 'state_messages'")).text,
    ).toBe('1\n');
    expect((await as(engine.reader, 'SELECT name FROM system.databases ORDER BY 1')).text).toBe(databases);
    const refused: string[] = [];
    for (const sql of firstAsked) {
      const { status, text } = await as(engine.reader, sql);
      if (status !== 200) refused.push(`${sql} => ${text.slice(0, 200)}`);
    }
    expect(refused).toEqual([]);
    expect((await server.query<{ n: number }>('SELECT 1 AS n'))[0]).toEqual({ n: 1 });
  });
});

test('an answer has the type of its format, whether the question names that or the request', async () => {
  const typeOf = async (body: object) => {
    const answer = await fetch(`${server.management}/api/v1/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return `${answer.headers.get('content-type')?.split(';')[0]}: ${(await answer.text()).slice(0, 1)}`;
  };
  expect(await typeOf({ sql: 'SELECT 1 AS n' })).toBe('application/json: {');
  expect(await typeOf({ sql: 'SELECT 1 AS n FORMAT JSON', format: 'CSV' })).toBe('application/json: {');
  expect(await typeOf({ sql: 'SELECT 1 AS n', format: 'CSV' })).toBe('application/octet-stream: 1');
  expect(await typeOf({ sql: 'SELECT 1 AS n FORMAT CSV' })).toBe('application/octet-stream: 1');
});

test('the reader sees and ends what it asks itself at the moment, and nothing of what others do', async () => {
  const gone = new AbortController();
  const others = fetch(engine.url, {
    method: 'POST',
    body: "SELECT count(sleepEachRow(0.1)), 'confidential' FROM numbers(300) SETTINGS max_block_size = 1",
    headers: { 'X-ClickHouse-User': engine.writer.username, 'X-ClickHouse-Key': engine.writer.password },
    signal: gone.signal,
  }).catch(() => undefined);
  onTestFinished(async () => {
    gone.abort();
    await others;
  });
  const running = "SELECT user, query FROM system.processes WHERE query NOT LIKE 'SELECT count() FROM file%'";
  await eventually(
    () => as(engine.writer, running),
    ({ text }) => text.includes('confidential'),
  );
  expect((await as(engine.reader, running)).text.split('\n')).toEqual([
    expect.stringMatching(/^fsp_reader\tSELECT user, query/) as string,
    '',
  ]);
  for (const sql of ['SHOW PROCESSLIST', 'SELECT count() FROM system.processes', 'SHOW FULL PROCESSLIST'])
    expect((await as(engine.reader, sql)).text, sql).not.toMatch(/confidential|fsp_writer|^2$/m);
  for (const sql of ownOnly) await as(engine.reader, sql);
  expect((await as(engine.writer, running)).text).toContain('confidential');
});

describe('without an account of its own', () => {
  let without: RunningServer;
  beforeAll(async () => {
    without = await startServer(join(folder, 'without'), external());
  });
  afterAll(() => without.kill('SIGTERM'));

  test('ad hoc SQL is off and says why, in the API, in the command and in the log; messages go on', async () => {
    const { status, body } = await eventually(
      () => ask(without, 'SELECT 1'),
      ({ body: { code } }) => code !== 'FSP_CLICKHOUSE_REFUSED',
    );
    expect([status, body.code]).toEqual([503, 'FSP_READER_MISSING']);
    expect(body.title).toMatch(
      /^Ad hoc SQL is off: .*CREATE USER IF NOT EXISTS fsp_reader .*GRANT SELECT, SHOW ON fsp\.\* TO fsp_reader/,
    );
    const command = await fsp(['query', 'SELECT 1'], environment(join(folder, 'without'), external()));
    expect([command.code, command.stdout]).toEqual([1, '']);
    expect(command.stderr).toMatch(/^fsp: Ad hoc SQL is off.*\(FSP_READER_MISSING\)\n$/);
    await eventually(
      () => Promise.resolve(without.output()),
      (text) => text.includes('FSP_READER_MISSING'),
    );
    expect(await without.status()).toMatchObject({
      clickhouse: { prepared: true, asking: expect.stringContaining('off') as string },
    });
    const runs = await fetch(`${without.management}/api/v1/setup-runs`, {
      headers: { authorization: `Bearer ${without.token}` },
    });
    expect(runs.status).toBe(200);
  });
});

describe('an account', () => {
  const connectAs = (account: Account, url = engine.url) => connect({ url, ...account, database: 'fsp' });
  const account = (configured: Account | null, more: object = {}) =>
    new ReaderAccount({
      database: 'fsp',
      configured,
      dataDir: folder,
      connectAs: (one) => connectAs(one),
      writer: null,
      ...more,
    });

  test('that may do more than read is not used, and what it may too much is named', async () => {
    await expect(account(engine.writer).client()).rejects.toMatchObject({
      code: 'FSP_READER_UNSAFE',
      message: expect.stringMatching(/fsp_writer is no reader, it may do more than read fsp: .*INSERT/) as string,
    });
  });

  test('of another database is not used either', async () => {
    const other = account(engine.reader, { database: 'other', connectAs: (one: Account) => connectAs(one) });
    await expect(other.client()).rejects.toMatchObject({ code: 'FSP_READER_UNSAFE' });
  });

  test('that sees what others ask is not used', async () => {
    const sees = connectAs(engine.reader);
    // A fake for one answer: the engine's users are fixed, and its reader is held to its own rows.
    const front = Object.assign(Object.create(sees) as ClickHouseClient, {
      exec: (params: Parameters<ClickHouseClient['exec']>[0]) =>
        sees.exec({
          ...params,
          query: params.query.replace('EXPLAIN actions = 1 SELECT count() FROM system.processes', 'EXPLAIN SELECT 1'),
        }),
    });
    await expect(account(engine.reader, { connectAs: () => front }).client()).rejects.toMatchObject({
      code: 'FSP_READER_UNSAFE',
      message: expect.stringContaining('CREATE ROW POLICY') as string,
    });
  });

  test('with a wrong password is told from one that is missing, and the password is not shown', async () => {
    const wrong = account({ username: engine.reader.username, password: 'hunter2' });
    await expect(wrong.client()).rejects.toMatchObject({
      code: 'FSP_READER_MISSING',
      message: expect.not.stringContaining('hunter2') as string,
    });
  });

  test('is made where the own account may make users (a front makes the user in name: this engine keeps none)', async () => {
    const front = await startFront();
    const dataDir = join(folder, 'made');
    mkdirSync(dataDir);
    const writer = connect({ url: front.url, ...engine.writer, database: 'default' });
    const made = () => account(null, { dataDir, writer, connectAs: (one: Account) => connectAs(one, front.url) });
    const first = made();
    const client = await first.client();
    expect(await (await client.query({ query: 'SELECT 1 AS a', format: 'JSONEachRow' })).json()).toEqual([{ a: 1 }]);
    await first.close();
    const said = front.said.length;
    expect(front.said[0]).toMatch(
      /^CREATE USER IF NOT EXISTS fsp_reader_[0-9a-f]{8} IDENTIFIED WITH sha256_hash BY '[0-9a-f]{64}' DEFAULT DATABASE fsp SETTINGS readonly = 2 CONST/,
    );
    const { password } = JSON.parse(readFileSync(join(dataDir, 'clickhouse-reader.json'), 'utf8')) as Account;
    expect(front.said.join()).not.toContain(password);
    // Kept: the next start makes no other.
    const second = made();
    await second.client();
    await second.close();
    expect(front.said.length).toBe(said);
    // A command of another machine asks nothing by it, and would keep it nowhere.
    const { code } = await fsp(
      ['expect', '-'],
      environment(join(folder, 'nowhere'), {
        FSP_CLICKHOUSE_URL: front.url,
        FSP_CLICKHOUSE_USER: engine.writer.username,
        FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
      }),
      Buffer.from('Name\nPC001\n'),
    );
    expect([code, front.said.length]).toEqual([0, said]);
    // One that is damaged gives way to another, which is told.
    writeFileSync(join(dataDir, 'clickhouse-reader.json'), '{"username": 1}');
    const told: string[] = [];
    const third = account(null, { dataDir, writer, logger: { warn: (message: string) => told.push(message) } });
    await expect(third.client()).rejects.toThrow();
    expect(told).toEqual([expect.stringMatching(/clickhouse-reader\.json\.damaged, and a new one is made/)]);
    await writer.close();
    await front.stop();
  });
});

/**
 * Stands before the engine, whose users are fixed: checks the form of CREATE USER and GRANT by ClickHouse's own parser,
 * and lets the user that was made in as the engine's reader.
 */
async function startFront(): Promise<{ url: string; said: string[]; stop(): Promise<void> }> {
  const said: string[] = [];
  let made = '';
  const front: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = (await buffer(incoming)).toString();
      const [name = ''] = Buffer.from((incoming.headers.authorization ?? '').slice('Basic '.length), 'base64')
        .toString()
        .split(':');
      if (/^(CREATE USER|GRANT)/.test(body)) {
        const checked = await as(
          engine.reader,
          `SELECT formatQuery('${body.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}')`,
        );
        if (checked.status !== 200) {
          outgoing.writeHead(500, { 'x-clickhouse-exception-code': '62' }).end(checked.text);
          return;
        }
        said.push(body);
        made ||= /fsp_reader_\w+/.exec(body)?.[0] ?? '';
        outgoing.writeHead(200, { 'x-clickhouse-query-id': 'front' }).end();
        return;
      }
      const account =
        name === engine.writer.username
          ? engine.writer
          : name === made
            ? engine.reader
            : { username: name, password: '' };
      const answer = await fetch(engine.url + (incoming.url ?? '/'), {
        method: 'POST',
        body,
        headers: { 'X-ClickHouse-User': account.username, 'X-ClickHouse-Key': account.password },
      });
      const headers = ['x-clickhouse-query-id', 'x-clickhouse-exception-code', 'content-type'];
      for (const header of headers) {
        const value = answer.headers.get(header);
        if (value !== null) outgoing.setHeader(header, value);
      }
      outgoing.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    said,
    stop: () =>
      new Promise((stopped) => {
        front.close(() => {
          stopped();
        });
        front.closeAllConnections();
      }),
  };
}
