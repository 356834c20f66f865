import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOtlpReceiver } from './otlp-receiver.js';
import { report } from './reports.js';
import { eventually, startServer, temporaryFolder, type RunningServer } from './server-process.js';

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let folder: ReturnType<typeof temporaryFolder>;
let server: RunningServer;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  folder = temporaryFolder();
});
afterEach(async () => {
  // A start that failed has ended its process itself.
  await (server as RunningServer | undefined)?.kill('SIGTERM');
  await receiver.stop();
  folder.remove();
});

test.each([
  ['http/protobuf', 'application/x-protobuf'],
  ['http/json', 'application/json'],
])('a message leaves by %s as a log record with every attribute', async (protocol, type) => {
  server = await startServer(folder.path, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  });
  await server.post(report({ client: 'PC042', state: 313, params: ['1603'] }));
  const [record] = await eventually(
    () => Promise.resolve(receiver.records),
    (records) => records.length === 1,
  );
  expect(receiver.types).toEqual(new Set([type]));
  expect(record).toMatchObject({
    timeMs: Date.parse('2026-01-02T03:04:05Z'),
    severityNumber: 17,
    severityText: 'ERROR',
    eventName: 'configmgr.client.deployment',
    body: 'Client.msi installation failed with MSI error 1603',
    resource: { 'service.name': 'fallback-status-point', 'host.name': 'FSP01' },
  });
  expect(Math.abs((record?.observedMs ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(record?.attributes).toEqual({
    'configmgr.site.code': 'PS1',
    'configmgr.client.id': '00000000-0000-0000-0000-000000000000',
    'configmgr.client.name': 'PC042',
    'configmgr.client.version': '5.00.0000.0000',
    'configmgr.topic.type': 800,
    'configmgr.state.id': 313,
    'configmgr.outcome': 'failed',
    'configmgr.params': ['1603'],
    'error.type': '1603',
    'client.address': '127.0.0.1',
    'log.record.uid': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  });
});

test('a collector that refuses holds ClickHouse up in nothing, gets all later, and its secrets stay secret', async () => {
  receiver.failing = true;
  server = await startServer(folder.path, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=hunter2',
  });
  for (let n = 0; n < 5; n++) await server.post(report({ client: `PC${n}`, state: 100 }));
  await eventually(
    () => server.query('SELECT 1 FROM state_messages'),
    (rows) => rows.length === 5,
  );
  await eventually(
    () => Promise.resolve(server.output()),
    (text) => text.includes('took no records'),
  );
  receiver.failing = false;
  await eventually(
    () => Promise.resolve(receiver.records),
    (records) => records.length >= 5,
    40_000,
  );
  expect(new Set(receiver.records.map((record) => record.attributes['log.record.uid'])).size).toBe(5);
  expect(server.output()).not.toContain('hunter2');
});
