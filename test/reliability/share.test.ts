import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { report } from './intake/attacks.mjs';
import { full } from './strength.js';

// A file system of which every answer comes from a process that can be stopped, as a server for files can.
const canHang = process.platform === 'linux' && spawnSync('bindfs', ['--version']).status === 0;
/** What a service manager waits before it kills. */
const patienceMs = 10_000;

let folder: string;
let share: ChildProcess | null;
let running: RunningServer | null;

beforeEach(() => {
  folder = testFolder();
  running = null;
  share = null;
});
afterEach(async () => {
  share?.kill('SIGCONT');
  await running?.kill('SIGKILL').catch(() => undefined);
  spawnSync('fusermount', ['-u', join(folder, 'share')]);
  share?.kill();
});

const line = (text: string) => `<03/15/26 10:00:00> ${text}\r\n`;

// At full strength it fails where bindfs is missing.
test.skipIf(!canHang && !full)(
  'a share that hangs (bindfs), with six folders that are followed, keeps no message, no other log and no stop waiting, and is read on when it answers',
  async () => {
    expect(canHang, 'bindfs is installed, and this is Linux').toBe(true);
    const [behind, mounted, here] = ['behind', 'share', 'here'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [behind, mounted, here]) mkdirSync(path);
    // Each folder is asked by itself: more of them than Node has threads for files.
    const more = Array.from({ length: 5 }, (_, index) => `sub-${index}`);
    for (const name of more) mkdirSync(join(behind, name));
    const write = (text: string) => {
      for (const name of ['a', 'b', 'c', 'd', 'e']) appendFileSync(join(behind, `${name}.log`), line(text));
      appendFileSync(join(here, 'fspMSI.log'), line(text));
    };
    write('one');
    const files = (share = spawn('bindfs', ['-f', behind, mounted], { stdio: 'ignore' }));
    await eventually(
      () => Promise.resolve(readdirSync(mounted).length),
      (count) => count === 10,
    );
    const server = (running = await startServer(join(folder, 'data'), {
      FSP_SETUP_LOGS: [mounted, here, ...more.map((name) => join(mounted, name))].join(','),
      FSP_SETUP_LOGS_TIMEZONE: 'Europe/Paris',
    }));
    const records = async () => {
      const { setupLogs } = (await server.status()) as { setupLogs: { file: string; records: number }[] };
      const of = (path: string) => setupLogs.filter(({ file }) => file.startsWith(path)).map((one) => one.records);
      return { share: of(mounted), here: of(here) };
    };
    await eventually(records, (now) => now.here[0] === 1 && now.share.join() === '1,1,1,1,1');

    files.kill('SIGSTOP');
    for (let round = 2; round <= 4; round++) {
      write(`round ${round}`);
      const answer = await server.post(report({ client: 'HONEST', serial: round }));
      expect(answer.status).toBe(200);
      await eventually(records, (now) => now.here[0] === round);
    }
    expect((await records()).share).toEqual([1, 1, 1, 1, 1]);
    files.kill('SIGCONT');
    await eventually(records, (now) => now.share.join() === '4,4,4,4,4');

    files.kill('SIGSTOP');
    write('at the end');
    await eventually(records, (now) => now.here[0] === 5);
    running = null;
    const ended = server.kill('SIGTERM').then(() => true);
    expect(await Promise.race([ended, new Promise((late) => setTimeout(late, patienceMs, false))])).toBe(true);
  },
);
