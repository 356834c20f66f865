import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { connect } from '../server/src/clickhouse/client.js';
import { readEngineCredentials } from '../server/src/clickhouse/credentials.js';
import { askReadOnly } from '../server/src/clickhouse/reader.js';
import { prepareEngine } from './prepared-engine.js';

export const program = fileURLToPath(new URL('../server/bin/fsp.js', import.meta.url));

/** How long a start may take: with its engine and a new schema it is late now and then on few cores. */
const startWithinMs = 120_000;

/** The environment of a server under test: free ports, a data folder of its own, nothing of this shell's settings. */
export function environment(dataDir: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    FSP_DATA_DIR: dataDir,
    FSP_INTAKE_HOST: '127.0.0.1',
    FSP_INTAKE_PORT: '0',
    FSP_MANAGEMENT_PORT: '0',
    FSP_EMBEDDED_CLICKHOUSE_PORT: '0',
    FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT: '0',
    FSP_SERVER_NAME: 'FSP01',
    ...more,
  };
}

export interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one `fsp` command to its end. */
export async function fsp(args: string[], env: Record<string, string>, input?: Buffer): Promise<RunResult> {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  // It may end without reading.
  child.stdin.on('error', () => undefined).end(input);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

export interface RunningServer {
  pid: number;
  intake: string;
  management: string;
  token: string;
  output(): string;
  said(): { stdout: string; stderr: string };
  /** Posts a body as a client does; the answer's status and text. */
  post(body: Uint8Array | string, path?: string): Promise<{ status: number; text: string }>;
  /** Rows of a query, as `fsp query` asks; by that itself where no reader of its ClickHouse is known, or it refuses. */
  query<Row>(sql: string): Promise<Row[]>;
  status(): Promise<unknown>;
  /** Ends the process, and resolves when it is gone; also where it was gone already. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `fsp serve` as a process of its own and waits until it says where it listens. */
export async function startServer(
  dataDir: string,
  more: Record<string, string> = {},
  args: string[] = [],
  started = program,
): Promise<RunningServer> {
  const env = environment(dataDir, more);
  // Another program than the built one of this checkout has a schema of its own.
  const embedded = (env.FSP_CLICKHOUSE_URL ?? '') === '' && (env.FSP_CLICKHOUSE_DATABASE ?? 'fsp') === 'fsp';
  if (embedded && started === program && !args.includes('--data-dir')) await prepareEngine(dataDir);
  const child = spawn(process.execPath, [started, 'serve', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const output = () => stdout() + stderr();
  await untilBanner(child, stderr, output);
  const urls = /clients post to\s+(\S+)\/SMS_FSP[^]*console\s+(\S+)/.exec(stderr());
  const intake = urls?.[1] ?? '';
  const management = urls?.[2] ?? '';
  const { viewer: token } = JSON.parse(readFileSync(join(dataDir, 'tokens.json'), 'utf8')) as { viewer: string };
  return {
    pid: child.pid ?? 0,
    intake,
    management,
    token,
    output,
    said: () => ({ stdout: stdout(), stderr: stderr() }),
    async post(body, path = '/SMS_FSP/.sms_fsp') {
      const answer = await fetch(intake + path, { method: 'POST', body: body as Uint8Array<ArrayBuffer> });
      return { status: answer.status, text: await answer.text() };
    },
    async query<Row>(sql: string) {
      const rows = await askEngine(dataDir, env, sql);
      if (rows !== null) return rows as Row[];
      const result = await fsp(['query', '--format', 'JSONEachRow', sql], env);
      if (result.code !== 0) throw new Error(result.stderr);
      return result.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Row);
    },
    async status() {
      const answer = await fetch(`${management}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
      return answer.json();
    },
    async kill(signal) {
      child.kill(signal);
      await closed;
    },
  };
}

/** Straight to the server's ClickHouse, without a process for each question; null where no reader is known, or it refuses. */
async function askEngine(dataDir: string, env: Record<string, string>, sql: string): Promise<unknown[] | null> {
  const reader = readerOf(dataDir, env);
  if (reader === null) return null;
  const client = connect({ ...reader, database: env.FSP_CLICKHOUSE_DATABASE ?? 'fsp' });
  try {
    const lines = (await text((await askReadOnly(client, sql, 'JSONEachRow')).rows)).split('\n');
    return lines.filter(Boolean).map((line) => JSON.parse(line) as unknown);
  } catch {
    return null;
  } finally {
    await client.close();
  }
}

function readerOf(dataDir: string, env: Record<string, string>) {
  const { FSP_CLICKHOUSE_URL: url = '', FSP_CLICKHOUSE_READER_USER: username, FSP_CLICKHOUSE_READER_PASSWORD } = env;
  if (url !== '')
    return username === undefined ? null : { url, username, password: FSP_CLICKHOUSE_READER_PASSWORD ?? '' };
  const engine = readEngineCredentials(join(dataDir, 'clickhouse'));
  return engine === null || engine.url === '' ? null : { url: engine.url, ...engine.reader };
}

/** Asks again until the answer satisfies, for things that happen soon but not at once. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfied: (value: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (satisfied(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)} after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}

async function untilBanner(child: ChildProcess, stderr: () => string, output: () => string): Promise<void> {
  let exited = false;
  child.once('close', () => (exited = true));
  for (let waited = 0; !stderr().includes('Ctrl+C'); waited += 50) {
    if (exited || waited > startWithinMs) {
      child.kill('SIGKILL');
      throw new Error(`the server did not start: ${output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
