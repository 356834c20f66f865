// What is kept in a data folder and that somebody, or a disk, damaged: told, put aside, and no start ends with it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { ensureEngineCredentials, keepEngineCredentials } from '../clickhouse/credentials.js';
import { keptReader } from '../clickhouse/reader-account.js';
import { keepInstance, readInstance } from '../health/instance.js';

function place() {
  const path = testFolder();
  const told: string[] = [];
  return { path, told, logger: { warn: (message: string) => told.push(message) } };
}

const names = { serverName: 'FSP01', siteCode: 'PS1' };

test.each(['', '{"id": "ab', 'null', '[]', '{"id": 5, "serverName": "FSP01", "siteCode": "PS1"}'])(
  'which receiver a folder belongs to: %j is told and put aside, and a new identity is made and kept',
  (damaged) => {
    const { path, told, logger } = place();
    const file = join(path, 'instance.json');
    writeFileSync(file, damaged);
    expect(() => readInstance(path)).toThrow(/instance\.json .*take it from a backup, or remove it/);
    const { id } = keepInstance(path, names, logger);
    expect(told).toEqual([expect.stringMatching(/cannot be read \(it is .*kept as .*instance\.json\.damaged/)]);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(damaged);
    expect([readInstance(path)?.id, keepInstance(path, names, logger).id, told.length]).toEqual([id, id, 1]);
  },
);

test('the account of those who ask: what is damaged is an error where nothing makes another, and none where none was made', () => {
  const { path } = place();
  expect(keptReader(path)).toBeNull();
  writeFileSync(join(path, 'clickhouse-reader.json'), '{"username": "fsp_reader_1"');
  expect(() => keptReader(path)).toThrow(/clickhouse-reader\.json .*start the server of that data folder again/);
});

test('the accounts of the embedded engine: what is damaged is told and put aside, and the passwords are new', () => {
  const { path, told, logger } = place();
  const engine = join(path, 'clickhouse');
  mkdirSync(engine);
  const first = ensureEngineCredentials(engine, logger);
  keepEngineCredentials(engine, first);
  expect([ensureEngineCredentials(engine, logger).reader, told]).toEqual([first.reader, []]);
  writeFileSync(join(path, 'clickhouse-credentials.json'), '{"url"');
  const second = ensureEngineCredentials(engine, logger);
  expect(second.reader.password).not.toBe(first.reader.password);
  expect(told).toEqual([expect.stringMatching(/clickhouse-credentials\.json\.damaged, and new passwords are made/)]);
  expect(readFileSync(join(path, 'clickhouse-credentials.json.damaged'), 'utf8')).toBe('{"url"');
  keepEngineCredentials(engine, second);
  expect([ensureEngineCredentials(engine, logger).reader, told.length]).toEqual([second.reader, 1]);
});
