import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Random } from '../../server/src/simulation/random.js';
import { startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { Ledger, Load, quantile, settle } from './oracle.js';
import { anonymousMegabytes } from './processes.js';
import { amount, record, seed } from './strength.js';

const folder = testFolder();
let server: RunningServer | null = null;
afterEach(async () => {
  await server?.kill('SIGTERM');
});

/** Messages that a throttle window of a minute lets pass. */
const limit = 2_400;

test(
  'at twice the throttle, restarts among it, accounting is exact in every window and memory has no slope',
  async () => {
    const random = new Random(seed);
    const dataDir = join(folder, 'data');
    const start = async () =>
      (server = await startServer(dataDir, { FSP_THROTTLE_MESSAGES: String(limit), FSP_THROTTLE_INTERVAL: '60' }));
    await start();
    const ledger = new Ledger('SOAK');
    const load = new Load(ledger, () => server?.intake ?? null, 16, (limit / 60) * 2);
    const minutes = amount(0.6, 60);
    const end = Date.now() + minutes * 60_000;
    let restarts = 0;
    const memory: number[] = [];
    while (Date.now() < end) {
      await sleep(Math.min(end - Date.now(), amount(20_000, 60_000 + random.integer(0, 300_000))));
      memory.push(anonymousMegabytes(server!.pid));
      const running = server!;
      server = null;
      await running.kill(random.chance(0.5) ? 'SIGTERM' : 'SIGKILL');
      await start();
      restarts++;
    }
    await load.stop();
    const { spool, throttle } = (await server!.status()) as {
      spool: { waiting: number };
      throttle: { used: number; messageLimit: number };
    };
    const windows = await server!.query<{ processed: number; message_limit: number }>(
      'SELECT toUInt32(processed) AS processed, toUInt32(message_limit) AS message_limit FROM throttle_windows',
    );
    // In one go, so that what waited can be looked at too: a role of its own would do the same.
    await server!.kill('SIGTERM');
    server = await startServer(dataDir, { FSP_THROTTLE_MESSAGES: '100000', FSP_THROTTLE_INTERVAL: '60' });
    const audit = await settle(server, ledger, 120_000);
    record('soak', {
      minutes,
      restarts,
      ...audit,
      'waited at the end': spool.waiting,
      'most in a window': Math.max(throttle.used, ...windows.map(({ processed }) => processed)),
      'limit of a window': limit,
      'p99 ms of clients': Math.round(quantile(load.latencies, 0.99)),
      'memory MB, first and last': `${memory[0]} ${memory.at(-1)}`,
    });
    expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
    expect(throttle.used).toBeLessThanOrEqual(limit);
    for (const window of windows) expect(window.processed).toBeLessThanOrEqual(window.message_limit);
    expect(Math.abs((memory.at(-1) ?? 0) - (memory[0] ?? 0))).toBeLessThan(60);
  },
  amount(300_000, 4_800_000),
);
