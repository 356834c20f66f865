import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { report } from '../reports.js';
import { environment, eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';

const page = readFileSync(new URL('../../server/docs/backup.md', import.meta.url), 'utf8');
const program = fileURLToPath(new URL('../../server/bin/fsp.js', import.meta.url));
const folder = testFolder();
const data = join(folder, 'data');
const backup = join(folder, 'backup.tar.gz');
let server: RunningServer | null = null;

afterAll(async () => {
  await server?.kill('SIGKILL');
});

/** A block of the page that says what it runs as. */
function commandsOf(name: string): string {
  const found = new RegExp(`<!-- runs: ${name} -->\\s+\`\`\`sh[^\\n]*\\n([^]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has no commands named ${name}`);
  return found;
}

async function run(name: string, more: Record<string, string> = {}): Promise<string> {
  const env = environment(data, { ...more, BACKUP: backup });
  const child = spawn('bash', ['-euo', 'pipefail', '-c', commandsOf(name)], {
    env: { ...env, PATH: `${folder}${delimiter}${env.PATH ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, said]).toEqual([0, said]);
  return said;
}

const start = () =>
  startServer(data, { FSP_THROTTLE_MESSAGES: '100', FSP_THROTTLE_INTERVAL: '86400', FSP_THROTTLE_RESERVE: '0' });
/** Rows as the engine's reader sees them. */
const ask = async <Row>(sql: string): Promise<Row> => {
  const { url, reader } = readEngineCredentials(join(data, 'clickhouse'))!;
  const answer = await fetch(`${url}/?default_format=JSONEachRow`, {
    method: 'POST',
    body: sql,
    headers: { 'X-ClickHouse-User': reader.username, 'X-ClickHouse-Key': reader.password },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return JSON.parse(text) as Row;
};
const counted = () =>
  ask<{ rows: number; clients: number }>(
    'SELECT toUInt32((SELECT count() FROM fsp.state_messages)) AS rows, toUInt32((SELECT count() FROM fsp.clients)) AS clients',
  );
/** Two starts of a server and four commands: on a loaded machine they take their time. */
const patience = 240_000;

test(
  'what the page on backups says works: history, what was held, tokens and accounts come back',
  async () => {
    writeFileSync(join(folder, 'fsp'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    chmodSync(join(folder, 'fsp'), 0o755);
    server = await start();
    const statuses = await Promise.all(
      Array.from({ length: 120 }, (_, index) => server!.post(report({ client: `B${index}`, state: 100 }))),
    );
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    await eventually(
      () => counted(),
      ({ rows, clients }) => rows === 100 && clients === 100,
      60_000,
    );
    const before = { token: server.token, reader: readEngineCredentials(join(data, 'clickhouse'))?.reader };
    // Twenty wait for a window that ends tomorrow: the backup is good with them.
    const port = { FSP_MANAGEMENT_PORT: new URL(server.management).port };
    expect(await run('drain', port)).toContain('some is held, and goes into the backup');
    await server.kill('SIGTERM');
    await run('backup');
    expect(statSync(backup).mode & 0o077).toBe(0);
    rmSync(data, { recursive: true });
    expect(await run('restore')).toMatch(/^ok {6} data folder/m);

    server = await start();
    expect({ token: server.token, reader: readEngineCredentials(join(data, 'clickhouse'))?.reader }).toEqual(before);
    expect(await server.status()).toMatchObject({ spool: { waiting: 20 }, intake: { takingMessages: true } });
    expect(await counted()).toEqual({ rows: 100, clients: 100 });
    // What comes again is known, what was held is passed on, each once.
    expect((await server.post(report({ client: 'B0', state: 100 }))).status).toBe(200);
    const drained = await fetch(`${server.management}/api/v1/drain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken()}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(drained.status).toBe(200);
    expect(
      await eventually(
        () => counted(),
        // Both numbers: the rows of a batch are there a moment before the clients that it rolls up into.
        ({ rows, clients }) => rows >= 120 && clients >= 120,
        60_000,
      ),
    ).toEqual({ rows: 120, clients: 120 });
  },
  patience,
);

test(
  "the page's statements are ClickHouse's, and its restore overwrites nothing",
  async () => {
    const statements = [...page.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) => sql.trim().replace(/;$/, ''));
    expect(statements.length).toBe(2);
    for (const sql of statements) {
      const row = await ask<{ sql: string }>(`SELECT formatQuery('${sql.replaceAll("'", "\\'")}') AS sql`);
      expect(row.sql).toMatch(/^(BACKUP|RESTORE) DATABASE fsp/);
    }
    await expect(run('restore')).rejects.toThrow();
  },
  patience,
);

function adminToken(): string {
  return (JSON.parse(readFileSync(join(data, 'tokens.json'), 'utf8')) as { admin: string }).admin;
}
