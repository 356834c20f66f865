import { afterAll, expect, test } from 'vitest';
import { report } from './reports.js';
import { eventually, startServer, temporaryFolder, type RunningServer } from './server-process.js';

const folder = temporaryFolder();
let server: RunningServer;
afterAll(async () => {
  await server.kill('SIGTERM');
  folder.remove();
});

interface Status {
  throttle: { used: number; waiting: number };
}

test('what passes in a window stays at the limit across a kill -9, the rest waits, and failures go first', async () => {
  const limits = { FSP_THROTTLE_MESSAGES: '100', FSP_THROTTLE_INTERVAL: '3600' };
  server = await startServer(folder.path, limits);
  const rows = () => server.query<{ client_name: string }>('SELECT client_name FROM state_messages');

  for (let n = 0; n < 90; n++) await server.post(report({ client: `FIRST${n}`, state: 100 }));
  await eventually(rows, (found) => found.length === 90);
  await server.kill('SIGKILL');

  server = await startServer(folder.path, limits);
  for (let n = 0; n < 60; n++) await server.post(report({ client: `LATER${n}`, state: 100 }));
  const status = await eventually(
    () => server.status() as Promise<Status>,
    ({ throttle }) => throttle.waiting === 50,
  );
  expect(status.throttle.used).toBe(100);
  expect(await eventually(rows, (found) => found.length === 100)).toHaveLength(100);
  const [window] = await eventually(
    () =>
      server.query<{ message_limit: number; processed: number; waiting: number }>(
        'SELECT message_limit, processed, waiting FROM throttle_windows',
      ),
    (found) => found.length === 1,
  );
  expect(window?.message_limit).toBe(100);
  await server.kill('SIGTERM');

  // An administrator raises the limit; the failure that came last passes before the fifty that wait.
  server = await startServer(folder.path, { ...limits, FSP_THROTTLE_MESSAGES: '100' });
  await server.post(report({ client: 'FAILED', state: 301 }));
  await server.kill('SIGTERM');
  server = await startServer(folder.path, { ...limits, FSP_THROTTLE_MESSAGES: '101' });
  expect((await eventually(rows, (found) => found.length === 101)).map((row) => row.client_name)).toContain('FAILED');
}, 120_000);
