import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { readEngineCredentials } from './credentials.js';

const nobody = 65_534;

test('a folder that is somebody else’s is told from one in which no engine ran, and who may not read it learns how to ask', () => {
  const folder = testFolder();
  const engine = join(folder, 'data', 'clickhouse');
  mkdirSync(engine, { recursive: true });
  chmodSync(folder, 0o755);
  const root = process.geteuid?.() === 0;
  onTestFinished(() => {
    if (root) process.seteuid!(0);
    chmodSync(join(folder, 'data'), 0o700);
  });
  expect(readEngineCredentials(engine)).toBeNull();
  writeFileSync(join(engine, 'credentials.json'), '{}');
  chmodSync(join(folder, 'data'), 0o000);
  // The superuser may read all.
  if (root) process.seteuid!(nobody);
  expect(() => readEngineCredentials(engine)).toThrow(
    /data folder .*data may not be read by \w+: .* fsp query --url .* FSP_VIEWER_TOKEN/,
  );
});
