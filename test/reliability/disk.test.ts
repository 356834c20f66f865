import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import { migrate } from '../../server/src/clickhouse/migrate.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { Ledger, Load, settle } from './oracle.js';
import { report } from './intake/attacks.mjs';
import { amount, record } from './strength.js';

const folder = testFolder();
let server: RunningServer | null = null;
let engine: Engine | null = null;
afterEach(async () => {
  await server?.kill('SIGTERM');
  server = null;
});
afterAll(async () => {
  await engine?.stop();
});

/** A disk that is small enough to be filled, by the kernel: only root may mount one. */
const mayMount = process.getuid?.() === 0 && process.platform === 'linux';
if (process.env.CI && !mayMount) throw new Error('Tests of a full disk need root where CI is set');

/** Writes until there is no room left. */
function fill(file: string): void {
  expect(() => execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=4k'], { stdio: 'ignore' })).toThrow();
}

describe.skipIf(!mayMount)('a disk that is full (skipped where nothing may be mounted)', () => {
  // Where ClickHouse has a disk of its own, and where the embedded one is on the very disk that is full.
  test.each(amount(['embedded'], ['embedded', 'elsewhere']))(
    'clients are told to come again, nothing is acknowledged in vain, a restart comes up, and room mends it all (ClickHouse %s)',
    async (clickhouse) => {
      const disk = join(folder, `disk-${clickhouse}`);
      mkdirSync(disk, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', disk]);
      const filler = join(disk, 'filler');
      try {
        let settings = {};
        if (clickhouse === 'elsewhere') {
          engine = await startEngine({ dataDir: join(folder, 'engine'), port: 0, database: 'fsp' });
          settings = {
            FSP_CLICKHOUSE_URL: engine.url,
            FSP_CLICKHOUSE_USER: engine.writer.username,
            FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
            FSP_CLICKHOUSE_READER_USER: engine.reader.username,
            FSP_CLICKHOUSE_READER_PASSWORD: engine.reader.password,
          };
        }
        const start = async () => (server = await startServer(join(disk, 'data'), settings));
        await start();
        const ledger = new Ledger('D');
        const load = new Load(ledger, () => server?.intake ?? null, 8, 200);
        await sleep(1_500);
        const before = ledger.owed.size;
        fill(filler);
        // What is preallocated takes the first of them; then nobody is told that a message is safe which is not.
        let serial = 0;
        // Each another message: one that is known already takes no room.
        const large = () => report({ client: 'FULL', serial: serial++, params: ['x'.repeat(200_000)] });
        const readyz = async () => (await fetch(`${server!.management}/readyz`)).status;
        await eventually(
          async () => {
            // As many as a moment takes: the room is tens of megabytes, and the machine may be busy.
            await Promise.all(Array.from({ length: 8 }, () => server!.post(large()).catch(() => undefined)));
            return readyz();
          },
          (status) => status === 503,
          amount(60_000, 120_000),
        );
        await eventually(
          () => Promise.resolve(load.answers['503'] ?? 0),
          (refused) => refused > 0,
        );
        const refused = load.answers['503'] ?? 0;
        // A restart on the full disk comes up and says what is the matter.
        const running = server!;
        server = null;
        await running.kill('SIGKILL');
        // To the last byte: not even the engine's settings have room.
        fill(`${filler}-2`);
        await start();
        const number = ledger.issue();
        const whileFull = await server!.post(ledger.body(number));
        if (whileFull.status === 200) ledger.owed.add(number);
        rmSync(filler);
        rmSync(`${filler}-2`);
        await eventually(readyz, (status) => status === 200, 60_000);
        await eventually(
          () => Promise.resolve(ledger.owed.size),
          (owed) => owed > before + 50,
          60_000,
        );
        await load.stop();
        const audit = await settle(server!, ledger, 60_000);
        record(`disk-full-${clickhouse}`, { ...audit, 'acknowledged before': before, 'told to come again': refused });
        expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
        expect([200, 503]).toContain(whileFull.status);
        expect(
          Object.keys(load.answers).filter((answer) => !['200', '503', 'down'].includes(answer) && /^\d/.test(answer)),
        ).toEqual([]);
      } finally {
        await server?.kill('SIGKILL');
        server = null;
        execFileSync('umount', ['-l', disk]);
      }
    },
    amount(180_000, 300_000),
  );
});

test.skipIf(!mayMount)(
  'an engine whose disk has no free byte is started once it has, and nobody has to wait for it (skipped where nothing may be mounted)',
  async () => {
    const disk = join(folder, 'engine-full');
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    const options = { dataDir: join(disk, 'clickhouse'), port: 0, database: 'fsp' };
    try {
      const first = await startEngine(options);
      const client = connect({ url: first.url, ...first.writer, database: 'default' });
      await client.command({ query: 'CREATE DATABASE fsp' });
      await client.close();
      await first.stop();
      fill(join(disk, 'filler'));
      const said: string[] = [];
      const note = (message: string) => said.push(message);
      engine = await startEngine({ ...options, logger: { info: note, warn: note } });
      expect(engine.state()).toBe('restarting');
      expect(said.join()).toMatch(/did not start and is tried again.*ENOSPC/);
      rmSync(join(disk, 'filler'));
      await eventually(
        () => Promise.resolve(engine!.state()),
        (state) => state === 'running',
      );
      const again = connect({ url: engine.url, ...engine.writer, database: 'fsp' });
      expect(await (await again.query({ query: 'SELECT 1 AS one', format: 'JSONEachRow' })).json()).toEqual([
        { one: 1 },
      ]);
      await again.close();
    } finally {
      await engine?.stop();
      engine = null;
      execFileSync('umount', ['-l', disk]);
    }
  },
);

describe.skipIf(!mayMount)('a first start on a disk without room (skipped where nothing may be mounted)', () => {
  test.each(['256k', '1m'])('of %s ends with one line that says so', async (size) => {
    const disk = join(folder, `first-${size}`);
    mkdirSync(disk, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
    try {
      const { code, stderr } = await fsp(['serve'], environment(join(disk, 'data')));
      expect(code).toBeGreaterThan(0);
      expect(code).toBeLessThan(3);
      expect(stderr).toMatch(/make room/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});

describe('a data folder that is not as it should be', () => {
  test('that may only be read is refused in one clear line', async () => {
    const dir = join(folder, 'readonly');
    mkdirSync(dir, { recursive: true });
    if (mayMount) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', dir]);
    } else chmodSync(dir, 0o500);
    try {
      const { code, stderr } = await fsp(['serve'], environment(dir));
      expect(code).toBe(2);
      expect(stderr).toContain('FSP_DATA_DIR_UNWRITABLE');
      expect(stderr.trim().split('\n')).toHaveLength(1);
    } finally {
      if (mayMount) execFileSync('umount', [dir]);
    }
  });

  test.each([
    ['cut in the middle', '{"admin": "x'],
    ['empty', ''],
    ['no object', '[]'],
    ['with a number for a token', '{"admin": 1, "viewer": 2}'],
  ])('with a tokens.json that is %s says so, and what to do', async (_what, text) => {
    const dir = join(folder, `tokens${text.length}`);
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'tokens.json'), text);
    const { code, stderr } = await fsp(['serve'], environment(dir));
    expect(code).toBe(2);
    expect(stderr).toMatch(/tokens\.json.*(?:mend|delete|remove)/s);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

test('an engine waits for one that is still ending in its folder, as that of a server that was killed', async () => {
  const options = { dataDir: join(folder, 'still-ending'), port: 0, database: 'fsp' };
  const ending = await startEngine(options);
  const next = startEngine(options);
  await sleep(1_500);
  await ending.stop();
  engine = await next;
  expect(engine.state()).toBe('running');
  await engine.stop();
  engine = null;
});

test('a schema of another version is refused at start, and neither the server nor its engine stays', async () => {
  const dir = join(folder, 'other-schema');
  const before = await startEngine({ dataDir: join(dir, 'clickhouse'), port: 0, database: 'fsp' });
  const writer = connect({ url: before.url, ...before.writer, database: 'default' });
  await migrate(writer, { database: 'fsp' });
  await writer.insert({
    table: 'fsp.schema_migrations',
    format: 'JSONEachRow',
    values: [{ version: 1, name: 'of another version', checksum: 'other' }],
  });
  await writer.command({ query: 'OPTIMIZE TABLE fsp.schema_migrations FINAL' });
  await writer.close();
  await before.stop();
  const { code, stderr } = await fsp(['serve'], environment(dir));
  expect(code).toBe(1);
  expect(stderr).toContain('was applied to fsp in another form');
  const left = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(dir);
    } catch {
      return false;
    }
  });
  expect(left).toEqual([]);
});

test('a clock that jumps by a day or by months, there and back again, loses nothing, doubles nothing and holds nothing back for ever', async () => {
  // The clock of a real machine cannot be moved here: a module that shifts Date stands in for it, by a file's length.
  const shift = join(folder, 'shift');
  writeFileSync(shift, '');
  const jump = join(folder, 'jump.mjs');
  writeFileSync(
    jump,
    `import { statSync } from 'node:fs';
const real = Date.now;
const hours = () => { try { return statSync(${JSON.stringify(shift)}).size - 10_000; } catch { return 0; } };
let seen = 0, at = 0;
Date.now = () => { const t = real(); if (t - at > 100) { at = t; seen = hours() * 3_600_000; } return t + seen; };
`,
  );
  const atHours = (hours: number) => {
    truncateSync(shift, hours + 10_000);
  };
  atHours(0);
  const dataDir = join(folder, 'clock');
  server = await startServer(dataDir, {
    NODE_OPTIONS: `--import=${jump}`,
    FSP_THROTTLE_MESSAGES: '100000',
    FSP_THROTTLE_INTERVAL: '60',
  });
  const ledger = new Ledger('CLOCK');
  const load = new Load(ledger, () => server?.intake ?? null, 4, 60);
  for (const hours of [24, -24, 0, 90, 0, -2_400, 0]) {
    await sleep(amount(1_500, 10_000));
    atHours(hours);
  }
  await sleep(amount(1_500, 10_000));
  await load.stop();
  const audit = await settle(server, ledger, 120_000);
  record('clock', { ...audit });
  expect(audit).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
  expect(statSync(shift).size).toBe(10_000);
  expect(existsSync(join(dataDir, 'spool'))).toBe(true);
}, 300_000);
