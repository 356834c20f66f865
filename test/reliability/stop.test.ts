import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareEngine } from '../prepared-engine.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { report } from './intake/attacks.mjs';

const program = fileURLToPath(new URL('../../server/bin/fsp.js', import.meta.url));
/** What a service manager waits before it kills. */
const patienceMs = 10_000;

let folder: string;
let running: RunningServer | null;
const sockets: Socket[] = [];

beforeEach(() => {
  folder = testFolder();
  running = null;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await running?.kill('SIGKILL').catch(() => undefined);
});

/** Whether the server ends by itself within the time that a service manager gives it. */
async function endsInTime(server: RunningServer): Promise<boolean> {
  running = null;
  const ended = server.kill('SIGTERM').then(() => true);
  const inTime = await Promise.race([ended, new Promise<boolean>((late) => setTimeout(late, patienceMs, false))]);
  if (!inTime) process.kill(server.pid, 'SIGKILL');
  return inTime;
}

function open(url: string, first: string): Socket {
  const { port } = new URL(url);
  // A peer that never closes its own side, and never reads.
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(first);
  sockets.push(socket);
  return socket;
}

describe('SIGTERM ends the server in time', () => {
  test('with peers of every kind that stay: unfinished, refused, silent, a byte at a time', async () => {
    running = await startServer(folder);
    const { intake, management } = running;
    const unfinished = 'POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n';
    for (const first of [
      `${unfinished}abc`,
      'POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nX: ',
      'rubbish\r\n\r\n',
      '',
      `CCM_${unfinished}abc`,
    ]) {
      open(intake, first);
      open(management, first);
    }
    const slow = open(intake, unfinished);
    const dripping = setInterval(() => slow.write('a'), 100);
    // All of them are there, and one of them was refused.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await endsInTime(running)).toBe(true);
    clearInterval(dripping);
  });

  test('with a sink that takes the connection and never answers', async () => {
    const silent: Server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    running = await startServer(folder, { FSP_CLICKHOUSE_URL: `http://127.0.0.1:${port}` });
    expect((await running.post(report({ client: 'HELD' }))).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await endsInTime(running)).toBe(true);
    silent.close();
  });

  test('also where a step of its stop fails, which keeps none of the others', async () => {
    running = await startServer(folder);
    const { pid, said } = running;
    const engine = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    // What cannot be taken back.
    rmSync(join(folder, 'server.json'));
    mkdirSync(join(folder, 'server.json'));
    expect(await endsInTime(running)).toBe(true);
    expect(said().stderr).toMatch(/the stop met .*server\.json/);
    expect(said().stderr).not.toContain('cut short');
    expect(engine.filter((child) => existsSync(`/proc/${child}`))).toEqual([]);
  });

  test('with a query under way, and with one whose answer nobody reads', async () => {
    running = await startServer(folder);
    const { management, token } = running;
    for (const sql of [
      'SELECT sleepEachRow(1) FROM numbers(25) SETTINGS max_block_size = 1',
      "SELECT repeat('x', 1000) FROM numbers(900000)",
    ]) {
      const body = JSON.stringify({ sql });
      const socket = open(
        management,
        `POST /api/v1/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      socket.pause();
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await endsInTime(running)).toBe(true);
  });
});

describe('what is no file', () => {
  test('among followed logs is told and left, and neither the other logs nor a stop wait for it', async () => {
    const logs = join(folder, 'logs');
    mkdirSync(logs);
    execFileSync('mkfifo', [join(logs, 'a.log')]);
    writeFileSync(join(logs, 'b.log'), 'MSI (s) (54:F8) [13:09:37:100]: Resetting cached policy values\r\n'.repeat(3));
    running = await startServer(join(folder, 'data'), { FSP_SETUP_LOGS: `${logs},/dev/zero` });
    const { query } = running;
    const rows = await eventually(
      () => query<{ n: number }>('SELECT toUInt32(count()) AS n FROM setup_log_records'),
      ([row]) => (row?.n ?? 0) >= 3,
    );
    expect(rows).toEqual([{ n: 3 }]);
    expect(running.output()).toMatch(/a\.log cannot be (?:followed|read).*FIFO/);
    expect(running.output()).toMatch(/\/dev\/zero.*device/);
    expect(await endsInTime(running)).toBe(true);
  });

  test.each(['parse', 'import'])('is refused in words by fsp %s', async (command) => {
    const fifo = join(folder, 'x.log');
    execFileSync('mkfifo', [fifo]);
    for (const [path, kind] of [
      [fifo, 'a FIFO'],
      ['/dev/zero', 'a device'],
    ] as const) {
      const { code, stderr } = await fsp([command, path], environment(folder));
      expect(code).toBe(2);
      expect(stderr).toContain(kind);
      expect(stderr).not.toContain('at ');
    }
  });
});

describe('a reader of standard output that goes away', () => {
  const inShell = async (command: string, more: Record<string, string> = {}) => {
    const child = spawn(
      'bash',
      ['-o', 'pipefail', '-c', command.replace('fsp', `"${process.execPath}" "${program}"`)],
      {
        env: environment(folder, more),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, stderr };
  };

  test('ends fsp parse in silence, with the status of SIGPIPE', async () => {
    const log = join(folder, 'x.log');
    writeFileSync(log, 'MSI (s) (54:F8) [13:09:37:100]: Resetting cached policy values\r\n'.repeat(50_000));
    expect(await inShell(`fsp parse ${log} | head -1`)).toEqual({ code: 141, stderr: '' });
  });

  test('ends fsp query in silence', async () => {
    running = await startServer(folder);
    const { code, stderr } = await inShell(`fsp query "SELECT number FROM numbers(900000)" | head -1`);
    expect([code, stderr]).toEqual([141, '']);
  });

  test('leaves the server at work, which ends when it is told to', async () => {
    await prepareEngine(folder);
    const child = spawn(process.execPath, [program, 'serve'], {
      env: environment(folder),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    while (!stderr.includes('Ctrl+C')) await once(child.stderr, 'data');
    // Our end of the pipe that the log goes to.
    child.stdout.destroy();
    const intake = /clients post to\s+(\S+)/.exec(stderr)?.[1] ?? '';
    stderr = '';
    for (let index = 0; index < 20; index++) {
      const answer = await fetch(intake, {
        method: 'POST',
        body: index % 2 === 0 ? report({ serial: index }) : 'rubbish',
      });
      expect(answer.status).toBe(index % 2 === 0 ? 200 : 400);
    }
    const closed = once(child, 'close');
    // Twice, as a group and its leader are told: that is no reason to hurry.
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(stderr.trim()).toBe('Stopping: what is taken stays on disk …');
  });
});
