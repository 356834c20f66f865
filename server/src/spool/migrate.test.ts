import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { beforeEach, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { name, window } from '../../../test/spool-model.js';
import { testFolder } from '../../../test/test-folder.js';
import type { StateMessageEntry } from './entries.js';
import { openSpool } from './open.js';

let root: string;
let dir: string;
const told: string[] = [];
const now = Date.parse('2026-01-02T12:00:00Z');
const open = () => openSpool({ dir, now: () => now, logger: { error: (message) => told.push(message) } });
const limits = { maxEntries: 1_000, maxBytes: 1e7 };
const position = { key: 'k', logFile: 'l', path: 'p', device: 1, inode: 2, headLength: 3, headHash: 'h', offset: 4 };
const pending = { id: 'b'.repeat(32), from: 13, to: 15, createdAt: 77 };

/** A spool as the version before wrote it: positions 11 to 20 admitted, of which `a` has two and a batch of three under way. */
async function oldSpool(waiting = 30): Promise<StateMessageEntry[]> {
  const lmdb = openLmdb({ path: dir, maxDbs: 8, overlappingSync: false, noSubdir: false });
  const entries = lmdb.openDB<object, number>({ name: 'entries' });
  const waits = lmdb.openDB<number, [number, number]>({ name: 'waiting' });
  const admitted = lmdb.openDB<number, number>({ name: 'admitted' });
  const seen = lmdb.openDB<Buffer, Buffer>({ name: 'seen', keyEncoding: 'binary', encoding: 'binary' });
  const records = lmdb.openDB<object, string>({ name: 'records' });
  const all = Array.from({ length: 10 + waiting }, (_unused, at) =>
    entry(`m${at}`, { failed: at % 3 === 0, raw: Buffer.from(`<Report n="${at}"/>`), receivedAt: now + at }),
  );
  for (const [at, one] of all.entries()) {
    void entries.put(101 + at, one);
    if (at < 10) void admitted.put(11 + at, 101 + at);
    else void waits.put([one.failed ? 0 : 1, 101 + at], one.receivedAt);
    const key = Buffer.alloc(18);
    key.writeUInt16BE(Math.floor(now / 86_400_000));
    key.write(one.messageId, 2, 'hex');
    void seen.put(key, Buffer.alloc(0));
  }
  await records.put('window', window(7));
  await records.put('sink a', { cursor: 12, pending });
  await records.put('sink b', { cursor: 10, pending: null });
  await records.put('log k', position);
  await lmdb.close();
  return all;
}

async function drain(sink: string): Promise<StateMessageEntry[]> {
  const spool = await open();
  try {
    while ((await spool.admit(1_000, 'arrival', window)) > 0);
    const got: StateMessageEntry[] = [];
    for (
      let next = await spool.sinks.nextBatch(sink, limits);
      next !== null;
      next = await spool.sinks.nextBatch(sink, limits)
    ) {
      got.push(...(next.batch.entries as StateMessageEntry[]));
      await spool.sinks.completeBatch(sink, next.batch.id);
    }
    return got;
  } finally {
    await spool.close();
  }
}

beforeEach(() => {
  root = testFolder();
  dir = join(root, 'spool');
  told.length = 0;
});

test('a spool of the version before is taken over: the batch under way, what waits, window, log positions, identities', async () => {
  const all = await oldSpool();
  const spool = await open();
  await spool.sinks.register(['a', 'b']);
  expect(spool.storedWindow()).toEqual(window(7));
  expect(spool.logPositions()).toEqual([position]);
  expect(spool.stats()).toMatchObject({ waiting: 30, waitingFailed: 10, oldestWaitingAt: now + 10, admitted: 10 });
  expect([spool.sinks.lag('a'), spool.sinks.lag('b')]).toEqual([8, 10]);
  const again = await spool.sinks.nextBatch('a', limits);
  expect(again).toEqual({ batch: { id: pending.id, createdAt: 77, entries: all.slice(2, 5) }, redelivery: true });
  expect(await spool.append([all[20]!, entry('new')])).toBe(1);
  await spool.close();
  expect((await drain('a')).slice(0, -1)).toEqual(all.slice(2));
  expect((await drain('b')).slice(0, -1)).toEqual(all);
  expect(told).toEqual([]);
  expect(readdirSync(join(dir, 'before-migration'))).toContain('data.mdb');
  expect(existsSync(join(dir, 'migrating'))).toBe(false);
});

test('a kill while it is made, and one while it is moved in place, are made good by the next start', async () => {
  const all = await oldSpool();
  mkdirSync(join(dir, 'migrating', 'reports'), { recursive: true });
  writeFileSync(join(dir, 'migrating', 'reports', '0000000001.log'), 'half of it');
  expect(await drain('b')).toEqual(all);

  // As it stood after the new one was made and some of it was moved.
  const back = join(dir, 'migrating');
  mkdirSync(back);
  for (const file of ['journal', 'checkpoint-a', 'checkpoint-b', 'identities'])
    renameSync(join(dir, file), join(back, file));
  writeFileSync(join(back, 'complete'), '');
  renameSync(join(dir, 'before-migration', 'data.mdb'), join(dir, 'data.mdb'));
  expect(await drain('b')).toEqual([]);
  expect((await drain('a')).map(name)).toEqual(all.slice(2).map(name));
  expect(existsSync(join(dir, 'data.mdb'))).toBe(false);
  expect(told).toEqual([]);
});

test('what an earlier version took after the spool was taken over lies where it can be delivered from, each time', async () => {
  await oldSpool();
  await drain('b');
  for (const folder of ['earlier-version', 'earlier-version-2']) {
    told.length = 0;
    const all = await oldSpool();
    expect(await drain('b')).toEqual([]);
    expect(told).toEqual([expect.stringContaining(`fsp drain --spool ${join(dir, folder)} delivers it`)]);
    const beside = await openSpool({ dir: join(dir, folder, 'spool'), now: () => now });
    expect(beside.stats()).toMatchObject({ waiting: all.length - 10, admitted: 10 });
    await beside.close();
  }
});

test('one that is damaged ends the process that reads it, not the server; what can be read is taken over, the rest told', async () => {
  await oldSpool(3_000);
  const file = join(dir, 'data.mdb');
  const { length } = readFileSync(file);
  truncateSync(file, Math.floor(length / 2));
  const spool = await open();
  await spool.sinks.register(['a', 'b']);
  await spool.append([entry('goes on')]);
  expect(spool.stats().waiting).toBeGreaterThan(0);
  await spool.close();
  expect(told.join('\n')).toMatch(/The spool is damaged: data\.mdb/);
});
