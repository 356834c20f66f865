// What is kept in a data folder and that somebody, or a disk, damaged: told, put aside, and no start ends with it.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

test('what is damaged once more takes the place of nothing that was put aside before', () => {
  const { path, logger } = place();
  const file = join(path, 'instance.json');
  for (const damaged of ['one', 'two', 'three']) {
    writeFileSync(file, damaged);
    keepInstance(path, names, logger);
  }
  expect(['', '-2', '-3'].map((n) => readFileSync(`${file}.damaged${n}`, 'utf8'))).toEqual(['one', 'two', 'three']);
});

test('what may not be read is no damage: it stays as it is, and the start says whose right is missing', () => {
  const { path, told, logger } = place();
  const file = join(path, 'instance.json');
  const { id } = keepInstance(path, names, logger);
  chmodSync(file, 0o000);
  chmodSync(path, 0o777);
  // An administrator may read everything: for this moment it is somebody else who asks.
  const administrator = process.geteuid?.() === 0;
  if (administrator) process.seteuid?.(65_534);
  try {
    expect(() => keepInstance(path, names, logger)).toThrow(
      /instance\.json cannot be read \(EACCES\).*give the server's user/,
    );
  } finally {
    if (administrator) process.seteuid?.(0);
    chmodSync(file, 0o600);
  }
  expect([readInstance(path)?.id, existsSync(`${file}.damaged`), told]).toEqual([id, false, []]);
});

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
