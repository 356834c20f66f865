import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { batchOf, entry } from '../../../test/entries.js';
import { createSiteInboxSink } from './site-inbox.js';

test('a batch that fails in the middle goes on there: what the site took meanwhile does not come again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-inbox-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const entries = ['1', '2', '3', '4'].map((digit) => entry(`PC${digit}`, { messageId: digit.repeat(32) }));
  const files = entries.map(({ messageId }) => `FSP${messageId.slice(0, 24)}.SMX`);
  const sink = createSiteInboxSink(folder);
  const batch = batchOf(...entries);
  mkdirSync(join(folder, files[2]!));
  await expect(sink.deliver(batch, false)).rejects.toThrow('takes no files');
  expect(readdirSync(folder)).toEqual(files.slice(0, 3).sort());
  for (const file of files.slice(0, 2)) rmSync(join(folder, file));
  await expect(sink.deliver(batch, true)).rejects.toThrow('takes no files');
  expect(readdirSync(folder)).toEqual([files[2]]);
  rmdirSync(join(folder, files[2]!));
  expect(await sink.deliver(batch, true)).toEqual([]);
  expect(readdirSync(folder)).toEqual(files.slice(2).sort());
  // The next one begins at its beginning.
  expect(await sink.deliver(batchOf(entries[0]!, entries[1]!), false)).toEqual([]);
  expect(readdirSync(folder)).toHaveLength(4);
});
