import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import { report } from '../reports.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';

const program = fileURLToPath(new URL('../../server/bin/fsp.js', import.meta.url));
const folder = testFolder();
let engine: Engine;
const running = new Set<RunningServer>();

const settings = (name: string) => ({
  // Two servers of one cluster, as far as the receivers know.
  FSP_CLICKHOUSE_URL: `${engine.url},${engine.url.replace('http://', '')}`,
  FSP_CLICKHOUSE_USER: engine.writer.username,
  FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
  FSP_CLICKHOUSE_READER_USER: engine.reader.username,
  FSP_CLICKHOUSE_READER_PASSWORD: engine.reader.password,
  FSP_SERVER_NAME: name,
  // The least that may pass in the longest interval: what is more waits.
  FSP_THROTTLE_MESSAGES: '100',
  FSP_THROTTLE_INTERVAL: '86400',
  FSP_THROTTLE_RESERVE: '0',
});
const start = async (data: string, name: string) => {
  const server = await startServer(join(folder, data), settings(name));
  running.add(server);
  return server;
};
const kill = (server: RunningServer) => {
  running.delete(server);
  return server.kill('SIGKILL');
};
/** Messages of its own for each receiver: one that another took already would count once for both. */
const post = async (server: RunningServer, from: number, to: number, kind = 'D') => {
  const names = Array.from({ length: to - from }, (_, index) => `${kind}${from + index}`);
  const statuses = await Promise.all(
    names.map(async (client) => (await server.post(report({ client, state: 100 }))).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
};
const ask = async <Row>(sql: string): Promise<Row[]> => {
  const answer = await fetch(`${engine.url}/?default_format=JSONEachRow`, {
    method: 'POST',
    body: sql,
    headers: { 'X-ClickHouse-User': engine.writer.username, 'X-ClickHouse-Key': engine.writer.password },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
};
const taken = async (name: string) =>
  (
    await ask<{ rows: number; messages: number }>(
      `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(message_id)) AS messages FROM fsp.state_messages WHERE fsp_server = '${name}'`,
    )
  )[0];
const untilTaken = (name: string, messages: number) =>
  eventually(
    () => taken(name),
    (found) => found?.messages === messages,
    40_000,
  );

/** Runs a command, and kills it when it says something; whether that came before its end. */
async function killAt(sign: string, args: string[], env: Record<string, string>): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (said: string) => {
      if (said.includes(sign)) child.kill('SIGKILL');
    });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return signal === 'SIGKILL';
}

beforeAll(async () => {
  engine = await startEngine({ dataDir: join(folder, 'engine'), port: 0, database: 'fsp' });
});
afterAll(async () => {
  await Promise.all([...running].map(kill));
  await engine.stop();
});

describe('the spool of a receiver that is gone', () => {
  const gone = join(folder, 'gone');
  /** Another machine's configuration: another data folder, another name. */
  const other = () => environment(join(folder, 'elsewhere'), settings('OTHER'));

  const held = 300;

  test('is not touched while its owner runs, and shown without being delivered', async () => {
    const server = await start('gone', 'GONE');
    await post(server, 0, 100 + held);
    await untilTaken('GONE', 100);
    const refused = await fsp(['drain', '--spool', gone], other());
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('FSP_DATA_DIR_LOCKED') as string]);
    await kill(server);
    const dry = await fsp(['drain', '--spool', gone, '--dry-run'], other());
    expect(dry.stdout).toMatch(/the spool of GONE, 300 messages waiting, \d+ not yet taken by clickhouse/);
    // Whose it is cannot be guessed: all of it would be told of the receiver that is here.
    const whose = readFileSync(join(gone, 'instance.json'));
    writeFileSync(join(gone, 'instance.json'), '');
    const unknown = await fsp(['drain', '--spool', gone], other());
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/instance\.json \(it is empty\); take it/),
    ]);
    writeFileSync(join(gone, 'instance.json'), whose);
    expect(await taken('GONE')).toEqual({ rows: 100, messages: 100 });
  });

  test('is delivered once by another, under its own name, where that is killed again and again', async () => {
    // As it opens the spool, and as it delivers; the last one may find that all was delivered.
    const killed: boolean[] = [];
    for (const sign of ['the spool of', 'behind', 'behind'])
      killed.push(await killAt(sign, ['drain', '--spool', gone], other()));
    expect(killed.slice(0, 2)).toEqual([true, true]);
    const drained = await fsp(['drain', '--spool', gone], other());
    expect([drained.code, drained.stderr]).toEqual([0, expect.any(String) as string]);
    expect(drained.stdout).toContain('nothing is held any more');
    expect(await taken('GONE')).toEqual({ rows: 100 + held, messages: 100 + held });
    // What its last sign of life said of it is not said any more: that it holds messages, and that it is missed.
    const told = () =>
      ask(
        "SELECT toUInt32(waiting) AS waiting, toUInt32(lag) AS lag, toUInt8(taking_messages) AS takes, host_name != '' AS known FROM fsp.receivers WHERE fsp_server = 'GONE'",
      );
    expect(await told()).toEqual([{ waiting: 0, lag: 0, takes: 0, known: 1 }]);
    // Said again it delivers nothing.
    expect((await fsp(['drain', '--spool', gone], other())).code).toBe(0);
    expect(await told()).toHaveLength(1);
    expect(await taken('GONE')).toEqual({ rows: 100 + held, messages: 100 + held });
  });

  test('that is none is refused by name', async () => {
    const none = await fsp(['drain', '--spool', folder], other());
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no data folder of a receiver') as string]);
    expect(existsSync(join(folder, 'spool'))).toBe(false);
  });
});

