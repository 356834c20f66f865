import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../../../test/server-process.js';
import { testFolder } from '../../../test/test-folder.js';
import { banner, ccmLog } from '../../../test/setup-logs/verdict-logs.js';
import { ccmLine } from '../../../test/synthetic-logs.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { FileThreads } from './follow/file-threads.js';
import { FollowList } from './follow/follow-list.js';
import { SetupLogs } from './setup-logs.js';

const faultyProgram = fileURLToPath(new URL('../../../test/setup-logs/faulty-file-worker.mjs', import.meta.url));

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let spool: Spool;
let setupLogs: SetupLogs | null;
let threads: FileThreads;

beforeEach(async () => {
  threads = new FileThreads({ program: faultyProgram });
  folder = testFolder();
  spool = await openSpool({ dir: join(folder, 'spool'), logger });
});
afterEach(async () => {
  await Promise.race([setupLogs?.stop(), new Promise((resolve) => setTimeout(resolve, 200))]);
  await spool.close();
});

function follow(...targets: string[]): SetupLogs {
  setupLogs = new SetupLogs({ spool, targets, timezone: null, hostName: 'here', logger, pollMs: 20, threads });
  setupLogs.start();
  return setupLogs;
}
function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { flag: 'a' });
  return path;
}
const records = (following: SetupLogs) =>
  Object.fromEntries(following.status().map(({ file, records }) => [file.slice(folder.length + 1), records]));

test('nine folders that do not answer keep no log of another waiting, nor one that is added, nor who adds', async () => {
  const here = write('here/fspMSI.log', ccmLine('one'));
  const shares = Array.from({ length: 8 }, (_, index) => join(folder, `share-${index}`));
  const following = follow(...shares, join(folder, 'share-9', 'a.log'), join(folder, 'here'));
  await eventually(
    () => Promise.resolve(records(following)),
    (now) => now['here/fspMSI.log'] === 1,
    10_000,
  );
  write('here/fspMSI.log', ccmLine('two'));
  const list = new FollowList({
    dataDir: join(folder, 'data'),
    targets: [],
    setupLogs: following,
    threads,
    logger,
  });
  mkdirSync(join(folder, 'data'));
  await list.add(write('there/SMSFSPSetup.log', ccmLine('three')));
  await eventually(
    () => Promise.resolve(records(following)),
    (now) => now['here/fspMSI.log'] === 2 && now['there/SMSFSPSetup.log'] === 1,
    10_000,
  );
  following.unfollow(here);
});

test('who adds a log that the file system does not find an answer for is told so, and the next one holds no thread more', async () => {
  const list = new FollowList({ dataDir: folder, targets: [], setupLogs: follow(), threads, logger });
  const asked = vi.spyOn(threads, 'ask');
  const path = join(folder, '..', 'share', 'fspMSI.log');
  const told = await Promise.all(
    [1, 2, 3].map(() => list.add(path).catch((error: unknown) => (error as Error).message)),
  );
  expect(told).toEqual(Array(3).fill(expect.stringContaining('the file system does not answer')));
  expect(asked).toHaveBeenCalledOnce();
});

test('after a restart a log is known by its folder, however its folder was named', async () => {
  write('logs.log/fspMSI.log', ccmLine('one'));
  write('plain/SMSFSPSetup', ccmLine('two'));
  const targets = [join(folder, 'logs.log'), `${folder}/plain/`, join(folder, 'plain', 'SMSFSPSetup')];
  const before = follow(...targets);
  const all = { 'logs.log/fspMSI.log': 1, 'plain/SMSFSPSetup': 1 };
  await eventually(
    () => Promise.resolve(records(before)),
    (now) => JSON.stringify(now) === JSON.stringify(all),
    10_000,
  );
  await before.stop();
  const after = follow(...targets);
  write('logs.log/fspMSI.log', ccmLine('three'));
  await eventually(
    () => Promise.resolve(records(after)),
    (now) => now['logs.log/fspMSI.log'] === 1,
    10_000,
  );
  expect(after.status()).toHaveLength(2);
});

test('an installation that goes on is told of again as its minutes pass, and not for each line', async () => {
  const appended = vi.spyOn(spool, 'appendAdmitted');
  const told = () => appended.mock.calls.flatMap(([entries]) => entries.filter(({ kind }) => kind === 'setup_run'));
  const line = (second: number) => ['Downloading', 1, second] as const;
  const lines = ccmLog([[banner, 1, 0], [...line(1)], [...line(2)], [...line(200)], [...line(201)]]).split(/(?<=\n)/);
  const path = write('ccmsetup.log', lines[0]!);
  const following = follow(path);
  for (const [index, text] of lines.entries()) {
    if (index > 0) write('ccmsetup.log', text);
    await eventually(
      () => Promise.resolve(records(following)),
      (now) => now['ccmsetup.log'] === index + 1,
      10_000,
    );
  }
  expect(told()).toMatchObject([
    { verdict: 'unfinished', endedAt: null },
    { verdict: 'unfinished', endedAt: Date.UTC(2026, 0, 15, 10, 3, 20) },
  ]);
});

test('a list of followed logs that somebody damaged is told and put aside, and the next log that is added leaves it there', async () => {
  const file = join(folder, 'followed-logs.json');
  const damaged = '["/logs/a.log", "/logs/b';
  writeFileSync(file, damaged);
  const told: string[] = [];
  const warn = (message: string) => told.push(message);
  const list = new FollowList({ dataDir: folder, targets: [], setupLogs: follow(), threads, logger: { warn } });
  expect(list.added()).toEqual([]);
  expect(told).toEqual([expect.stringContaining(`it is kept as ${file}.damaged`)]);
  await list.add(join(testFolder(), 'fspMSI.log'));
  expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(damaged);
});
