import { appendFileSync, chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../../test/test-folder.js';
import { ccmLines, numbered } from '../../../../test/synthetic-logs.js';
import { FileThreads } from './file-threads.js';
import { Follower } from './follower.js';

const root = process.geteuid?.() === 0;
const threads = new FileThreads();
let folder: string;
let log: string;
let messages: string[];

beforeEach(() => {
  folder = testFolder();
  log = join(folder, 'fsp.log');
  messages = [];
});
afterAll(() => threads.close());

function follower(targets = [log]): Follower {
  return new Follower({
    targets,
    timezone: null,
    positions: [],
    store: ({ records }) => Promise.resolve(void messages.push(...records.map(({ message }) => message))),
    forget: () => Promise.resolve(),
    threads,
  });
}

/** As another user, whom rights mean something to: the test may run as root. */
async function whileLocked(following: Follower, file: string): Promise<void> {
  chmodSync(folder, 0o755);
  chmodSync(file, 0o000);
  if (root) process.seteuid!(65_534);
  try {
    for (let looks = 0; looks < 8; looks++) await following.look();
  } finally {
    if (root) process.seteuid!(0);
  }
  chmodSync(file, 0o644);
}

test('a log that somebody locks for a while is read on where it was left, and nothing of it comes again', async () => {
  writeFileSync(log, ccmLines(1, 3));
  const one = follower();
  await one.look();
  for (const next of [4, 5]) {
    await whileLocked(one, log);
    appendFileSync(log, ccmLines(next, next));
    for (let looks = 0; looks < 4; looks++) await one.look();
  }
  expect(messages).toEqual(numbered(1, 5));
});

test('a log that somebody locks for a while is read to its end also where it was renamed before', async () => {
  writeFileSync(log, ccmLines(1, 3));
  const one = follower([folder]);
  await one.look();
  appendFileSync(log, ccmLines(4, 4));
  renameSync(log, join(folder, 'fsp.lo_'));
  writeFileSync(log, ccmLines(5, 5));
  await whileLocked(one, join(folder, 'fsp.lo_'));
  for (let looks = 0; looks < 4; looks++) await one.look();
  expect([...messages].sort()).toEqual(numbered(1, 5));
});
