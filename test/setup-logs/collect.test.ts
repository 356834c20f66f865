import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { syntheticLog } from '../synthetic-logs.js';

const folder = testFolder();
let server: RunningServer;
let admin: string;

beforeAll(async () => {
  server = await startServer(folder, { FSP_COLLECT_LOGS: 'on' });
  ({ admin } = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as { admin: string });
}, 60_000);
afterAll(async () => {
  await server?.kill('SIGTERM');
});

const leave = (token: string, machine: string) =>
  fetch(`${server.management}/api/v1/collect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ machine }),
  });

/** What the line does on the machine; PowerShell itself is not at hand here. */
async function bring(command: string, name: string, log: Uint8Array<ArrayBuffer>) {
  const token = /Bearer ([\w-]+)/.exec(command)![1]!;
  const answer = await fetch(`${server.intake}/SMS_FSP/collect?name=${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: log,
  });
  return { status: answer.status, text: await answer.text() };
}

test('a machine brings its logs with the line of its page, packed, and what is secret in them is blanked', async () => {
  const answer = await leave(admin, 'pc042');
  const { command, machine, expiresAt } = (await answer.json()) as Record<string, string>;
  expect([answer.status, machine]).toEqual([200, 'PC042']);
  expect(Number(expiresAt)).toBeGreaterThan(Date.now() + 3_000_000);
  expect(command).toMatch(/^\$u='http:\/\/[^']+\/SMS_FSP\/collect';/);
  expect(command).not.toContain('\n');
  const packed = new Uint8Array(gzipSync(syntheticLog('msi-1603-custom-action.log')));
  expect(await bring(command!, 'client.msi.log', packed)).toEqual({ status: 200, text: '' });
  expect((await bring(command!, 'secrets.log', new Uint8Array(syntheticLog('msi-secrets.log')))).status).toBe(200);
  const [run] = await server.query<Record<string, string>>(
    "SELECT host_name, log_file, verdict, cause FROM setup_runs WHERE log_file = 'client.msi.log'",
  );
  expect(run).toMatchObject({ host_name: 'PC042', verdict: 'failed' });
  expect(run!.cause).toContain('CcmCreateIISVirtualDirectories');
  // Again changes nothing.
  const count = () => server.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM setup_log_records');
  const before = await count();
  expect((await bring(command!, 'client.msi.log', packed)).status).toBe(200);
  expect(await count()).toEqual(before);
  const [secret] = await server.query<{ n: number }>(
    "SELECT toUInt32(countIf(match(message, 'Sommer2017|old-secret|tok-556677|a secret'))) AS n FROM setup_log_records",
  );
  expect(secret?.n).toBe(0);
});

test('nobody brings logs without a leave, and a leave opens nothing else', async () => {
  const { command } = (await (await leave(admin, 'PC043')).json()) as { command: string };
  const wrong = await bring(
    command.replace(/Bearer [\w-]+/, 'Bearer 0123456789abcdefghij'),
    'x.log',
    new Uint8Array(9),
  );
  expect(wrong).toEqual({ status: 401, text: expect.stringContaining('not known or has ended') as string });
  const token = /Bearer ([\w-]+)/.exec(command)![1]!;
  const status = await fetch(`${server.management}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  expect(status.status).toBe(401);
  expect((await leave(server.token, 'PC043')).status).toBe(403);
  expect((await leave(admin, 'PC 043; rm')).status).toBe(400);
});

test('what is no log, or unpacks to more than a log may be, is refused in words', async () => {
  const { command } = (await (await leave(admin, 'PC044')).json()) as { command: string };
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(33 * 1024 * 1024), { level: 1 }));
  expect(await bring(command, 'bomb.log', bomb)).toEqual({
    status: 400,
    text: expect.stringContaining('more than 32 MB') as string,
  });
  expect((await bring(command, 'damaged.log', new Uint8Array([0x1f, 0x8b, 1, 2, 3]))).status).toBe(400);
  expect((await bring(command, '..\\..\\evil.log', new Uint8Array(syntheticLog('msi-1618.log')))).status).toBe(400);
});
