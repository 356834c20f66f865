import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportFixture } from '../../../test/reports.js';
import { testFolder } from '../../../test/test-folder.js';
import { findFiles } from './find-files.js';

test('a report is known by its content where its name does not tell, and a log stays one', async () => {
  const folder = testFolder();
  const copies = join(folder, 'copies');
  mkdirSync(copies);
  const at = (name: string) => join(copies, name);
  writeFileSync(at('a.SMX'), 'rubbish');
  writeFileSync(at('copy'), reportFixture('installed-client.utf16le.smx'));
  writeFileSync(at('copy.xml'), reportFixture('no-client.xml'));
  writeFileSync(at('copy.log'), '<![LOG[<Report>]LOG]!>');
  const named = join(folder, 'report.txt');
  writeFileSync(named, reportFixture('installed-client.utf8.xml'));
  const { logs, reports } = await findFiles([copies, named]);
  expect(reports.map(({ path }) => path).sort()).toEqual([at('a.SMX'), at('copy'), at('copy.xml'), named].sort());
  expect(logs.map(({ path }) => path)).toEqual([at('copy.log')]);
});
