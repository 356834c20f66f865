import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { amount } from '../../../test/reliability/strength.js';
import { environment, fsp } from '../../../test/server-process.js';
import { testFolder } from '../../../test/test-folder.js';
import { connect } from './client.js';
import { startEngine, type Engine } from './engine.js';
import { underLease } from './lease.js';
import { migrate } from './migrate.js';
import { migrations } from './schema.js';

const folder = testFolder();
let engine: Engine;
let writer: ClickHouseClient;
let databases = 0;

beforeAll(async () => {
  engine = await startEngine({ dataDir: join(folder, 'clickhouse'), port: 0, database: 'fsp*' });
  writer = connect({ url: engine.url, ...engine.writer, database: 'default' });
});
afterAll(async () => {
  await writer.close();
  await engine.stop();
});

/** A name that no test had before. */
const fresh = () => `fsp${++databases}`;
const run = (query: string) => writer.command({ query });
const rows = async <Row>(query: string) => (await writer.query({ query, format: 'JSONEachRow' })).json<Row>();
const objects = (database: string) =>
  rows<{ name: string; comment: string; engine: string }>(
    `SELECT name, comment, engine FROM system.tables WHERE database = '${database}' ORDER BY name`,
  );
/** Everything that makes up a schema, without the database's name and what follows from it. */
const shape = async (database: string) =>
  (
    await rows<{ text: string }>(
      `SELECT name || ': ' || create_table_query AS text FROM system.tables WHERE database = '${database}' ORDER BY name`,
    )
  ).map(({ text }) => text.replaceAll(`${database}.`, '').replace(/ [0-9a-f]{8}]'/, "]'"));

/** The database as programs before the mark and the lease made it, up to a version. */
async function asBefore(database: string, upTo: number, afterEach?: (version: number) => Promise<void>) {
  await run(`CREATE DATABASE ${database}`);
  await run(
    `CREATE TABLE ${database}.schema_migrations (version UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = ReplacingMergeTree ORDER BY version COMMENT 'Schema changes that were applied'`,
  );
  for (const { version, name, checksum, statements } of migrations({ database })) {
    if (version > upTo) break;
    for (const statement of statements) await run(statement);
    await writer.insert({
      table: `${database}.schema_migrations`,
      format: 'JSONEachRow',
      values: [{ version, name, checksum }],
    });
    await afterEach?.(version);
  }
}

/** A client that is dead after a number of statements, as a process that was killed: it says nothing more. */
function dyingAfter(statements: number): ClickHouseClient {
  let left = statements;
  const alive = <Params, Answer>(say: (params: Params) => Promise<Answer>, costs: number) =>
    async function (params: Params): Promise<Answer> {
      if (left <= 0) throw new Error('dead');
      const answer = await say.call(writer, params);
      left -= costs;
      return answer;
    };
  const { command, query, insert } = writer;
  return Object.assign(Object.create(writer) as ClickHouseClient, {
    command: alive(command, 1),
    query: alive(query, 0),
    insert: alive(insert, 0),
  });
}

describe('the schema', () => {
  // At small strength at any statement of the newest changes; the others are as they were when they were tried.
  test('is whole after a crash at any statement', async () => {
    const sizes = migrations({ database: 'fsp' }).map(({ statements }) => statements.length);
    const sum = (some: number[]) => some.reduce((all, one) => all + one, 0);
    const atOnce = sum(sizes.slice(0, amount(-3, 0)));
    const straight = fresh();
    await migrate(writer, { database: straight });
    const database = fresh();
    await run(`CREATE DATABASE ${database}`);
    let crashes = 0;
    let applied = 0;
    for (let allowed = 1 + atOnce; ; crashes++) {
      try {
        await migrate(dyingAfter(allowed), { database, receiver: 'FSP01' });
        break;
      } catch (error) {
        expect((error as Error).message).toContain('dead');
      }
      const [now] = await rows<{ n: number }>(
        `SELECT toUInt32(count()) + (SELECT toUInt32(count()) FROM system.tables WHERE database = '${database}' AND engine = 'View' AND match(comment, ' [0-9a-f]{8}]$')) AS n FROM ${database}.schema_migrations`,
      );
      allowed = now!.n > applied ? 1 : allowed + 1;
      applied = now!.n;
    }
    expect(crashes).toBeGreaterThanOrEqual(sum(sizes) - atOnce);
    expect(await shape(database)).toEqual(await shape(straight));
  }, 240_000);

  test('takes over what every earlier version kept, and knows it for its own', async () => {
    const database = fresh();
    const inserts: Record<number, string> = {
      1: `INSERT INTO ${database}.state_messages (received_at, processed_at, message_time, client_name, topic_type, state_id, message_id) VALUES ('2026-01-02', '2026-01-02', '2026-01-02', 'OLD1', 800, 400, 'a')`,
      2: `INSERT INTO ${database}.setup_log_records (logged_at, host_name, record_id) VALUES ('2026-01-02', 'OLD2', 'a')`,
      3: `INSERT INTO ${database}.state_messages (received_at, processed_at, message_time, client_name, topic_type, state_id, message_id) VALUES ('2026-01-02', '2026-01-02', '2026-01-02', 'OLD3', 800, 400, 'b')`,
      5: `INSERT INTO ${database}.setup_run_updates (run_id, host_name, updated_at) VALUES ('r', 'OLD5', '2026-01-02')`,
      6: `INSERT INTO ${database}.role_configurations (server, version, configuration) VALUES ('OLD6', 1, '{}')`,
      15: `INSERT INTO ${database}.receiver_status (at, fsp_server) VALUES (now64(3), 'OLD15')`,
    };
    await asBefore(database, 15, async (version) => {
      if (inserts[version] !== undefined) await run(inserts[version]);
    });
    await migrate(writer, { database });
    expect((await objects(database)).filter(({ comment }) => !comment.includes('[fallback-status-point'))).toEqual(
      expect.not.arrayContaining([
        expect.objectContaining({ engine: expect.stringMatching(/MergeTree$|^View$/) as string }),
      ]),
    );
    const found = await rows<{ name: string }>(
      `SELECT client_name AS name FROM ${database}.state_messages UNION ALL SELECT client_name FROM ${database}.clients UNION ALL
       SELECT host_name FROM ${database}.setup_log_records UNION ALL SELECT host_name FROM ${database}.setup_runs UNION ALL
       SELECT server FROM ${database}.role_configurations UNION ALL SELECT fsp_server FROM ${database}.receivers`,
    );
    expect(found.map(({ name }) => name).sort()).toEqual(
      ['OLD1', 'OLD1', 'OLD3', 'OLD3', 'OLD2', 'OLD5', 'OLD6', 'OLD15'].sort(),
    );
    // What is known of clients too, also where their messages lie in many batches.
    expect(
      await rows(
        `SELECT client_name, outcome, toUInt32(message_count) AS messages FROM ${database}.clients ORDER BY 1`,
      ),
    ).toEqual([
      { client_name: 'OLD1', outcome: 'unknown', messages: 1 },
      { client_name: 'OLD3', outcome: 'unknown', messages: 1 },
    ]);
    // Nothing is left to do.
    await migrate(dyingAfter(0.5), { database });
  });

  test.each([
    ['setup_runs', '(id UInt32, note String) ENGINE = MergeTree ORDER BY id'],
    ['schema_migrations', "(version String) ENGINE = MergeTree ORDER BY version COMMENT 'Of another program'"],
    ['clients', "AS SELECT 1 AS id COMMENT 'Our customers'"],
    ['client_rollup_of_new', '(id UInt32) ENGINE = MergeTree ORDER BY id'],
  ])('is not made where somebody else has %s: that is named, and nothing is touched', async (name, definition) => {
    const database = fresh();
    await run(`CREATE DATABASE ${database}`);
    await run(`CREATE ${definition.startsWith('AS') ? 'VIEW' : 'TABLE'} ${database}.${name} ${definition}`);
    const before = await shape(database);
    await expect(migrate(writer, { database })).rejects.toMatchObject({
      code: 'FSP_SCHEMA_FOREIGN',
      message: expect.stringContaining(`${database}.${name}`) as string,
    });
    expect(await shape(database)).toEqual(before);
  });

  test('is not touched where somebody put a view in the place of ours', async () => {
    const database = fresh();
    await migrate(writer, { database });
    await run(`CREATE OR REPLACE VIEW ${database}.clients AS SELECT 'mine' AS whose`);
    await expect(migrate(writer, { database })).rejects.toMatchObject({ code: 'FSP_SCHEMA_FOREIGN' });
    expect(await rows(`SELECT * FROM ${database}.clients`)).toEqual([{ whose: 'mine' }]);
  });

  test('of a newer program stops an older one, which says so', async () => {
    const database = fresh();
    await migrate(writer, { database });
    await run(`INSERT INTO ${database}.schema_migrations (version, name) VALUES (9001, '9001_later.sql')`);
    await expect(migrate(writer, { database })).rejects.toMatchObject({
      code: 'FSP_SCHEMA_NEWER',
      message: expect.stringContaining('9001_later.sql') as string,
    });
    const { code, stderr } = await fsp(
      ['serve'],
      environment(join(folder, 'older'), {
        FSP_CLICKHOUSE_URL: engine.url,
        FSP_CLICKHOUSE_USER: engine.writer.username,
        FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
        FSP_CLICKHOUSE_DATABASE: database,
      }),
    );
    expect(stderr).toContain('FSP_SCHEMA_NEWER');
    expect(code).toBe(1);
  });

  test('is made by one receiver at a time; the others say for whom they wait, and go on when it is silent for long', async () => {
    const database = fresh();
    await migrate(writer, { database });
    await run(`ALTER TABLE ${database}.schema_migrations DELETE WHERE version = 15 SETTINGS mutations_sync = 1`);
    await run(`INSERT INTO ${database}.schema_leases (n, claim_id, holder, seconds) VALUES (1000, 'x', 'FSP09', 2)`);
    const said: string[] = [];
    const logger = { info: (message: string) => said.push(message) };
    await migrate(writer, { database, receiver: 'FSP01', leaseSeconds: 2, logger });
    expect(said[0]).toBe(`FSP09 brings the schema of ${database} up to date; FSP01 waits for it`);
    expect(said[1]).toContain('015_receivers.sql');
    const leases = await rows<{ holder: string; n: string }>(
      `SELECT holder, n FROM ${database}.schema_leases WHERE n > 1000 GROUP BY ALL`,
    );
    expect(leases).toMatchObject([{ holder: 'FSP01' }]);
  });

  test('is given up by who was stopped or suspended for longer than a lease lasts, whatever is said for it afterwards', async () => {
    const database = fresh();
    await migrate(writer, { database });
    const placement = { database, cluster: database, quorum: 'auto' };
    const asHolder = (step: (stillHeld: () => void) => Promise<void>) =>
      underLease({ client: writer, placement, holder: 'FSP01', seconds: 1 }, () => Promise.resolve(false), step);
    // Suspended: the steady clock stood still.
    vi.useFakeTimers({ toFake: ['Date'] });
    await expect(
      asHolder((stillHeld) => {
        stillHeld();
        vi.setSystemTime(Date.now() + 60_000);
        stillHeld();
        return Promise.resolve();
      }),
    ).rejects.toThrow('another receiver may bring');
    vi.useRealTimers();
    // Stopped: no timer runs, and another takes the next lease; then the timer prolongs one that is over.
    await expect(
      asHolder(async (stillHeld) => {
        stillHeld();
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_300);
        await run(
          `INSERT INTO ${database}.schema_leases (n, claim_id, holder, seconds) SELECT max(n) + 1, 'x', 'FSP02', 2 FROM ${database}.schema_leases`,
        );
        await sleep(600);
        stillHeld();
      }),
    ).rejects.toThrow('another receiver may bring');
  });

  test('is made once by several receivers that start at the same moment', async () => {
    const database = fresh();
    const said: string[] = [];
    const logger = { info: (message: string) => said.push(message) };
    await Promise.all(
      [1, 2, 3].map((number) => migrate(writer, { database, receiver: `FSP0${number}`, leaseSeconds: 5, logger })),
    );
    expect(said.filter((line) => !line.endsWith('waits for it'))).toEqual([
      `The tables and views of ${database} are made`,
    ]);
    const applied = await rows<{ version: number }>(`SELECT version FROM ${database}.schema_migrations`);
    expect(applied).toHaveLength(migrations({ database }).length);
    expect(new Set(applied.map(({ version }) => version)).size).toBe(applied.length);
    // Whoever still waits says so again when the next one is at it.
    const waiting = said.flatMap((line) => /; (\S+) waits for it$/.exec(line)?.[1] ?? []);
    expect(new Set(waiting).size).toBe(2);
  });

  test('keeps messages for a year and reports for a month where nobody says how long, and what is added as its messages', async () => {
    const database = fresh();
    const unsaid = { days: null, rawDays: null };
    await migrate(writer, { database, retention: unsaid });
    const lifetimes = async () =>
      rows(
        `SELECT name, arrayMap(one -> toUInt32(one), arrayConcat(extractAll(create_table_query, ' TTL [^\n]*?toIntervalDay.(\\d+)'))) AS days FROM system.tables WHERE database = '${database}' AND name IN ('state_messages', 'message_keys') ORDER BY name`,
      );
    expect(await lifetimes()).toEqual([
      { name: 'message_keys', days: [365] },
      { name: 'state_messages', days: [30, 365] },
    ]);
    await run(`ALTER TABLE ${database}.message_keys REMOVE TTL`);
    await migrate(writer, { database, retention: { days: 90, rawDays: null } });
    await run(`ALTER TABLE ${database}.message_keys REMOVE TTL`);
    await migrate(writer, { database, retention: unsaid });
    expect(await lifetimes()).toEqual([
      { name: 'message_keys', days: [90] },
      { name: 'state_messages', days: [30, 90] },
    ]);
  });

  test('keeps data for as long as it is told, also in tables that are there; and what is old leaves, also of a client that goes on being heard', async () => {
    const database = fresh();
    await migrate(writer, { database, retention: { days: 365, rawDays: 30 } });
    await run(`INSERT INTO ${database}.state_messages (received_at, processed_at, message_time, client_name, topic_type, state_id, message_id, raw)
      SELECT now64(3) - toIntervalDay(number), now64(3) - toIntervalDay(number), now64(3), concat('KEPT', toString(number)), 800, 400, toString(number), 'raw' FROM numbers(400) WHERE number IN (0, 50, 380)`);
    // Both are heard of still; one was cut off, and named a user, long ago.
    await run(`INSERT INTO ${database}.state_messages (received_at, processed_at, message_time, client_name, topic_type, state_id, outcome, user_name, message_id)
      SELECT now64(3) - toIntervalDay(days) AS at, at, at, name, topic, if(topic = 800, 400, 2), if(topic = 800, 'succeeded', 'failed'), if(topic = 800, '', 'ada'), concat(name, toString(topic))
      FROM values('name String, topic UInt32, days UInt32', ('CUT1', 1000, 1), ('CUT1', 800, 0), ('CUT50', 1000, 50), ('CUT50', 1001, 50), ('CUT50', 800, 0))`);
    await run(
      `INSERT INTO ${database}.setup_log_records (logged_at, host_name, record_id, stored_at) VALUES ('2001-01-02', 'IMPORTED', 'a', now()), ('2001-01-02', 'OLD', 'b', '2025-01-01 00:00:00')`,
    );
    const kept = async () => {
      for (const table of ['state_messages', 'client_facts', 'client_words', 'setup_log_records'])
        await run(`OPTIMIZE TABLE ${database}.${table} FINAL`);
      return rows(
        `SELECT * FROM (SELECT client_name AS name, raw FROM ${database}.state_messages WHERE name LIKE 'KEPT%' UNION ALL SELECT host_name, '' FROM ${database}.setup_log_records) ORDER BY name`,
      );
    };
    expect(await kept()).toEqual([
      { name: 'IMPORTED', raw: '' },
      { name: 'KEPT0', raw: 'raw' },
      { name: 'KEPT50', raw: '' },
    ]);
    const cutOff = () =>
      rows(
        `SELECT client_key, is_cut_off, last_user_name, client_key IN (SELECT client_key FROM ${database}.client_topics WHERE is_cut_off) AS by_topics,
          client_key IN (SELECT client_name FROM ${database}.client_facts WHERE user_digest > 0) AS digested
          FROM ${database}.clients WHERE client_key LIKE 'CUT%' ORDER BY 1`,
      );
    const isCutOff = { is_cut_off: 1, last_user_name: 'ada', by_topics: 1, digested: 1 };
    expect(await cutOff()).toEqual([
      { client_key: 'CUT1', ...isCutOff },
      { client_key: 'CUT50', ...isCutOff },
    ]);
    expect(await rows(`SELECT client_name FROM ${database}.clients WHERE client_name LIKE 'KEPT%' ORDER BY 1`)).toEqual(
      [{ client_name: 'KEPT0' }, { client_name: 'KEPT50' }],
    );
    const lifetimes = () =>
      rows(
        `SELECT name, countSubstrings(create_table_query, ' TTL ') AS n FROM system.tables WHERE database = '${database}' AND n > 0 AND engine LIKE '%MergeTree' AND name != 'receiver_status' ORDER BY name`,
      );
    expect(await lifetimes()).toHaveLength(8);
    await migrate(writer, { database, retention: { days: 10, rawDays: 10 } });
    expect(await kept()).toEqual([
      { name: 'IMPORTED', raw: '' },
      { name: 'KEPT0', raw: 'raw' },
    ]);
    expect(await cutOff()).toEqual([
      { client_key: 'CUT1', ...isCutOff },
      { client_key: 'CUT50', is_cut_off: 0, last_user_name: '', by_topics: 0, digested: 0 },
    ]);
    const said: string[] = [];
    const logger = { info: (line: string) => said.push(line) };
    await migrate(writer, { database, retention: { days: 10, rawDays: 10 }, logger });
    expect(said).toEqual([]);
    await migrate(writer, { database, retention: { days: 0, rawDays: 0 }, logger });
    expect(await lifetimes()).toEqual([]);
    // A receiver that says nothing of it deletes nothing that others keep.
    said.length = 0;
    await migrate(writer, { database, retention: { days: null, rawDays: null }, logger });
    expect([await lifetimes(), said]).toEqual([[], []]);
    expect(
      await rows(
        `SELECT name FROM system.columns WHERE database = '${database}' AND table = 'state_messages' AND name = 'raw' AND comment != '' AND compression_codec LIKE '%ZSTD%'`,
      ),
    ).toHaveLength(1);
  });
});
