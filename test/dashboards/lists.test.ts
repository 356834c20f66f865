// Lists of boards and pages: what they leave out is told, and each number leads to as many clients as it says.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { everything, type Chosen } from '../../grafana-plugin/src/queries/chosen.js';
import {
  clientExportSql,
  clientExtentSql,
  clientsSql,
  noFilter,
  type ClientFilter,
} from '../../grafana-plugin/src/queries/clients.js';
import { expectedCountsSql, expectedSql } from '../../grafana-plugin/src/queries/expected.js';
import { failuresSql } from '../../grafana-plugin/src/queries/failures.js';
import { sharedEngine } from '../shared-engine.js';
import { boardOf, day, hour, now, times, toldTo } from './told.js';

const shared = sharedEngine();
const { tell, ask, panel } = toldTo(shared);
const listed = async (filter: Partial<ClientFilter>, chosen: Partial<Chosen> = {}) =>
  Number(
    (await ask(clientsSql({ ...everything, ...chosen }, { ...noFilter, ...filter }, 'client_name', false, 1)))[0]
      ?.total ?? 0,
  );
const sum = (rows: Record<string, unknown>[], column: string) =>
  rows.reduce((all, row) => all + Number(row[column] ?? 0), 0);

describe('three hundred causes', () => {
  const told = () =>
    tell(times(300, (one) => ({ name: `K${one}`, state: 313, params: [String(20_000 + one)], at: now - hour })));

  test('are cut on the boards with a row that says how many more there are, and shares are of all', async () => {
    await told();
    const status = await panel('overview', 'Deployment status');
    expect(status).toHaveLength(201);
    expect(status.at(-1)).toMatchObject({ state: '… and 100 more', clients_of_cause: 100, state_id: null });
    expect(sum(status, 'clients_of_cause')).toBe(300);
    expect(sum(status, 'share')).toBeCloseTo(1, 9);
    for (const [board, title] of [
      ['failures', 'Causes and what to do'],
      ['communication', 'Summary of problems'],
    ] as const) {
      const causes = await panel(board, title);
      expect(causes).toHaveLength(201);
      expect(causes.at(-1)).toMatchObject({ what_failed: '… and 100 more', clients: null, cause_key: '' });
    }
    expect((await panel('failures', 'Causes and what to do'))[0]!.share).toBeCloseTo(1 / 300, 9);
    expect((await panel('overview', 'What fails most')).at(-1)!.what_failed).toBe('… and 290 more');
  });

  test('are all found by the page’s search, and it knows how many there are', async () => {
    await told();
    const all = await ask(failuresSql(everything));
    expect([all.length, Number(all[0]!.causes)]).toEqual([200, 300]);
    // The last by every order.
    expect(await ask(failuresSql(everything, '20299'))).toMatchObject([{ error_code: '20299', causes: 1 }]);
    expect(await ask(failuresSql(everything, 'MSI ERROR 20150'))).toHaveLength(1);
    expect(await ask(failuresSql(everything, `' OR 1=1 --`))).toEqual([]);
  });

  test('that are few are no list that is cut', async () => {
    await tell([{ name: 'K1', state: 313, params: ['1603'], at: now - hour }]);
    expect(await panel('overview', 'Deployment status')).toMatchObject([{ clients_of_cause: 1, state_id: 313 }]);
    expect(await panel('failures', 'Causes and what to do')).toMatchObject([{ clients: 1, cause_key: '800/313/1603' }]);
  });
});

test('a state that is some clients’ last word leads to them, whether it is a failure or not', async () => {
  await tell([
    ...times(6, (one) => ({ name: `OK${one}`, id: one, state: 400, at: now - hour })),
    ...times(3, (one) => ({ name: `ON${one}`, id: 20 + one, topic: 1000, state: 1, at: now - hour })),
    ...times(4, (one) => [
      { name: `BAD${one}`, state: 313, params: ['1603'], at: now - 2 * hour },
      { name: `BAD${one}`, state: 313, params: ['1618'], at: now - hour },
    ]),
  ]);
  const status = await panel('overview', 'Deployment status');
  expect(status).toHaveLength(3);
  for (const { cause_key, clients_of_cause } of status)
    expect([cause_key, await listed({ lastWord: String(cause_key) })]).toEqual([cause_key, Number(clients_of_cause)]);
  expect(await listed({ lastWord: '800/313/1603' })).toBe(0);
  expect(await listed({}, { cause: ['800/313/1603'] })).toBe(4);
});

