import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { writeWhole, writeWholeSync } from './whole-file.js';

const ways = [
  ['at once', writeWholeSync],
  ['beside other work', writeWhole],
] as const;

test.each(ways)('what is written %s takes the place of what stood there, for its owner only', async (_how, write) => {
  const folder = testFolder();
  const path = join(folder, 'kept.json');
  for (const content of ['a former and longer one', 'this']) await write(path, content);
  expect(readFileSync(path, 'utf8')).toBe('this');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['kept.json']);
});

test.each(ways)('what cannot be put in its place is told, and leaves nothing beside it (%s)', async (_how, write) => {
  const folder = testFolder();
  const path = join(folder, 'kept.json');
  mkdirSync(path);
  await expect((async () => write(path, 'this'))()).rejects.toThrow('EISDIR');
  expect(readdirSync(folder)).toEqual(['kept.json']);
});

test('who reads while it is written finds the former content or the new one, and never a part', async () => {
  const path = join(testFolder(), 'kept.json');
  const contents = ['a', 'b'].map((letter) => letter.repeat(200_000));
  writeFileSync(path, contents[0]!);
  let isWriting = true;
  const writing = (async () => {
    for (let n = 0; n < 40; n++) await writeWhole(path, contents[n % 2]!);
    isWriting = false;
  })();
  const found = new Set<string>();
  while (isWriting) {
    found.add(readFileSync(path, 'utf8'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  expect([...found].filter((content) => !contents.includes(content))).toEqual([]);
});
