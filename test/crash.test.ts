import { afterEach, expect, test } from 'vitest';
import { report } from './reports.js';
import { eventually, startServer, temporaryFolder, type RunningServer } from './server-process.js';

let running: RunningServer | undefined;
const folder = temporaryFolder();
afterEach(async () => {
  await running?.kill('SIGTERM');
  folder.remove();
});

test('every message acknowledged before a kill -9 of the server arrives once, none twice', async () => {
  const acknowledged = new Set<string>();
  for (let round = 0; round < 4; round++) {
    running = await startServer(folder.path);
    const server = running;
    let killed = false;
    const clients = Array.from({ length: 8 }, async (_unused, client) => {
      for (let serial = 0; !killed; serial++) {
        const name = `R${round}C${client}N${serial}`;
        try {
          const { status } = await server.post(report({ client: name, state: 100, serial }));
          if (status === 200) acknowledged.add(name);
        } catch {
          // The connection broke: not acknowledged, so nothing was promised.
        }
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 700 + round * 400));
    await server.kill('SIGKILL');
    killed = true;
    await Promise.all(clients);
  }
  expect(acknowledged.size).toBeGreaterThan(100);

  running = await startServer(folder.path);
  const server = running;
  const stored = await eventually(
    () =>
      server.query<{ client_name: string; n: number }>(
        'SELECT client_name, toUInt32(count()) AS n FROM state_messages GROUP BY client_name',
      ),
    (rows) => rows.length >= acknowledged.size,
    40_000,
  );
  const names = new Set(stored.map((row) => row.client_name));
  expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
  expect(stored.filter((row) => row.n !== 1)).toEqual([]);
}, 180_000);
