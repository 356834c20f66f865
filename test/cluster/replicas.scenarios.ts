import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import { migrate } from '../../server/src/clickhouse/migrate.js';
import type { Fault, FaultProxy } from '../fault-proxy.js';
import { eventually } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { forgetMachine } from './administrator.js';
import { ready, startReceiver, stopReceiver, underLoad, type Further, type Receiver } from './receivers.js';
import { record } from './results.js';
import { account, StandIn } from './stand-in/stand-in.js';

const folder = testFolder();
let cluster: StandIn;
let nodes: string[];
let receivers: Receiver[] = [];

beforeAll(async () => {
  cluster = await StandIn.start(folder, 'replicas');
  nodes = [cluster.url(1), cluster.url(2)];
  // Both at once, on an empty database: one of them makes the schema.
  receivers = await Promise.all([
    startReceiver(folder, 'FSP01', nodes),
    startReceiver(folder, 'FSP02', [...nodes].reverse()),
  ]);
  const begun = performance.now();
  await ready(receivers);
  record('replicas', 'the schema is made, two receivers starting at once', {
    'within s': Math.round((performance.now() - begun) / 1_000),
  });
});
afterEach(async () => {
  for (const { ways } of receivers) for (const way of ways) way.decide = () => 'pass';
  // A scenario that failed half way leaves the next one whole replicas.
  await say('SYSTEM START FETCHES', 1, 2);
});
afterAll(async () => {
  for (const receiver of receivers) await stopReceiver(receiver);
  await cluster.stop();
});

const isInsert = (address: string, body: Buffer) =>
  /INSERT(%20|\+| )INTO(%20|\+| )\w+\.state_messages/i.test(address + body.subarray(0, 300).toString());
/** Says a statement on both nodes, or on one. */
const say = async (sql: string, ...numbers: number[]) => {
  for (const number of numbers) await cluster.query(number, sql);
};
/** The way of a receiver to a node, whichever of both is its near one. */
const way = (receiver: number, node: number) => receivers[receiver - 1]!.ways[receiver === node ? 0 : 1]!;
/** Waits until both replicas are there again for all tables of the one that is asked. */
const active = (number: number) =>
  eventually(
    () =>
      cluster
        .query(
          number,
          "SELECT min(active_replicas), max(is_readonly) FROM system.replicas WHERE database = 'fsp' FORMAT TSVRaw",
        )
        .catch(() => ''),
    (found) => found === '2\t0',
    300_000,
  );
