// Processes that are measured: the server, what it is held against, and what each has used.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../../server/bin/fsp.js', import.meta.url));

/** What Node is told by all that starts the server: `npm start`, the systemd unit, the container. */
export const nodeOptions = ['--v8-pool-size=1', '--max-semi-space-size=32'];

/** The environment of a server that is measured: free ports, a data folder of its own, nothing of this shell's settings. */
export function environment(dataDir, more = {}) {
  return {
    PATH: process.env.PATH,
    FSP_DATA_DIR: dataDir,
    FSP_INTAKE_HOST: '127.0.0.1',
    FSP_INTAKE_PORT: '0',
    FSP_MANAGEMENT_PORT: '0',
    FSP_EMBEDDED_CLICKHOUSE_PORT: '0',
    FSP_EMBEDDED_CLICKHOUSE_NATIVE_PORT: '0',
    ...more,
  };
}

/** Starts `fsp serve` over a data folder, as `npm start` does; resolves when it says where clients post to. */
export async function startServer(dataDir, more = {}) {
  const child = spawn(process.execPath, [...nodeOptions, program, 'serve'], {
    env: environment(dataDir, more),
  });
  // A pipe that nobody reads would stop the server once it is full.
  child.stdout.resume();
  const url = await said(child.stderr, /clients post to\s+(\S+)\/SMS_FSP/);
  child.stderr.resume();
  return { child, url };
}

/** Starts a script of this folder that says its address in its first line. */
export async function startScript(name, env = process.env) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url))], { env });
  child.stderr.resume();
  return { child, url: await said(child.stdout, /(http:\S+)/) };
}

/** Runs a script of this folder to its end; the JSON that it says. */
export async function run(name, ...args) {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args.map(String)]);
  return JSON.parse(stdout);
}

export async function stop({ child }) {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

/** What a process has used of the processor since it began, in milliseconds. */
export function processorMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  // In hundredths of a second: utime and stime of proc(5).
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Memory of a process that no file stands behind, in MB. */
export function anonymousMb(pid) {
  const kb = /^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A median with its spread. */
export function told(values, digits = 0) {
  const text = (value) => value.toLocaleString('en', { maximumFractionDigits: digits });
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

async function said(stream, pattern) {
  let text = '';
  return new Promise((resolve, reject) => {
    const look = (chunk) => {
      text += chunk;
      const found = pattern.exec(text)?.[1];
      if (found === undefined) return;
      stream.off('data', look);
      resolve(found);
    };
    stream.on('data', look).once('end', () => reject(new Error(`it did not start: ${text}`)));
  });
}
