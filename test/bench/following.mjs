// Logs that are followed: many that grow slowly, and one as large as a disk full of years.
import { createWriteStream, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { anonymousMb, processorMs, startServer, stop } from './processes.mjs';

const two = (number) => String(number % 60).padStart(2, '0');
const line = (n) =>
  `<03/15/26 ${two(Math.floor(n / 3_600) % 24)}:${two(Math.floor(n / 60))}:${two(n)}> Checking component number ${n} of the role on this server\r\n`;
/** Records wait for the throttle of nothing: they are delivered as they come. */
const settings = (path) => ({ FSP_SETUP_LOGS: path, FSP_SETUP_LOGS_TIMEZONE: 'Europe/Paris' });

/** Rows of the results. */
export async function benchFollowing({ files, seconds, megabytes }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  try {
    return [await manyFiles(join(folder, 'many'), files, seconds), await oneLarge(join(folder, 'large'), megabytes)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function manyFiles(folder, files, seconds) {
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const open = Array.from({ length: files }, (_, index) => openSync(join(logs, `component-${index}.log`), 'a'));
  for (const file of open) writeSync(file, line(0));
  const server = await startServer(join(folder, 'data'), settings(logs));
  try {
    const { pid } = server.child;
    // What stands in the files when they are found is read first.
    await sleep(20_000);
    const idle = await during(pid, seconds, () => undefined);
    let said = 0;
    const growing = await during(pid, seconds, () => {
      said++;
      for (const file of open) writeSync(file, line(said));
    });
    return {
      key: 'following.many',
      what: `following ${files.toLocaleString('en')} logs of which each gets a line a second, part of a core`,
      measured: `${(growing * 100).toFixed(1)} %, delivery to ClickHouse included`,
      against: `${(idle * 100).toFixed(1)} % while nothing is written`,
      ratio: idle / growing,
      target: '< 5 %',
    };
  } finally {
    await stop(server);
  }
}

/** Part of a core that a process uses while something is done once a second. */
async function during(pid, seconds, once) {
  const before = processorMs(pid);
  const begun = performance.now();
  for (let second = 1; second <= seconds; second++) {
    once();
    await sleep(Math.max(0, begun + second * 1_000 - performance.now()));
  }
  return (processorMs(pid) - before) / (performance.now() - begun);
}

async function oneLarge(folder, megabytes) {
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const stream = createWriteStream(join(logs, 'SMSFSPSetup.log'));
  for (let written = 0, n = 0; written < megabytes * 1e6;) {
    const piece = Array.from({ length: 10_000 }, () => line(n++)).join('');
    written += piece.length;
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  const server = await startServer(join(folder, 'data'), settings(logs));
  try {
    const { pid } = server.child;
    const held = [];
    const begun = performance.now();
    const from = processorMs(pid);
    // It is read when the processor is hardly used any more.
    for (let used = Infinity, last = from; used > 200;) {
      await sleep(1_000);
      used = processorMs(pid) - last;
      last += used;
      held.push(anonymousMb(pid));
    }
    const took = (performance.now() - begun) / 1_000;
    const first = Math.ceil(held.length / 3);
    const early = held.slice(0, first);
    const late = held.slice(first);
    return {
      key: 'following.large',
      what: `memory while a log of ${megabytes.toLocaleString('en')} MB is read, MB that no file stands behind, at most`,
      measured: `${Math.max(...late).toFixed(0)}, ${took.toFixed(0)} s in all`,
      against: `${Math.max(...early).toFixed(0)} in the first third`,
      ratio: Math.max(...early) / Math.max(...late),
      target: 'flat: ± 20 %',
    };
  } finally {
    await stop(server);
  }
}
