import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { startOtlpReceiver } from './otlp-receiver.js';
import { report } from './reports.js';
import { eventually, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

let folder: string;
let server: RunningServer;
const started: RunningServer[] = [];
const start = async (settings: Record<string, string>) => {
  server = await startServer(folder, settings);
  started.push(server);
};
beforeEach(() => {
  folder = testFolder();
});
afterEach(async () => {
  // Not by SIGKILL: an engine that outlives its server writes into the folder for as long as a busy machine takes.
  for (const one of started.splice(0)) await one.kill('SIGTERM');
});

interface Status {
  throttle: { used: number; waiting: number; waitingFailed: number; keptForFailures: number };
}

test('what passes in a window stays at the limit across a kill -9, the rest waits, and failures go first', async () => {
  const limits = { FSP_THROTTLE_MESSAGES: '100', FSP_THROTTLE_INTERVAL: '86400', FSP_THROTTLE_RESERVE: '0' };
  await start(limits);
  const rows = () => server.query<{ client_name: string }>('SELECT client_name FROM state_messages');

  for (let n = 0; n < 90; n++) await server.post(report({ client: `FIRST${n}`, state: 100 }));
  await eventually(rows, (found) => found.length === 90);
  await server.kill('SIGKILL');

  await start(limits);
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

  // An administrator raises the limit; the failure that came last passes before the fifty that wait.
  await server.post(report({ client: 'FAILED', state: 301 }));
  await server.kill('SIGTERM');
  await start({ ...limits, FSP_THROTTLE_MESSAGES: '101' });
  expect((await eventually(rows, (found) => found.length === 101)).map((row) => row.client_name)).toContain('FAILED');
});

test('when the others have spent the window, a failed installation reaches ClickHouse and the collector within seconds, and the limit stands across a kill -9', async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.stop());
  const settings = {
    FSP_THROTTLE_MESSAGES: '100',
    FSP_THROTTLE_INTERVAL: '86400',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  };
  await start(settings);
  const rows = (where: string) =>
    server.query<{ client_name: string }>(`SELECT client_name FROM state_messages WHERE ${where}`);
  for (let n = 0; n < 90; n++) await server.post(report({ client: `GOOD${n}`, state: 100 }));
  await eventually(
    () => server.status() as Promise<Status>,
    ({ throttle }) => throttle.used === 80 && throttle.waiting === 10,
  );
  await server.post(report({ client: 'LATE1', state: 301 }));
  await eventually(
    () => Promise.resolve(receiver.records),
    (records) => records.some(({ attributes }) => attributes['configmgr.client.name'] === 'LATE1'),
  );
  const [late] = await eventually(
    () =>
      server.query<{ seconds: number }>(
        "SELECT toFloat64(processed_at - received_at) AS seconds FROM state_messages WHERE client_name = 'LATE1'",
      ),
    (found) => found.length === 1,
  );
  expect(late!.seconds).toBeLessThan(5);
  await server.kill('SIGKILL');

  await start(settings);
  for (let n = 2; n <= 22; n++) await server.post(report({ client: `LATE${n}`, state: 301 }));
  const status = await eventually(
    () => server.status() as Promise<Status>,
    ({ throttle }) => throttle.waiting === 12,
  );
  expect(status.throttle).toMatchObject({ used: 100, waitingFailed: 2, keptForFailures: 0 });
  // Those beyond the reserve wait in their order.
  expect(
    await eventually(
      () => rows("client_name LIKE 'LATE%'"),
      (found) => found.length === 20,
    ),
  ).not.toContainEqual({
    client_name: 'LATE21',
  });
  expect(await rows("client_name LIKE 'GOOD%'")).toHaveLength(80);
});
