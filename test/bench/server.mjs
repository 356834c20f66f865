// The server with little and with much that waits: how soon it is ready, what memory it holds, what it uses idle.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { anonymousMb, median, processorMs, startServer, stop } from './processes.mjs';
import { filledSpool } from './spools.mjs';

const few = 10_000;
/** As little as may be is admitted: what waits, waits. */
const closed = { FSP_THROTTLE_MESSAGES: '100', FSP_THROTTLE_INTERVAL: '86400' };

/**
 * Rows of the results.
 * @param settleMs V8 collects what a start leaves behind when nothing has happened for half a minute
 * @param idleMs of each window; what is done once a minute should be in each of them once
 */
export async function benchServer({ waiting, settleMs, idleMs, idleWindows }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  try {
    const started = [await startedWith(join(folder, 'few'), few), await startedWith(join(folder, 'many'), waiting)];
    await sleep(settleMs);
    // Side by side: both have the same noise, and half of the time goes by.
    const [little, much] = await Promise.all(started.map((one) => atRest(one, { idleMs, idleWindows })));
    const many = waiting.toLocaleString('en');
    return [
      {
        key: 'server.start',
        what: `start to taking messages with ${many} waiting, s`,
        measured: much.startS.toFixed(1),
        against: `${little.startS.toFixed(1)} with ${few.toLocaleString('en')}`,
        ratio: little.startS / much.startS,
        target: '≤ 3 s',
      },
      {
        key: 'server.memory',
        what: `memory with ${many} waiting, MB that no file stands behind`,
        measured: much.mb.toFixed(0),
        against: `${little.mb.toFixed(0)} with ${few.toLocaleString('en')}`,
        ratio: little.mb / much.mb,
        target: '≤ 250 MB, ± 20 %',
      },
      {
        key: 'server.idle',
        what: 'idle, part of a core',
        measured: `${(much.idle * 100).toFixed(2)} %`,
        against: `${(little.idle * 100).toFixed(2)} % with ${few.toLocaleString('en')}`,
        ratio: little.idle / much.idle,
        target: '< 1 %',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A start with so many messages waiting: how long it takes, and what memory is held then. */
export async function startWith(dataDir, waiting) {
  const { server, startS } = await startedWith(dataDir, waiting);
  const mb = anonymousMb(server.child.pid);
  await stop(server);
  return { startS, mb };
}

async function startedWith(dataDir, waiting) {
  // Made by a first start, so that the second measures a start and not a schema.
  mkdirSync(dataDir);
  await stop(await startServer(dataDir, closed));
  rmSync(join(dataDir, 'spool'), { recursive: true });
  rmSync(join(dataDir, 'spool.json'), { force: true });
  await (await filledSpool(join(dataDir, 'spool'), 'W', waiting, ['clickhouse'])).close();
  const begun = performance.now();
  const server = await startServer(dataDir, closed);
  return { server, startS: (performance.now() - begun) / 1000 };
}

async function atRest({ server, startS }, { idleMs, idleWindows }) {
  const { pid } = server.child;
  const parts = [];
  for (let window = 0; window < idleWindows; window++) {
    const before = processorMs(pid);
    await sleep(idleMs);
    parts.push((processorMs(pid) - before) / idleMs);
  }
  const mb = anonymousMb(pid);
  await stop(server);
  return { startS, mb, idle: median(parts) };
}
