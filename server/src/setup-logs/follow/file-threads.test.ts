import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../../test/test-folder.js';
import { FileThreads } from './file-threads.js';
import { FollowedFiles } from './followed-files.js';

let folder: string;
let threads: FileThreads;
beforeEach(() => {
  folder = testFolder();
});
afterEach(async () => {
  await threads.close();
});

const faultyProgram = fileURLToPath(new URL('../../../../test/setup-logs/faulty-file-worker.mjs', import.meta.url));

test('a thread that dies fails what it was asked, and others are asked by the next one', async () => {
  threads = new FileThreads({ program: faultyProgram });
  const files = new FollowedFiles(threads);
  await expect(files.ask('look', 'deadly')).rejects.toThrow('has ended');
  expect(await files.ask('look', folder)).toMatchObject({ isFolder: true });
  expect(FileThreads.underWay).toBe(0);
});

test('many questions of one turn go in one message, and each has its own answer or its own error', async () => {
  threads = new FileThreads();
  const messages: number[] = [];
  const counted = { ask: (questions: never[]) => (messages.push(questions.length), threads.ask(questions)) };
  const files = new FollowedFiles(counted as unknown as FileThreads);
  const paths = Array.from({ length: 300 }, (_, index) => join(folder, `${index}.log`));
  for (const [index, path] of paths.entries()) if (index % 3 > 0) writeFileSync(path, `log ${index}`);
  const answers = await Promise.allSettled(paths.map((path) => files.ask('read', path, 4, 100, 0)));
  expect(messages).toEqual([300]);
  const said = answers.map((one) => (one.status === 'rejected' ? 'none' : Buffer.from(one.value.bytes).toString()));
  expect(said).toEqual(paths.map((_, index) => (index % 3 > 0 ? String(index) : 'none')));
});

test('what is more than a message takes comes in the next, whole', async () => {
  threads = new FileThreads();
  const files = new FollowedFiles(threads);
  const log = join(folder, 'large.log');
  writeFileSync(log, Buffer.alloc(3 * 1024 * 1024, 'x'));
  const pieces = await Promise.all(
    Array.from({ length: 12 }, (_, index) => files.ask('read', log, index * 262_144, 262_144, 0)),
  );
  expect(pieces.map(({ bytes }) => bytes.length)).toEqual(Array(12).fill(262_144));
});
