import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { describeMessage } from '../catalog/describe.js';
import { errorCatalog } from '../catalog/errors.js';
import { stateCatalog } from '../catalog/states.js';
import { createClickHouseSink } from '../sinks/clickhouse.js';
import type { StateMessageEntry } from '../spool/entries.js';
import { checkServer, connect } from './client.js';
import { startEngine, type Engine } from './engine.js';
import { refuseFileFunction } from './file-gate.js';
import { loadCatalog } from './load-catalog.js';
import { migrate, migrations } from './migrate.js';
import { viewStatements } from './views/index.js';

const database = 'fsp';
const folder = mkdtempSync(join(tmpdir(), 'fsp-engine-'));
let engine: Engine;
let writer: ClickHouseClient;
let reader: ClickHouseClient;

beforeAll(async () => {
  engine = await startEngine({ dataDir: folder, port: 0, database });
  writer = connect({ url: engine.url, ...engine.writer, database: 'default' });
  await migrate(writer, { database });
  reader = connect({ url: engine.url, ...engine.reader, database });
});
afterAll(async () => {
  await writer.close();
  await reader.close();
  await engine.stop();
  rmSync(folder, { recursive: true });
});

const rows = async <Row>(query: string, client = reader) =>
  (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
const makeSink = () =>
  createClickHouseSink({
    client: writer,
    database,
    siteCode: 'PS1',
    serverName: 'FSP01',
    describe: ({ message }) => describeMessage(message),
  });
let batches = 0;
const batchOf = (...entries: StateMessageEntry[]) => ({
  id: String(++batches).padStart(32, '0'),
  createdAt: Date.parse('2026-01-02T03:05:00Z'),
  entries,
});
const state = (
  name: string,
  id: number,
  at: string,
  more: Partial<StateMessageEntry> = {},
  topicType = 800,
): StateMessageEntry => {
  const base = entry(`${name}${topicType}/${id}${at}`, more);
  const machine = { ...base.machine, netbiosName: name, ...more.machine };
  return {
    ...base,
    machine,
    message: {
      ...base.message,
      messageTime: Date.parse(at),
      state: { id, criticality: 0 },
      topic: { ...base.message.topic, type: topicType },
    },
  };
};

describe('the engine', () => {
  test('confines itself, and keeps its passwords for its owner only', () => {
    expect(engine.landlock()).toMatch(/^on/);
    expect(statSync(join(folder, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(() => readFileSync(join(folder, 'users.xml'))).toThrow(/ENOENT/);
  });

  test('lets nobody in as its own local user', async () => {
    const answer = await fetch(`${engine.url}/?query=SELECT+1`);
    expect(answer.status).not.toBe(200);
    expect(await answer.text()).toMatch(/SESSION|700|Authentication/);
  });

  test.each([
    "SELECT file('/etc/passwd')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    'DROP TABLE fsp.state_messages',
    'INSERT INTO fsp.rejected_messages (reason) VALUES (1)',
    'CREATE TABLE fsp.mine (a Int8) ENGINE = Memory',
    'SYSTEM SHUTDOWN',
    'SELECT 1 SETTINGS max_execution_time = 600',
    'SELECT 1 SETTINGS max_execution_time = 0',
    'SELECT 1 SETTINGS max_memory_usage = 0',
    'SELECT 1 SETTINGS readonly = 0',
    'KILL MUTATION WHERE 1',
  ])('refuses a reader: %s', async (query) => {
    await expect((async () => (await reader.query({ query })).text())()).rejects.toThrow();
  });

  test.each([
    "INSERT INTO FUNCTION file('out.csv') SELECT 1",
    "CREATE TABLE fsp.mine (a Int8) ENGINE = URL('http://127.0.0.1:1/', CSV)",
    "SELECT file('/etc/passwd')",
  ])('refuses the writer too: %s', async (query) => {
    await expect((async () => (await writer.exec({ query })).stream.resume())()).rejects.toThrow();
  });

  test('finds file() in the syntax tree, for an engine that is not confined', async () => {
    for (const sql of ["SELECT file('/etc/passwd')", "SELECT FILE('/etc/passwd')", 'SELECT arrayMap(file, [1])']) {
      await expect(refuseFileFunction(reader, sql), sql).rejects.toThrow('file() is not allowed');
    }
    await refuseFileFunction(reader, "SELECT 'file' AS profile");
  });

  test('comes back by itself after kill -9, on the same port with the same passwords', async () => {
    process.kill(engine.pid(), 'SIGKILL');
    const before = engine.url;
    for (let tries = 0; ; tries++) {
      const answer = await reader.ping();
      if (answer.success && engine.state() === 'running') break;
      if (tries > 100) throw new Error('the engine did not come back');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(engine.url).toBe(before);
  });

  test('is refused on a folder and on a port that are in use, by name', async () => {
    await expect(startEngine({ dataDir: folder, port: 0, database })).rejects.toThrow(/in use by another process/);
    const port = Number(new URL(engine.url).port);
    await expect(startEngine({ dataDir: join(folder, 'other'), port, database })).rejects.toThrow(`Port ${port}`);
  });
});

describe('the schema', () => {
  test('is made once, by several receivers at the same time or again', async () => {
    await Promise.all([1, 2, 3, 4].map(() => migrate(writer, { database })));
    const applied = await rows<{ version: number }>('SELECT DISTINCT version FROM schema_migrations ORDER BY version');
    expect(applied.map((row) => row.version)).toEqual(migrations({ database }).map(({ version }) => version));
  });

  test('explains itself: every table and view has a comment, and so has every column', async () => {
    expect(
      await rows(
        "SELECT name FROM system.tables WHERE database = 'fsp' AND comment = '' AND engine != 'MaterializedView'",
      ),
    ).toEqual([]);
    expect(
      await rows(
        "SELECT table, name FROM system.columns WHERE database = 'fsp' AND comment = '' AND table IN (SELECT name FROM system.tables WHERE database = 'fsp' AND (engine LIKE '%MergeTree' OR engine = 'View')) AND table != 'schema_migrations'",
      ),
    ).toEqual([]);
  });

  test('has a form for a cluster that ClickHouse can read', async () => {
    const schema = { database, cluster: 'main' };
    for (const statements of [...migrations(schema).map((one) => one.statements), viewStatements(schema)]) {
      for (const statement of statements) {
        // Rows that are copied come to the other servers by replication.
        if (!/^(INSERT|SELECT)/.test(statement)) expect(statement).toContain("ON CLUSTER 'main'");
        expect(statement).not.toMatch(/ENGINE = (Aggregating|Replacing)?MergeTree/);
        await writer.command({ query: `EXPLAIN AST ${statement}` });
      }
    }
  });

  test('holds the catalogue once, however often it is loaded', async () => {
    const catalog = { database, states: stateCatalog, errors: errorCatalog };
    await Promise.all([loadCatalog(writer, catalog), loadCatalog(writer, catalog)]);
    const [counts] = await rows(
      'SELECT (SELECT toUInt32(count()) FROM state_catalog) AS states, (SELECT toUInt32(count()) FROM error_catalog) AS errors',
    );
    expect(counts).toEqual({ states: stateCatalog.length, errors: errorCatalog.length });
    expect(
      await rows(
        "SELECT count() AS n FROM error_catalog WHERE error_text = '' OR error_text_fr = '' OR advice = '' OR advice_fr = '' OR area = '' OR source = ''",
      ),
    ).toEqual([{ n: 0 }]);
  });

  test('takes a catalogue that has changed, also back to an earlier one', async () => {
    const [first] = errorCatalog;
    const changed = { database, states: stateCatalog, errors: [{ ...first!, advice: 'Something else' }] };
    const adviceNow = () =>
      rows(
        `SELECT advice FROM error_catalog FINAL WHERE family = '${first!.family}' AND error_code = '${first!.code}'`,
      );
    await loadCatalog(writer, changed);
    expect(await adviceNow()).toEqual([{ advice: 'Something else' }]);
    await loadCatalog(writer, { database, states: stateCatalog, errors: errorCatalog });
    expect(await adviceNow()).toEqual([{ advice: first!.advice }]);
  });
});

describe('the sink', () => {
  test('sends a batch again only where it is not yet there', async () => {
    const sink = makeSink();
    const there = batchOf(state('AGAIN', 100, '2026-01-02T00:00:00Z'), state('AGAIN', 400, '2026-01-02T01:00:00Z'));
    await sink.deliver(there, false);
    await sink.deliver(there, true);
    await sink.deliver(batchOf(state('LATE', 100, '2026-01-02T00:00:00Z')), true);
    expect(
      await rows(
        "SELECT client_name, toUInt32(count()) AS n FROM state_messages WHERE client_name IN ('AGAIN', 'LATE') GROUP BY 1 ORDER BY 1",
      ),
    ).toEqual([
      { client_name: 'AGAIN', n: 2 },
      { client_name: 'LATE', n: 1 },
    ]);
  });

  test('completes a batch of which only a part is there, and rolls it up again without counting twice', async () => {
    const sink = makeSink();
    const whole = batchOf(state('PART', 100, '2026-01-02T00:00:00Z'), state('PART', 313, '2026-01-02T01:00:00Z'));
    await sink.deliver({ ...whole, entries: whole.entries.slice(0, 1) }, false);
    await sink.deliver(whole, true);
    expect(
      await rows(
        "SELECT last_state_id, toUInt32(message_count) AS message_count FROM clients WHERE client_name = 'PART'",
      ),
    ).toEqual([{ last_state_id: 313, message_count: 2 }]);
  });

  test('stores hostile text inert and unchanged', async () => {
    const hostile = [
      '\r\n',
      '\u001b[31m',
      '\u202e',
      '__proto__',
      '{{$x}}',
      "'; DROP TABLE x; --",
      '\u0000',
      '😀',
      '\\',
      '"',
    ];
    const base = state('HOSTILE', 12, '2026-01-02T00:00:00Z');
    await makeSink().deliver(
      batchOf({ ...base, message: { ...base.message, params: hostile, details: hostile.join('') } }),
      false,
    );
    expect(await rows("SELECT params, details FROM state_messages WHERE client_name = 'HOSTILE'")).toEqual([
      { params: hostile, details: hostile.join('') },
    ]);
  });

  test('takes our time for a message whose clock is beyond what a column holds', async () => {
    const base = state('CLOCK', 100, '2026-01-02T00:00:00Z');
    await makeSink().deliver(batchOf({ ...base, message: { ...base.message, messageTime: Date.UTC(9000, 1) } }), false);
    expect(await rows("SELECT message_time FROM state_messages WHERE client_name = 'CLOCK'")).toEqual([
      { message_time: '2026-01-02 03:04:06.000' },
    ]);
  });

  test('says in words that ClickHouse is away or unwilling, without a password', async () => {
    const away = connect({ url: 'http://127.0.0.1:1', username: 'me', password: 'hunter2', database });
    await expect(checkServer(away)).rejects.toThrow(/^ClickHouse does not answer \(ECONNREFUSED\); check/);
    const wrong = connect({ url: engine.url, username: 'fsp_reader', password: 'hunter2', database });
    await expect(checkServer(wrong)).rejects.toThrow(/^ClickHouse refused with code 516(?!.*hunter2)/);
    await Promise.all([away.close(), wrong.close()]);
  });
});

describe('the view clients', () => {
  const guid = { ...entry('x').machine, clientId: 'A1006D0E-CF56-41D1-A006-6330EFC39381' };
  const client = async (name: string) =>
    await rows<Record<string, unknown>>(`SELECT * FROM clients WHERE client_name = '${name}'`);

  test('joins what a machine said before it had a client with what its client says', async () => {
    await makeSink().deliver(
      batchOf(
        state('JOIN', 100, '2026-01-02T00:00:00Z'),
        state('JOIN', 400, '2026-01-02T00:10:00Z'),
        state('JOIN', 500, '2026-01-02T00:11:00Z', { machine: { ...guid, netbiosName: 'JOIN' } }),
        state('JOIN', 700, '2026-01-02T00:12:00Z', { machine: { ...guid, netbiosName: 'JOIN' } }),
        state('JOIN', 2, '2026-01-03T00:00:00Z', { machine: { ...guid, netbiosName: 'JOIN' } }, 1000),
      ),
      false,
    );
    expect(await client('JOIN')).toEqual([
      expect.objectContaining({
        client_id: guid.clientId,
        phase: 'assignment',
        outcome: 'succeeded',
        last_state_id: 700,
        deployment_begin_time: '2026-01-02 00:00:00.000',
        deployment_end_time: '2026-01-02 00:10:00.000',
        assignment_begin_time: '2026-01-02 00:11:00.000',
        assignment_end_time: '2026-01-02 00:12:00.000',
        communication_outcome: 'failed',
        last_message_time: '2026-01-03 00:00:00.000',
      }),
    ]);
  });

  const named = (name: string, clientId = guid.clientId) => ({ machine: { ...guid, clientId, netbiosName: name } });
  const receivedAt = Date.parse('2026-01-02T03:00:00Z');

  test('counts a machine that was renamed once, under its newest name, with all that it said before', async () => {
    const id = 'B1006D0E-CF56-41D1-A006-6330EFC39381';
    await makeSink().deliver(
      batchOf(
        state('BEFORE', 100, '2026-01-02T00:00:00Z', { receivedAt }),
        state('BEFORE', 313, '2026-01-02T00:01:00Z', { receivedAt, ...named('BEFORE', id) }),
        state('AFTER', 400, '2026-01-02T01:00:00Z', { receivedAt, ...named('AFTER', id) }),
      ),
      false,
    );
    // Late: said before the new name was.
    await makeSink().deliver(
      batchOf(state('BEFORE', 301, '2026-01-02T00:30:00Z', { receivedAt, ...named('BEFORE', id) })),
      false,
    );
    expect(await client('BEFORE')).toEqual([]);
    const expected = {
      client_id: id,
      outcome: 'succeeded',
      deployment_begin_time: '2026-01-02 00:00:00.000',
      deployment_seconds: 3600,
      message_count: 4,
    };
    expect(await client('AFTER')).toMatchObject([expected]);
    for (const name of ['before', 'AFTER'])
      expect(await rows(`SELECT * FROM client(name = '${name}')`), name).toMatchObject([expected]);
    expect(
      await rows("SELECT client_key, toUInt32(count()) AS n FROM messages_of_client(name = 'Before') GROUP BY 1"),
    ).toEqual([{ client_key: 'AFTER', n: 4 }]);
    expect(
      await rows("SELECT client_name, topic_type, state_id FROM client_topics WHERE client_key = 'AFTER'"),
    ).toEqual([{ client_name: 'AFTER', topic_type: 800, state_id: 400 }]);
  });

  test('gives the name of a renamed machine to the machine that took it over', async () => {
    const [old, young] = ['C1006D0E-CF56-41D1-A006-6330EFC39381', 'D1006D0E-CF56-41D1-A006-6330EFC39381'];
    await makeSink().deliver(
      batchOf(
        state('TAKEN', 400, '2026-01-02T00:00:00Z', { receivedAt, ...named('TAKEN', old) }),
        state('GIVER', 700, '2026-01-02T01:00:00Z', { receivedAt, ...named('GIVER', old) }),
        state('TAKEN', 313, '2026-01-02T02:00:00Z', { receivedAt, ...named('TAKEN', young) }),
      ),
      false,
    );
    expect(await client('TAKEN')).toMatchObject([{ client_id: young, outcome: 'failed' }]);
    expect(await client('GIVER')).toMatchObject([{ client_id: old, outcome: 'succeeded' }]);
  });

  test('counts a machine that was installed anew under a new id once', async () => {
    const [first, second] = ['E1006D0E-CF56-41D1-A006-6330EFC39381', 'F1006D0E-CF56-41D1-A006-6330EFC39381'];
    await makeSink().deliver(
      batchOf(
        state('AGAINST', 700, '2026-01-01T00:00:00Z', { receivedAt, ...named('AGAINST', first) }),
        state('AGAINST', 100, '2026-01-02T00:00:00Z', { receivedAt }),
        state('AGAINST', 602, '2026-01-02T00:10:00Z', { receivedAt, ...named('AGAINST', second) }),
      ),
      false,
    );
    expect(await client('AGAINST')).toMatchObject([
      {
        client_id: second,
        outcome: 'failed',
        reason: expect.stringMatching(/^The following site code is invalid/) as string,
      },
    ]);
  });

  test('is the same in whatever sequence batches come, however often, and rolled up twice', async () => {
    const anyId = 'A2006D0E-CF56-41D1-A006-6330EFC39381';
    const sink = makeSink();
    const batches = [
      batchOf(
        state('ANYHOW', 100, '2026-01-02T00:00:00Z', { receivedAt }),
        state('ANYHOW', 2, '2026-01-02T02:00:00Z', { receivedAt, ...named('ANYHOW', anyId) }, 1000),
      ),
      batchOf(state('ANYHOW', 313, '2026-01-02T01:00:00Z', { receivedAt })),
      batchOf(state('ANYHOW', 1, '2026-01-02T01:30:00Z', { receivedAt, ...named('ANYHOW', anyId) }, 1000)),
    ];
    await Promise.all(batches.toReversed().map((batch) => sink.deliver(batch, false)));
    const [before] = await client('ANYHOW');
    for (const batch of batches) await sink.deliver(batch, true);
    expect(await client('ANYHOW')).toEqual([before]);
    expect(before).toMatchObject({
      outcome: 'failed',
      is_cut_off: 1,
      communication_outcome: 'failed',
      message_count: 4,
    });
  });

  test.each([
    ['2031', '2031-05-01T00:00:00Z', 165_000_000],
    ['2001', '2001-05-01T00:00:00Z', -778_000_000],
  ])('does not believe a clock that says %s, and tells by how much it is off', async (year, at, offset) => {
    const name = `OFF${year}`;
    await makeSink().deliver(batchOf(state(name, 100, at, { receivedAt })), false);
    const [wrong] = await client(name);
    expect(wrong).toMatchObject({ is_clock_off: 1, stuck_since: '2026-01-02 03:00:00.000' });
    expect(Math.abs(Number(wrong!.clock_offset_seconds) - offset)).toBeLessThan(5_000_000);
    const corrected = { receivedAt: receivedAt + 3_600_000 };
    await makeSink().deliver(batchOf(state(name, 400, '2026-01-02T04:00:00Z', corrected)), false);
    expect(await client(name)).toMatchObject([
      { outcome: 'succeeded', last_state_id: 400, deployment_seconds: 3600, is_clock_off: 0 },
    ]);
  });

  test('has a reason in words for every failure, whatever the error', async () => {
    const failing = [301, 304, 308, 312, 313, 322, 601, 602, 609];
    await makeSink().deliver(
      batchOf(...failing.map((id) => state(`FAILS${id}`, id, '2026-01-02T00:00:00Z', { receivedAt }))),
      false,
    );
    const reasons = await rows<{ reason: string }>(
      "SELECT reason FROM clients WHERE client_name LIKE 'FAILS%' AND outcome = 'failed'",
    );
    expect(reasons).toHaveLength(failing.length);
    for (const { reason } of reasons) expect(reason).toMatch(/\w+ \w+/);
  });

  test('clears the end when a deployment begins anew', async () => {
    await makeSink().deliver(
      batchOf(
        state('ANEW', 100, '2026-01-01T00:00:00Z'),
        state('ANEW', 400, '2026-01-01T01:00:00Z'),
        state('ANEW', 100, '2026-01-02T00:00:00Z'),
      ),
      false,
    );
    expect((await client('ANEW'))[0]).toMatchObject({
      deployment_begin_time: '2026-01-02 00:00:00.000',
      deployment_end_time: null,
      outcome: 'in_progress',
      communication_outcome: 'unknown',
    });
  });
});

test('otel_logs shows a failed message as an error with its attributes', async () => {
  const base = state('OTEL', 313, '2026-01-02T00:00:00Z');
  await makeSink().deliver(batchOf({ ...base, message: { ...base.message, params: ['1603'] } }), false);
  const [row] = await rows<Record<string, unknown>>(
    "SELECT * FROM otel_logs WHERE LogAttributes['configmgr.client.name'] = 'OTEL'",
  );
  expect(row).toMatchObject({
    SeverityText: 'ERROR',
    SeverityNumber: 17,
    EventName: 'configmgr.client.deployment',
    ServiceName: 'fallback-status-point',
  });
  expect(row?.LogAttributes).toMatchObject({
    'error.type': '1603',
    'configmgr.params': '["1603"]',
    'configmgr.state.id': '313',
  });
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
