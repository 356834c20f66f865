import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FspError } from '../errors.js';
import { isLoopback } from '../listen.js';
import { ensureEngineCredentials, keepEngineCredentials, type EngineCredentials } from './credentials.js';
import { configXml, usersXml, type Account } from './engine-config.js';
import { engineLibrary, thisPlatform } from './engine-library.js';

const startWithinMs = 30_000;
/** A clean stop takes well under a second; with queries running about five. */
const stopWithinMs = 1_500;
const longestPauseMs = 10_000;

export type EngineState = 'running' | 'restarting' | 'stopped';

export interface Engine {
  url: string;
  writer: Account;
  reader: Account;
  /** Whether the kernel confines the engine to its folder, and if not, why. */
  landlock: string;
  state(): EngineState;
  /** Process id of the engine as it runs now. */
  pid(): number;
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** Folder for the engine's data. */
  dataDir: string;
  /** Port of HTTP; 0 takes any free one. */
  port: number;
  /** Port of the native protocol; 0 takes any free one, null none. */
  nativePort?: number | null;
  /** Address to listen at besides loopback; loopback alone without it. */
  host?: string;
  /** The database that writer and reader are granted. */
  database: string;
  /** Switched off only to test what then protects. */
  confine?: boolean;
  logger?: { info(message: string): void; warn(message: string): void };
}

interface RunningChild {
  child: ChildProcess;
  port: number;
  nativePort: number | null;
  landlock: string;
  exited: Promise<void>;
}

/**
 * Starts the embedded engine and keeps it running: the real ClickHouse server, in a process of its own. An engine that
 * ends by itself is started again, on the same port with the same passwords.
 * @throws FspError FSP_ENGINE_UNAVAILABLE, FSP_ENGINE_FAILED, FSP_PORT_TAKEN, FSP_DATA_DIR_LOCKED
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const dataDir = resolve(options.dataDir);
  const library = engineLibrary(thisPlatform());
  const host = options.host ?? '127.0.0.1';
  const [wanted, wantedNative] = await Promise.all([
    definite(options.port, host),
    definite(options.nativePort ?? null, host),
  ]);
  if (wanted !== 0) await refuseTakenPort(wanted, host);
  const credentials = ensureEngineCredentials(dataDir);
  const launch = async (port: number, native: number | null) => {
    const nativePort = native === null || (await isFree(native, host, options.logger)) ? native : null;
    return startChild({ ...options, dataDir, library, credentials, host, port, nativePort });
  };
  let running = await launch(wanted, wantedNative);
  const { port, nativePort, landlock } = running;
  const tell = () => {
    credentials.url = `http://127.0.0.1:${port}`;
    credentials.native = running.nativePort === null ? '' : `127.0.0.1:${running.nativePort}`;
    credentials.host = isLoopback(host) ? '' : host;
    keepEngineCredentials(dataDir, credentials);
  };
  tell();

  let state: EngineState = 'running';
  const stopping = new AbortController();
  const supervision = supervise();

  async function supervise(): Promise<void> {
    let pause = 100;
    for (;;) {
      await running.exited;
      if (stopping.signal.aborted) return;
      state = 'restarting';
      options.logger?.warn(
        'The embedded ClickHouse ended unexpectedly and is started again; messages wait in the spool',
      );
      while (!stopping.signal.aborted) {
        await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        try {
          running = await launch(port, nativePort ?? wantedNative);
          tell();
          state = 'running';
          pause = 100;
          options.logger?.info('The embedded ClickHouse runs again');
          break;
        } catch (error) {
          pause = Math.min(pause * 2, longestPauseMs);
          options.logger?.warn(`The embedded ClickHouse did not start: ${(error as Error).message}`);
        }
      }
      if (stopping.signal.aborted) await stopChild(running);
    }
  }

  return {
    url: credentials.url,
    writer: credentials.writer,
    reader: credentials.reader,
    landlock,
    state: () => state,
    pid: () => running.child.pid ?? 0,
    async stop() {
      stopping.abort();
      await stopChild(running);
      await supervision;
      state = 'stopped';
      keepEngineCredentials(dataDir, { ...credentials, url: '', native: '' });
    },
  };
}

/** Any free port is another one at each address: where there are two, it is chosen before. */
async function definite<Port extends number | null>(port: Port, host: string): Promise<Port | number> {
  return port === 0 && !isLoopback(host) ? listenOnce(0, host) : port;
}

async function refuseTakenPort(port: number, host: string): Promise<void> {
  for (const address of new Set(['127.0.0.1', host]))
    try {
      await listenOnce(port, address);
    } catch (error) {
      throw new FspError(
        'FSP_PORT_TAKEN',
        `Port ${port} on ${address} cannot be used for ClickHouse (${(error as NodeJS.ErrnoException).code ?? 'unknown'}); choose another with FSP_EMBEDDED_CLICKHOUSE_PORT`,
      );
    }
}

/** Whether the native protocol can have its port; what only comforts people who ask must not keep messages out. */
async function isFree(port: number, host: string, logger: EngineOptions['logger']): Promise<boolean> {
  try {
    for (const address of new Set(['127.0.0.1', host])) await listenOnce(port, address);
    return true;
  } catch (error) {
    logger?.warn(
      `ClickHouse's native protocol is not served: port ${port} cannot be used (${(error as NodeJS.ErrnoException).code ?? 'unknown'}); choose another with FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT. HTTP is served`,
    );
    return false;
  }
}

