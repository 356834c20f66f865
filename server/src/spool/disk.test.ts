import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, renameSync, writeSync } from 'node:fs';
import { open as openFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { entry } from '../../../test/entries.js';
import { name, window } from '../../../test/spool-model.js';
import { testFolder } from '../../../test/test-folder.js';
import { openSpool } from './open.js';
import type { SpoolOptions } from './parts.js';
import type { Spool } from './spool.js';

let root: string;
const told: string[] = [];
const limits = { maxEntries: 50, maxBytes: 1e6 };
const open = async (dir: string, options: Partial<SpoolOptions> = {}) => {
  const spool = await openSpool({ dir, logger: { error: (message) => told.push(message) }, ...options });
  await spool.sinks.register(['sink']);
  return spool;
};
const drain = async (spool: Spool) => {
  const got: string[] = [];
  for (;;) {
    const moved = await spool.admit(50, 'failures-first', window);
    const next = await spool.sinks.nextBatch('sink', limits);
    if (next === null && moved === 0) return got;
    if (next === null) continue;
    got.push(...next.batch.entries.map(name));
    await spool.sinks.completeBatch('sink', next.batch.id);
  }
};

/** A stand-in for a disk that fails when it is to flush: no file system here can be made to. */
async function flushes() {
  const probe = await openFile(join(root, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const write = Reflect.get(prototype, 'write') as (...args: unknown[]) => Promise<unknown>;
  const writes = vi.spyOn(prototype as { write(...args: unknown[]): Promise<unknown> }, 'write');
  // What was written may be read again: it is not on the disk.
  const failing = async function (this: unknown, ...args: unknown[]) {
    await Reflect.apply(write, this, args);
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  };
  return { writes, failing };
}

beforeEach(() => {
  root = testFolder();
  told.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('a full disk refuses, loses nothing, lets a restart come up and deliver, and takes again when there is room', async () => {
  // A file system of its own; mounting one takes the rights of root.
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', root]);
  try {
    const dir = join(root, 'spool');
    let spool = await open(dir);
    const acknowledged: string[] = [];
    const fill = async () => {
      for (let serial = 0; ; serial++) {
        const one = entry(`f${acknowledged.length}-${serial}`, {
          raw: Buffer.alloc(10_000, 65),
          failed: serial % 4 === 0,
        });
        try {
          await spool.append([one]);
          acknowledged.push(name(one));
        } catch (error) {
          expect(error).toMatchObject({ code: 'FSP_SPOOL_UNAVAILABLE' });
          return;
        }
      }
    };
    await fill();
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(spool.unavailable()).toMatch(/ENOSPC/);
    await spool.close();
    // Someone else takes the last byte.
    const filler = openSync(join(root, 'filler'), 'w');
    for (const size of [65_536, 1_024, 1]) {
      try {
        for (;;) writeSync(filler, Buffer.alloc(size));
      } catch {
        // Full.
      }
    }
    closeSync(filler);
    spool = await open(dir);
    const got = await drain(spool);
    expect(got.sort()).toEqual([...acknowledged].sort());
    const before = acknowledged.length;
    await fill();
    expect(acknowledged.length).toBeGreaterThan(before + 50);
    expect(await drain(spool)).toHaveLength(acknowledged.length - before);
    await vi.waitFor(
      () => {
        expect(spool.unavailable()).toBeNull();
      },
      { timeout: 10_000 },
    );
    await spool.close();
    expect(told).toEqual([]);
  } finally {
    execFileSync('umount', [root]);
  }
});

test('after a flush that failed nothing is acknowledged that is not in a new file, flushed, and nothing is there twice', async () => {
  const spool = await open(join(root, 'spool'));
  await spool.append([entry('before')]);
  const { writes, failing } = await flushes();
  writes.mockImplementationOnce(failing);
  await Promise.all(['one', 'two'].map((one) => spool.append([entry(one)])));
  // The group, and the same again.
  expect(writes.mock.calls.length).toBeGreaterThan(1);
  await spool.close();
  const again = await open(join(root, 'spool'));
  expect(again.stats().waiting).toBe(3);
  expect((await drain(again)).sort()).toEqual(['before', 'one', 'two']);
  await again.close();
  expect(told).toEqual([]);
});

test('while every flush fails all is refused, nothing refused counts, and it goes on by itself', async () => {
  const spool = await open(join(root, 'spool'));
  await spool.append([entry('before')]);
  const { writes, failing } = await flushes();
  writes.mockImplementation(failing);
  for (const one of ['x', 'y'])
    await expect(spool.append([entry(one)])).rejects.toMatchObject({ code: 'FSP_SPOOL_UNAVAILABLE' });
  expect([spool.stats().waiting, spool.unavailable() === null]).toEqual([1, false]);
  writes.mockRestore();
  await spool.append([entry('x')]);
  expect([spool.stats().waiting, spool.unavailable()]).toEqual([2, null]);
  await spool.close();
  const again = await open(join(root, 'spool'));
  expect((await drain(again)).sort()).toEqual(['before', 'x']);
  await again.close();
  expect(told).toEqual([]);
});

test('nothing is acknowledged that no start would find: a folder that is taken away is told, what it holds waits, and it goes on when it is back', async () => {
  const dir = join(root, 'spool');
  let spool = await open(dir);
  const taken: string[] = [];
  const post = async () => {
    const one = entry(`t${taken.length}`);
    await spool.append([one]);
    taken.push(name(one));
  };
  await post();
  renameSync(dir, join(root, 'away'));
  // What is taken until it is noticed lies in the folder, wherever that is.
  await vi.waitFor(
    async () => {
      await expect(post()).rejects.toThrow(/is gone: mount it/);
    },
    { timeout: 5_000 },
  );
  expect(spool.unavailable()).toMatch(/ENOENT/);
  await expect(spool.admit(50, 'failures-first', window)).rejects.toThrow();
  renameSync(join(root, 'away'), dir);
  await vi.waitFor(post, { timeout: 10_000 });
  await spool.close();
  spool = await open(dir);
  expect((await drain(spool)).sort()).toEqual([...taken].sort());
  await spool.close();
  expect(told).toEqual([]);
});

test('segments that are not indexed yet are not gone through while their folder is away: their messages are told as lost by nobody, and are there when it is back', async () => {
  const dir = join(root, 'spool');
  const segmentBytes = { reports: 24 * 1024, journal: 8 * 1024 };
  let spool = await open(dir, { segmentBytes });
  const taken = Array.from({ length: 60 }, (_unused, serial) =>
    entry(`t${serial}`, { raw: Buffer.alloc(3_000, serial) }),
  );
  for (const one of taken) await spool.append([one]);
  await spool.close();
  spool = await open(dir, { segmentBytes });
  renameSync(dir, join(root, 'away'));
  await expect(spool.admit(50, 'failures-first', window)).rejects.toThrow(/is gone: mount it/);
  renameSync(join(root, 'away'), dir);
  expect((await drain(spool)).sort()).toEqual(taken.map(name).sort());
  await spool.close();
  expect(told).toEqual([]);
});

test('where the file system numbers an open file otherwise than its path, the spool goes on in one segment', async () => {
  const dir = join(root, 'spool');
  const probe = await openFile(join(root, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  const stats = Object.assign(await probe.stat(), { dev: 4_294_967_297 });
  await probe.close();
  const spool = await open(dir);
  vi.spyOn(prototype as { stat(): Promise<unknown> }, 'stat').mockResolvedValue(stats);
  await spool.append([entry('first')]);
  const before = readdirSync(join(dir, 'reports'));
  for (let serial = 0; serial < 5; serial++) await spool.append([entry(`then${serial}`)]);
  expect(readdirSync(join(dir, 'reports'))).toEqual(before);
  vi.restoreAllMocks();
  await spool.close();
});
