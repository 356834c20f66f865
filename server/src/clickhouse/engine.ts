import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FspError } from '../errors.js';
import { isFull, unlessFull } from '../disk/full-disk.js';
import { isLoopback } from '../http/listen.js';
import { ensureEngineCredentials, keepEngineCredentials, type EngineCredentials } from './credentials.js';
import { configXml, usersXml, type Account } from './engine-config.js';
import { engineLibrary, thisPlatform } from './engine-library.js';
import { comesToHang } from './engine-pulse.js';

const startWithinMs = 30_000;
/** A clean stop takes well under a second; with queries running, or connections that are kept open, five. */
const stopWithinMs = 1_500;
/** How long one question waits, whether the engine answers already. */
const answerWithinMs = 5_000;
const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** How long the engine of a server that was killed may take to its own end, which it begins by itself. */
const lockedForMs = 10_000;
const lockedPauseMs = 500;
/** How many free ports are tried where any will do. */
const portAttempts = 5;

export type EngineState = 'running' | 'restarting' | 'stopped';

export interface Engine {
  url: string;
  writer: Account;
  reader: Account;
  /** Whether the kernel confines the engine to its folder, and if not, why. */
  landlock(): string;
  state(): EngineState;
  /** Whether its folder held no data before. */
  isNew: boolean;
  /** Process id of the engine as it runs now; 0 while it does not. */
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
  /** How often it is asked whether it lives, in milliseconds; set only to test what comes of it. */
  pulseMs?: number;
  logger?: { info(message: string): void; warn(message: string): void };
}

interface RunningChild {
  child: ChildProcess;
  landlock: string;
  /** Whether the native protocol listens. */
  native: boolean;
  exited: Promise<void>;
}

/**
 * Starts the embedded engine and keeps it running: the real ClickHouse server, in a process of its own. An engine that
 * ends by itself is started again, on the same port with the same passwords; one that hangs is ended first. So is one
 * that fails to start over data that it had before, for what may pass, such as a full disk: whoever asks for it need not
 * end with it.
 * @throws FspError FSP_ENGINE_UNAVAILABLE, FSP_PORT_TAKEN, FSP_DATA_DIR_LOCKED, and at a first start FSP_ENGINE_FAILED
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const dataDir = resolve(options.dataDir);
  const library = engineLibrary(thisPlatform());
  const host = options.host ?? '127.0.0.1';
  const isNew = !existsSync(join(dataDir, 'metadata'));
  const credentials = ensureEngineCredentials(dataDir, options.logger);
  let port = await definite(options.port, host);
  const nativePort = await definite(options.nativePort ?? null, host);
  if (options.port !== 0) await refuseTakenPort(port, host);
  const stopping = new AbortController();
  const launch = async () =>
    startChild({
      ...options,
      dataDir,
      library,
      credentials,
      host,
      port,
      signal: stopping.signal,
      nativePort: nativePort !== null && (await isFree(nativePort, host, options.logger)) ? nativePort : null,
    });
  const tell = (child: RunningChild) => {
    credentials.url = `http://127.0.0.1:${port}`;
    credentials.native = child.native ? `127.0.0.1:${nativePort}` : '';
    credentials.host = isLoopback(host) ? '' : host;
    try {
      keepEngineCredentials(dataDir, credentials);
    } catch (error) {
      // It runs, which is what counts.
      options.logger?.warn(`Other commands may not find the embedded ClickHouse: ${(error as Error).message}`);
    }
  };

  let state: EngineState = 'restarting';
  const started = (child: RunningChild) => {
    tell(child);
    state = 'running';
    return child;
  };
  let running: RunningChild | null = null;
  const lockedUntil = performance.now() + lockedForMs;
  for (let attempt = 1; running === null;)
    try {
      running = started(await launch());
    } catch (error) {
      const { code } = error as Partial<FspError>;
      // Somebody else was faster to take a port that was free a moment ago: another will do where any would.
      if (options.port === 0 && code === 'FSP_PORT_TAKEN' && attempt++ < portAttempts) port = await listenOnce(0, host);
      else if (code === 'FSP_DATA_DIR_LOCKED' && performance.now() < lockedUntil) await sleep(lockedPauseMs);
      else if (!isNew && mayPass(error)) {
        sayNotStarted(error);
        break;
      } else throw error;
    }
  const supervision = supervise();

  async function supervise(): Promise<void> {
    let pause = firstPauseMs;
    while (!stopping.signal.aborted) {
      if (running !== null) {
        await ending(running);
        running = null;
        if (stopping.signal.aborted) return;
        state = 'restarting';
        pause = firstPauseMs;
        options.logger?.warn(
          'The embedded ClickHouse ended unexpectedly and is started again; messages wait in the spool',
        );
      }
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        running = started(await launch());
        options.logger?.info('The embedded ClickHouse runs again');
        if (stopping.signal.aborted) await stopChild(running, options.logger);
      } catch (error) {
        if (stopping.signal.aborted) return;
        pause = Math.min(pause * 2, longestPauseMs);
        sayNotStarted(error);
      }
    }
  }

  /** Waits for the end of an engine, and brings it about where it hangs. */
  async function ending({ child, exited }: RunningChild): Promise<void> {
    const ended = new AbortController();
    const watched = comesToHang(`http://127.0.0.1:${port}`, ended.signal, options.pulseMs).then((hangs) => {
      if (!hangs) return;
      options.logger?.warn('The embedded ClickHouse has said nothing for minutes: it hangs, and is ended by force');
      child.kill('SIGKILL');
    });
    await exited;
    ended.abort();
    await watched;
  }

  function sayNotStarted(error: unknown): void {
    options.logger?.warn(
      `The embedded ClickHouse did not start and is tried again; messages wait in the spool: ${(error as Error).message}`,
    );
  }

  return {
    url: `http://127.0.0.1:${port}`,
    writer: credentials.writer,
    reader: credentials.reader,
    landlock: () => running?.landlock ?? 'not started',
    state: () => state,
    isNew,
    pid: () => running?.child.pid ?? 0,
    async stop() {
      stopping.abort();
      if (running !== null) await stopChild(running, options.logger);
      await supervision;
      state = 'stopped';
      unlessFull(() => {
        keepEngineCredentials(dataDir, { ...credentials, url: '', native: '' });
      });
    },
  };
}

