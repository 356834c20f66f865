import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { name, window } from '../../../test/spool-model.js';
import { testFolder } from '../../../test/test-folder.js';
import { openSpool } from './open.js';

const limits = { maxEntries: 50, maxBytes: 1e6 };

/** Runs something while this process can open no file more. */
async function withoutDescriptors(run: () => Promise<void>): Promise<void> {
  const [hard, soft] = ['HARD', 'SOFT'].map((kind) =>
    execFileSync('prlimit', ['--pid', `${process.pid}`, '--nofile', '--noheadings', '--raw', '--output', kind], {
      encoding: 'utf8',
    }).trim(),
  ) as [string, string];
  const allow = (most: number | string) =>
    execFileSync('prlimit', ['--pid', `${process.pid}`, `--nofile=${most}:${hard}`]);
  const taken: number[] = [];
  allow(readdirSync('/proc/self/fd').length + 200);
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    await run();
  } finally {
    for (const one of taken) closeSync(one);
    allow(soft);
  }
}

test('where no file can be opened for a while messages wait, and none counts as damaged', async () => {
  const dir = testFolder();
  const told: string[] = [];
  const spool = await openSpool({ dir: join(dir, 'spool'), logger: { error: (message) => told.push(message) } });
  await spool.sinks.register(['sink']);
  await spool.append([entry('one'), entry('two', { failed: true })]);
  await spool.admit(50, 'failures-first', window);
  await withoutDescriptors(() =>
    expect(spool.sinks.nextBatch('sink', limits)).rejects.toThrow(/0000000001\.log cannot be read \(EMFILE\)/),
  );
  const next = await spool.sinks.nextBatch('sink', limits);
  expect(next?.batch.entries.map(name)).toEqual(['two', 'one']);
  expect(told).toEqual([]);
  await spool.close();
});
