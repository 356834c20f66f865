import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOtlpReceiver } from '../otlp-receiver.js';
import { report } from '../reports.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';

let folder: string;
let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
let server: RunningServer;

beforeEach(async () => {
  folder = testFolder();
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await server.kill('SIGTERM');
  await receiver.stop();
});

const dataDir = () => join(folder, 'data');
const start = async (more: Record<string, string> = {}) =>
  (server = await startServer(dataDir(), { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more }));
const count = async (table: string, where = '1') => {
  const [row] = await server.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${table} WHERE ${where}`);
  return row?.n;
};
const ccm = (message: string, thread = '1') =>
  `<![LOG[${message}]LOG]!><time="10:00:00.000+000" date="03-15-2026" component="ccmsetup" context="" type="3" thread="${thread}" file="x.cpp:${thread}">\n`;

test('absurd numbers, times and broken letters of logs and clients hold nothing up', async () => {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const digits = '9'.repeat(30);
  writeFileSync(
    join(logs, 'ccmsetup.log'),
    ccm('==========[ ccmsetup started in process 1 ]==========') +
      ccm(`Broken letter ${'\u{1f600}'.repeat(400)}`, digits) +
      ccm(`Setup failed with error ${'\u{1f600}'.repeat(301)}`) +
      ccm(`CcmSetup is exiting with return code ${digits}`),
  );
  writeFileSync(
    join(logs, 'SMSFSPSetup.log'),
    `<03/15/26 10:00:00> SMSFSP Setup Started....\n<03/15/26 10:00:01> fsp.msi exited with return code: ${digits}\n<99/99/9999 99:99:99> RoleSetup().\n`,
  );
  writeFileSync(
    join(logs, 'fspMSI.log'),
    `=== Verbose logging started: 3/15/9999  10:00:00  Build type: SHIP UNICODE 5.00.10011.00 ===\nMSI (s) (1:2) [10:00:01:000]: MainEngineThread is returning ${digits}\n`,
  );
  await start({ FSP_SETUP_LOGS: logs });
  const hostile = report({ client: 'PC001', state: 313, params: [digits] })
    .toString('utf16le')
    .replaceAll('20260102030405.000000+000', '99991231235959.999999-720')
    .replace('SerialNumber="1"', `SerialNumber="${digits}"`)
    .replace('Criticality="0"', `Criticality="-${digits}"`);
  expect((await server.post(Buffer.from(hostile, 'utf16le'))).status).toBe(200);
  await server.post(report({ client: 'PC002', state: 100 }));
  await eventually(
    () => count('state_messages'),
    (n) => n === 2,
  );
  await eventually(
    () => count('setup_log_records'),
    (n) => n === 9,
  );
  await eventually(
    () => count('setup_runs', "verdict = 'failed'"),
    (n) => (n ?? 0) >= 2,
  );
  await eventually(
    () => Promise.resolve(receiver.records.length),
    (n) => n >= 11,
  );
  expect(await server.status()).toMatchObject({ quarantine: { entries: 0 } });
}, 120_000);

test('one record that a collector refuses goes into quarantine, all others arrive, and a retry delivers it later', async () => {
  receiver.refuses = ({ attributes }) => attributes['configmgr.client.name'] === 'POISON';
  await start();
  const names = Array.from({ length: 20 }, (_, index) => (index === 7 ? 'POISON' : `PC${index}`));
  for (const client of names) await server.post(report({ client, state: 100 }));
  await eventually(
    () => Promise.resolve(new Set(receiver.records.map(({ attributes }) => attributes['configmgr.client.name'])).size),
    (n) => n === 19,
  );
  // ClickHouse has no reason to refuse it.
  await eventually(
    () => count('state_messages'),
    (n) => n === 20,
  );
  const env = environment(dataDir(), { FSP_MANAGEMENT_PORT: new URL(server.management).port });
  const [kept, ...others] = (await fsp(['quarantine', 'list', '--json'], env)).stdout.trim().split('\n');
  expect(others).toEqual([]);
  expect(JSON.parse(kept ?? '')).toMatchObject({
    sink: 'otlp',
    kind: 'state_message',
    code: '400',
    reason: 'no such record',
    entry: { machine: { netbiosName: 'POISON' } },
  });
  expect(await server.status()).toMatchObject({ quarantine: { entries: 1 } });

  // It is still there after kill -9, and nothing waits behind it.
  await server.kill('SIGKILL');
  await start();
  env.FSP_MANAGEMENT_PORT = new URL(server.management).port;
  await server.post(report({ client: 'LATER', state: 100 }));
  await eventually(
    () => Promise.resolve(receiver.records.some(({ attributes }) => attributes['configmgr.client.name'] === 'LATER')),
    (there) => there,
  );
  const refused = await fsp(['quarantine', 'retry', '--all'], env);
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringMatching(/^refused .*: no such record\n$/)]);
  receiver.refuses = () => false;
  // One that was listed and that the server has no more keeps nobody from the others.
  const [own] = readdirSync(join(dataDir(), 'quarantine'));
  const gone = join(dataDir(), 'quarantine', `otlp-${'0'.repeat(32)}-0.json`);
  copyFileSync(join(dataDir(), 'quarantine', own!), gone);
  const delivered = await fsp(['quarantine', 'retry', '--all'], env);
  expect([delivered.code, delivered.stdout.split('\n').sort()]).toEqual([
    0,
    ['', expect.stringMatching(/^delivered /), expect.stringMatching(/^gone .*sent or dropped meanwhile$/)],
  ]);
  const dropped = await fsp(['quarantine', 'drop', '--all'], env);
  expect([dropped.code, dropped.stdout]).toEqual([0, expect.stringMatching(/^gone .*\n0 dropped\n$/)]);
  rmSync(gone);
  expect(receiver.records.some(({ attributes }) => attributes['configmgr.client.name'] === 'POISON')).toBe(true);
  expect((await fsp(['quarantine', 'list'], env)).stdout).toBe('Nothing is in quarantine\n');
}, 120_000);

test('records that a collector takes and then rejects are counted and told', async () => {
  receiver.rejects = 3;
  await start();
  await server.post(report({ client: 'PC001', state: 100 }));
  await eventually(
    () => server.status() as Promise<{ otlp: { rejectedRecords: number } }>,
    ({ otlp }) => otlp.rejectedRecords === 3,
  );
  expect(server.output()).toMatch(/rejected 3 of its records \(too old\)/);
});

test('only administrators send again or drop, and a name of no entry is told', async () => {
  await start();
  const ask = (token: string) =>
    fetch(`${server.management}/api/v1/quarantine/drop`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ids: ['../../tokens'] }),
    });
  expect((await ask(server.token)).status).toBe(403);
  const env = environment(dataDir(), { FSP_MANAGEMENT_PORT: new URL(server.management).port });
  const { code, stderr } = await fsp(['quarantine', 'drop', '../../tokens'], env);
  expect([code, stderr]).toEqual([1, expect.stringContaining('in quarantine')]);
  expect((await fsp(['quarantine', 'drop'], env)).code).toBe(2);
});