test('who still fails leads to as many as are counted, though the failure was sent before the range', async () => {
  await tell([
    { name: 'CUT1', id: 1, topic: 1000, state: 2, params: ['12029'], at: now - 8 * day },
    { name: 'CUT1', id: 1, topic: 1300, state: 1, at: now - day },
    { name: 'CUT2', id: 2, topic: 1000, state: 2, params: ['12029'], at: now - 8 * day },
  ]);
  const [word] = await ask<{ cause: string }>(
    `SELECT DISTINCT cause FROM newest_words WHERE topic_type = 1000 AND outcome = 'failed'`,
  );
  const { cause } = word!;
  const variables = { cause };
  expect(await panel('communication', 'Cut off from their management point', { variables })).toMatchObject([
    { cut_off: 1 },
  ]);
  expect(await listed({ cutOff: true, still: 'heard' }, { cause: [cause] })).toBe(1);
  // Of those that failed so in the range, nobody does.
  expect(await listed({ still: 'sent' }, { cause: [cause] })).toBe(0);
});

test('why clients are cut off leads to those that are so by that', async () => {
  await tell([
    ...times(3, (one) => ({ name: `MP${one}`, id: one, topic: 1000, state: 2, params: ['12029'], at: now - hour })),
    ...times(2, (one) => ({ name: `CERT${one}`, id: 10 + one, topic: 1001, state: 2, params: ['5'], at: now - hour })),
    { name: 'MP0', id: 0, topic: 1001, state: 2, params: ['5'], at: now - hour },
  ]);
  const whyTold = async (variables: Record<string, string> = {}) =>
    Object.values((await panel('communication', 'Why they are cut off', { variables }))[0]!).map(Number);
  const whyListed = async (filter: Partial<ClientFilter> = {}, chosen: Partial<Chosen> = {}) => [
    await listed({ cutOff: true, cutOffBy: [1000], ...filter }, chosen),
    await listed({ cutOff: true, cutOffBy: [1001], ...filter }, chosen),
  ];
  expect([await whyTold(), await whyListed()]).toEqual([
    [3, 3],
    [3, 3],
  ]);
  const [word] = await ask<{ cause: string }>('SELECT DISTINCT cause FROM newest_words WHERE topic_type = 1000');
  const { cause } = word!;
  expect([await whyTold({ cause }), await whyListed({ still: 'heard' }, { cause: [cause] })]).toEqual([
    [3, 0],
    [3, 0],
  ]);
});

test('a chosen cause that is not of communication leads to none of those that are cut off, as the figures say', async () => {
  await tell([
    { name: 'BOTH1', state: 313, params: ['1603'], at: now - hour },
    { name: 'BOTH1', topic: 1000, state: 2, params: ['12029'], at: now - hour },
    { name: 'BOTH1', topic: 1100, state: 1, at: now - hour },
  ]);
  const cause = '800/313/1603';
  const variables = { cause };
  expect(await panel('communication', 'Cut off from their management point', { variables })).toMatchObject([
    { cut_off: 0 },
  ]);
  expect(await listed({ cutOff: true, cutOffBy: [1000, 1001], still: 'heard' }, { cause: [cause] })).toBe(0);
  expect(await panel('communication', 'Capable of HTTPS', { variables })).toMatchObject([{ incapable: 0 }]);
  expect(await listed({ https: 'failed', still: 'heard' }, { cause: [cause] })).toBe(0);
});

test('what clients are narrowed down by is what is shown and exported of them', async () => {
  await tell([
    { name: 'INSTALLED1', id: 1, state: 400, at: now - 2 * hour },
    { name: 'INSTALLED1', id: 1, state: 603, at: now - hour },
  ]);
  const filter = { ...noFilter, outcome: 'succeeded' };
  for (const sql of [
    clientsSql(everything, filter, 'deployment_outcome', true, 1),
    clientExportSql(everything, filter),
  ])
    expect(await ask(sql)).toMatchObject([
      { client_name: 'INSTALLED1', deployment_outcome: 'succeeded', outcome: 'failed' },
    ]);
});

