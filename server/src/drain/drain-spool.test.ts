import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import type { Sink } from '../delivery/sink.js';
import { Quarantine } from '../quarantine/quarantine.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { drainSpool } from './drain-spool.js';

let dir: string;
let spool: Spool;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'fsp-drain-'));
  spool = await openSpool({ dir: join(dir, 'spool') });
});
afterEach(async () => {
  await spool.close();
  rmSync(dir, { recursive: true });
});

test('a destination that hangs is given up like one that refuses, and keeps what it has not taken', async () => {
  await spool.append([entry('A'), entry('B')]);
  // As a write to a share whose server is away: neither an answer nor an error.
  const hangs: Sink = { name: 'hangs', deliver: () => new Promise(() => undefined), close: () => Promise.resolve() };
  const quarantine = await Quarantine.open({ dir: join(dir, 'quarantine') });
  const draining = drainSpool({ spool, sinks: [hangs], quarantine, onProgress: () => undefined, patienceMs: 50 });
  await expect(draining).rejects.toThrow('hangs takes nothing: it does not answer');
  expect(spool.sinks.lag('hangs')).toBe(2);
});
