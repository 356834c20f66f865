import { mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { batchOf, entry } from '../../../test/entries.js';
import { testFolder } from '../../../test/test-folder.js';
import { createSiteInboxSink } from './site-inbox.js';

function inbox(): string {
  const folder = testFolder();
  return folder;
}
const entries = ['1', '2', '3', '4'].map((digit) => entry(`PC${digit}`, { messageId: digit.repeat(32) }));
const files = entries.map(({ messageId }) => `FSP${messageId.slice(0, 24)}.SMX`);

test('a batch that fails in the middle goes on there: what the site took meanwhile does not come again', async () => {
  const folder = inbox();
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

test('a report that the folder does not take while it takes others is refused for good, and the others go on', async () => {
  const folder = inbox();
  const sink = createSiteInboxSink(folder);
  const batch = batchOf(...entries);
  // As what a virus scanner leaves of a file: its name cannot be had.
  mkdirSync(join(folder, files[1]!));
  for (let tries = 0; tries < 4; tries++) await expect(sink.deliver(batch, tries > 0)).rejects.toThrow('EISDIR');
  expect(await sink.deliver(batch, true)).toEqual([
    { index: 1, code: 'EISDIR', reason: expect.stringContaining('not this report (EISDIR)') as string },
  ]);
  expect(readdirSync(folder)).toEqual(files);
  // Sent again from quarantine it is tried again.
  const alone = batchOf(entries[1]!);
  for (let tries = 0; tries < 4; tries++) await expect(sink.deliver(alone, true)).rejects.toThrow('EISDIR');
  expect(await sink.deliver(alone, true)).toHaveLength(1);
  rmdirSync(join(folder, files[1]!));
  expect(await sink.deliver(alone, true)).toEqual([]);
});

test('while the folder takes nothing at all no report is refused for good, however often it is tried', async () => {
  const folder = inbox();
  const sink = createSiteInboxSink(folder);
  for (const name of [files[0]!, 'FSP-try']) mkdirSync(join(folder, name));
  const batch = batchOf(...entries);
  for (let tries = 0; tries < 10; tries++)
    await expect(sink.deliver(batch, tries > 0)).rejects.toThrow('takes no files');
});

test('what is sent from quarantine meanwhile is sent, however far the batch got', async () => {
  const folder = inbox();
  const sink = createSiteInboxSink(folder);
  const alone = batchOf(entries[3]!);
  mkdirSync(join(folder, files[3]!));
  const [whole, first] = await Promise.allSettled([
    sink.deliver(batchOf(...entries.slice(0, 3)), false),
    sink.deliver(alone, true),
  ]);
  expect([whole.status, first.status]).toEqual(['fulfilled', 'rejected']);
  rmdirSync(join(folder, files[3]!));
  await sink.deliver(alone, true);
  expect(readdirSync(folder)).toEqual(files);
});
