import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { IdRun } from './id-run.js';
import { IdTable, idBytes } from './id-table.js';

const count = 65_536;
const place = { mark: Buffer.alloc(16), log: 3, segment: 1 };
let folder: string;

beforeEach(() => {
  folder = testFolder();
});

test('identities become a run in small steps, between which everybody else has a turn, and all are found in it', async () => {
  const ids = randomBytes(count * idBytes);
  const table = new IdTable(count);
  for (let at = 0; at < ids.length; at += idBytes) table.add(ids.subarray(at, at + idBytes));
  const path = join(folder, '1.run');
  // Only until it is written: while a disk is waited for, everybody has turns anyway.
  let turns = 0;
  const countTurn = () => {
    if (existsSync(`${path}.new`)) return;
    turns++;
    setImmediate(countTurn);
  };
  setImmediate(countTurn);
  const run = await IdRun.write(path, place, 20_000, await table.bytes());
  // Each is gone through three times, at most a thousand or so at once.
  expect(turns).toBeGreaterThanOrEqual((3 * count) / 1_400);
  for (let at = 0; at < ids.length; at += 97 * idBytes) expect(run.has(ids.subarray(at, at + idBytes))).toBe(true);
  expect(run.has(randomBytes(idBytes))).toBe(false);
  run.close();
});
