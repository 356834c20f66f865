import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import { Random } from '../../server/src/simulation/random.js';
import { faults, startFaultProxy, type Fault, type FaultProxy } from '../fault-proxy.js';
import { startOtlpReceiver } from '../otlp-receiver.js';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { Ledger, Load, quantile, settle } from './oracle.js';
import { anonymousMegabytes } from './processes.js';
import { amount, record, seed } from './strength.js';

const folder = testFolder();
let engine: Engine;
let clickhouse: FaultProxy;
let collector: FaultProxy;
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let server: RunningServer | null = null;
let run = 0;

beforeAll(async () => {
  engine = await startEngine({ dataDir: join(folder, 'engine'), port: 0, database: 'fsp' });
  clickhouse = await startFaultProxy(engine.url);
  receiver = await startOtlpReceiver();
  collector = await startFaultProxy(receiver.url);
});
afterEach(async () => {
  clickhouse.decide = () => 'pass';
  collector.decide = () => 'pass';
  await server?.kill('SIGTERM');
  server = null;
});
afterAll(async () => {
  await clickhouse.stop();
  await collector.stop();
  await receiver.stop();
  await engine.stop();
});

const start = async () =>
  (server = await startServer(join(folder, `data${run}`), {
    FSP_CLICKHOUSE_URL: clickhouse.url,
    FSP_CLICKHOUSE_USER: engine.writer.username,
    FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
    FSP_CLICKHOUSE_READER_USER: engine.reader.username,
    FSP_CLICKHOUSE_READER_PASSWORD: engine.reader.password,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_TRACES_EXPORTER: 'none',
    FSP_THROTTLE_MESSAGES: '100000',
    FSP_THROTTLE_INTERVAL: '60',
  }));
/** Asked of the engine itself: a process for each question would wait for the processor too. */
const stored = async (query: string) => {
  const client = connect({ url: engine.url, ...engine.reader, database: 'fsp' });
  try {
    return await (await client.query({ query, format: 'JSONEachRow' })).json<{ n: number }>();
  } finally {
    await client.close();
  }
};
/** Asks how many debts the collector has not got: each record is looked at once, as the collector lives in this process. */
const missingAtCollector = (ledger: Ledger) => {
  const missing = new Set([...ledger.owed].map((number) => ledger.name(number)));
  let looked = 0;
  return () => {
    for (; looked < receiver.records.length; looked++)
      missing.delete(String(receiver.records[looked]!.attributes['configmgr.client.name']));
    return missing.size;
  };
};
const bothHaveAll = async (ledger: Ledger, withinMs: number) => {
  const audit = await settle(server!, ledger, withinMs);
  const missing = missingAtCollector(ledger);
  await eventually(
    () => Promise.resolve(missing()),
    (number) => number === 0,
    withinMs,
  );
  return audit;
};

test(
  'whatever happens between the server and its destinations, each debt is in ClickHouse once and at the collector',
  async () => {
    run++;
    const random = new Random(seed);
    await start();
    const ledger = new Ledger(`S${run}`);
    let faulty = true;
    const decide = (): Fault => (faulty && random.chance(0.3) ? faults[random.integer(0, faults.length - 1)]! : 'pass');
    clickhouse.decide = decide;
    // An empty answer is a good one by OpenTelemetry's protocol: nobody can tell that a proxy gave it.
    collector.decide = () => {
      const fault = decide();
      return fault === 'empty' ? 'refuse' : fault;
    };
    const load = new Load(ledger, () => server?.intake ?? null, 8, 100);
    await sleep(amount(10_000, 900_000));
    // A few that hang take all of the time.
    const fewest = amount(4, 100);
    await eventually(
      () => Promise.resolve(clickhouse.done.length),
      (done) => done >= fewest,
      amount(60_000, 300_000),
    );
    await load.stop();
    faulty = false;
    const begun = performance.now();
    const audit = await bothHaveAll(ledger, 120_000);
    await clickhouse.settled();
    const after = await settle(server!, ledger, 1_000);
    const done = (proxy: FaultProxy) => proxy.done.length;
    record('sinks', {
      'faults before ClickHouse': done(clickhouse),
      'faults before the collector': done(collector),
      ...after,
      'caught up within s': Math.round((performance.now() - begun) / 1000),
    });
    expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
    // What was forwarded late changes nothing either.
    expect(after).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
    expect(done(clickhouse)).toBeGreaterThanOrEqual(fewest);
  },
  amount(300_000, 1_500_000),
);

describe('both destinations hang for long at load', () => {
  test(
    'memory stays flat, clients notice nothing, failures come first on return, and the rest within seconds',
    async () => {
      run++;
      await start();
      // It is destinations at work that hang.
      await eventually(
        () => server!.status() as Promise<{ clickhouse: { prepared: boolean } }>,
        ({ clickhouse: { prepared } }) => prepared,
        amount(30_000, 180_000),
      );
      const ledger = new Ledger(`H${run}`);
      const pid = server!.pid;
      clickhouse.decide = () => 'hang';
      collector.decide = () => 'hang';
      const load = new Load(ledger, () => server?.intake ?? null, 16, 300);
      await sleep(5_000);
      const memory = [anonymousMegabytes(pid)];
      const seconds = amount(10, 1_800);
      for (let waited = 0; waited < seconds; waited += 5) {
        await sleep(5_000);
        memory.push(anonymousMegabytes(pid));
      }
      await load.stop();
      clickhouse.decide = () => 'pass';
      collector.decide = () => 'pass';
      const begun = performance.now();
      await eventually(
        () => stored(`SELECT toUInt32(count()) AS n FROM state_messages WHERE client_name LIKE 'H${run}N%'`),
        ([row]) => (row?.n ?? 0) > 0,
        amount(60_000, 180_000),
      );
      const first = (performance.now() - begun) / 1000;
      const audit = await bothHaveAll(ledger, 600_000);
      record('outage', {
        'away s': seconds,
        ...audit,
        'p99 ms of clients': Math.round(quantile(load.latencies, 0.99)),
        'memory MB, first and most': `${memory[0]} ${Math.max(...memory)}`,
        'first rows after s': Math.round(first),
        'all rows after s': Math.round((performance.now() - begun) / 1000),
      });
      expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
      expect(Object.keys(load.answers)).toEqual(['200']);
      // Half of it and 60 MB: what a heap may breathe between two collections.
      expect(Math.max(...memory)).toBeLessThan((memory[0] ?? 0) * 1.5 + 60);
    },
    amount(300_000, 3_600_000),
  );

  test('a stop ends within ten seconds, and nothing that was acknowledged is lost by it', async () => {
    run++;
    await start();
    const ledger = new Ledger(`T${run}`);
    clickhouse.decide = () => 'hang';
    collector.decide = () => 'hang';
    const load = new Load(ledger, () => server?.intake ?? null, 8, 200);
    await sleep(3_000);
    const begun = performance.now();
    const stopping = server!;
    await stopping.kill('SIGTERM');
    const took = performance.now() - begun;
    server = null;
    await load.stop();
    clickhouse.decide = () => 'pass';
    collector.decide = () => 'pass';
    await start();
    const audit = await bothHaveAll(ledger, 60_000);
    record('stop', { ...audit, 'stopped within ms': Math.round(took) });
    expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
    expect(took).toBeLessThan(10_000);
  }, 180_000);
});
