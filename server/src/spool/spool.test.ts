import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { testFolder } from '../../../test/test-folder.js';
import type { Window } from './state.js';
import type { SpoolEntry } from './entries.js';
import { lockDataDir } from '../disk/lock.js';
import { openSpool } from './open.js';
import type { Spool } from './spool.js';

let dir: string;
let spool: Spool;
let now = Date.parse('2026-01-02T00:00:00Z');
const window = (used: number): Window => ({ start: 0, limit: 1000, intervalMs: 1000, used, received: 0, rejected: 0 });
const limits = { maxEntries: 100, maxBytes: 1e6 };
const open = () => openSpool({ dir, now: () => now });
const reopen = async () => {
  await spool.close();
  spool = await open();
};
const names = (entries: SpoolEntry[]) =>
  entries.map((one) => (one.kind === 'state_message' ? one.machine.netbiosName : one.kind));
const admitAll = () => spool.admit(500, 'failures-first', window);

beforeEach(async () => {
  dir = join(testFolder(), 'spool');
  spool = await open();
  await spool.sinks.register(['a', 'b']);
});
afterEach(async () => {
  await spool.close();
});

describe('waiting messages', () => {
  test('survive a restart with every field, and wait until they are admitted', async () => {
    await spool.append([entry('one', { failed: true }), entry('two', { reportIndex: 1 })]);
    await reopen();
    expect(spool.stats()).toMatchObject({ waiting: 2, waitingFailed: 1, oldestWaitingAt: entry('one').receivedAt });
    expect(await spool.sinks.nextBatch('a', limits)).toBeNull();
    await admitAll();
    expect((await spool.sinks.nextBatch('a', limits))?.batch.entries).toEqual([
      entry('one', { failed: true }),
      entry('two', { reportIndex: 1 }),
    ]);
  });

  test('pass failures first, or in their order of arrival when that is asked for', async () => {
    await spool.append([entry('ok1'), entry('bad1', { failed: true })]);
    await spool.append([entry('ok2'), entry('bad2', { failed: true })]);
    expect(await spool.admit(1, 'arrival', window)).toBe(1);
    expect(await spool.admit(2, 'failures-first', window)).toBe(2);
    await admitAll();
    expect(names((await spool.sinks.nextBatch('a', limits))!.batch.entries)).toEqual(['ok1', 'bad1', 'bad2', 'ok2']);
  });

  test('leave with the window of the throttle in one step', async () => {
    await spool.append([entry('one'), entry('two'), entry('three')]);
    await spool.admit(2, 'arrival', window);
    await reopen();
    expect(spool.storedWindow()?.used).toBe(2);
    expect(spool.stats().waiting).toBe(1);
  });
});

describe('what sinks have not taken', () => {
  test('is gone through while sinks take it and its segments go: none of them counts as damaged', async () => {
    await spool.close();
    spool = await openSpool({ dir, now: () => now, segmentBytes: { reports: 32 * 1024, journal: 256 * 1024 } });
    const all = Array.from({ length: 3_000 }, (_, index) => entry(`PC${index}`, { raw: Buffer.alloc(1_000, 7) }));
    await Promise.all(all.map((one) => spool.append([one])));
    while ((await spool.admit(5_000, 'arrival', window)) > 0);
    const take = async (sink: string) => {
      for (let next; (next = await spool.sinks.nextBatch(sink, limits)) !== null;)
        await spool.sinks.completeBatch(sink, next.batch.id);
    };
    const look = async () => {
      while (!spool.isEmpty()) for await (const entries of spool.held()) expect(entries.length).toBeGreaterThan(0);
    };
    await Promise.all([look(), look(), take('a'), take('b')]);
    expect(spool.stats().damage).toMatchObject({ pieces: 0, messages: 0 });
  });
});

describe('a message that comes again', () => {
  test('is acknowledged and not taken twice, at once, later, and after a restart', async () => {
    expect(await Promise.all([spool.append([entry('same')]), spool.append([entry('same')])])).toEqual([1, 0]);
    expect(await spool.append([entry('same'), entry('same'), entry('new')])).toBe(1);
    await reopen();
    expect(await spool.append([entry('same')])).toBe(0);
    now += 2 * 86_400_000;
    expect(await spool.append([entry('same')])).toBe(0);
    expect(spool.stats().waiting).toBe(2);
  });

  test('is new again after three days', async () => {
    await spool.append([entry('same')]);
    now += 3 * 86_400_000;
    expect(await spool.append([entry('same')])).toBe(1);
  });
});

