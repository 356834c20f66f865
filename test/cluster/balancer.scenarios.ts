import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { callRoles, messageCount } from './administrator.js';
import { startBalancer, type Balancer } from './balancer.js';
import { ready, startReceiver, stopReceiver, underLoad, type Receiver } from './receivers.js';
import { record } from './results.js';
import { StandIn } from './stand-in/stand-in.js';

const folder = testFolder();
let cluster: StandIn;
let nodes: string[];
let balancer: Balancer;
let receivers: Receiver[] = [];

beforeAll(async () => {
  cluster = await StandIn.start(folder, 'replicas');
  nodes = [cluster.url(1), cluster.url(2)];
  balancer = await startBalancer(nodes, /INSERT INTO \w+\.state_messages/);
  const settings = { FSP_CLICKHOUSE_CLUSTER: 'fsp' };
  receivers = [await startReceiver(folder, 'FSP01', [balancer.url], settings)];
  await ready(receivers);
  receivers.push(await startReceiver(folder, 'FSP02', [balancer.url], settings));
  await ready(receivers);
});
afterAll(async () => {
  for (const receiver of receivers) await stopReceiver(receiver);
  await balancer.stop();
  await cluster.stop();
});

const onBoth = async (sql: string) => {
  for (const number of [1, 2]) await cluster.query(number, sql);
};

test('0 lost and 0 twice behind a load balancer that gives each connection to another replica', async () => {
  const found = await underLoad(receivers, nodes, (further) => further(120));
  record('balancer', 'a load balancer gives each connection to another replica', found);
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
});

test('0 lost and 0 twice when a replica lags, an answer is lost, and the balancer sends the retry to the other', async () => {
  const found = await underLoad(receivers, nodes, async () => {
    // A batch whose insert is under way when they begin to lag cannot be tried again until they have caught up: then
    // there is no answer to lose, and they lag anew.
    for (let tries = 1; ; tries++) {
      balancer.cutInserts = 4;
      await onBoth('SYSTEM STOP FETCHES fsp.state_messages');
      const cut = await eventually(
        () => Promise.resolve(balancer.cutInserts),
        (left) => left < 4,
        30_000,
      ).catch((error: unknown) => {
        if (tries === 5) throw error;
        return null;
      });
      if (cut !== null) break;
      await onBoth('SYSTEM START FETCHES fsp.state_messages');
      await sleep(5_000);
    }
    await sleep(8_000);
    await onBoth('SYSTEM START FETCHES fsp.state_messages');
    balancer.target = null;
  });
  record('balancer', 'a replica lags, answers are lost, and the balancer sends the retry to the other', found);
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
});

test('of two administrators with one If-Match at two receivers, never two are told yes while replicas lag, and one is when none does', async () => {
  const call = (receiver: Receiver, method: string, path: string, body?: object, etag?: string) =>
    callRoles(folder, receiver, method, path, body, etag);
  const role = { serverName: 'FSP77', intranetFqdn: 'localhost.localdomain' };
  const [one, two] = receivers as [Receiver, Receiver];
  const made = await call(one, 'POST', '', role);
  expect(made.status).toBe(201);
  await onBoth('SYSTEM SYNC REPLICA fsp.role_configurations');
  await onBoth('SYSTEM STOP FETCHES fsp.role_configurations');
  // Each receiver at another replica, which cannot see what the other takes.
  balancer.target = nodes[0]!;
  const first = call(one, 'PUT', '/FSP77', { ...role, messageCount: 1_111 }, '"1"');
  await sleep(1_000);
  balancer.target = nodes[1]!;
  const second = call(two, 'PUT', '/FSP77', { ...role, messageCount: 2_222 }, '"1"');
  const answers = await Promise.all([first, second]);
  await onBoth('SYSTEM START FETCHES fsp.role_configurations');
  balancer.target = null;
  const statuses = answers.map(({ status }) => status).sort();
  record('balancer', 'two administrators change one role at two replicas that lag', { statuses: statuses.join(' ') });
  // One may be told that nobody knows for now; never are both told yes.
  expect(statuses.filter((status) => status === 200).length, JSON.stringify(answers)).toBeLessThanOrEqual(1);
  const told = (receiver: Receiver) => messageCount(folder, receiver, 'FSP77');
  const both = await eventually(
    async () => [await told(one), await told(two)],
    ([a, b]) => a !== undefined && a === b,
  );
  expect([1_111, 2_222]).toContain(both[0]);
  const winner = answers.findIndex(({ status }) => status === 200);
  if (winner >= 0) expect(both[0]).toBe([1_111, 2_222][winner]);

  await onBoth('SYSTEM SYNC REPLICA fsp.role_configurations');
  const again = await Promise.all([
    call(one, 'PUT', '/FSP77', { ...role, messageCount: 3_333 }, '"2"'),
    call(two, 'PUT', '/FSP77', { ...role, messageCount: 4_444 }, '"2"'),
  ]);
  record('balancer', 'two administrators change one role at once, and no replica lags', {
    statuses: again.map(({ status }) => status).join(' '),
  });
  expect(again.map(({ status }) => status).sort(), JSON.stringify(again)).toEqual([200, 412]);
});

test('0 lost when the replica that alone has the newest rows is killed and its disk is lost', async () => {
  const found = await underLoad(
    receivers,
    nodes,
    async (further) => {
      balancer.target = nodes[0]!;
      await cluster.query(2, 'SYSTEM STOP FETCHES fsp.state_messages');
      await cluster.aloneHasSome(1, 'fsp.state_messages');
      await cluster.kill(1);
      balancer.target = nodes[1]!;
      await cluster.query(2, 'SYSTEM START FETCHES fsp.state_messages');
      await Promise.all([sleep(5_000), further()]);
      await cluster.replaceDisk(1);
    },
    { withinMs: 300_000 },
  );
  record('balancer', 'the disk of the replica that alone has the newest rows is lost', found);
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
});
