import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { environment, fsp } from '../server-process.js';
import { startFleet, syntheticLogs, type Fleet } from './fleet.js';
import { testFolder } from '../test-folder.js';

const folder = fileURLToPath(new URL('../../dashboards/queries', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
const dataDir = testFolder();
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet(dataDir);
  await fleet.simulate(120, 0.6, 5);
  await fleet.importLogs(syntheticLogs);
  await fleet.server.post('rubbish');
  await fleet.post([
    { client: 'PC1', topicType: 1000, state: 2, params: ['0x80072EFD'] },
    { client: 'PC2', state: 100 },
  ]);
});
afterAll(() => fleet.close());

test('there are the sixteen questions, each said in its first line and listed', () => {
  expect(files).toHaveLength(16);
  const list = readFileSync(join(folder, 'README.md'), 'utf8');
  for (const name of files) {
    const question = /^-- (.+\?)\n-- .+\n/.exec(readFileSync(join(folder, name), 'utf8'))?.[1];
    expect(question, name).toBeDefined();
    expect(list).toContain(name);
    expect(list).toContain(question);
  }
});

test.each(files)('%s counts clients and not names', (name) => {
  expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/uniq\w*\(\w*client_name|GROUP BY client_name/);
});

test.each(files)('%s answers on a fleet', async (name) => {
  // The fleet is minutes old; who is stuck has been so for hours by when we heard of it.
  const moved = name === 'who-is-stuck.sql' ? '(now() + INTERVAL 5 HOUR)' : 'now()';
  const { data } = await fleet.ask(readFileSync(join(folder, name), 'utf8').replaceAll('now()', moved));
  expect(data.length).toBeGreaterThan(0);
});

test('what failing clients have in common is found, with both shares', async () => {
  await fleet.post(
    ['KIOSK1', 'KIOSK2', 'KIOSK3', 'KIOSK4'].map((client) => ({ client, state: 313, params: ['1603'] })),
  );
  const { data } = await fleet.ask(readFileSync(join(folder, 'what-do-they-have-in-common.sql'), 'utf8'));
  const [failed] = (await fleet.ask(`SELECT count() AS n FROM clients WHERE deployment_outcome = 'failed'`)).data;
  const kiosks = data.find(({ value }) => value === 'KIOSK');
  expect(kiosks).toMatchObject({ property: 'beginning of the name', percent_of_others: 0 });
  expect(Number(kiosks?.failed_clients)).toBe(4);
  expect(Math.abs(Number(kiosks?.percent_of_failed) - 400 / Number(failed?.n))).toBeLessThan(0.6);
});

test('an assignment that failed is no installation that failed', async () => {
  const ask = async (name: string) => (await fleet.ask(readFileSync(join(folder, name), 'utf8'))).data;
  const failed = async () => (await ask('which-versions.sql')).reduce((sum, row) => sum + Number(row.failed), 0);
  const before = await failed();
  await fleet.post([
    { client: 'ASSIGN1', state: 400 },
    { client: 'ASSIGN1', state: 607, serial: 2 },
  ]);
  expect(await failed()).toBe(before);
  expect((await ask('why-do-they-fail.sql')).map(({ state_id }) => Number(state_id))).not.toContain(607);
});

test('fsp query -f runs them as they are', async () => {
  const result = await fsp(['query', '-f', join(folder, 'where-do-we-stand.sql')], environment(fleet.dataDir));
  expect(result.code, result.stderr).toBe(0);
  expect(result.stdout).toMatch(/^outcome\tclients\tpercent\n/);
});

describe('fsp query', () => {
  test('asks by the management API with a token, in any format, and says what the server says', async () => {
    const elsewhere = environment('/nowhere', { FSP_VIEWER_TOKEN: fleet.server.token });
    const ask = (sql: string, env = elsewhere, format = 'TSV') =>
      fsp(['query', '--url', fleet.server.management, '--format', format, sql], env);
    const [counted, csv, wrong, refused, stranger, nothing] = await Promise.all([
      ask('SELECT count() > 100 FROM clients'),
      ask("SELECT 'a' AS x, 1 AS y", elsewhere, 'CSVWithNames'),
      ask('SELECT nonsense FROM clients'),
      ask('DROP TABLE clients'),
      ask('SELECT 1', environment('/nowhere', { FSP_VIEWER_TOKEN: 'a-token-of-nobody-at-all' })),
      ask('SELECT 1', environment('/nowhere')),
    ]);
    expect([counted.code, counted.stdout]).toEqual([0, '1\n']);
    expect(csv.stdout).toBe('"x","y"\n"a",1\n');
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toMatch(/^fsp: .*nonsense.* \(FSP_QUERY_FAILED\)\n$/);
    expect(refused.stderr).toMatch(/Only questions are answered here .*\(FSP_QUERY_FAILED\)\n$/);
    expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining('(FSP_UNAUTHORIZED)') as string]);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('FSP_VIEWER_TOKEN') as string]);
  });

  test('prints what other tools need; the password only when it is asked for', async () => {
    const env = environment(fleet.dataDir);
    const { reader } = readEngineCredentials(join(fleet.dataDir, 'clickhouse'))!;
    const [plain, shown] = await Promise.all([
      fsp(['query', '--connection'], env),
      fsp(['query', '--connection', '--show-password'], env),
    ]);
    expect(plain.code, plain.stderr).toBe(0);
    expect(plain.stdout).not.toContain(reader.password);
    expect(shown.stdout).toContain(reader.password);
    for (const tool of ['clickhouse-client', 'JDBC', 'Python', 'Go', 'Grafana', 'HyperDX', 'curl'])
      expect(plain.stdout).toMatch(new RegExp(`^${tool}`, 'm'));
    // What it prints for a shell is what a shell takes.
    const [, url = '', user = '', key = '', sql = ''] =
      /curl '([^']+)' -H '([^']+)' -H '([^']+)' -d '([^']+)'/.exec(shown.stdout) ?? [];
    const headers = Object.fromEntries([user, key].map((header) => header.split(': ') as [string, string]));
    const answer = await fetch(url, { method: 'POST', headers, body: sql });
    expect(Number(await answer.text())).toBeGreaterThan(0);
  });
});

test.each(['Timestamp', 'TimestampTime'])(
  'a range of %s in otel_logs is found by indexes and partitions',
  async (column) => {
    const explain = async (range: string) => {
      const { data } = await fleet.ask(`EXPLAIN indexes = 1 SELECT Body FROM otel_logs WHERE ${range}`);
      return data.map((row) => String(row.explain)).join('\n');
    };
    // Nothing is of that time: each of the two tables that hold much reads no part.
    const plan = await explain(`${column} BETWEEN '1999-01-01 00:00:00' AND '1999-01-02 00:00:00'`);
    expect(plan).toMatch(/ReadFromMergeTree \(\w+\.state_messages\)[^]*?by_said_(at|second)[^]*?Granules: 0\/\d/);
    expect(plan).toMatch(
      /ReadFromMergeTree \(\w+\.setup_log_records\)[^]*?Condition: and\([^]*?logged_at[^]*?Parts: 0\/\d/,
    );
  },
);
