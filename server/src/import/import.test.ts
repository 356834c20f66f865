import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { connect } from '../clickhouse/client.js';
import type { Sink } from '../delivery/sink.js';
import { findFiles } from './find-files.js';
import { importFiles } from './import.js';
import { importUpload } from './upload.js';

/** Nothing listens there. */
const client = connect({ url: 'http://127.0.0.1:9', username: 'x', password: '', database: 'fsp' });
const sink: Sink = {
  name: 'unused',
  deliver: () => Promise.reject(new Error('unused')),
  close: () => Promise.resolve(),
};
const options = { client, sink, database: 'fsp', hostName: 'PC1', timezone: null };

function folderOf(files: Record<string, string | Buffer>): string {
  const folder = testFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test('files that cannot be read any more, and what is far too large for a report, are told and end nothing', async () => {
  const folder = folderOf({ 'gone.log': 'a line\n', 'gone.smx': '<Report/>', 'large.smx': '', 'none.smx': '<html/>' });
  truncateSync(join(folder, 'large.smx'), 3 * 1024 ** 3);
  const found = await findFiles([folder]);
  rmSync(join(folder, 'gone.log'));
  rmSync(join(folder, 'gone.smx'));
  const { refused, failed, reports, logs } = await importFiles(found, options);
  expect({ reports, logs }).toEqual({ reports: 0, logs: 0 });
  expect(refused).toEqual([
    { path: join(folder, 'gone.log'), reason: 'unreadable', detail: expect.any(String) as string },
  ]);
  expect(failed.map(({ reason }) => /\((\w+)\)$/.exec(reason)?.[1])).toEqual([
    'FSP_LOG_UNREADABLE',
    'FSP_REPORT_TOO_LARGE',
    'FSP_REPORT_WRONG_ROOT',
  ]);
});

test('a ClickHouse that does not answer is told as that', async () => {
  await expect(importUpload('a.log', Buffer.from('a line\n'), options)).rejects.toMatchObject({
    code: 'FSP_CLICKHOUSE_UNREACHABLE',
  });
});