/** What another try may not meet again; a folder in use, a taken port or a missing library need somebody first. */
function mayPass(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'FSP_ENGINE_FAILED' || isFull(code);
}

/** A free port where any will do: it is known before the engine starts, which may be for the second time. */
async function definite<Port extends number | null>(port: Port, host: string): Promise<Port | number> {
  if (port !== 0) return port;
  return listenOnce(0, host).catch((error: unknown) => Promise.reject(cannotListen(0, host, error)));
}

async function refuseTakenPort(port: number, host: string): Promise<void> {
  for (const address of new Set(['127.0.0.1', host]))
    try {
      await listenOnce(port, address);
    } catch (error) {
      throw cannotListen(port, address, error);
    }
}

/** The port is another's, or not this user's; or the address is none of this machine. */
function cannotListen(port: number, address: string, error: unknown): FspError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' || code === 'EACCES'
    ? new FspError(
        'FSP_PORT_TAKEN',
        `Port ${port} on ${address} cannot be used for ClickHouse (${code}); choose another with FSP_EMBEDDED_CLICKHOUSE_PORT`,
      )
    : new FspError(
        'FSP_CONFIG_INVALID',
        `FSP_EMBEDDED_CLICKHOUSE_HOST is ${JSON.stringify(address)}, and nothing can listen there (${code}); allowed: an address of this machine`,
      );
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
    /** Ends a start that is still under way. */
    signal: AbortSignal;
  },
): Promise<RunningChild> {
  const { dataDir, credentials, library, host, port, nativePort } = options;
  const usersFile = join(dataDir, 'users.xml');
  const configFile = join(dataDir, 'config.xml');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(usersFile, usersXml({ database: options.database, ...credentials, host }), { mode: 0o600 });
  writeFileSync(configFile, configXml({ usersFile, port, nativePort, host }), { mode: 0o600 });

  // The last query waits on standard input, which this process holds open; its end is a clean stop.
  const script =
    `SYSTEM START LISTEN HTTP; ${nativePort === null ? '' : 'SYSTEM START LISTEN TCP; '}` +
    `SELECT count() FROM file(stdin, 'LineAsString', 's String') FORMAT Null`;
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
    // All times are UTC, also those of today() and now(), whatever the machine's zone.
    env: { PATH: process.env.PATH, TZ: 'UTC' },
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

  const deadline = performance.now() + startWithinMs;
  try {
    for (;;) {
      if (ended) throw startError(said);
      // Asked and not told by a file: on a full disk that would stay empty.
      if (await answers(port, credentials.writer)) {
        const landlock = /^landlock (.*)$/m.exec(said)?.[1] ?? 'unknown';
        if (landlock.startsWith('off'))
          options.logger?.warn(
            `The embedded ClickHouse is not confined to its folder (Landlock ${landlock}); let only trusted people query it`,
          );
        return { child, native: nativePort !== null, landlock, exited };
      }
      options.signal.throwIfAborted();
      if (performance.now() > deadline)
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

/** The compiled module: Node runs no TypeScript, also where a test runs this file from its source. */
function childProgram(): string {
  const sibling = fileURLToPath(new URL('./engine-child.cjs', import.meta.url));
  return existsSync(sibling)
    ? sibling
    : fileURLToPath(new URL('../../dist/clickhouse/engine-child.cjs', import.meta.url));
}

/** @throws FspError FSP_PORT_TAKEN where another server answers: only ours knows the password */
async function answers(port: number, { username, password }: Account): Promise<boolean> {
  let status: number;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/?query=SELECT+1`, {
      // A connection that stays open would keep the engine from ending when it is to: it waits five seconds for each.
      headers: { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password, connection: 'close' },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await answer.text();
    status = answer.status;
  } catch {
    return false;
  }
  if (status !== 200) throw portTaken(`another server answers on port ${port}`);
  return true;
}

function portTaken(found: string): FspError {
  return new FspError(
    'FSP_PORT_TAKEN',
    `The embedded ClickHouse cannot listen: ${found}; choose another with FSP_EMBEDDED_CLICKHOUSE_PORT`,
  );
}

function startError(said: string): FspError {
  if (/Cannot lock file|CANNOT_OPEN_FILE|Code: 76/.test(said)) {
    return new FspError(
      'FSP_DATA_DIR_LOCKED',
      'The folder of the embedded ClickHouse is in use by another process; stop it, or name another folder with FSP_DATA_DIR',
    );
  }
  if (/Address already in use/.test(said)) return portTaken('its port was taken while it started');
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

async function stopChild({ child, exited }: RunningChild, logger: EngineOptions['logger']): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    logger?.warn(
      `The embedded ClickHouse was ended by force, as it had not ended by itself within ${stopWithinMs / 1000} s: it waits for queries and for connections that are kept open. Nothing that it took is lost`,
    );
  }, stopWithinMs);
  await exited;
  clearTimeout(timer);
}
