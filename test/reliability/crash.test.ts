import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Random } from '../../server/src/simulation/random.js';
import { startOtlpReceiver } from '../otlp-receiver.js';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { childrenOf } from './processes.js';
import { Ledger, Load, settle } from './oracle.js';
import { amount, figuresFile, full, record, seed } from './strength.js';

const folder = testFolder();
const running = new Set<RunningServer>();
afterEach(async () => {
  for (const server of running) await server.kill('SIGKILL').catch(() => undefined);
  running.clear();
});

/** A thousand cycles in rounds, each with its own accounts: what a round has written, --resume need not repeat. */
const rounds = Array.from({ length: amount(1, 10) }, (_, index) => index + 1);
const cyclesOfARound = amount(5, 100);
/** Servers that are killed side by side: while one comes up, the others are at work. */
const servers = amount(1, 3);

const missing = rounds.filter((round) => !full || !existsSync(figuresFile(`crash-${round}`)));
if (missing.length === 0) test('every round of crashes has its figures already', () => undefined);

test.each(missing)(
  'kill -9 of server and engine at random moments under load loses nothing and doubles nothing (round %i)',
  async (round) => {
    const figures = { cycles: 0, serverKills: 0, engineKills: 0, repeatedStarts: 0, slowestStartMs: 0 };
    const begun = performance.now();
    const results = await Promise.all(
      Array.from({ length: servers }, (_, index) =>
        killed(`${round}-${index}`, new Random(seed + round * servers + index), figures),
      ),
    );
    const sum = (of: (one: (typeof results)[number]) => number) => results.reduce((all, one) => all + of(one), 0);
    record(`crash-${round}`, {
      ...figures,
      minutes: Math.round((performance.now() - begun) / 6_000) / 10,
      owed: sum(({ audit }) => audit.owed),
      stored: sum(({ audit }) => audit.stored),
      lost: sum(({ audit }) => audit.lost),
      doubled: sum(({ audit }) => audit.doubled),
      wrong: sum(({ audit }) => audit.wrong),
      'otlp records': sum(({ otlpRecords }) => otlpRecords),
      'otlp lost': sum(({ otlpLost }) => otlpLost),
    });
    expect(figures.cycles).toBe(cyclesOfARound);
    expect(sum(({ audit }) => audit.owed)).toBeGreaterThan(cyclesOfARound * 10);
    for (const { audit, otlpLost, clients } of results) {
      expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
      expect(otlpLost).toBe(0);
      expect(clients).toEqual({ n: audit.stored, wrong: 0 });
    }
  },
  amount(300_000, 3_600_000),
);

/** One server with its own load, killed until the round has its cycles, and what is there at the end. */
async function killed(name: string, random: Random, figures: Record<string, number>) {
  const receiver = await startOtlpReceiver();
  const dataDir = join(folder, name, 'data');
  mkdirSync(dataDir, { recursive: true });
  let server: RunningServer | null = null;
  const start = async () => {
    for (let attempt = 1; server === null; attempt++) {
      try {
        server = await startServer(dataDir, {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
          OTEL_METRICS_EXPORTER: 'none',
          OTEL_TRACES_EXPORTER: 'none',
          FSP_THROTTLE_MESSAGES: '100000',
          FSP_THROTTLE_INTERVAL: '60',
        });
        running.add(server);
      } catch (error) {
        // As a service manager would; the figures tell how often it was needed.
        figures.repeatedStarts!++;
        if (attempt === 3) throw error;
      }
    }
  };
  await start();
  const ledger = new Ledger(`K${name.replace('-', 'S')}`);
  const load = new Load(ledger, () => server?.intake ?? null, 8, 200 / servers);
  while (figures.cycles! < cyclesOfARound) {
    figures.cycles!++;
    await sleep(200 + random.next() * 2_500);
    const victim = server!;
    const kind = random.next();
    if (kind < 0.5) {
      for (const child of childrenOf(victim.pid)) {
        process.kill(child, 'SIGKILL');
        figures.engineKills!++;
      }
      if (kind < 0.3) continue;
    }
    server = null;
    await victim.kill('SIGKILL');
    running.delete(victim);
    figures.serverKills!++;
    if (random.chance(0.4)) await sleep(random.next() * 800);
    const begun = performance.now();
    await start();
    figures.slowestStartMs = Math.max(figures.slowestStartMs!, Math.round(performance.now() - begun));
  }
  await load.stop();
  const audit = await settle(server!, ledger, amount(60_000, 180_000));
  const received = () => new Set(receiver.records.map(({ attributes }) => String(attributes['configmgr.client.name'])));
  const missingThere = () => {
    const names = received();
    return [...ledger.owed].filter((number) => !names.has(ledger.name(number))).length;
  };
  await eventually(
    () => Promise.resolve(missingThere()),
    (count) => count === 0,
    amount(60_000, 180_000),
  ).catch(() => undefined);
  // Rows are there a moment before the clients that they roll up into.
  const countClients = async () => {
    const [row] = await server!.query<{ n: number; wrong: number }>(
      'SELECT toUInt32(count()) AS n, toUInt32(countIf(message_count != 1)) AS wrong FROM clients',
    );
    return row!;
  };
  const clients = await eventually(countClients, ({ n }) => n >= audit.stored, 10_000).catch(countClients);
  const otlpLost = missingThere();
  await server!.kill('SIGTERM');
  running.delete(server!);
  await receiver.stop();
  return { audit, clients, otlpRecords: receiver.records.length, otlpLost };
}
