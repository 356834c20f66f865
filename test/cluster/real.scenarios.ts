import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Fault } from '../fault-proxy.js';
import { testFolder } from '../test-folder.js';
import { ready, startReceiver, stopReceiver, underLoad, type Further, type Receiver } from './receivers.js';
import { record } from './results.js';
import { ask, account as standInAccount, StandIn } from './stand-in/stand-in.js';

// A real cluster by its URLs (README.md): what can be done to it from outside. Only in a database of its own. Where none is
// named, the stand-in's replicas are taken for a stranger's: known by their URLs, and by nothing else.
let nodes = (process.env.FSP_CLUSTER_URLS ?? '').split(',').filter(Boolean);
const isNamed = nodes.length > 0;
const account = isNamed
  ? { username: process.env.FSP_CLUSTER_USER ?? 'default', password: process.env.FSP_CLUSTER_PASSWORD ?? '' }
  : standInAccount;
/** Empty for a Replicated database, which needs no ON CLUSTER. */
const cluster = process.env.FSP_CLUSTER_NAME ?? '';
const database = `fsp_cluster_test_${Date.now()}`;
const folder = testFolder();
let standIn: StandIn | null = null;
let receivers: Receiver[] = [];

beforeAll(async () => {
  if (!isNamed) {
    standIn = await StandIn.start(folder, 'replicas');
    nodes = [standIn.url(1), standIn.url(2)];
  }
  if (nodes.length < 2) throw new Error('Name two servers or more with FSP_CLUSTER_URLS, separated by commas');
  const settings = {
    FSP_CLICKHOUSE_DATABASE: database,
    ...(cluster === '' ? {} : { FSP_CLICKHOUSE_CLUSTER: cluster }),
  };
  if (cluster === '')
    await onAll(
      `CREATE DATABASE ${database} ENGINE = Replicated('/clickhouse/databases/${database}', '{shard}', '{replica}')`,
    );
  receivers = await Promise.all([
    startReceiver(folder, 'FSP01', nodes, settings, account),
    startReceiver(folder, 'FSP02', [...nodes].reverse(), settings, account),
  ]);
  await ready(receivers);
});
afterEach(() => {
  for (const { ways } of receivers) for (const way of ways) way.decide = () => 'pass';
});
afterAll(async () => {
  for (const receiver of receivers) await stopReceiver(receiver);
  if (cluster === '') await onAll(`DROP DATABASE IF EXISTS ${database} SYNC`);
  else await ask(nodes[0] ?? '', `DROP DATABASE IF EXISTS ${database} ON CLUSTER '${cluster}' SYNC`, account);
  await standIn?.stop();
});

const onAll = async (sql: string) => {
  for (const url of nodes) await ask(url, sql, account);
};
const isInsert = (address: string, body: Buffer) =>
  /INSERT(%20|\+| )INTO(%20|\+| )\w+\.state_messages/i.test(address + body.subarray(0, 300).toString());

const scenarios: [string, (further: Further) => Promise<void>][] = [
  ['nothing happens', () => Promise.resolve()],
  [
    'replicas lag, answers of inserts are lost, and retries go to another one',
    async (further) => {
      await onAll(`SYSTEM STOP FETCHES ${database}.state_messages`);
      for (const { ways } of receivers) {
        let left = 2;
        ways[0]!.decide = (address, body): Fault =>
          isInsert(address, body) && left > 0 && left-- > 0 ? 'cut-after' : 'pass';
      }
      await Promise.all([sleep(8_000), further()]);
      await onAll(`SYSTEM START FETCHES ${database}.state_messages`);
    },
  ],
  [
    'each receiver is cut off from its near server in the middle of a batch, and moves',
    async (further) => {
      for (const { ways } of receivers) {
        let cut = false;
        ways[0]!.decide = (address, body): Fault => {
          if (cut) return 'hang';
          cut = isInsert(address, body);
          return cut ? 'cut-after' : 'pass';
        };
      }
      await Promise.all([sleep(8_000), further()]);
    },
  ],
];

test.each(scenarios)('0 lost and 0 twice on every server when %s', async (scenario, happening) => {
  const found = await underLoad(receivers, nodes, happening, { account, from: `${database}.state_messages` });
  record('real', scenario, { ...found, ...(isNamed ? {} : { over: 'the stand-in' }) });
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
});
