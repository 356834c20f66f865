import { appendFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../../test/test-folder.js';
import { banner, ccmLog } from '../../../../test/setup-logs/verdict-logs.js';
import type { LogPosition } from '../../spool/state.js';
import { runId } from '../identity.js';
import type { Run } from '../types.js';
import { FileThreads } from './file-threads.js';
import { Follower } from './follower.js';

const threads = new FileThreads();
const lines = ccmLog([
  banner,
  'Ccmsetup version: 5.0.9096.1000',
  ['Could not open the service manager. Error 0x8007045b', 3],
  'Sending Fallback Status Point message to fsp01',
  ['CcmSetup failed with error code 0x8007045b', 1],
]).split(/(?<=\n)/);
const exitCode = -2147023781;

let folder: string;
let log: string;
let rotated: string;
let positions: Map<string, LogPosition>;
/** What is known of each run, by its id. */
let runs: Map<string, Run>;
/** In which log its cause stands, or where it begins, by the run's id. */
let places: Map<string, string>;
let records: number;
let failNext: boolean;
/** Of which log nothing can be stored. */
let failing: string | null;
/** How often what was stored before was read again. */
let replays: number;

beforeEach(() => {
  folder = testFolder();
  log = join(folder, 'fsp.log');
  rotated = join(folder, 'fsp.lo_');
  positions = new Map();
  runs = new Map();
  places = new Map();
  records = 0;
  failNext = false;
  failing = null;
  replays = 0;
});
afterAll(() => threads.close());

/** A follower whose runs and positions are kept together, as the spool does in one commit. */
function follower(target = log): Follower {
  return new Follower({
    targets: [target],
    timezone: null,
    positions: [...positions.values()],
    store({ records: some, position, runs: told, replayed }) {
      if (replayed) replays++;
      if (failNext || position.path === failing) {
        failNext = false;
        return Promise.reject(new Error('disk full'));
      }
      positions.set(position.key, position);
      for (const { run, path } of told) {
        const id = runId({ hostName: 'fsp1', logFile: position.logFile }, run);
        runs.set(id, { ...run });
        places.set(id, path);
      }
      records += some.length;
      return Promise.resolve();
    },
    forget: () => Promise.resolve(),
    threads,
  });
}

test.each([
  ['while it is followed', (one: Follower) => one],
  [
    'and its follower is begun again',
    () => {
      runs.clear();
      return follower();
    },
  ],
  [
    'and what comes then is not taken at once',
    (one: Follower) => {
      failNext = true;
      return one;
    },
  ],
])('a log that is rotated in the middle of an installation, %s, tells of one', async (_how, happens) => {
  for (let cut = 1; cut < lines.length; cut++) {
    writeFileSync(log, lines.slice(0, cut).join(''));
    let one = follower();
    await one.look();
    renameSync(log, rotated);
    writeFileSync(log, lines.slice(cut).join(''));
    one = happens(one);
    await one.look();
    await one.look();
    const causeLine = cut < 3 ? 3 - cut : 3;
    expect([...runs.values()]).toMatchObject([{ verdict: 'failed', exitCode, causeLine }]);
    for (const run of runs.values()) expect(run.cause).toContain('service manager');
    for (const known of [runs, positions]) known.clear();
    for (const path of [log, rotated]) rmSync(path);
  }
});

test('a log that is rotated in the middle of an installation tells of one also where the end of what was rotated is not taken at once', async () => {
  writeFileSync(log, lines.slice(0, 2).join(''));
  const one = follower();
  await one.look();
  appendFileSync(log, lines[2]!);
  renameSync(log, rotated);
  writeFileSync(log, lines.slice(3).join(''));
  failNext = true;
  for (let looks = 0; looks < 3; looks++) await one.look();
  expect([...runs.values()]).toMatchObject([{ verdict: 'failed', exitCode }]);
  expect(records).toBe(5);
});

test.each([
  ['', lines],
  [', the last line of the first without an end', lines.map((line, at) => (at === 2 ? line.trimEnd() : line))],
])('a log that was rotated before anybody looked tells of one with the log after it%s', async (_how, written) => {
  for (let cut = 1; cut < written.length; cut++) {
    if (written !== lines && cut !== 3) continue;
    writeFileSync(rotated, written.slice(0, cut).join(''));
    utimesSync(rotated, 1_700_000_000, 1_700_000_000);
    writeFileSync(log, written.slice(cut).join(''));
    const one = follower(folder);
    for (let looks = 0; looks < 3; looks++) await one.look();
    const again = follower(folder);
    for (let looks = 0; looks < 3; looks++) await again.look();
    const [causeLine, place] = cut < 3 ? [3 - cut, log] : [3, rotated];
    expect([...runs.values()]).toMatchObject([{ verdict: 'failed', exitCode, causeLine }]);
    expect([...places.values()]).toEqual([place]);
    expect(records).toBe(lines.length);
    for (const known of [runs, positions, places]) known.clear();
    records = 0;
  }
});

test('a log goes on after what was rotated away under the same name in other letters', async () => {
  writeFileSync(join(folder, 'FSP.LO_'), lines.slice(0, 3).join(''));
  utimesSync(join(folder, 'FSP.LO_'), 1_700_000_000, 1_700_000_000);
  writeFileSync(log, lines.slice(3).join(''));
  const one = follower(folder);
  for (let looks = 0; looks < 3; looks++) await one.look();
  expect([...runs.values()]).toMatchObject([{ verdict: 'failed', exitCode, causeLine: 3 }]);
});

test('what was rotated away is not read again in each look while what comes after it cannot be stored', async () => {
  const oldest = join(folder, 'fsp-20260315-100000.log');
  writeFileSync(oldest, lines.slice(0, 2).join(''));
  writeFileSync(rotated, lines.slice(2, 4).join(''));
  for (const path of [oldest, rotated]) utimesSync(path, 1_700_000_000, 1_700_000_000);
  writeFileSync(log, lines.slice(4).join(''));
  failing = rotated;
  const one = follower(folder);
  for (let looks = 0; looks < 12; looks++) await one.look();
  expect(replays).toBeLessThan(4);
  expect(records).toBe(2);
  failing = null;
  const again = follower(folder);
  for (let looks = 0; looks < 3; looks++) await again.look();
  expect(records).toBe(lines.length);
  expect([...runs.values()]).toMatchObject([{ verdict: 'failed', exitCode }]);
});

test('a log of a folder that is rotated twice before anybody looks again tells of one', async () => {
  const first = join(folder, 'fsp-20260315-100000.log');
  const second = join(folder, 'fsp-20260315-100001.log');
  writeFileSync(log, lines.slice(0, 2).join(''));
  const one = follower(folder);
  for (let looks = 0; looks < 4; looks++) await one.look();
  renameSync(log, first);
  writeFileSync(log, lines.slice(2, 4).join(''));
  renameSync(log, second);
  writeFileSync(log, lines.slice(4).join(''));
  for (let looks = 0; looks < 4; looks++) await one.look();
  expect([...runs.values()]).toMatchObject([{ verdict: 'failed', exitCode }]);
  expect(records).toBe(lines.length);
});

test('a log under the name of what is rotated away that is still written is one for itself', async () => {
  writeFileSync(rotated, lines.slice(0, 2).join(''));
  writeFileSync(log, lines.slice(2).join(''));
  const one = follower(folder);
  await one.look();
  appendFileSync(rotated, lines.slice(2).join(''));
  await one.look();
  expect(records).toBe(8);
  expect([...runs.values()]).toMatchObject([{ verdict: 'failed' }, { verdict: 'failed' }]);
});

test.each([
  ['', false],
  [' beside an older one that is called as its successor is', true],
])(
  'a log that is written under the name of what is rotated away%s, and waits in the middle of a line, is read whole',
  async (_how, besideOlder) => {
    if (besideOlder) {
      writeFileSync(log, '');
      utimesSync(log, 1_700_000_000, 1_700_000_000);
    }
    const written = join(folder, 'fsp-20260315-100000.log');
    const [first = '', ...others] = lines;
    const hourAgo = Date.now() / 1_000 - 3_700;
    const moment = Date.now() / 1_000 - 10;
    const one = follower(folder);
    writeFileSync(written, first.slice(0, 20));
    utimesSync(written, moment, moment);
    for (let looks = 0; looks < 4; looks++) await one.look();
    appendFileSync(written, first.slice(20) + others.join('').trimEnd());
    for (let looks = 0; looks < 4; looks++) await one.look();
    expect(records).toBe(lines.length - 1);
    utimesSync(written, hourAgo, hourAgo);
    for (let looks = 0; looks < 4; looks++) await one.look();
    expect(records).toBe(lines.length);
  },
);
