import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../../test/server-process.js';
import { testFolder } from '../../../../test/test-folder.js';
import {
  asWindowsWrites,
  ccmLine,
  ccmLines,
  numbered,
  parseLog,
  syntheticLog,
} from '../../../../test/synthetic-logs.js';
import type { LogPosition } from '../../spool/state.js';
import { FileThreads } from './file-threads.js';
import { Follower } from './follower.js';

const writer = fileURLToPath(new URL('../../../../test/setup-logs/log-writer.mjs', import.meta.url));

let folder: string;
let log: string;
let positions: Map<string, LogPosition>;
let messages: string[];
/** Of each record, whether it stood in its log when that was found. */
let found: boolean[];
let failNext: boolean;
/** What happens while records are being stored, once each. */
let meanwhile: (() => void)[];
const threads = new FileThreads();

beforeEach(() => {
  folder = testFolder();
  log = join(folder, 'fsp.log');
  positions = new Map();
  messages = [];
  found = [];
  failNext = false;
  meanwhile = [];
});
afterAll(() => threads.close());

/** A follower whose records and positions are kept together, as the spool does in one commit. */
function follower(targets: string[] = [log]): Follower {
  return new Follower({
    targets,
    timezone: null,
    positions: [...positions.values()],
    store({ records, position, found: stoodThere }) {
      if (failNext) {
        failNext = false;
        return Promise.reject(new Error('disk full'));
      }
      positions.set(position.key, position);
      messages.push(...records.map(({ message }) => message));
      found.push(...records.map(() => stoodThere));
      meanwhile.shift()?.();
      return Promise.resolve();
    },
    forget(key) {
      positions.delete(key);
      return Promise.resolve();
    },
    pollMs: 20,
    threads,
  });
}
/** The numbers of the writer's lines as they came. */
const numbersSeen = () => messages.map((message) => Number(/^line (\d+)/.exec(message)?.[1]));
const inOrder = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a log of long ago', () => {
  const long = new Date('2026-01-01T10:00:00Z');
  /** Looked at until it is known to be at rest. */
  async function atRest(): Promise<Follower> {
    writeFileSync(log, ccmLines(1, 3));
    utimesSync(log, long, long);
    const one = follower();
    for (let look = 0; look < 4; look++) await one.look();
    expect(messages).toEqual(numbered(1, 3));
    return one;
  }

  test('is read on when it is written again', async () => {
    const one = await atRest();
    appendFileSync(log, ccmLines(4, 4));
    await one.look();
    expect(messages).toEqual(numbered(1, 4));
  });

  test('is a new one when it is overwritten by as many bytes and with the same time', async () => {
    const one = await atRest();
    writeFileSync(log, ccmLines(7, 9));
    utimesSync(log, long, long);
    for (let look = 0; look < 4; look++) await one.look();
    expect(messages).toEqual([...numbered(1, 3), ...numbered(7, 9)]);
  });
});

