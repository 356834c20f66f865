import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, eventually, fsp } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { ready, startReceiver, stopReceiver, underLoad, type Receiver } from './receivers.js';
import { record } from './results.js';
import { narrow } from './stand-in/config.js';
import { ask, StandIn } from './stand-in/stand-in.js';

// What fsp doctor says of a cluster, each fault made for real; and all of it, receivers too, by accounts that have what
// the product says they need and nothing else.
const folder = testFolder();
let cluster: StandIn;
let receivers: Receiver[] = [];

interface Finding {
  subject: string;
  state: string;
  found: string;
  mend: string;
}
const doctor = async (node: number, { username, password } = narrow.writer) => {
  const { stdout, stderr } = await fsp(
    ['doctor', '--json'],
    environment(join(folder, 'elsewhere'), {
      FSP_SERVER_NAME: 'FSP09',
      FSP_CLICKHOUSE_URL: cluster.url(node),
      FSP_CLICKHOUSE_USER: username,
      FSP_CLICKHOUSE_PASSWORD: password,
      FSP_CLICKHOUSE_READER_USER: narrow.reader.username,
      FSP_CLICKHOUSE_READER_PASSWORD: narrow.reader.password,
    }),
  );
  const findings = JSON.parse(stdout || JSON.stringify([{ subject: stderr }])) as Finding[];
  return (subject: string) => findings.filter((one) => one.subject === subject);
};
/** Asks the doctor until it finds this. */
const untilFound = async (
  scenario: string,
  node: number,
  subject: string,
  finding: { state: string; found: RegExp },
) => {
  const found = await eventually(
    async () => (await doctor(node))(subject),
    (all) => all.some(({ state, found: text }) => state === finding.state && finding.found.test(text)),
    300_000,
  );
  const one = found.find(({ found: text }) => finding.found.test(text))!;
  record('doctor', scenario, { [one.state]: one.found.slice(0, 160).trimEnd() });
  return one;
};
const allWell = () =>
  eventually(
    async () => (await doctor(1))('ClickHouse replicas'),
    ([one, ...others]) => others.length === 0 && one?.state === 'ok',
    300_000,
  );

beforeAll(async () => {
  cluster = await StandIn.start(folder, 'replicas');
  const nodes = [cluster.url(1), cluster.url(2)];
  receivers = await Promise.all([
    startReceiver(folder, 'FSP01', nodes, {}, narrow.writer),
    startReceiver(folder, 'FSP02', [...nodes].reverse(), {}, narrow.writer),
  ]);
  await ready(receivers);
});
afterAll(async () => {
  for (const receiver of receivers) await stopReceiver(receiver);
  await cluster.stop();
});

test('accounts with the grants that are printed, and no others, are enough for the schema and for messages', async () => {
  const found = await underLoad(receivers, [cluster.url(1), cluster.url(2)], () => Promise.resolve());
  record('doctor', 'a writer with the printed grants only', found);
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
  const of = await doctor(1);
  for (const subject of ['ClickHouse rights', 'ClickHouse reader', 'ClickHouse replicas', 'ClickHouse DDL queue'])
    expect(of(subject), subject).toMatchObject([{ state: 'ok' }]);
  expect(of('ClickHouse replicas')[0]!.found).toMatch(/all replicas of each there/);
});

test('the reader reads the database and reaches nothing else', async () => {
  const read = (sql: string) => ask(cluster.url(1), sql, narrow.reader);
  expect(Number(await read('SELECT count() FROM fsp.clients'))).toBeGreaterThan(0);
  for (const sql of [
    'SELECT * FROM system.users',
    "SELECT * FROM clusterAllReplicas('fsp', system.one)",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
    'DROP TABLE fsp.state_messages',
    'SYSTEM SYNC REPLICA fsp.state_messages',
    'SELECT 1 SETTINGS max_execution_time = 600',
  ])
    await expect(read(sql), sql).rejects.toThrow(/ACCESS_DENIED|SETTING_CONSTRAINT_VIOLATION|READONLY/);
});

test('grants that are missing are told as the statements that give them, those for a cluster too', async () => {
  const [rights] = (await doctor(1, narrow.reader))('ClickHouse rights');
  expect(rights).toMatchObject({ state: 'failure' });
  for (const statement of [
    'GRANT SYSTEM SYNC REPLICA ON fsp.* TO fsp_reader',
    'GRANT READ, WRITE ON REMOTE TO fsp_reader',
    'GRANT TABLE ENGINE ON ReplicatedMergeTree TO fsp_reader',
  ])
    expect(rights!.mend).toContain(statement);
});

test('a replica that lags is told, whichever server is asked', async () => {
  await cluster.query(2, 'SYSTEM STOP FETCHES fsp.rejected_messages');
  await cluster.query(1, "INSERT INTO fsp.rejected_messages (received_at, reason) VALUES (now64(3), 'lag')");
  await untilFound('a replica lags', 1, 'ClickHouse replicas', {
    state: 'warning',
    found: /^behind by up to \d+ s: rejected_messages of node2$/,
  });
  await cluster.query(2, 'SYSTEM START FETCHES fsp.rejected_messages');
  await allWell();
});

test('a replica that is cut off from ZooKeeper is told as read-only by itself, and as no quorum by the other', async () => {
  cluster.links(2).zooKeeper.cut();
  try {
    await untilFound('a replica is read-only, asked itself', 2, 'ClickHouse replicas', {
      state: 'failure',
      found: /read-only: .*state_messages/,
    });
    await untilFound('a replica is away, the other asked', 1, 'ClickHouse replicas', {
      state: 'failure',
      found: /no quorum: .*state_messages.* has 1 of 2/,
    });
  } finally {
    cluster.links(2).zooKeeper.mend();
  }
  await allWell();
});

test('a server that is down is told as no quorum', async () => {
  await cluster.kill(2);
  try {
    await untilFound('a server is down', 1, 'ClickHouse replicas', {
      state: 'failure',
      found: /no quorum: .*state_messages.* has 1 of 2/,
    });
  } finally {
    await cluster.run(2);
  }
  await allWell();
});
