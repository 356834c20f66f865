import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../server/src/clickhouse/client.js';
import { readEngineCredentials } from '../server/src/clickhouse/credentials.js';
import { environment, fsp, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

interface Finding {
  subject: string;
  state: string;
  found: string;
  mend: string;
}

const doctor = async (env: Record<string, string>) => {
  const { code, stdout, stderr } = await fsp(['doctor', '--json'], env);
  const findings = JSON.parse(stdout || '[]') as Finding[];
  return { code, stderr, findings, of: (subject: string) => findings.filter((one) => one.subject === subject) };
};

describe('before the first start', () => {
  const folder = testFolder();

  test('nothing failed, what is missing is a warning, and nothing was made', async () => {
    const { code, findings, of } = await doctor(environment(join(folder, 'data')));
    expect(findings.filter(({ state }) => state === 'failure')).toEqual([]);
    expect(code).toBe(0);
    expect(of('data folder')[0]?.found).toContain('will be made');
    expect(of('role')[0]).toMatchObject({ state: 'warning', mend: 'Start it with fsp serve' });
    expect(of('quarantine')[0]?.state).toBe('ok');
    expect((await fsp(['doctor'], environment(join(folder, 'data')))).stdout).toMatch(/^ok {6} data folder/m);
  });

  test('entries in quarantine are told', async () => {
    const dataDir = join(folder, 'refused');
    const id = `clickhouse-${'0'.repeat(32)}-0`;
    mkdirSync(join(dataDir, 'quarantine'), { recursive: true, mode: 0o700 });
    writeFileSync(
      join(dataDir, 'quarantine', `${id}.json`),
      JSON.stringify({ id, sink: 'clickhouse', at: 0, kind: 'state_message', code: '', reason: 'no', entry: {} }),
    );
    expect((await doctor(environment(dataDir))).of('quarantine')).toEqual([
      expect.objectContaining({ state: 'warning', found: '1 entry was refused by a destination for good' }),
    ]);
  });

  test('a management API that refuses is told with what it says, and not as a server that does not run (a fake of it)', async () => {
    const fake = createHttpServer((_asked, answer) => {
      answer.writeHead(429, { 'content-type': 'application/problem+json' }).end('{"title":"Too many wrong tokens"}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => fake.once('listening', resolve));
    const port = String((fake.address() as AddressInfo).port);
    const { of } = await doctor(environment(join(folder, 'data'), { FSP_MANAGEMENT_PORT: port }));
    fake.close();
    expect(of('role')).toEqual([
      expect.objectContaining({ state: 'warning', found: 'the management API answers 429: Too many wrong tokens' }),
    ]);
  });

  test('every failure says how to mend it, and the exit code tells', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const port = String((taken.address() as AddressInfo).port);
    writeFileSync(join(folder, 'file'), '');
    const { code, findings, of } = await doctor(
      environment(join(folder, 'file'), {
        FSP_INTAKE_PORT: port,
        FSP_CLICKHOUSE_URL: 'http://127.0.0.1:9',
        FSP_CLICKHOUSE_PASSWORD: 'hunter2',
        FSP_SITE_INBOX: join(folder, 'away'),
        FSP_SETUP_LOGS: join(folder, 'x.log'),
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hunter2@127.0.0.1:9',
      }),
    );
    taken.close();
    expect(code).toBe(1);
    for (const subject of ['data folder', 'intake port', 'ClickHouse', 'site inbox']) {
      expect(of(subject)[0]).toMatchObject({ state: 'failure', mend: expect.stringMatching(/./) as string });
    }
    expect(of('OpenTelemetry')[0]?.state).toBe('warning');
    expect(of('set-up logs').map(({ state }) => state)).toEqual(['warning', 'warning']);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});

describe('beside a running server', () => {
  const folder = testFolder();
  const data = join(folder, 'data');
  let server: RunningServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await startServer(data);
    const port = (url: string) => new URL(url).port;
    env = environment(data, { FSP_INTAKE_PORT: port(server.intake), FSP_MANAGEMENT_PORT: port(server.management) });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
  });

  test('ClickHouse is looked into, and its ports are known as its own', async () => {
    const { code, findings, of } = await doctor(env);
    expect(findings.filter(({ state }) => state === 'failure')).toEqual([]);
    expect(code).toBe(0);
    for (const subject of ['ClickHouse', 'ClickHouse rights', 'ClickHouse deduplication', 'Landlock']) {
      expect(of(subject)[0]?.state).toBe('ok');
    }
    expect(of('intake port')[0]?.found).toContain('held by the running server');
    // This environment names another port than the engine's.
    const elsewhere = await doctor({ ...env, FSP_EMBEDDED_CLICKHOUSE_PORT: '8123' });
    expect(elsewhere.of('ClickHouse port')[0]?.found).toContain('held by the running server');
    expect([...of('clock'), ...of('ClickHouse clock')].map(({ state }) => state)).toEqual(['ok', 'ok']);
    expect(of('role')[0]?.found).toContain('10000 messages in 3600 s');
  });

  test('credentials that somebody damaged are a failure, and who asks learns what is wrong', async () => {
    const kept = join(data, 'clickhouse-credentials.json');
    const before = readFileSync(kept);
    for (const damaged of ['{"url":"http://127', '{}', 'null']) {
      writeFileSync(kept, damaged);
      const { code, of } = await doctor(env);
      expect(code).toBe(1);
      expect(of('ClickHouse')[0]).toMatchObject({
        state: 'failure',
        mend: expect.stringMatching(/its start$/) as string,
      });
    }
    const asked = await fsp(['query', 'SELECT 1'], env);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringMatching(/are damaged; start the server/) as string });
    writeFileSync(kept, before);
  });

  test('a data folder that others may read is a warning', async () => {
    chmodSync(data, 0o755);
    const { of } = await doctor(env);
    expect(of('data folder')[0]).toMatchObject({ state: 'warning', mend: `chmod 700 ${data}` });
    chmodSync(data, 0o700);
    mkdirSync(join(folder, 'inbox'));
    expect((await doctor({ ...env, FSP_SITE_INBOX: join(folder, 'inbox') })).of('site inbox')[0]?.state).toBe('ok');
  });

  test('tables that are gone from under a running engine are a failure', async () => {
    const { url, writer } = readEngineCredentials(join(data, 'clickhouse'))!;
    const client = connect({ url, ...writer, database: 'fsp' });
    const there = async () =>
      (
        await client.query({
          query:
            "SELECT name, engine LIKE '%View' AS view FROM system.tables WHERE database = 'fsp' ORDER BY view DESC",
          format: 'JSONEachRow',
        })
      ).json<{ name: string; view: number }>();
    for (const { name, view } of await there())
      await client.command({ query: `DROP ${view ? 'VIEW' : 'TABLE'} IF EXISTS fsp.${name} SYNC` });
    await client.close();
    const { code, of } = await doctor(env);
    expect([code, of('ClickHouse schema')[0]]).toEqual([
      1,
      expect.objectContaining({ state: 'failure', found: 'fsp has no tables, though its engine runs: messages wait' }),
    ]);
  });
});