describe('a log that grows', () => {
  test('is not there yet, comes, and is read to its last whole line', async () => {
    const one = follower();
    await one.look();
    writeFileSync(log, ccmLines(1, 2) + ccmLine('line 3').slice(0, 20));
    await one.look();
    expect(messages).toEqual(numbered(1, 2));
    appendFileSync(log, ccmLine('line 3').slice(20));
    await one.look();
    expect(messages).toEqual(numbered(1, 3));
  });

  test.each([
    ['quoted', (line: string) => `> ${line}`],
    ['escaped for a page', (line: string) => line.replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
    ['sent by syslog', (line: string) => `<14>Nov 28 10:00:00 fsp01 agent[7]: ${line}`],
  ])('is read once it is quiet where it is short and %s', async (_how, decorate) => {
    const line = (at: number) => `${decorate(`<11/28/26 10:00:0${at}> line ${at}`)}\r\n`;
    const one = follower();
    writeFileSync(log, line(1) + line(2));
    for (let look = 0; look < 4; look++) await one.look();
    expect(messages).toEqual(numbered(1, 2));
    appendFileSync(log, line(3));
    const again = follower();
    for (let look = 0; look < 4; look++) await again.look();
    expect(messages).toEqual(numbered(1, 3));
  });

  test('gives each record once when it grows byte by byte in UTF-16LE', async () => {
    const bytes = asWindowsWrites(Buffer.from(ccmLines(1, 3).replaceAll('\r', '')));
    const one = follower();
    writeFileSync(log, '');
    for (let at = 0; at < bytes.length; at += 3) {
      appendFileSync(log, bytes.subarray(at, at + 3));
      await one.look();
    }
    expect(messages).toEqual(numbered(1, 3));
  });

  test('is read on after a restart where it was left, and a record that could go on is given out when all is quiet', async () => {
    const bytes = asWindowsWrites(syntheticLog('msi-1603-custom-action.log'));
    const cut = 1_501;
    writeFileSync(log, bytes.subarray(0, cut));
    await follower().look();
    const before = messages.length;
    expect(before).toBeGreaterThan(3);
    appendFileSync(log, bytes.subarray(cut));
    const two = follower();
    await two.look();
    expect(messages.at(-1)).toContain('stopped');
    for (let look = 0; look < 3; look++) await two.look();
    expect(messages.at(-1)).toContain('Cleaning up');
    expect(messages).toEqual(parseLog(bytes).records.map(({ message }) => message));
  });

  test.each(['utf8', 'utf16le'] as const)(
    'of %s, written to in the middle of a line while it is read, gives each record whole, also after a restart',
    async (encoding) => {
      const pieces = [
        ccmLines(1, 2),
        ccmLine('line 3').slice(0, 5),
        ccmLine('line 3').slice(5) + ccmLines(4, 9) + ccmLine('line 10').slice(0, 5),
        ccmLine('line 10').slice(5) + ccmLines(11, 42) + ccmLine('line 43').slice(0, 5),
        ccmLine('line 43').slice(5) + ccmLines(44, 99),
      ].map((text) => Buffer.from(text, encoding));
      const write = () => {
        appendFileSync(log, pieces.shift() ?? '');
      };
      write();
      await follower().look();
      write();
      meanwhile = [write, write, write];
      const two = follower();
      for (let look = 0; look < 4; look++) await two.look();
      expect(pieces).toEqual([]);
      expect(messages).toEqual(numbered(1, 99));
    },
  );

  test('of a few lines of plain text is given out when all is quiet, and what is written behind it is read as what it is', async () => {
    writeFileSync(log, 'Removing the client\r\nDone\r\n');
    const one = follower();
    for (let look = 0; look < 4; look++) await one.look();
    expect(messages).toEqual(['Removing the client', 'Done']);
    appendFileSync(log, ccmLines(1, 2));
    await one.look();
    const again = follower();
    for (let look = 0; look < 4; look++) await again.look();
    expect(messages).toEqual(['Removing the client', 'Done', ...numbered(1, 2)]);
  });

  test('says of each record whether it stood there when the log was found, also after an error and a restart', async () => {
    const many = 5_000;
    writeFileSync(log, ccmLines(1, many));
    const one = follower();
    // The second piece of it fails.
    meanwhile = [() => (failNext = true)];
    await one.look();
    await one.stop();
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.length).toBeLessThan(many);
    const other = follower();
    await other.look();
    expect(messages).toEqual(numbered(1, many));
    expect(found).not.toContain(false);
    appendFileSync(log, ccmLines(many + 1, many + 2));
    for (let looks = 0; looks < 4; looks++) await other.look();
    expect(found.slice(many)).toEqual([false, false]);
    await other.stop();
  });

  test('comes again when it could not be stored', async () => {
    writeFileSync(log, ccmLines(1, 5));
    failNext = true;
    const one = follower();
    await one.look();
    expect(messages).toEqual([]);
    await one.look();
    expect(messages).toEqual(numbered(1, 5));
  });
});

describe('a log that is rotated', () => {
  test('is read to its end under its new name before the new one, also when nobody looked meanwhile', async () => {
    writeFileSync(log, ccmLines(1, 3));
    await follower().look();
    appendFileSync(log, ccmLines(4, 6));
    renameSync(log, log.replace('.log', '.lo_'));
    writeFileSync(log, ccmLines(7, 8));
    await follower().look();
    expect(messages).toEqual(numbered(1, 8));
  });

  test('loses nothing of its last line when that has no end', async () => {
    writeFileSync(log, ccmLines(1, 20));
    await follower().look();
    appendFileSync(log, ccmLine('line 21').trimEnd());
    renameSync(log, log.replace('.log', '.lo_'));
    writeFileSync(log, ccmLines(22, 22));
    await follower().look();
    await follower().look();
    expect(messages).toEqual(numbered(1, 22));
  });

  test('is known by its content where it was copied and emptied, as network shares and copytruncate do', async () => {
    writeFileSync(log, ccmLines(1, 3));
    const one = follower();
    await one.look();
    appendFileSync(log, ccmLines(4, 6));
    copyFileSync(log, log.replace('.log', '.lo_'));
    truncateSync(log);
    appendFileSync(log, ccmLines(7, 7));
    await one.look();
    expect(messages).toEqual(numbered(1, 7));
  });

  test.each([
    ['dated names', 'fsp-20260315-100000.log', 'fsp-20260315-110000.log'],
    ['numbered names', 'fsp.log.2', 'fsp.log.1'],
    ['a name that is used again', 'fsp.lo_', 'fsp.lo_'],
  ])('twice between two looks, to %s: what came between is read too', async (_how, first, second) => {
    writeFileSync(join(folder, 'fsp-20250101-100000.log'), ccmLine('of long ago'));
    writeFileSync(join(folder, 'fspMSI.log'), ccmLine('of another log'));
    writeFileSync(log, ccmLines(1, 3));
    const long = new Date('2025-01-01T10:00:00Z');
    utimesSync(join(folder, 'fsp-20250101-100000.log'), long, long);
    const one = follower();
    await one.look();
    renameSync(log, join(folder, first));
    writeFileSync(log, ccmLines(4, 6));
    renameSync(log, join(folder, second));
    writeFileSync(log, ccmLines(7, 8));
    await one.look();
    await one.look();
    expect(messages).toEqual(numbered(1, 8));
  });

  test('in a folder that is followed is not read a second time under its new name', async () => {
    writeFileSync(log, ccmLines(1, 3));
    const one = follower([folder]);
    await one.look();
    renameSync(log, log.replace('.log', '.lo_'));
    writeFileSync(log, ccmLines(4, 5));
    await one.look();
    await one.look();
    await follower([folder]).look();
    expect(messages).toEqual(numbered(1, 5));
  });
});

