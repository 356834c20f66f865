import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOtlpReceiver } from './otlp-receiver.js';
import { report } from './reports.js';
import { eventually, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let folder: string;
let server: RunningServer;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  folder = testFolder();
});
afterEach(async () => {
  // A start that failed has ended its process itself.
  await (server as RunningServer | undefined)?.kill('SIGTERM');
  await receiver.stop();
});

test.each([
  ['http/protobuf', 'application/x-protobuf'],
  ['http/json', 'application/json'],
])('a message leaves by %s as a log record with every attribute', async (protocol, type) => {
  server = await startServer(folder, {
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
    severityNumber: 17,
    severityText: 'ERROR',
    eventName: 'configmgr.client.deployment',
    body: 'Client.msi installation failed with MSI error 1603',
    resource: { 'service.name': 'fallback-status-point', 'host.name': 'FSP01' },
  });
  expect(Math.abs((record?.observedMs ?? 0) - Date.now())).toBeLessThan(60_000);
  // Its clock is months behind, which cannot be.
  expect(record?.timeMs).toBe(record?.observedMs);
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
    'configmgr.client.time': '2026-01-02 03:04:05.000',
    'log.record.uid': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  });
});

test('a collector that refuses holds ClickHouse up in nothing, gets all later, and its secrets stay secret', async () => {
  receiver.failing = true;
  server = await startServer(folder, {
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

test('what leaves has every attribute of the row in otel_logs with its value, and the same time, severity and body', async () => {
  const logs = join(folder, 'logs');
  for (const name of ['role-setup-1603.log', 'ccm-many-writers.log', 'msi-two-runs.log'])
    cpSync(fileURLToPath(new URL(`fixtures/synthetic-logs/${name}`, import.meta.url)), join(logs, name));
  server = await startServer(folder, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, FSP_SETUP_LOGS: logs });
  const given = [
    { client: 'pc2.corp.contoso.example', state: 313, params: ['1603'] },
    { client: 'PC3', state: 301, params: ['http://mp1.contoso.example/a', 'back\\slash'] },
    { client: 'PC4', state: 402 },
    { client: 'PC5', state: 2_147_483_647, topicType: 2_147_483_647 },
  ];
  for (const one of given) await server.post(report(one));
  // What only whoever exports knows, and what no row holds.
  const exportedOnly = ['service.version', 'service.instance.id', 'log.record.original'];
  const texts = (attributes: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(attributes)
        .filter(([name]) => !exportedOnly.includes(name))
        .map(([name, value]) => [name, Array.isArray(value) ? JSON.stringify(value) : String(value)]),
    );
  const left = () =>
    receiver.records.map((record) => ({
      kind: record.eventName,
      // Nanoseconds are more than a number of JavaScript holds to the last digit.
      at: Math.round(record.timeMs),
      severity: record.severityText,
      number: record.severityNumber,
      body: record.body,
      resource: texts(record.resource),
      attributes: texts(record.attributes),
    }));
  const rows = () =>
    server.query<{ kind: string }>(`SELECT EventName AS kind, toUnixTimestamp64Milli(Timestamp) AS at,
      SeverityText AS severity, SeverityNumber AS number, Body AS body, ResourceAttributes AS resource,
      LogAttributes AS attributes FROM otel_logs`);
  const isLog = ({ kind }: { kind: string }) => kind.startsWith('configmgr.setup');
  await eventually(
    rows,
    (all) =>
      all.filter(({ kind }) => kind === 'configmgr.setup_run').length === 3 &&
      all.filter((row) => !isLog(row)).length === given.length,
  );
  // A run leaves whenever more is known of it; the row is one of those.
  await eventually(
    async () => (await rows()).filter((row) => !left().some((one) => isDeepStrictEqual(one, row))),
    (withoutEqual) => withoutEqual.length === 0,
  );
  // A log that grows tells more of its run: a receiver that keeps one record of each uid must keep that too.
  const growing = join(logs, 'role-setup-1603.log');
  appendFileSync(growing, readFileSync(growing));
  const runs = () =>
    receiver.records.filter(
      ({ eventName, attributes }) =>
        eventName === 'configmgr.setup_run' && attributes['log.file.name'] === 'role-setup-1603.log',
    );
  const before = runs().length;
  await eventually(
    () => Promise.resolve(runs()),
    (all) => all.length > before,
  );
  // What is sent again may be observed later, and is the same else.
  const different = new Set(receiver.records.map((record) => JSON.stringify({ ...record, observedMs: 0 })));
  expect(new Set(receiver.records.map(({ attributes }) => attributes['log.record.uid'])).size).toBe(different.size);
});
