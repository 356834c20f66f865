import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import { runSimulation } from '../../server/src/simulation/run.js';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { record } from './results.js';

// How cost grows with the fleet: four receivers over one ClickHouse, and clients that come in four steps, each step as
// many as were there before. One client in a hundred sends all of its messages again, to another receiver.
//   npm run cluster -- fleet                                    a small fleet
//   FSP_FLEET_CLIENTS=500000 npm run cluster -- fleet           hours on two cores
const clients = Number(process.env.FSP_FLEET_CLIENTS ?? 2_000);
const steps = [1 / 8, 1 / 4, 1 / 2, 1].map((share) => Math.round(clients * share));
const receivers = 4;

const folder = testFolder();
let engine: Engine;
const servers: RunningServer[] = [];

beforeAll(async () => {
  engine = await startEngine({ dataDir: join(folder, 'clickhouse'), port: 0, database: 'fsp' });
  for (let number = 1; number <= receivers; number++)
    servers.push(
      await startServer(join(folder, `FSP0${number}`), {
        FSP_SERVER_NAME: `FSP0${number}`,
        FSP_CLICKHOUSE_URL: engine.url,
        FSP_CLICKHOUSE_USER: engine.writer.username,
        FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
        FSP_THROTTLE_MESSAGES: '100000',
        FSP_THROTTLE_INTERVAL: '60',
        FSP_THROTTLE_RESERVE: '0',
      }),
    );
});
afterAll(async () => {
  for (const server of servers) await server.kill('SIGTERM');
  await engine.stop();
});

/** Seconds of CPU that a process has taken, in user and in system. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
const memoryOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const start = Date.now() - 86_400_000;
const send = (from: number, count: number, receiver: number) =>
  runSimulation({
    clients: count,
    firstIndex: from,
    failureRate: 0.08,
    seed: 1,
    start,
    over: 86_400_000,
    url: `${servers[receiver]!.intake}/SMS_FSP/.sms_fsp`,
    rate: 0,
    connections: 8,
  });

test('each message of a fleet over four receivers counts once, and cost grows as the messages do', async () => {
  const client = connect({ url: engine.url, ...engine.writer, database: 'fsp' });
  const ask = async (sql: string) => {
    const answer = await client.query({ query: sql, format: 'JSON' });
    const { data, statistics } = await answer.json<Record<string, string>>();
    return { row: data[0]!, read: statistics?.rows_read ?? 0 };
  };
  const pids = servers.map(({ pid }) => pid);
  const cpu = () => ({ receivers: pids.reduce((sum, pid) => sum + cpuOf(pid), 0), clickhouse: cpuOf(engine.pid()) });
  let sent = 0;
  let there = 0;
  try {
    for (const until of steps) {
      const before = cpu();
      const begun = performance.now();
      const share = Math.ceil((until - there) / receivers);
      const shares = Array.from({ length: receivers }, (_, index) => [there + index * share, share] as const);
      const sums = await Promise.all(shares.map(([from, count], receiver) => send(from, count, receiver)));
      const answered = performance.now();
      const again = await Promise.all(
        shares.map(([from, count], receiver) => send(from, Math.ceil(count / 100), (receiver + 1) % receivers)),
      );
      sent += sums.reduce((sum, one) => sum + one.sent, 0);
      there += share * receivers;
      const repeated = again.reduce((sum, one) => sum + one.sent, 0);
      // A row that two receivers brought at the same moment is taken out again, and clients follow their rows.
      const owed = JSON.stringify({ rows: sent, messages: sent, clients: there });
      await eventually(
        async () => {
          const { row } = await ask(
            `SELECT toUInt32(count()) AS rows, (SELECT toUInt32(sum(message_count)) FROM clients) AS messages, (SELECT toUInt32(count()) FROM clients) AS clients FROM state_messages`,
          );
          return JSON.stringify(row);
        },
        (found) => found === owed,
        3_600_000,
      );
      const settled = performance.now();
      const after = cpu();
      const { row } = await ask(
        `SELECT (SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'fsp' AND active) AS bytes, (SELECT count() FROM system.parts WHERE database = 'fsp' AND active) AS parts,
          (SELECT quantile(0.99)(dateDiff('millisecond', received_at, processed_at)) FROM state_messages WHERE processed_at > now() - INTERVAL ${Math.ceil((settled - begun) / 1_000)} SECOND) AS held`,
      );
      const outcomes = await ask('SELECT uniq(outcome) AS n FROM clients');
      const new_ = sums.reduce((sum, one) => sum + one.sent, 0);
      const perThousand = (seconds: number) => `${((seconds * 1_000_000) / (new_ + repeated)).toFixed(0)} ms`;
      record('fleet', `${there} clients`, {
        messages: sent,
        'sent again elsewhere in this step': repeated,
        'messages a second': Math.round(new_ / ((answered - begun) / 1_000)),
        'receivers, CPU for 1,000 messages': perThousand(after.receivers - before.receivers),
        'ClickHouse, CPU for 1,000 messages': perThousand(after.clickhouse - before.clickhouse),
        'receivers, MB each': Math.round(Math.max(...pids.map(memoryOf))),
        'ClickHouse, MB': Math.round(memoryOf(engine.pid())),
        'bytes a message on disk, all tables': Math.round(Number(row.bytes) / sent),
        parts: row.parts!,
        'held, 99 of 100, ms': Math.round(Number(row.held)),
        'all there after the last answer, s': ((settled - answered) / 1_000).toFixed(0),
        'rows read for the outcome of all': outcomes.read,
      });
      const still = await ask('SELECT count() AS n, uniqExact(message_id) AS different FROM state_messages');
      expect([Number(still.row.n), Number(still.row.different)]).toEqual([sent, sent]);
    }
  } finally {
    await client.close();
  }
}, 86_400_000);