describe('a log that is replaced', () => {
  test.each([
    ['emptied and shorter', ccmLines(11, 12)],
    ['emptied and longer', ccmLines(11, 19)],
  ])('%s, is a new log', async (_how, content) => {
    writeFileSync(log, ccmLines(1, 4));
    const one = follower();
    await one.look();
    truncateSync(log);
    appendFileSync(log, content);
    await one.look();
    expect(messages.slice(4)).toEqual(numbered(11, content.split('line').length + 9));
  });

  test('deleted and made again, even with the same inode, is a new log', async () => {
    writeFileSync(log, ccmLines(1, 4));
    const one = follower();
    await one.look();
    rmSync(log);
    writeFileSync(log, ccmLines(5, 9));
    await one.look();
    expect(messages).toEqual(numbered(1, 9));
    for (let look = 0; look < 3; look++) await one.look();
    expect(positions.size).toBe(1);
  });
});

describe('a process that really writes', () => {
  test.each([
    ['utf8', 3],
    ['utf16le', 3],
    ['utf8', 0],
  ])(
    '%s with %i rotations: no line lost, none twice, while the follower is stopped and started',
    async (encoding, rotations) => {
      const count = 1_500;
      let one = follower();
      one.start();
      const child = spawn(process.execPath, [writer, log, String(count), String(rotations), encoding], {
        stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      });
      const telling = setInterval(() => {
        if (child.connected) child.send(messages.length, () => undefined);
      }, 5);
      const closed = once(child, 'close');
      for (let restart = 0; restart < 4; restart++) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        await one.stop();
        one = follower();
        one.start();
      }
      expect(await closed).toEqual([0, null]);
      clearInterval(telling);
      await eventually(
        () => Promise.resolve(messages.length),
        (length) => length >= count,
      );
      await one.stop();
      expect(numbersSeen()).toEqual(inOrder(count));
    },
  );
});

test('a file that may not be read, or a folder in its place, hinders no other', async () => {
  writeFileSync(log, ccmLines(1, 1));
  const one = follower([join(folder, 'nothere'), '/dev/null', '/proc/self', log]);
  await one.look();
  expect(messages).toEqual(numbered(1, 1));
});

test('a file as good as endless keeps no other waiting, nor the stop', async () => {
  const endless = join(folder, 'endless.log');
  writeFileSync(endless, ccmLines(1, 2));
  // Without a byte on the disk: zeroes without an end of line.
  truncateSync(endless, 1e12);
  writeFileSync(log, '');
  const one = follower([endless, log]);
  one.start();
  try {
    await eventually(
      () => Promise.resolve(messages.length),
      (length) => length > 0,
    );
    appendFileSync(log, ccmLines(3, 4));
    await eventually(
      () => Promise.resolve(messages),
      (seen) => seen.includes('line 4'),
    );
  } finally {
    await one.stop();
  }
});

test('a large log that was renamed is read to its end, over many looks, before the one in its place', async () => {
  const count = 8_000;
  writeFileSync(log, ccmLines(1, count).replaceAll('component="w"', `component="${'w'.repeat(1_200)}"`));
  const one = follower();
  await one.look();
  const first = messages.length;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(count);
  renameSync(log, join(folder, 'fsp.lo_'));
  writeFileSync(log, ccmLines(count + 1, count + 1));
  for (let looks = 0; looks < 10; looks++) await one.look();
  expect(messages).toEqual(numbered(1, count + 1));
});