describe('a batch', () => {
  test('comes again the same after a restart, says so, and is gone once it is completed', async () => {
    await spool.append([entry('one'), entry('two')]);
    await admitAll();
    const first = await spool.sinks.nextBatch('a', { ...limits, maxEntries: 1 });
    expect(first).toMatchObject({ redelivery: false });
    await reopen();
    await spool.append([entry('three')]);
    await admitAll();
    expect(await spool.sinks.nextBatch('a', limits)).toEqual({ batch: first!.batch, redelivery: true });
    await spool.sinks.completeBatch('a', first!.batch.id);
    await reopen();
    expect(names((await spool.sinks.nextBatch('a', limits))!.batch.entries)).toEqual(['two', 'three']);
  });

  test('ends at the limit of bytes, with one entry at least', async () => {
    await spool.append([entry('one', { raw: Buffer.alloc(5000) }), entry('two', { raw: Buffer.alloc(5000) })]);
    await admitAll();
    expect((await spool.sinks.nextBatch('a', { maxEntries: 10, maxBytes: 100 }))!.batch.entries).toHaveLength(1);
  });

  test('is known to be full by its entries or its bytes before anything is read', async () => {
    await spool.append([entry('one', { raw: Buffer.alloc(5000) })]);
    await spool.append([entry('two', { raw: Buffer.alloc(5000) })]);
    await admitAll();
    expect(await spool.sinks.batchIsFull('a', { maxEntries: 3, maxBytes: 1e6 })).toBe(false);
    expect(await spool.sinks.batchIsFull('a', { maxEntries: 2, maxBytes: 1e6 })).toBe(true);
    expect(await spool.sinks.batchIsFull('a', { maxEntries: 3, maxBytes: 9_000 })).toBe(true);
  });

  test('is kept for the sink that is behind, and deleted when the last has it', async () => {
    await spool.append([entry('one'), entry('two')]);
    await admitAll();
    const complete = async (sink: string) =>
      spool.sinks.completeBatch(sink, (await spool.sinks.nextBatch(sink, limits))!.batch.id);
    await complete('a');
    expect([spool.sinks.lag('a'), spool.sinks.lag('b'), spool.stats().admitted]).toEqual([0, 2, 2]);
    await complete('b');
    expect(spool.stats().admitted).toBe(0);
    await reopen();
    await spool.append([entry('three')]);
    await admitAll();
    expect(spool.sinks.lag('a')).toBe(1);
    expect(names((await spool.sinks.nextBatch('a', limits))!.batch.entries)).toEqual(['three']);
  });

  test('of a sink that was given up is never completed by a late answer', async () => {
    await spool.append([entry('one'), entry('two'), entry('three')]);
    await admitAll();
    const late = await spool.sinks.nextBatch('a', { ...limits, maxEntries: 1 });
    await spool.sinks.skip('a', 2);
    await spool.sinks.completeBatch('a', late!.batch.id);
    expect(names((await spool.sinks.nextBatch('a', limits))!.batch.entries)).toEqual(['three']);
  });
});

test('a sink that is gone holds nothing back, and a new one starts with what is still there', async () => {
  await spool.append([entry('one')]);
  await admitAll();
  await spool.sinks.completeBatch('a', (await spool.sinks.nextBatch('a', limits))!.batch.id);
  await spool.append([entry('two')]);
  await admitAll();
  await spool.sinks.register(['a']);
  expect(spool.stats().admitted).toBe(1);
  await spool.sinks.register(['a', 'c']);
  expect(names((await spool.sinks.nextBatch('c', limits))!.batch.entries)).toEqual(['two']);
});

test('ten thousand messages pass in steps without losing one', async () => {
  await Promise.all(
    Array.from({ length: 10_000 }, (_unused, index) => spool.append([entry(`n${index}`, { failed: index % 3 === 0 })])),
  );
  let moved = 0;
  for (let step = await admitAll(); step > 0; step = await admitAll()) moved += step;
  expect(moved).toBe(10_000);
  const seen = new Set<string>();
  for (
    let next = await spool.sinks.nextBatch('a', limits);
    next !== null;
    next = await spool.sinks.nextBatch('a', limits)
  ) {
    for (const name of names(next.batch.entries)) seen.add(name);
    await spool.sinks.completeBatch('a', next.batch.id);
  }
  expect(seen.size).toBe(10_000);
});

test('a folder that cannot be written is told at the start', async () => {
  await expect(openSpool({ dir: '/dev/null/spool' })).rejects.toMatchObject({
    code: 'FSP_DATA_DIR_UNWRITABLE',
    message: expect.stringContaining('give this user the right') as string,
  });
});

describe('the lock of the data folder', () => {
  test('makes the folders on the way there', () => {
    const below = join(dir, 'a', 'b');
    lockDataDir(below).release();
    expect(statSync(below).mode & 0o777).toBe(0o700);
  });

  test.skipIf(process.platform !== 'linux')('is refused at once where the system makes no folders', () => {
    expect(() => lockDataDir('/proc/fsp/data')).toThrow(/data folder \/proc\/fsp\/data cannot be written \(ENOENT\)/);
  });

  // In processes of their own, as in life.
  const holder = fileURLToPath(new URL('../../../test/lock-holder.mjs', import.meta.url));
  const start = async (folder: string) => {
    const child = spawn(process.execPath, [holder, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const kill = async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    return { said: said.toString().trim(), pid: child.pid ?? 0, kill };
  };

  test('keeps a second process out, by number of the first, and ends with the first, also by kill -9', async () => {
    const first = await start(join(dir, 'data'));
    expect(first.said).toBe('held');
    expect((await start(join(dir, 'data'))).said).toContain(
      `is in use by process ${first.pid}; stop it, or name another folder`,
    );
    await first.kill();
    const third = await start(join(dir, 'data'));
    expect(third.said).toBe('held');
    await third.kill();
  });

  test('is refused clearly where the folder cannot be made', async () => {
    expect((await start('/dev/null/nowhere')).said).toMatch(/cannot be written \(\w+\); give this user the right/);
  });
});