describe('two receivers', () => {
  let first: RunningServer;
  let twin: RunningServer;

  test('drained for maintenance, one takes nothing, passes on what waits, and takes messages again when told', async () => {
    first = await start('first', 'FIRST');
    const { management, intake } = first;
    const env = environment(join(folder, 'first'), settings('FIRST'));
    await post(first, 0, 150, 'FIRST');
    await untilTaken('FIRST', 100);
    const held = await fsp(['drain', '--keep-limit', '--timeout', '1'], env);
    expect([held.code, held.stderr]).toEqual([1, expect.stringMatching(/stays on disk and passes as the throttle/)]);
    const { code, stdout } = await fsp(['drain'], env);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing is held any more') as string]);
    expect(await taken('FIRST')).toEqual({ rows: 150, messages: 150 });
    const refused = await fetch(`${intake}/SMS_FSP/.sms_fsp`, {
      method: 'POST',
      body: report({ client: 'LATE', state: 100 }) as Uint8Array<ArrayBuffer>,
    });
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 30]);
    const ready = await fetch(`${management}/readyz`);
    const { components } = (await ready.json()) as { components: { intake: { ready: boolean; detail: string } } };
    expect([ready.status, components.intake.ready]).toEqual([503, false]);
    expect(await first.status()).toMatchObject({ intake: { takingMessages: false } });
    await eventually(
      () =>
        ask<{ draining: boolean; taking_messages: boolean }>(
          "SELECT draining, taking_messages FROM fsp.receivers WHERE fsp_server = 'FIRST'",
        ),
      ([row]) => row?.draining === true && !row.taking_messages,
    );
    expect((await fsp(['drain', '--resume'], env)).code).toBe(0);
    await post(first, 150, 151, 'FIRST');
    expect((await fetch(`${management}/readyz`)).status).toBe(200);
  });

  test('given one message twice, count it once, by its client and by its rows', async () => {
    const alone = (await first.status()) as { server: { sameName: unknown[] } };
    expect(alone.server.sameName).toEqual([]);
    twin = await start('twin', 'first.corp.example');
    // A fixed serial number and time: the same message, byte for byte.
    const body = report({ client: 'TWICE', state: 100 });
    expect((await first.post(body)).status).toBe(200);
    expect((await twin.post(body)).status).toBe(200);
    await untilTaken('first.corp.example', 1);
    await fsp(['drain'], environment(join(folder, 'first'), settings('FIRST')));
    expect(
      await ask("SELECT toUInt32(message_count) AS message_count FROM fsp.clients WHERE client_name = 'TWICE'"),
    ).toEqual([{ message_count: 1 }]);
    expect(
      await eventually(
        () =>
          ask(
            "SELECT (SELECT toUInt32(count()) FROM fsp.state_messages WHERE client_name = 'TWICE') AS rows, toUInt32(count()) AS aside FROM fsp.repeated_messages",
          ),
        ([row]) => (row as { aside: number } | undefined)?.aside === 1,
      ),
    ).toEqual([{ rows: 1, aside: 1 }]);
  });

  test('under one name are both told, in status, readiness and log; under two they are two rows with their disks', async () => {
    for (const server of [twin, first])
      await eventually(
        () => server.status() as Promise<{ server: { sameName: unknown[] } }>,
        ({ server: { sameName } }) => sameName.length === 1,
        60_000,
      );
    expect(twin.output()).toMatch(/is used by another receiver too, on .*FSP_SERVER_NAME/);
    const { components } = (await (await fetch(`${twin.management}/readyz`)).json()) as {
      components: { name: { ready: boolean } };
    };
    expect(components.name.ready).toBe(false);
    const rows = await ask<{ fsp_server: string; known: number; message_limit: number }>(
      "SELECT fsp_server, toUInt8(disk_total_bytes > 0 AND disk_free_bytes > 0 AND abs(clock_ahead_ms) < 60000) AS known, message_limit FROM fsp.receivers WHERE fsp_server IN ('FIRST', 'first.corp.example') ORDER BY 1",
    );
    expect(rows).toEqual([
      { fsp_server: 'FIRST', known: 1, message_limit: 100 },
      { fsp_server: 'first.corp.example', known: 1, message_limit: 100 },
    ]);
  });
});
