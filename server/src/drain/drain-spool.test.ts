import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { entry } from '../../../test/entries.js';
import { testFolder } from '../../../test/test-folder.js';
import type { Sink } from '../delivery/sink.js';
import { ForgottenInSpool } from '../forget/in-spool.js';
import { subjectOf } from '../forget/subject.js';
import { Quarantine } from '../quarantine/quarantine.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { drainSpool } from './drain-spool.js';

let dir: string;
let spool: Spool;
const drainedInto = async (sink: Sink, patienceMs: number) => {
  const quarantine = await Quarantine.open({ dir: join(dir, 'quarantine') });
  const forgotten = new ForgottenInSpool(dir, { warn: expect.unreachable });
  await drainSpool({ spool, sinks: [sink], quarantine, forgotten, onProgress: () => undefined, patienceMs });
  return quarantine;
};
beforeEach(async () => {
  dir = testFolder();
  spool = await openSpool({ dir: join(dir, 'spool') });
});
afterEach(async () => {
  await spool.close();
});

test('a destination that hangs is given up like one that refuses, whatever becomes of the clock, and keeps what it has not taken', async () => {
  await spool.append([entry('A'), entry('B')]);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const setBack = setInterval(() => vi.setSystemTime(Date.now() - 3_600_000), 20);
  onTestFinished(() => {
    clearInterval(setBack);
  });
  // As a write to a share whose server is away: neither an answer nor an error.
  const hangs: Sink = { name: 'hangs', deliver: () => new Promise(() => undefined), close: () => Promise.resolve() };
  await expect(drainedInto(hangs, 50)).rejects.toThrow('hangs takes nothing: it does not answer');
  expect(spool.sinks.lag('hangs')).toBe(2);
});

test('what was forgotten reaches neither the destination nor, where that refuses it, the quarantine', async () => {
  const base = entry('A');
  await spool.append([{ ...base, message: { ...base.message, params: ['jdoe'] } }]);
  await new ForgottenInSpool(dir, { warn: expect.unreachable }).add([subjectOf('user', 'CORP\\jdoe')]);
  const seen: string[] = [];
  const refuses: Sink = {
    name: 'refuses',
    deliver: ({ entries }) => {
      seen.push(...entries.map((one) => JSON.stringify(one)));
      return Promise.resolve([{ index: 0, code: '', reason: 'no' }]);
    },
    close: () => Promise.resolve(),
  };
  const quarantine = await drainedInto(refuses, 10_000);
  const kept = await quarantine.read(quarantine.list()[0]!.id);
  for (const told of [...seen, JSON.stringify(kept)]) expect(told).toContain('(forgotten)');
  for (const told of [...seen, JSON.stringify(kept)]) expect(told).not.toContain('jdoe');
  // Nothing of before is held any more.
  expect(readFileSync(join(dir, 'forgotten.json'), 'utf8')).toBe('[]');
});
