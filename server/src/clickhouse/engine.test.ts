import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { database, sharedEngine } from '../../../test/shared-engine.js';
import { startEngine, type EngineOptions } from './engine.js';
import { refuseFileFunction } from './file-gate.js';
import { askReadOnly } from './reader.js';

const shared = sharedEngine();

/** An engine of its own, and what it warned of. */
async function startAnother(name: string, options: Partial<EngineOptions> = {}) {
  const warnings: string[] = [];
  const logger = { info: () => undefined, warn: (message: string) => warnings.push(message) };
  const engine = await startEngine({ dataDir: join(shared.folder, name), port: 0, database, logger, ...options });
  return { engine, warnings };
}

describe('the engine', () => {
  test('confines itself, and keeps its passwords for its owner only', () => {
    expect(shared.engine.landlock()).toMatch(/^on/);
    expect(statSync(join(shared.folder, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(() => readFileSync(join(shared.folder, 'users.xml'))).toThrow(/ENOENT/);
  });

  test('goes by UTC, whatever the zone of its machine', async () => {
    expect(await shared.rows('SELECT serverTimezone() AS zone')).toEqual([{ zone: 'UTC' }]);
  });

  test('lets nobody in as its own local user', async () => {
    const answer = await fetch(`${shared.engine.url}/?query=SELECT+1`);
    expect(answer.status).not.toBe(200);
    expect(await answer.text()).toMatch(/SESSION|700|Authentication/);
  });

  test.each([
    "SELECT file('/etc/passwd')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    'DROP TABLE fsp.state_messages',
    'INSERT INTO fsp.rejected_messages (reason) VALUES (1)',
    'CREATE TABLE fsp.mine (a Int8) ENGINE = Memory',
    'SYSTEM SHUTDOWN',
    'SELECT 1 SETTINGS max_execution_time = 600',
    'SELECT 1 SETTINGS max_execution_time = 0',
    'SELECT 1 SETTINGS max_memory_usage = 0',
    'SELECT 1 SETTINGS readonly = 0',
    'KILL MUTATION WHERE 1',
  ])('refuses a reader: %s', async (query) => {
    await expect((async () => (await shared.reader.query({ query })).text())()).rejects.toThrow();
  });

  test.each([
    "INSERT INTO FUNCTION file('out.csv') SELECT 1",
    "CREATE TABLE fsp.mine (a Int8) ENGINE = URL('http://127.0.0.1:1/', CSV)",
    "SELECT file('/etc/passwd')",
  ])('refuses the writer too: %s', async (query) => {
    await expect((async () => (await shared.writer.exec({ query })).stream.resume())()).rejects.toThrow();
  });

  test('finds file() in the syntax tree, for an engine that is not confined', async () => {
    for (const sql of ["SELECT file('/etc/passwd')", "SELECT FILE('/etc/passwd')", 'SELECT arrayMap(file, [1])']) {
      await expect(refuseFileFunction(shared.reader, sql), sql).rejects.toThrow('file() is not allowed');
    }
    await refuseFileFunction(shared.reader, "SELECT 'file' AS profile");
  });

  test.each(['SELECT throwIf(number = 900000) FROM numbers(950000)', 'SELECT number FROM numbers(9000000)'])(
    'gives rows alone, and then the reason, where a question fails behind its first rows: %s',
    async (sql) => {
      let rows = '';
      const read = async () => {
        for await (const chunk of (await askReadOnly(shared.reader, sql, 'TSV')).rows) rows += String(chunk);
      };
      await expect(read()).rejects.toThrow(/throwIf|Limit for result exceeded, max rows/);
      expect(rows).toMatch(/^(\d+\n)+$/);
    },
  );

  test('comes back by itself after kill -9, on the same port with the same passwords', async () => {
    process.kill(shared.engine.pid(), 'SIGKILL');
    const before = shared.engine.url;
    for (let tries = 0; ; tries++) {
      const answer = await shared.reader.ping();
      if (answer.success && shared.engine.state() === 'running') break;
      if (tries > 100) throw new Error('the engine did not come back');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(shared.engine.url).toBe(before);
  });

  test('is ended and started again where it hangs', async () => {
    const { engine, warnings } = await startAnother('hanging', { pulseMs: 1_000 });
    try {
      const hanging = engine.pid();
      process.kill(hanging, 'SIGSTOP');
      await expect.poll(() => engine.state() === 'running' && engine.pid() !== hanging, { timeout: 60_000 }).toBe(true);
      expect(warnings).toEqual([
        expect.stringContaining('it hangs, and is ended by force'),
        expect.stringContaining('started again'),
      ]);
      expect((await fetch(`${engine.url}/ping`)).ok).toBe(true);
    } finally {
      await engine.stop();
    }
  });

  test('ends by itself when it is to, as nobody keeps a connection open', async () => {
    const { engine, warnings } = await startAnother('ending');
    await engine.stop();
    expect(warnings).toEqual([]);
  });

  test.each([0, 8123])(
    'is refused at an address that is none of this machine, by the name of the setting: port %i',
    async (port) => {
      const dataDir = join(shared.folder, '..', 'elsewhere');
      await expect(startEngine({ dataDir, port, host: '192.0.2.1', database })).rejects.toMatchObject({
        code: 'FSP_CONFIG_INVALID',
        message: expect.stringMatching(/FSP_EMBEDDED_CLICKHOUSE_HOST is "192\.0\.2\.1".*EADDRNOTAVAIL/) as string,
      });
    },
  );

  test('is refused on a folder and on a port that are in use, by name', async () => {
    await expect(startEngine({ dataDir: shared.folder, port: 0, database })).rejects.toThrow(
      /in use by another process/,
    );
    const port = Number(new URL(shared.engine.url).port);
    await expect(startEngine({ dataDir: join(shared.folder, 'other'), port, database })).rejects.toThrow(
      `Port ${port}`,
    );
  });
});
