import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Random } from '../../server/src/simulation/random.js';
import { startOtlpReceiver } from '../otlp-receiver.js';
import { eventually, startServer, temporaryFolder, type RunningServer } from '../server-process.js';
import { childrenOf } from './processes.js';
import { Ledger, Load, settle } from './oracle.js';
import { amount, record, seed } from './strength.js';

const folder = temporaryFolder();
let server: RunningServer | null = null;
afterEach(async () => {
  await server?.kill('SIGTERM');
  folder.remove();
});

test(
  'kill -9 of server and engine at random moments under load loses nothing and doubles nothing',
  async () => {
    const random = new Random(seed);
    const receiver = await startOtlpReceiver();
    const dataDir = join(folder.path, 'data');
    const start = async () =>
      (server = await startServer(dataDir, {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_TRACES_EXPORTER: 'none',
        FSP_THROTTLE_MESSAGES: '100000',
        FSP_THROTTLE_INTERVAL: '60',
      }));
    await start();
    const ledger = new Ledger('K');
    const load = new Load(ledger, () => server?.intake ?? null, 8, 200);
    const cycles = amount(5, 1_000);
    const figures = { cycles, serverKills: 0, engineKills: 0, slowestStartMs: 0 };
    for (let cycle = 0; cycle < cycles; cycle++) {
      await sleep(200 + random.next() * 2_500);
      const running = server!;
      const chance = random.next();
      if (chance < 0.35) {
        for (const child of childrenOf(running.pid)) {
          process.kill(child, 'SIGKILL');
          figures.engineKills++;
        }
        if (random.chance(0.5)) continue;
      }
      server = null;
      await running.kill('SIGKILL');
      figures.serverKills++;
      if (random.chance(0.4)) await sleep(random.next() * 800);
      const begun = performance.now();
      await start();
      figures.slowestStartMs = Math.max(figures.slowestStartMs, Math.round(performance.now() - begun));
    }
    await load.stop();
    const audit = await settle(server!, ledger, 120_000);
    const received = () =>
      new Set(receiver.records.map(({ attributes }) => String(attributes['configmgr.client.name'])));
    await eventually(
      () => Promise.resolve([...ledger.owed].filter((number) => !received().has(ledger.name(number))).length),
      (missing) => missing === 0,
      60_000,
    );
    const [clients] = await server!.query<{ n: number; wrong: number }>(
      'SELECT toUInt32(count()) AS n, toUInt32(countIf(message_count != 1)) AS wrong FROM clients',
    );
    record('crash', { ...figures, ...audit, 'otlp records': receiver.records.length, 'otlp lost': 0 });
    expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
    expect(audit.owed).toBeGreaterThan(cycles * 10);
    expect(clients).toEqual({ n: audit.stored, wrong: 0 });
    await receiver.stop();
  },
  amount(300_000, 7_200_000),
);
