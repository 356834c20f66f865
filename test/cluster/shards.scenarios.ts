import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesSql } from '../../grafana-plugin/src/queries/clients.js';
import { environment, eventually, fsp } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { callRoles, forgetMachine, messageCount } from './administrator.js';
import { ready, startReceiver, stopReceiver, underLoad, type Receiver } from './receivers.js';
import { record } from './results.js';
import { account, ask, StandIn } from './stand-in/stand-in.js';

const folder = testFolder();
let cluster: StandIn;
let receivers: Receiver[] = [];

beforeAll(async () => {
  cluster = await StandIn.start(folder, 'shards');
  // Both at once, each at a shard of its own, on an empty database: neither may wait for the other for ever.
  receivers = await Promise.all([1, 2].map((number) => startReceiver(folder, `FSP0${number}`, [cluster.url(number)])));
  const begun = performance.now();
  await ready(receivers);
  record('shards', 'the schema is made, a receiver at each of two shards starting at once', {
    'within s': Math.round((performance.now() - begun) / 1_000),
  });
});
afterAll(async () => {
  for (const receiver of receivers) await stopReceiver(receiver);
  await cluster.stop();
});

const onEach = (sql: string) => Promise.all([1, 2].map((number) => cluster.query(number, sql)));

test('both shards have the same tables, and the same catalogue and migrations in them', async () => {
  for (const sql of [
    "SELECT groupArray(name) FROM (SELECT name FROM system.tables WHERE database = 'fsp' ORDER BY name)",
    'SELECT count(), sum(cityHash64(*)) FROM (SELECT version, checksum FROM fsp.schema_migrations FINAL)',
    'SELECT count(), sum(cityHash64(*)) FROM fsp.error_catalog FINAL',
  ]) {
    const [one, two] = await eventually(
      () => onEach(sql),
      ([a, b]) => a === b,
    );
    expect(one).toBe(two);
    expect(one).not.toMatch(/^0\b/);
  }
});

test('a role that is made at one shard is seen at the other, and of two changes at once exactly one wins', async () => {
  const [one, two] = receivers as [Receiver, Receiver];
  const role = { serverName: 'FSP77', intranetFqdn: 'localhost.localdomain' };
  expect((await callRoles(folder, one, 'POST', '', role)).status).toBe(201);
  expect((await callRoles(folder, two, 'GET', '/FSP77')).status).toBe(200);
  const answers = await Promise.all([
    callRoles(folder, one, 'PUT', '/FSP77', { ...role, messageCount: 1_111 }, '"1"'),
    callRoles(folder, two, 'PUT', '/FSP77', { ...role, messageCount: 2_222 }, '"1"'),
  ]);
  const statuses = answers.map(({ status }) => status);
  record('shards', 'two administrators change one role at two shards at once', { statuses: statuses.join(' ') });
  expect([...statuses].sort()).toEqual([200, 412]);
  const won = [1_111, 2_222][statuses.indexOf(200)];
  expect([await messageCount(folder, one, 'FSP77'), await messageCount(folder, two, 'FSP77')]).toEqual([won, won]);
});

test('a machine that told one shard its former name and the other its new one is one client at both, whatever is asked', async () => {
  const said = (name: string, minutesAgo: number) =>
    `INSERT INTO fsp.state_messages_local (received_at, processed_at, message_time, site_code, fsp_server, client_id, client_name, topic_type, state_id, outcome, error_code, serial_number, message_id)
SELECT now64(3) - INTERVAL ${minutesAgo} MINUTE AS received, received, received, 'PS1', 'FSP01', '0B5E9D8A-4C1F-4E0B-9D57-2B6D4F3C7A10', '${name}', topic, 2, 'failed', '1603', ${60 - minutesAgo}, concat('${name}', toString(topic)) FROM (SELECT arrayJoin([800, 1000]) AS topic)`;
  await cluster.query(1, said('RENAMED-OLD', 30));
  await cluster.query(2, said('RENAMED-NEW', 5));
  const asked = {
    clients: "SELECT client_key, message_count FROM fsp.clients WHERE client_key LIKE 'RENAMED%'",
    client: "SELECT client_key, message_count FROM fsp.client(name = 'renamed-old')",
    client_topics:
      "SELECT client_key, count() FROM fsp.client_topics WHERE client_key LIKE 'RENAMED%' GROUP BY client_key",
    client_messages:
      "SELECT client_key, count() FROM fsp.client_messages WHERE client_key LIKE 'RENAMED%' GROUP BY client_key",
  };
  const numbers = { clients: 4, client: 4, client_topics: 2, client_messages: 4 };
  for (const [view, sql] of Object.entries(asked)) {
    const expected = `RENAMED-NEW\t${numbers[view as keyof typeof numbers]}`;
    const answers = await eventually(
      () => onEach(sql),
      (each) => each.every((one) => one.trim() === expected),
    );
    expect(
      answers.map((one) => one.trim()),
      view,
    ).toEqual([expected, expected]);
  }
  // As its page in the console asks.
  for (const number of [1, 2])
    expect(
      await ask(`${cluster.url(number)}/?database=fsp`, `SELECT count() FROM (${messagesSql('RENAMED-OLD')})`),
    ).toBe('4');
  for (const sql of [
    'SELECT count() FROM fsp.incidents(since = now() - INTERVAL 7 DAY, until = now())',
    "SELECT count() FROM fsp.expected_clients WHERE standing = 'never_heard'",
  ])
    expect(new Set((await onEach(sql)).map((one) => one.trim()))).toEqual(new Set(['0']));
});

test('a machine that one receiver forgets is gone from both shards, and the doctor finds nothing wrong with their tables', async () => {
  const [one] = receivers as [Receiver, Receiver];
  expect(await forgetMachine(folder, one, 'RENAMED-NEW')).toMatchObject({
    alsoKnownAs: ['RENAMED-OLD'],
    unfinished: [],
  });
  for (const table of ['state_messages', 'client_facts', 'client_names'])
    expect(await onEach(`SELECT count() FROM fsp.${table} WHERE client_name = 'RENAMED-NEW'`), table).toEqual([
      '0',
      '0',
    ]);
  const { stdout } = await fsp(
    ['doctor', '--json'],
    environment(join(folder, 'elsewhere'), {
      FSP_SERVER_NAME: 'FSP09',
      FSP_CLICKHOUSE_URL: cluster.url(1),
      FSP_CLICKHOUSE_USER: account.username,
      FSP_CLICKHOUSE_PASSWORD: account.password,
    }),
  );
  const wrong = (JSON.parse(stdout) as { subject: string; state: string; found: string }[]).filter(
    ({ subject, state }) => subject.startsWith('ClickHouse') && state === 'failure',
  );
  expect(wrong).toEqual([]);
});

test('0 lost and 0 twice over all shards when each is killed in turn', async () => {
  const found = await underLoad(
    receivers,
    [cluster.url(1)],
    async (further) => {
      for (const number of [1, 2]) {
        await cluster.kill(number);
        await Promise.all([sleep(3_000), further()]);
        await cluster.run(number);
      }
    },
    { from: "clusterAllReplicas('fsp', fsp.state_messages_local)", withinMs: 300_000 },
  );
  record('shards', 'each of two shards is killed in turn and comes back', found);
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
});
