import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../server-process.js';
import { startFleet, syntheticLogs, type Fleet } from './fleet.js';
import { testFolder } from '../test-folder.js';

interface Rule {
  uid: string;
  dashboardUid: string;
  panelId: number;
  noDataState: string;
  annotations: Record<string, string>;
  data: { datasourceUid: string; model: { rawSql?: string; conditions?: { evaluator: { params: number[] } }[] } }[];
}

const folder = fileURLToPath(new URL('../../dashboards', import.meta.url));
const { groups } = parse(readFileSync(join(folder, 'generated', 'alerts.yaml'), 'utf8')) as {
  groups: { rules: Rule[] }[];
};
const rules = groups.flatMap(({ rules: list }) => list);
const named = rules.map((rule) => [rule.uid, rule] as const);
const dataDir = testFolder();
let fleet: Fleet;

/** The texts of the instances that fire. */
async function labelsOf(uid: string, moved: (sql: string) => string = (sql) => sql) {
  const { data } = await fleet.ask(moved(rules.find((one) => one.uid === uid)!.data[0]!.model.rawSql!));
  return data as Record<string, string>[];
}

async function asAdmin(path: string, body: unknown, type = 'application/json') {
  const { admin } = JSON.parse(readFileSync(join(fleet.dataDir, 'tokens.json'), 'utf8')) as { admin: string };
  return fetch(`${fleet.server.management}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Values of the instances that fire; `moved` looks at the data as if the clock, or a span of the rule, were another. */
async function firing(uid: string, moved: (sql: string) => string = (sql) => sql): Promise<number[]> {
  const rule = rules.find((one) => one.uid === uid)!;
  const [query, threshold] = rule.data;
  const { meta, data } = await fleet.ask(moved(query!.model.rawSql!));
  const number = meta.find(({ type }) => /^Nullable\(Float64\)$|^Float64$/.test(type))!.name;
  const limit = threshold!.model.conditions![0]!.evaluator.params[0]!;
  return data.map((row) => Number(row[number])).filter((value) => value > limit);
}

beforeAll(async () => {
  fleet = await startFleet(dataDir);
});
afterAll(() => fleet.close());

test.each(named)('%s names a dashboard, a panel and a runbook that exist', (uid, rule) => {
  const dashboard = JSON.parse(readFileSync(join(folder, 'generated', `${rule.dashboardUid}.json`), 'utf8')) as {
    panels: { id: number }[];
  };
  expect(dashboard.panels.map(({ id }) => id)).toContain(rule.panelId);
  expect(rule.annotations.runbook_url).toMatch(new RegExp(`/a/fallbackstatuspoint-fsp-app/runbook\\?name=${uid}$`));
  for (const language of ['', 'fr'])
    expect(readFileSync(join(folder, 'runbooks', language, `${uid}.md`), 'utf8')).toMatch(/^# \S/);
  for (const text of ['summary', 'description']) expect(rule.annotations[text]).toMatch(/\w/);
  // Left to itself a number of a million or more is written as 1e+06.
  expect(rule.annotations.summary).not.toMatch(/\{\{ \$values/);
  const labels = [
    ...Object.values(rule.annotations)
      .join(' ')
      .matchAll(/\$labels\.(\w+)/g),
  ].map(([, name]) => name);
  for (const label of labels) expect(rule.data[0]!.model.rawSql).toContain(label);
});

test('an empty database is silent, but for the rule on silence itself', async () => {
  for (const { uid, noDataState } of rules) {
    expect(await firing(uid), uid).toEqual([]);
    expect(noDataState, uid).toBe(uid === 'fsp-silence' ? 'Alerting' : 'OK');
  }
});

test('a small healthy fleet with its few failures is silent', async () => {
  await fleet.simulate(120, 0.08, 11);
  for (const { uid } of rules) expect(await firing(uid), uid).toEqual([]);
});

test.each(named)('%s answers with one number and texts', async (_uid, rule) => {
  const { meta } = await fleet.ask(rule.data[0]!.model.rawSql!);
  const types = meta.map(({ type }) => type);
  expect(types.filter((type) => /Float64/.test(type))).toHaveLength(1);
  for (const type of types) expect(type).toMatch(/^(LowCardinality\()?String\)?$|Float64/);
});

const later = (span: string) => (sql: string) =>
  sql
    .replaceAll('now()', `(now() + INTERVAL ${span})`)
    // A view tells this by its own clock.
    .replaceAll(/(?<! AS )silent_for/g, `(silent_for + dateDiff('second', now(), now() + INTERVAL ${span}))`);

test('a day without a message is silence', async () => {
  expect(await firing('fsp-silence', later('2 DAY'))).toHaveLength(1);
});

test('a receiver that gives no sign of life for ten minutes is told of, and one that is gone for a month no more', async () => {
  await eventually(
    () => fleet.ask('SELECT count() AS n FROM receivers'),
    ({ data }) => Number(data[0]?.n) === 1,
  );
  expect(await firing('fsp-receiver-silent')).toEqual([]);
  expect(await firing('fsp-receiver-silent', later('1 HOUR'))).toHaveLength(1);
  expect(await firing('fsp-receiver-silent', later('31 DAY'))).toEqual([]);
});

test.each([
  ['fsp-quarantine', 'quarantined'],
  ['fsp-spool-damage', 'lost_messages'],
  ['fsp-spool-damage', 'damaged_pieces'],
])('%s looks at %s of the last sign of life', async (uid, column) => {
  expect(await firing(uid, (sql) => sql.replaceAll(new RegExp(`(?<! AS )\\b${column}\\b`, 'g'), '3'))).toEqual([3]);
});

test('many clients that fail in one way at once are a burst, a higher rate, and new', async () => {
  const failures = Array.from({ length: 60 }, (_, index) => ({ client: `BAD${index}`, state: 313, params: ['1639'] }));
  await fleet.post(failures);
  // Some of the simulated fleet may have failed in the same way.
  expect((await firing('fsp-failure-burst'))[0]).toBeGreaterThanOrEqual(60);
  expect(await firing('fsp-failure-rate')).toHaveLength(1);
  // The fleet is minutes old: a fleet counts as old after no time at all, and new is what came last.
  const first = await fleet.ask(`SELECT min(processed_at) AS at FROM state_messages WHERE error_code = '1639'`);
  const since = `(toDateTime64('${String(first.data[0]?.at)}', 3, 'UTC') - INTERVAL 1 MILLISECOND)`;
  const moved = (sql: string) => sql.replace('now() - INTERVAL 6 HOUR', since).replace('now() - INTERVAL 1 DAY', since);
  expect((await firing('fsp-new-failure', moved))[0]).toBe(60);
  expect(await firing('fsp-new-failure'), 'a young fleet').toEqual([]);

  // The alert tells which, and its link leads to just those.
  const burst = (await labelsOf('fsp-failure-burst')).find(({ cause }) => cause === '800/313/1639');

  expect(burst).toMatchObject({ site_code: 'PS1', cause: '800/313/1639', error_code: '1639' });
  expect(burst!.machines!.split(', ')).toHaveLength(3);
  expect(burst!.machines).toMatch(/^BAD\d+, BAD\d+, BAD\d+$/);
  // All of the site have one receiver and one version: that is no suspect.
  expect(burst!.suspects).toBe('name BAD, subnet 127.0.0.0/24');
  expect(burst!.advice).toMatch(/\w{4}/);
});

test('what somebody takes care of is silent until it is taken back, or ends', async () => {
  const cause = '800/313/1639';
  const until = Date.now() + 3_600_000;
  const counted = async () => [await firing('fsp-failure-rate'), await firing('fsp-failure-burst')];
  const before = await counted();
  expect(before).toEqual([[expect.any(Number)], [expect.any(Number)]]);
  const machine = 'BAD7';
  // One machine of sixty changes the number by one.
  const [all = 0] = await firing('fsp-failure-burst');
  const said = await asAdmin('acknowledgements', { cause, clientName: machine.toLowerCase(), note: 'mine', until });
  expect(said.status).toBe(204);
  expect(await firing('fsp-failure-burst')).toEqual([all - 1]);
  // All of them are silent.
  expect((await asAdmin('acknowledgements', { cause, note: 'rebuilt tonight', until })).status).toBe(204);
  expect(await counted()).toEqual([[], []]);
  for (const clientName of ['', machine])
    expect((await asAdmin('acknowledgements/withdraw', { cause, clientName })).status).toBe(204);
  expect(await counted()).toEqual(before);
});

test('what somebody takes care of was seen before: it is not new on others', async () => {
  const failing = (client: string) => ({ client, state: 313, params: ['1633'] });
  await fleet.post([failing('KNOWN')]);
  const until = Date.now() + 3_600_000;
  const cause = '800/313/1633';
  expect((await asAdmin('acknowledgements', { cause, clientName: 'KNOWN', note: 'mine', until })).status).toBe(204);
  await fleet.post(Array.from({ length: 5 }, (_, index) => failing(`OTHER${index}`)));
  const { data } = await fleet.ask(
    `SELECT min(processed_at) AS at FROM state_messages WHERE error_code = '1633' AND client_name LIKE 'OTHER%'`,
  );
  const since = (ms: number) => `(toDateTime64('${String(data[0]?.at)}', 3, 'UTC') - INTERVAL ${ms} MILLISECOND)`;
  const as = (begin: string) => (sql: string) =>
    sql.replaceAll('now() - INTERVAL 6 HOUR', begin).replace('< now() - INTERVAL 1 DAY', '< now()');
  expect(await firing('fsp-new-failure', as(since(3_600_000))), 'all of them within the time').toContain(5);
  expect(await firing('fsp-new-failure', as(since(1)))).toEqual([]);
});

test('machines that are expected and never spoke are told of once their list is a day old', async () => {
  const names = ['BAD0', ...Array.from({ length: 20 }, (_, index) => `GONE${index}`)].join('\n');
  expect((await asAdmin('expected?list=contoso', names, 'application/octet-stream')).status).toBe(200);
  expect(await firing('fsp-never-heard'), 'a young list').toEqual([]);
  expect(await firing('fsp-never-heard', later('25 HOUR'))).toEqual([20 / 21]);
});

test('many clients that cannot reach their management point are told of', async () => {
  await fleet.post(
    Array.from({ length: 30 }, (_, index) => ({
      client: `OFF${index}`,
      topicType: 1000,
      state: 2,
      params: ['0x80072EFD'],
    })),
  );
  expect((await firing('fsp-cut-off', later('6 MINUTE')))[0]).toBeGreaterThanOrEqual(30);
});

test('clients that began and never ended are stuck', async () => {
  await fleet.post(Array.from({ length: 40 }, (_, index) => ({ client: `STUCK${index}`, state: 100 })));
  expect(await firing('fsp-stuck-clients'), 'just begun').toEqual([]);
  // By when we heard of their begin, whatever their clocks say.
  expect((await firing('fsp-stuck-clients', later('25 HOUR')))[0]).toBeGreaterThanOrEqual(40);
});

test('bodies that are no reports are told of with their receiver', async () => {
  for (let index = 0; index < 110; index++) await fleet.server.post(`rubbish ${index}`);
  // All are counted, though only the first 60 of a minute are kept; the figures come with the minute.
  await eventually(
    () => fleet.ask('SELECT sum(rejected) AS n FROM throttle_windows'),
    ({ data }) => Number(data[0]?.n) >= 110,
    150_000,
  );
  expect(await firing('fsp-rejects')).toEqual([110]);
  expect(await labelsOf('fsp-rejects')).toEqual([expect.objectContaining({ fsp_server: 'FSP01' })]);
});

test('a backlog of hours is told of', async () => {
  const { admin } = JSON.parse(readFileSync(join(fleet.dataDir, 'tokens.json'), 'utf8')) as { admin: string };
  const created = await fetch(`${fleet.server.management}/api/v1/roles`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ serverName: 'FSP01', messageCount: 100, throttleIntervalSeconds: 86_400 }),
  });
  expect(created.status).toBe(201);
  await Promise.all(Array.from({ length: 50 }, (_, index) => fleet.postOnly({ client: `LATE${index}`, state: 400 })));
  const rows = (table: string) => () => fleet.ask(`SELECT max(waiting) AS n FROM ${table}`);
  // Told at once, not with the figures of the minute; the rule looks at the sign of life, which comes each minute.
  await eventually(rows('throttle_windows'), ({ data }) => Number(data[0]?.n) > 0);
  await eventually(rows('receivers'), ({ data }) => Number(data[0]?.n) > 0, 90_000);
  expect(await firing('fsp-backlog')).toEqual([]);
  expect(await firing('fsp-backlog', later('5 HOUR'))).toHaveLength(1);
});

test('failures that took more than a minute to their row are told of', async () => {
  const slower = (seconds: number) => (sql: string) =>
    sql.replace("dateDiff('second', received_at,", (delay) => `${seconds} + ${delay}`);
  expect(await firing('fsp-failures-late')).toEqual([]);
  expect(await firing('fsp-failures-late', slower(30))).toEqual([]);
  expect(await firing('fsp-failures-late', slower(120))).toHaveLength(1);
});

test('a set-up that failed is told of, with its cause', async () => {
  expect(await firing('fsp-setup-failed')).toEqual([]);
  const logs = testFolder();
  const log = readFileSync(join(syntheticLogs, 'role-setup-1603.log'), 'utf8');
  const today = new Date().toISOString().slice(0, 10).split('-');
  writeFileSync(
    join(logs, 'SMSFSPSetup.log'),
    log.replaceAll(/<\d\d-\d\d-\d{4}/g, `<${today[1]}-${today[2]}-${today[0]}`),
  );
  await fleet.importLogs(logs);
  const moved = (sql: string) => sql.replace('INTERVAL 1 DAY', 'INTERVAL 20 YEAR');
  expect((await firing('fsp-setup-failed', moved)).length).toBeGreaterThan(0);
});
