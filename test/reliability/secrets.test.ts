import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { environment, eventually, fsp, startServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { report } from './intake/attacks.mjs';

/** Texts that must be nowhere but where they are kept. */
const canaries = {
  'admin token': 'canary-admin-token-7c1f',
  'viewer token': 'canary-viewer-token-5a2e',
  'collector header': 'canary-collector-header-91d0',
  'token that was tried': 'canary-tried-token-3b66',
  'password in a log': 'canary-log-password-e8aa',
};

test('no secret is in logs, metrics, traces, errors, status, tables, files or what the commands say', async () => {
  const folder = testFolder();
  let exported = '';
  // Stands for a collector: keeps what it is sent, byte for byte.
  const collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (exported += `${request.url} ${chunk.toString('latin1')}`));
    request.once('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  writeFileSync(
    join(logs, 'fspMSI.log'),
    '=== Verbose logging started: 3/15/2026  10:00:00  Build type: SHIP UNICODE 5.00.10011.00 ===\r\n' +
      `MSI (s) (1:2) [10:00:01:000]: Command Line: ADMINPASSWORD=${canaries['password in a log']} REBOOT=R\r\n` +
      'MSI (s) (1:2) [10:00:02:000]: MainEngineThread is returning 1603\r\n',
  );
  const data = join(folder, 'data');
  const settings = {
    FSP_ADMIN_TOKEN: canaries['admin token'],
    FSP_VIEWER_TOKEN: canaries['viewer token'],
    FSP_LOG_LEVEL: 'trace',
    FSP_SETUP_LOGS: logs,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${canaries['collector header']}`,
    OTEL_METRIC_EXPORT_INTERVAL: '500',
  };
  const server = await startServer(data, settings);
  const seen: Record<string, string> = {};
  let ended = false;
  try {
    const engine = readEngineCredentials(join(data, 'clickhouse'));
    const secrets: Record<string, string> = {
      ...canaries,
      'writer password': engine?.writer.password ?? '',
      'reader password': engine?.reader.password ?? '',
    };
    for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(10);

    const ask = async (path: string, token: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const answer = await fetch(server.management + path, { ...init, headers });
      seen[`${init.method ?? 'GET'} ${path} ${token.slice(7, 13)}`] =
        `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
    };
    const wrong = [
      'SELECT nothing',
      "SELECT file('/etc/passwd')",
      'SYSTEM RELOAD USERS',
      'SHOW CREATE USER fsp_reader',
    ];
    for (const token of [canaries['admin token'], canaries['viewer token'], canaries['token that was tried']]) {
      for (const path of ['/readyz', '/openapi.json', '/api/v1/status', '/api/v1/quarantine', '/api/v1/nothing'])
        await ask(path, token);
      for (const [index, sql] of wrong.entries())
        await ask(`/api/v1/query?${index}`, token, { method: 'POST', body: JSON.stringify({ sql }) });
    }
    await fetch(`${server.management}/login`, {
      method: 'POST',
      body: new URLSearchParams({ token: canaries['token that was tried'] }),
    }).then(async (answer) => (seen.login = await answer.text()));
    expect((await server.post(report())).status).toBe(200);
    expect((await server.post('<Report>no end')).status).toBe(400);
    // The engine ends and comes back, which is when connections fail and errors are written.
    const [child] = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ');
    process.kill(Number(child), 'SIGKILL');
    expect((await server.post(report({ serial: 2 }))).status).toBe(200);
    const tables = ['state_messages', 'rejected_messages', 'setup_log_records', 'setup_runs'];
    await eventually(
      async () => {
        const counted = await fsp(['query', tables.map((one) => `SELECT count() FROM ${one}`).join(' UNION ALL ')], {
          ...environment(data, settings),
        });
        return counted.code;
      },
      (code) => code === 0,
      40_000,
    );
    for (const table of tables) {
      const rows = await eventually(
        async () =>
          (await fsp(['query', `SELECT * FROM ${table} FORMAT JSONEachRow`], environment(data, settings))).stdout,
        (text) => text.trim() !== '',
      );
      seen[table] = rows;
    }
    for (const command of [['doctor'], ['config'], ['quarantine', 'list']]) {
      const { stdout, stderr } = await fsp(command, environment(data, settings));
      seen[`fsp ${command.join(' ')}`] = stdout + stderr;
    }
    await eventually(
      () => Promise.resolve(['/v1/logs', '/v1/metrics', '/v1/traces'].filter((path) => !exported.includes(path))),
      (missing) => missing.length === 0,
    );
    await server.kill('SIGTERM');
    ended = true;
    seen['what the server said'] = server.output();
    seen['what was exported'] = exported;
    for (const path of filesIn(data)) seen[path] = readFileSync(path, 'latin1');

    expect(Object.values(seen).filter((text) => text.length > 0).length).toBeGreaterThan(30);
    // What was looked through holds what it should.
    expect(seen.setup_log_records).toContain('REBOOT=R');
    expect(exported).toContain('PC1');
    const found = Object.entries(seen).flatMap(([where, text]) =>
      Object.entries(secrets)
        .filter(([, secret]) => text.includes(secret))
        .map(([what]) => `${what} in ${where}`),
    );
    expect(found).toEqual([]);
  } finally {
    if (!ended) await server.kill('SIGKILL');
    collector.close();
  }
}, 240_000);

/** All that is kept but where secrets are: tokens, and the engine's passwords. */
function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter(
      (path) => !/(?:tokens|credentials)\.json$/.test(path) && statSync(path, { throwIfNoEntry: false })?.isFile(),
    );
}