test('an empty list says how many clients of its own filter are outside of the time, and when those were heard of', async () => {
  await tell([
    ...times(2, (one) => ({ name: `BAD${one}`, state: 313, params: ['1603'], at: now - (20 + one) * day })),
    ...times(5, (one) => ({ name: `OLD${one}`, id: one, state: 400, at: now - 60 * day })),
    { name: 'NEW1', id: 10, state: 400, at: now - hour },
    { name: 'STUCK1', state: 100, at: now - 30 * day },
  ]);
  const extent = async (filter: Partial<ClientFilter>, chosen: Partial<Chosen> = {}) => {
    const [row] = await ask<Record<'all' | 'in_range', string> & Record<'first' | 'last', string | null>>(
      clientExtentSql({ ...everything, ...chosen }, { ...noFilter, ...filter }),
    );
    const daysAgo = (time: string | null) =>
      time === null ? null : Math.round((now - Date.parse(`${time.replace(' ', 'T')}Z`)) / day);
    return [Number(row!.all), Number(row!.in_range), daysAgo(row!.first), daysAgo(row!.last)];
  };
  expect(await extent({ outcome: 'failed' })).toEqual([2, 0, 21, 20]);
  expect(await extent({})).toEqual([9, 1, 60, 20]);
  expect(await extent({ search: 'NEW' })).toEqual([1, 1, null, null]);
  expect(await extent({ stuckHours: 24 })).toEqual([1, 1, null, null]);
  expect(await extent({}, { cause: ['800/313/1603'] })).toEqual([2, 0, 21, 20]);
});

test('what panels link to can be chosen: a subnet, a version and a site that clients failed in and have left', async () => {
  await tell([
    ...times(3, (one) => [
      {
        name: `MV${one}`,
        id: one,
        state: 313,
        params: ['1603'],
        at: now - 3 * hour,
        address: '10.1.0.1',
        version: '5.1',
      },
      { name: `MV${one}`, id: one, state: 400, at: now - hour, address: '10.2.0.1', version: '5.2' },
    ]),
  ]);
  for (const board of ['overview', 'failures', 'communication']) {
    const { list } = boardOf(board).templating;
    const values = async (name: string) =>
      (await ask(list.find((one) => one.name === name)!.query)).map((row) => Object.values(row)[0]);
    expect(await values('subnet')).toEqual(['10.1.0.0/24', '10.2.0.0/24']);
    expect(await values('version')).toEqual(['5.1', '5.2']);
    expect(await values('site')).toEqual(['PS1']);
  }
  const subnets = await panel('failures', 'Where failures burst: subnets');
  expect(subnets.map(({ subnet }) => subnet)).toEqual(['10.1.0.0/24']);
});

test('who failed today failed today, and did not only speak', async () => {
  await tell([
    { name: 'OLDFAILURE1', state: 313, params: ['1603'], at: now - 10 * day },
    { name: 'OLDFAILURE1', topic: 1000, id: 1, state: 1, at: now - hour },
    { name: 'CUT1', topic: 1000, id: 2, state: 2, at: now - hour },
    { name: 'TODAY1', state: 313, params: ['1603'], at: now - 2 * hour },
    { name: 'TODAY1', topic: 1300, state: 1, at: now - hour },
    { name: 'MENDED1', state: 313, params: ['1603'], at: now - 2 * hour },
    { name: 'MENDED1', id: 3, state: 400, at: now - hour },
  ]);
  const sql = readFileSync(new URL('../../dashboards/queries/who-failed-today.sql', import.meta.url), 'utf8');
  expect(await ask(sql)).toMatchObject([{ client_name: 'TODAY1', error_code: '1603' }]);
});

test('a list of expected machines is found by its name, whatever is in it', async () => {
  const load = (load_id: string, list_name: string) => ({ load_id, list_name, mode: 'replace' });
  await shared.writer.insert({
    table: 'fsp.expected_loads',
    values: [load('1', 'Paris, Lyon'), load('2', 'Paris')],
    format: 'JSONEachRow',
  });
  await shared.writer.insert({
    table: 'fsp.expected_machines',
    values: [
      { load_id: '1', client_name: 'PC1' },
      { load_id: '1', client_name: 'PC2' },
      { load_id: '2', client_name: 'PC3' },
    ],
    format: 'JSONEachRow',
  });
  const machines = async (list: string) => {
    const filter = { standing: '', search: '', list, silentDays: 0 };
    const [rows, [counts]] = await Promise.all([ask(expectedSql(filter, 1)), ask(expectedCountsSql(list, 7))]);
    expect(Number(counts!.machines)).toBe(rows.length);
    return rows.map(({ client_name }) => client_name);
  };
  expect(await machines('Paris, Lyon')).toEqual(['PC1', 'PC2']);
  expect(await machines('Paris')).toEqual(['PC3']);
  expect(await machines('Lyon')).toEqual([]);
  expect(await machines('')).toEqual(['PC1', 'PC2', 'PC3']);
});