/** Takes a port for a moment. @returns the port that it got */
async function listenOnce(port: number, host: string): Promise<number> {
  const probe = createServer();
  return new Promise((free, taken) => {
    probe.once('error', taken);
    probe.listen(port, host, () => {
      const got = (probe.address() as AddressInfo).port;
      probe.close(() => {
        free(got);
      });
    });
  });
}

async function startChild(
  options: EngineOptions & {
    library: string;
    credentials: EngineCredentials;
    host: string;
    nativePort: number | null;
  },
): Promise<RunningChild> {
  const { dataDir, credentials, library, host, nativePort } = options;
  const portFile = join(dataDir, 'ports');
  const usersFile = join(dataDir, 'users.xml');
  const configFile = join(dataDir, 'config.xml');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  rmSync(portFile, { force: true });
  writeFileSync(usersFile, usersXml({ database: options.database, ...credentials, host }), { mode: 0o600 });
  writeFileSync(configFile, configXml({ usersFile, port: options.port, nativePort, host }), { mode: 0o600 });

  // The last query waits on standard input, which this process holds open; its end is a clean stop.
  const ports =
    nativePort === null ? "getServerPort('http_port')" : "getServerPort('http_port'), getServerPort('tcp_port')";
  const script =
    `SYSTEM START LISTEN HTTP; ${nativePort === null ? '' : 'SYSTEM START LISTEN TCP; '}` +
    `SELECT ${ports} INTO OUTFILE '${portFile.replaceAll("'", "\\'")}' TRUNCATE FORMAT TSVRaw;` +
    ` SELECT count() FROM file(stdin, 'LineAsString', 's String') FORMAT Null`;
  const args = [
    // argv[0]; without it the first option is lost in silence.
    'clickhouse-local',
    `--config-file=${configFile}`,
    `--path=${dataDir}`,
    '--log-level=error',
    '--query',
    script,
  ];
  const order = JSON.stringify({ library, dataDir, args, confine: options.confine ?? true });
  const child = spawn(process.execPath, [childProgram(), order], {
    cwd: dataDir,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl+C on a terminal goes to the whole group; the engine must outlive it until the spool is closed.
    detached: true,
  });
  let said = '';
  const hear = (chunk: Buffer) => (said = (said + chunk.toString()).slice(-8_000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  child.stdin.on('error', () => undefined);
  let ended = false;
  const exited = new Promise<void>((done) => {
    child.once('close', () => {
      ended = true;
      done();
    });
  });

  const deadline = Date.now() + startWithinMs;
  try {
    for (;;) {
      if (ended) throw startError(said);
      const [port = 0, native = null] = existsSync(portFile) ? portsIn(readFileSync(portFile, 'utf8')) : [];
      if (port !== 0) {
        await probe(port, credentials.writer);
        const landlock = /^landlock (.*)$/m.exec(said)?.[1] ?? 'unknown';
        if (landlock.startsWith('off'))
          options.logger?.warn(
            `The embedded ClickHouse is not confined to its folder (Landlock ${landlock}); let only trusted people query it`,
          );
        return { child, port, nativePort: native, landlock, exited };
      }
      if (Date.now() > deadline)
        throw new FspError(
          'FSP_ENGINE_FAILED',
          `The embedded ClickHouse did not start within ${startWithinMs / 1000} s; look at the machine's load and disk`,
        );
      await sleep(10);
    }
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    rmSync(usersFile, { force: true });
  }
}

/** The ports of a whole line; none while it is being written. */
function portsIn(text: string): number[] {
  return text.endsWith('\n') ? text.trim().split('\t').map(Number) : [];
}

/** The compiled module: Node runs no TypeScript, also where a test runs this file from its source. */
function childProgram(): string {
  const sibling = fileURLToPath(new URL('./engine-child.cjs', import.meta.url));
  return existsSync(sibling)
    ? sibling
    : fileURLToPath(new URL('../../dist/clickhouse/engine-child.cjs', import.meta.url));
}

/** On a fixed port another engine may answer: only ours knows the password. */
async function probe(port: number, { username, password }: Account): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/?query=SELECT+1`, {
    headers: { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password },
  });
  await answer.text();
  if (!answer.ok)
    throw new FspError(
      'FSP_PORT_TAKEN',
      `Another ClickHouse answers on port ${port}; choose another with FSP_EMBEDDED_CLICKHOUSE_PORT`,
    );
}

function startError(said: string): FspError {
  if (/Cannot lock file|CANNOT_OPEN_FILE|Code: 76/.test(said)) {
    return new FspError(
      'FSP_DATA_DIR_LOCKED',
      'The folder of the embedded ClickHouse is in use by another process; stop it, or name another folder with FSP_DATA_DIR',
    );
  }
  const reason = said
    .replace(/^landlock .*$/m, '')
    .trim()
    .replaceAll(/\s+/g, ' ')
    .slice(0, 400);
  return new FspError(
    'FSP_ENGINE_FAILED',
    `The embedded ClickHouse ended while starting: ${reason || 'it said nothing'}`,
  );
}

async function stopChild({ child, exited }: RunningChild): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await exited;
  clearTimeout(timer);
}
