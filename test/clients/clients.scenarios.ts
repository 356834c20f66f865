import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostile } from '../accounts/hostile.js';
import { startFleet, syntheticLogs, type Fleet } from '../dashboards/fleet.js';
import { environment, fsp } from '../server-process.js';
import { drivers, has, type Driver } from './drivers.js';
import { firstAsked } from './first-asked.js';
import { testFolder } from '../test-folder.js';

const folder = fileURLToPath(new URL('../../dashboards/queries', import.meta.url));
const questions = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);
const dataDir = testFolder();
let fleet: Fleet;
let connection: Record<string, string>;

beforeAll(async () => {
  fleet = await startFleet(dataDir);
  await fleet.simulate(120, 0.6, 5);
  await fleet.importLogs(syntheticLogs);
  await fleet.server.post('rubbish');
  await fleet.post([
    { client: 'PC1', topicType: 1000, state: 2, params: ['0x80072EFD'] },
    { client: 'PC2', state: 100 },
  ]);
  connection = await printed(fleet.dataDir);
});
afterAll(() => fleet.close());

/** What `fsp query --connection` prints, as a person would type it into a tool. */
async function printed(dataDir: string): Promise<Record<string, string>> {
  const { stdout } = await fsp(['query', '--connection', '--show-password'], environment(dataDir));
  const value = (label: string) => new RegExp(`^ {2}${label} +(\\S+)$`, 'm').exec(stdout)?.[1] ?? '';
  const http = new URL(value('HTTP'));
  return {
    HOST: http.hostname,
    HTTP_PORT: http.port,
    NATIVE_PORT: value('native').split(':').at(-1) ?? '',
    DATABASE: value('database'),
    READER: value('user'),
    PASSWORD: value('password'),
  };
}

describe.each(drivers.map((driver) => [driver.name, driver] as const))('%s', (_, driver: Driver) => {
  const missing = driver.needs.filter((program) => !has(program));
  const there = test.skipIf(missing.length > 0);
  const why = missing.length > 0 ? ` (skipped: ${missing.join(' and ')} is not on this machine)` : '';
  beforeAll(async () => {
    if (missing.length === 0) await driver.prepare();
  });

  there(`asks every question of the dashboards, and has the rows that fsp query has${why}`, async () => {
    const answers = await driver.ask(questions, connection);
    let withRows = 0;
    for (const [name, sql] of Object.entries(questions)) {
      const { columns, rows, error } = answers[name] ?? { error: 'no answer' };
      expect(error, name).toBeUndefined();
      const { meta, rows: known } = await fleet.ask(sql).then(({ data }) => ({
        meta: Object.keys(data[0] ?? {}),
        rows: data.length,
      }));
      expect(rows?.length ?? 0, name).toBe(known);
      // Of an answer without rows each driver says something else.
      if (known === 0) continue;
      expect(columns, name).toEqual(meta);
      withRows++;
    }
    expect(withRows).toBeGreaterThan(10);
  });

  there(`is answered what such tools ask first${why}`, async () => {
    const answers = await driver.ask(Object.fromEntries(firstAsked.map((sql) => [sql, sql])), connection);
    const refused = Object.entries(answers).filter(([, { error }]) => error !== undefined);
    expect(refused).toEqual([]);
    const metadata = Object.entries(answers).filter(([name]) => name.startsWith('metadata: '));
    for (const [name, { rows }] of metadata.filter(([name]) => !/keys|indexes/.test(name)))
      expect(rows?.length, name).toBeGreaterThan(0);
  });

  there(`is refused whatever is more than reading${why}`, async () => {
    const answers = await driver.ask(Object.fromEntries(hostile.map((sql) => [sql, sql])), connection);
    const answered = hostile.filter((sql) => answers[sql]?.error === undefined);
    // By the native protocol it is the client that would write the file; the server answers the question alone.
    expect(answered.filter((sql) => !sql.includes('INTO OUTFILE'))).toEqual([]);
    expect(existsSync('/tmp/hostile')).toBe(false);
  });
});