/** Waits until this is done to a request on each way. */
const untilDone = async (fault: Fault, withinMs: number, ...ways: FaultProxy[]) => {
  const count = () => ways.map(({ done }) => done.filter((one) => one === fault).length);
  const before = count();
  await eventually(
    () => Promise.resolve(count()),
    (now) => now.every((n, index) => n > before[index]!),
    withinMs,
  );
};
/** Loses the answers of so many inserts on each way, and waits for the first of each. */
const cutAfterInserts = async (times: number, withinMs: number, ...ways: FaultProxy[]) => {
  const done = untilDone('cut-after', withinMs, ...ways);
  for (const one of ways) {
    let left = times;
    one.decide = (address, body): Fault => (isInsert(address, body) && left-- > 0 ? 'cut-after' : 'pass');
  }
  await done;
};
const scenarios: [string, (further: Further) => Promise<void>][] = [
  ['nothing happens', () => Promise.resolve()],
  [
    'a replica lags, answers of inserts are lost, and the retry goes to the other one',
    async () => {
      // A batch whose insert is under way when they begin to lag cannot be tried again until they have caught up: then
      // there is no answer to lose, and they lag anew.
      for (let tries = 1; ; tries++) {
        const cut = cutAfterInserts(2, 30_000, way(1, 1), way(2, 2));
        await say('SYSTEM STOP FETCHES fsp.state_messages', 1, 2);
        try {
          await cut;
          break;
        } catch (error) {
          if (tries === 5) throw error;
          await say('SYSTEM START FETCHES fsp.state_messages', 1, 2);
          await sleep(5_000);
        }
      }
      // The retry comes while the replica lags still.
      await sleep(8_000);
      await say('SYSTEM START FETCHES fsp.state_messages', 1, 2);
    },
  ],
  [
    'a replica is killed and comes back',
    async (further) => {
      await cluster.kill(1);
      await Promise.all([sleep(8_000), further()]);
      await cluster.run(1);
      await active(2);
    },
  ],
  [
    'a replica that alone has the newest rows is killed, and its disk is lost',
    async (further) => {
      await say('SYSTEM STOP FETCHES fsp.state_messages', 2);
      await cluster.aloneHasSome(1, 'fsp.state_messages');
      await cluster.kill(1);
      await say('SYSTEM START FETCHES fsp.state_messages', 2);
      await Promise.all([sleep(7_000), further()]);
      await cluster.replaceDisk(1);
      await active(2);
    },
  ],
  [
    'ZooKeeper is away for 12 s',
    async (further) => {
      cluster.pauseZooKeeper();
      await Promise.all([sleep(12_000), further()]);
      cluster.resumeZooKeeper();
      await active(1);
    },
  ],
  [
    'a replica is cut off from ZooKeeper, and so read-only',
    async (further) => {
      cluster.links(1).zooKeeper.cut();
      await eventually(
        () => cluster.query(1, "SELECT max(is_readonly) FROM system.replicas WHERE database = 'fsp'"),
        (readOnly) => readOnly === '1',
        180_000,
      );
      await further();
      cluster.links(1).zooKeeper.mend();
      await active(1);
    },
  ],
  [
    'the network between the replicas is cut',
    async (further) => {
      cluster.links(1).interserver.cut();
      cluster.links(2).interserver.cut();
      cluster.links(1).tcp.cut();
      cluster.links(2).tcp.cut();
      await Promise.all([sleep(8_000), further()]);
      for (const number of [1, 2]) {
        cluster.links(number).interserver.mend();
        cluster.links(number).tcp.mend();
      }
    },
  ],
  [
    'each receiver is cut off from its near replica in the middle of a batch, and moves',
    async (further) => {
      const near = [way(1, 1), way(2, 2)];
      const done = untilDone('cut-after', 180_000, ...near);
      for (const one of near) {
        let cut = false;
        // The first insert is done and its answer lost; from then on that replica is silent for this receiver.
        one.decide = (address, body): Fault => {
          if (cut) return 'hang';
          cut = isInsert(address, body);
          return cut ? 'cut-after' : 'pass';
        };
      }
      await done;
      await Promise.all([sleep(6_000), further()]);
    },
  ],
  [
    'answers of every third insert are lost on each way, and every fifth comes late',
    async () => {
      const counts = { inserts: 0, lost: 0, late: 0 };
      for (const one of receivers.flatMap(({ ways }) => ways)) {
        one.lateMs = 2_000;
        one.decide = (address, body): Fault => {
          if (!isInsert(address, body)) return 'pass';
          counts.inserts++;
          if (counts.inserts % 3 === 0) return (counts.lost++, 'cut-after');
          if (counts.inserts % 5 === 0) return (counts.late++, 'late');
          return 'pass';
        };
      }
      await eventually(
        () => Promise.resolve(counts),
        ({ lost, late }) => lost >= 4 && late >= 2,
        180_000,
      );
    },
  ],
];

test.each(scenarios)('0 lost and 0 twice on every replica when %s', async (scenario, happening) => {
  const found = await underLoad(receivers, nodes, happening, { withinMs: 300_000 });
  record('replicas', scenario, found);
  expect(found).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
});

test('a machine is forgotten while a replica is away, which is told, and that one does it when it is back', async () => {
  const there = (number: number) =>
    cluster.query(number, "SELECT count() FROM fsp.state_messages WHERE client_name = 'FORGETME'");
  await cluster.query(
    1,
    "INSERT INTO fsp.state_messages (received_at, processed_at, client_name, message_id) VALUES (now64(3), now64(3), 'FORGETME', 'one')",
  );
  await eventually(
    () => there(2),
    (rows) => rows === '1',
  );
  await cluster.kill(2);
  expect(await forgetMachine(folder, receivers[0]!, 'forgetme')).toMatchObject({
    unfinished: expect.arrayContaining(['client_facts', 'state_messages']) as string[],
  });
  expect(await there(1)).toBe('0');
  await cluster.run(2);
  await eventually(
    () => there(2),
    (rows) => rows === '0',
    180_000,
  );
});

test('tables of a Replicated database that keep their rows to one server are refused by name', async () => {
  for (const number of [1, 2])
    await cluster.query(
      number,
      "CREATE DATABASE alone ENGINE = Replicated('/clickhouse/databases/alone', '{shard}', '{replica}')",
    );
  // As versions made them that did not look whether the database is Replicated.
  await cluster.query(
    1,
    "CREATE TABLE alone.state_messages (a UInt8) ENGINE = MergeTree ORDER BY a COMMENT 'Every state message, once'",
  );
  const client = connect({ url: nodes[0]!, ...account, database: 'default' });
  await expect(migrate(client, { database: 'alone' })).rejects.toMatchObject({
    code: 'FSP_SCHEMA_UNREPLICATED',
    message: expect.stringContaining('state_messages of alone is not replicated') as string,
  });
  await client.close();
});
