import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { IdRun } from './id-run.js';
import { IdTable, idBytes } from './id-table.js';

const count = 65_536;
const place = { mark: Buffer.alloc(16), log: 3, segment: 1 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fsp-run-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('identities become a run in small steps, between which everybody else has a turn, and all are found in it', async () => {
  const ids = randomBytes(count * idBytes);
  const table = new IdTable(count);
  for (let at = 0; at < ids.length; at += idBytes) table.add(ids.subarray(at, at + idBytes));
  let turns = 0;
  let over = false;
  const countTurn = () => {
    turns++;
    if (!over) setImmediate(countTurn);
  };
  setImmediate(countTurn);
  const run = await IdRun.write(join(folder, '1.run'), place, 20_000, await table.bytes());
  over = true;
  expect(turns).toBeGreaterThanOrEqual((3 * count) / 2_048);
  for (let at = 0; at < ids.length; at += 97 * idBytes) expect(run.has(ids.subarray(at, at + idBytes))).toBe(true);
  expect(run.has(randomBytes(idBytes))).toBe(false);
  run.close();
});
