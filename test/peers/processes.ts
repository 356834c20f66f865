import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anonymousMegabytes } from '../reliability/processes.js';

/** What a peer needs is not on this machine: said in one line, and the command ends. */
export class Missing extends Error {}

/** Whether a program is on this machine. */
export function has(program: string, question = '--version'): boolean {
  return spawnSync(program, [question], { stdio: 'ignore' }).error === undefined;
}

/** A folder for data of one comparison, which no test ends. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'fsp-peers-'));
  return {
    path,
    remove() {
      // An engine whose server was killed writes for a moment more.
      rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

/** A program that serves until it is ended. */
export interface Serving {
  pid: number;
  output(): string;
  /** Whether it has ended by itself. */
  gone(): boolean;
  end(signal: NodeJS.Signals): Promise<void>;
}

export function serve(program: string, args: string[], env: Record<string, string> = {}): Serving {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-100_000)));
  return {
    pid: child.pid ?? 0,
    output: () => said,
    gone: () => hasEnded(child),
    async end(signal) {
      if (!hasEnded(child)) child.kill(signal);
      await closed;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Runs a program to its end; what it says goes to the terminal. */
export async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Ticks of the kernel's clock in a second (`getconf CLK_TCK`, 100 on every Linux that Node runs on). */
const ticks = 100;

/** CPU time of a process with all of its threads, in seconds; of its children nothing. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

export interface Cost {
  seconds: number;
  cpuSeconds: number;
  /** Most anonymous memory that was seen, looked at ten times a second. */
  peakMegabytes: number;
}

/** Begins to measure a process; the answer ends it and tells what it cost since. */
export function measure(pid: number): () => Cost {
  const begun = performance.now();
  const before = cpuSeconds(pid);
  let peak = anonymousMegabytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, anonymousMegabytes(pid));
  }, 100);
  return () => {
    clearInterval(timer);
    return {
      seconds: (performance.now() - begun) / 1000,
      cpuSeconds: cpuSeconds(pid) - before,
      peakMegabytes: Math.max(peak, anonymousMegabytes(pid)),
    };
  };
}

/** Waits until something is so. */
export async function until(
  what: string,
  so: () => boolean | Promise<boolean>,
  { withinMs = 120_000, everyMs = 100 }: { withinMs?: number; everyMs?: number } = {},
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await so())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Waits until a number is above zero and stays what it is for so long. */
export async function untilSteady(
  what: string,
  count: () => Promise<number>,
  { quietMs = 3_000, withinMs = 300_000 } = {},
): Promise<void> {
  let last = -1;
  let since = performance.now();
  await until(
    what,
    async () => {
      const now = await count();
      if (now !== last || now === 0) since = performance.now();
      last = now;
      return performance.now() - since >= quietMs;
    },
    { withinMs, everyMs: 500 },
  );
}
