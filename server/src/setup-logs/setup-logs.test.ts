import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, temporaryFolder } from '../../../test/server-process.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { fileTurns } from './follow/file-questions.js';
import { FollowList } from './follow/follow-list.js';
import { SetupLogs } from './setup-logs.js';

const { hanging } = vi.hoisted(() => ({ hanging: [] as string[] }));
// A fake: there is no file system that hangs wherever these tests run. What is asked of a folder called `share` stays
// unanswered, as by a server for files that is gone.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const hangs = (path: string) => {
    hanging.push(path);
    return new Promise<never>(() => undefined);
  };
  return {
    ...real,
    stat: (path: string, ...more: []) => (path.includes('share') ? hangs(path) : real.stat(path, ...more)),
    realpath: (path: string, ...more: []) => (path.includes('share') ? hangs(path) : real.realpath(path, ...more)),
  };
});

const line = (text: string) =>
  `<![LOG[${text}]LOG]!><time="10:00:00.000+000" date="03-15-2026" component="w" context="" type="1" thread="1" file="">\r\n`;
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: ReturnType<typeof temporaryFolder>;
let spool: Spool;
let setupLogs: SetupLogs | null;
let turns: ReturnType<typeof fileTurns>;

beforeEach(async () => {
  hanging.length = 0;
  turns = fileTurns();
  folder = temporaryFolder();
  spool = await openSpool({ dir: join(folder.path, 'spool'), logger });
});
afterEach(async () => {
  await Promise.race([setupLogs?.stop(), new Promise((resolve) => setTimeout(resolve, 200))]);
  await spool.close();
  folder.remove();
});

function follow(...targets: string[]): SetupLogs {
  setupLogs = new SetupLogs({ spool, targets, timezone: null, hostName: 'here', logger, pollMs: 20, turns });
  setupLogs.start();
  return setupLogs;
}
function write(name: string, text: string): string {
  const path = join(folder.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { flag: 'a' });
  return path;
}
const records = (following: SetupLogs) =>
  Object.fromEntries(following.status().map(({ file, records }) => [file.slice(folder.path.length + 1), records]));

test('two folders that do not answer hold a thread each, and the logs of others are followed beside them', async () => {
  const here = write('here/fspMSI.log', line('one'));
  const following = follow(
    join(folder.path, 'share-1'),
    join(folder.path, 'share-2', 'a.log'),
    join(folder.path, 'here'),
  );
  await eventually(
    () => Promise.resolve(records(following)),
    (now) => now['here/fspMSI.log'] === 1,
    10_000,
  );
  write('here/fspMSI.log', line('two'));
  following.follow(write('there/SMSFSPSetup.log', line('three')));
  await eventually(
    () => Promise.resolve(records(following)),
    (now) => now['here/fspMSI.log'] === 2 && now['there/SMSFSPSetup.log'] === 1,
    10_000,
  );
  expect(hanging.toSorted()).toEqual([join(folder.path, 'share-1'), join(folder.path, 'share-2', 'a.log')]);
  following.unfollow(here);
});

test('however many folders do not answer, and whoever adds one more, one thread is left to the spool', async () => {
  const following = follow(...Array.from({ length: 9 }, (_, index) => join(folder.path, `share-${index}`)));
  await eventually(
    () => Promise.resolve(hanging.length),
    (count) => count >= 3,
    10_000,
  );
  // All were started at once: whoever was let in has asked by now.
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  const list = new FollowList({ dataDir: folder.path, targets: [], setupLogs: following, turns });
  await expect(list.add(join(folder.path, '..', 'share', 'fspMSI.log'))).rejects.toThrow('does not answer');
  expect(hanging).toHaveLength(3);
});

test('who adds a log that the file system does not find an answer for is told so, and the next one holds no thread more', async () => {
  const list = new FollowList({ dataDir: folder.path, targets: [], setupLogs: follow(), turns });
  const path = join(folder.path, '..', 'share', 'fspMSI.log');
  const told = await Promise.all(
    [1, 2, 3].map(() => list.add(path).catch((error: unknown) => (error as Error).message)),
  );
  expect(told).toEqual(Array(3).fill(expect.stringContaining('the file system does not answer')));
  expect(hanging).toHaveLength(1);
});

test('after a restart a log is known by its folder, however its folder was named', async () => {
  write('logs.log/fspMSI.log', line('one'));
  write('plain/SMSFSPSetup', line('two'));
  const targets = [join(folder.path, 'logs.log'), `${folder.path}/plain/`, join(folder.path, 'plain', 'SMSFSPSetup')];
  const before = follow(...targets);
  const all = { 'logs.log/fspMSI.log': 1, 'plain/SMSFSPSetup': 1 };
  await eventually(
    () => Promise.resolve(records(before)),
    (now) => JSON.stringify(now) === JSON.stringify(all),
    10_000,
  );
  await before.stop();
  const after = follow(...targets);
  write('logs.log/fspMSI.log', line('three'));
  await eventually(
    () => Promise.resolve(records(after)),
    (now) => now['logs.log/fspMSI.log'] === 1,
    10_000,
  );
  expect(after.status()).toHaveLength(2);
});
