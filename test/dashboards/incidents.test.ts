// What the view `incidents` finds in failures whose truth is known, and what sets the clients apart that fail: each story is
// told in a site of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { everything, type Chosen } from '../../grafana-plugin/src/queries/chosen.js';
import { clientsSql, noFilter } from '../../grafana-plugin/src/queries/clients.js';
import { failuresSql } from '../../grafana-plugin/src/queries/failures.js';
import { commonSql, incidentsSql, type Common } from '../../grafana-plugin/src/queries/incidents.js';
import { connect } from '../../server/src/clickhouse/client.js';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { digestIn, digestOf, properties } from '../../server/src/clickhouse/views/compared.js';
import { startFleet, type Fleet } from './fleet.js';
import { allChosen, expand } from './macros.js';
import { testFolder } from '../test-folder.js';

const failuresBoard = fileURLToPath(new URL('../../dashboards/generated/fsp-failures.json', import.meta.url));
const hour = 3_600_000;
const day = 24 * hour;
/** The hour at which the time that is looked at begins. */
const begin = Math.floor(Date.now() / hour) * hour - 20 * day;
const end = begin + 10 * day;
const noId = '00000000-0000-0000-0000-000000000000';

interface Failure {
  client: string;
  /** When it was received. */
  at: number;
  /** What the client's clock said; as ours without it. */
  said?: number;
  error?: string;
  address?: string;
  version?: string;
  outcome?: 'failed' | 'succeeded';
  user?: string;
  params?: string[];
  /** Of another topic than the installation. */
  topic?: number;
}

const clickHouseTime = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
const timeOf = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
let messages = 0;

function row(
  site: string,
  { client, at, said = at, error = '1603', address = '', version, outcome = 'failed', user, params, topic }: Failure,
) {
  return {
    received_at: clickHouseTime(at),
    processed_at: clickHouseTime(at + 1_000),
    message_time: clickHouseTime(said),
    site_code: site,
    fsp_server: 'FSP01',
    client_id: noId,
    client_name: /^[A-Z]+\d/.test(client) ? client : `${site}-${client}`,
    client_version: version ?? '5.00.0000.0000',
    client_address: address,
    topic_type: topic ?? 800,
    user_name: user ?? '',
    params: params ?? [],
    state_id: outcome === 'failed' ? 313 : 400,
    state_text: outcome === 'failed' ? 'Client.msi installation failed' : 'Client deployment succeeded',
    phase: 'deployment',
    outcome,
    error_code: outcome === 'failed' ? error : '',
    message_id: `made-${++messages}`,
  };
}

/** So many clients that fail, each once, evenly over an hour. */
const many = (count: number, from: number, made: (index: number) => Partial<Failure> = () => ({})): Failure[] =>
  Array.from({ length: count }, (_, index) => ({
    client: `${(from - begin) / hour}-${index}`,
    at: from + Math.floor((index * hour) / count),
    ...made(index),
  }));
const hours = (count: number, from: number, made: (at: number) => Failure[]) =>
  Array.from({ length: count }, (_, index) => made(from + index * hour)).flat();

const at = (hoursLater: number) => begin + hoursLater * hour;
const bursting = many(40, at(60), (index) => ({
  address: index < 30 ? `10.1.1.${index}` : `10.2.${index}.1`,
  version: `5.00.91${10 + index}.1000`,
}));
const lasting = hours(12, at(30), (from) => many(12, from));
const ofOneHour = (index: number) => ({ at: at(70) + index, error: '1618' });

/** Site and what happened in it. */
const stories: Record<string, Failure[]> = {
  // A client in each hour of days, and then many of one network within an hour.
  BUR: [...hours(100, at(-40), (from) => many(1, from)), ...bursting],
  // As many as ever, since before the time that is looked at.
  STE: hours(200, at(-60), (from) => many(10, from)),
  // For half a day without a pause: what it does itself is not what is usual.
  LON: lasting,
  // Twice, with calm between.
  TWO: [...many(20, at(10)), ...many(30, at(20))],
  // One hour after another, with one of calm between: one and the same.
  GAP: [...many(20, at(10)), ...many(30, at(12))],
  // More by far than ever, while it already bursts no more.
  UPS: [...hours(120, at(-60), (from) => many(10, from)), ...many(80, at(60))],
  // For days without a pause, and then many times more: an incident of its own, and the one before ends there.
  TOP: [
    ...hours(60, at(10), (from) => many(6, from)),
    ...many(50, at(70)),
    ...hours(5, at(71), (from) => many(6, from)),
  ],
  FEW: many(4, at(50)),
  ALL: many(50, at(50), () => ({ outcome: 'succeeded' })),
  ONE: many(50, at(50), () => ({ client: 'AGAIN' })),
  // Two causes of an hour, neither of which hits five.
  MIX: many(8, at(50), (index) => ({ error: index % 2 === 0 ? '1603' : '1618' })),
  // Whose clocks say 2001 and 2031 count when they are heard.
  CLK: [
    ...many(3, at(70), ofOneHour),
    { client: 'OLD', ...ofOneHour(4), said: Date.UTC(2001, 0, 1) },
    { client: 'FAR', ...ofOneHour(5), said: Date.UTC(2031, 0, 1) },
  ],
  // Heard over many hours, though their clocks say that all was within one; and two alone whose clocks say anything.
  SAY: [
    ...hours(12, at(80), (from) => many(1, from, () => ({ said: at(80) }))),
    { client: 'OLD', at: at(5), said: Date.UTC(2001, 0, 1) },
    { client: 'FAR', at: at(6), said: Date.UTC(2031, 0, 1) },
  ],
  // Half of a network fails, while nearly all of the site have one version and one user: what most share is no suspect.
  LFT: [
    ...many(200, at(40), (index) => ({
      client: `LFTB${index}`,
      outcome: 'succeeded',
      address: index < 10 ? `10.3.3.${index}` : `10.4.${index}.1`,
      version: '5.00.9128.1007',
      user: 'CONTOSO\\kiosk',
    })),
    ...many(40, at(50), (index) => ({
      client: `LFTB${1000 + index}`,
      address: index < 30 ? `10.3.3.${100 + index}` : `10.5.${index}.1`,
      version: '5.00.9128.1007',
      user: 'CONTOSO\\kiosk',
    })),
  ],
  // Machines that fail, and what they have more often than the others of their site.
  COM: [
    ...many(20, at(55), (index) => ({
      client: `COMKIOSK${index}`,
      address: `10.9.9.${index}`,
      version: '5.00.9096.1000',
      user: index < 15 ? "CONTOSO\\o'ada" : `CONTOSO\\user${index}`,
      params: [index < 12 ? 'HTTP://MP02.contoso.com:80/CCM_Client/x.cab' : '1603'],
    })),
    ...many(8, at(54), (index) => ({
      client: `COMKIOSK${index}`,
      topic: 1000,
      error: '0x80072EE7',
      address: `10.9.9.${index}`,
    })),
    ...many(60, at(80), (index) => ({
      client: index === 0 ? 'COMKIOSKS1' : `COMPC${index}`,
      at: at(70 + index) + 5,
      outcome: 'succeeded',
      address: `10.8.${index}.1`,
      version: index < 6 ? '5.00.9096.1000' : '5.00.9128.1007',
    })),
  ],
  NEW: many(10, at(90), () => ({ error: '25140' })),
  // Still under way at the end of the time.
  NOW: many(10, end - hour),
};

interface Incident {
  begin: string;
  end: string | null;
  clients: string;
  suspects: string;
  in_common: { property: string; value: string; share_of_failed: number; share_of_others: number }[];
  cause: string;
  is_new: number;
}

const dataDir = testFolder();
let fleet: Fleet;
const incidents = async (site: string, until = end, since = begin) =>
  (
    await fleet.ask(
      `SELECT * FROM incidents(since = '${clickHouseTime(since).slice(0, 19)}', until = '${clickHouseTime(until).slice(0, 19)}') WHERE site_code = '${site}' ORDER BY begin`,
    )
  ).data as unknown as Incident[];
const told = (found: Incident[]) =>
  found.map((one) => ({
    begin: timeOf(one.begin),
    end: one.end === null ? null : timeOf(one.end),
    clients: Number(one.clients),
  }));
/** What should be told of these failures, taken together. */
const truth = (failures: Failure[]) => ({
  begin: Math.min(...failures.map((one) => one.at)),
  end: Math.max(...failures.map((one) => one.at)),
  clients: new Set(failures.map(({ client }) => client)).size,
});
const within = (site: string, from: number, to: number) =>
  stories[site]!.filter((one) => one.at >= from && one.at < to);

beforeAll(async () => {
  fleet = await startFleet(dataDir);
  // Before anything was heard.
  expect(
    (await fleet.ask("SELECT * FROM incidents(since = '2001-01-01 00:00:00', until = '2031-01-01 00:00:00')")).data,
  ).toEqual([]);
  const { url, writer } = readEngineCredentials(join(fleet.dataDir, 'clickhouse'))!;
  const client = connect({ url, ...writer, database: 'fsp' });
  const values = Object.entries(stories).flatMap(([site, failures]) => failures.map((one) => row(site, one)));
  await client.insert({ table: 'state_messages', values, format: 'JSONEachRow' });
  await client.close();
}, 180_000);
afterAll(() => fleet?.close());

test('a burst has its begin, its end, its clients, and the network that most of them share', async () => {
  const found = await incidents('BUR');
  expect(told(found)).toEqual([truth(within('BUR', at(60), at(61)))]);
  expect(found[0]).toMatchObject({ cause: '800/313/1603', suspects: 'subnet 10.1.1.0/24' });
});

test('suspects are what sets the clients apart, with both shares, and not what all of the site have', async () => {
  const [found] = await incidents('LFT');
  expect(found?.suspects).toBe('subnet 10.3.3.0/24');
  expect(found?.in_common).toEqual([
    { property: 'subnet', value: '10.3.3.0/24', share_of_failed: 30 / 40, share_of_others: 10 / 200 },
  ]);
  // Where all fail there is nothing to be set apart from.
  expect((await incidents('LON'))[0]?.in_common).toEqual([]);
});

test('what failing clients have in common is told with both shares, and each value lists just those clients', async () => {
  const scope = { from: new Date(begin), to: new Date(end), variables: {} };
  const site: Chosen = { ...everything, site: ['COM'] };
  // ClickHouse writes 64-bit numbers of JSON as texts.
  type Told = Omit<Common, 'failed_clients'> & { failed_clients: string };
  const common = (await fleet.ask(expand(commonSql(site, 'en'), scope))).data as unknown as Told[];
  const told = Object.fromEntries(
    common.map((one) => [
      one.property_key,
      [one.value, Number(one.failed_clients), one.share_of_failed, one.share_of_others],
    ]),
  );
  const hourOfDay = `${new Date(at(55)).toISOString().slice(11, 13)}:00`;
  expect(told).toEqual({
    subnet: ['10.9.9.0/24', 20, 1, 0],
    version: ['5.00.9096.1000', 20, 1, 6 / 60],
    user: ["CONTOSO\\o'ada", 15, 15 / 20, 0],
    name: ['COMKIOSK', 20, 1, 0],
    hour: [hourOfDay, 20, 1, expect.closeTo(3 / 60, 1) as number],
    error: ['1603', 20, 1, 0],
    communication: ['failed', 8, 8 / 20, 0],
    host: ['mp02.contoso.com', 12, 12 / 20, 0],
  });
  for (const { property_key, value, failed_clients } of common) {
    const narrowed = { ...site, [property_key]: [value] };
    const listed = clientsSql(narrowed, { ...noFilter, outcome: 'failed' }, 'client_name', false, 1);
    const { data: clients } = await fleet.ask(expand(listed, scope));
    expect([property_key, clients.length]).toEqual([property_key, Number(failed_clients)]);
    const { data: failures } = await fleet.ask(expand(failuresSql(narrowed), scope));
    expect(failures.find(({ cause }) => cause === '800/313/1603')?.clients, property_key).toBe(failed_clients);
    // By an error that is chosen nobody is left out of the others.
    const again = (await fleet.ask(expand(commonSql({ ...site, error: ['1603'] }, 'en'), scope)))
      .data as unknown as Common[];
    expect(again.map((one) => one.property_key)).toEqual(
      common.map((one) => one.property_key).filter((key) => key !== 'error'),
    );
  }
});

test('incidents are those of what is chosen, on the board as on the page', async () => {
  const times = { from: new Date(begin), to: new Date(end) };
  const incidentsOn = (path: string) => {
    const { panels } = JSON.parse(readFileSync(path, 'utf8')) as {
      panels: { title: string; targets: { rawSql: string }[] }[];
    };
    return panels.find(({ title }) => title === 'Incidents')!.targets[0]!.rawSql;
  };
  const board = incidentsOn(failuresBoard);
  const sitesOf = ({ data }: Awaited<ReturnType<Fleet['ask']>>) =>
    [...new Set(data.map((one) => one.site_code))].sort();
  const found = async (chosen: Partial<Record<'site' | 'cause' | 'version' | 'subnet', string[]>>) => {
    const all = { site: ['$__all'], cause: ['$__all'], version: ['$__all'], subnet: ['$__all'] };
    const onPage = sitesOf(
      await fleet.ask(expand(incidentsSql({ ...everything, ...chosen }), { ...times, variables: {} })),
    );
    const onBoard = sitesOf(await fleet.ask(expand(board, { ...times, variables: { ...all, ...chosen } })));
    expect(onBoard).toEqual(onPage);
    return onPage;
  };
  const all = await found({});
  expect(all).toEqual(expect.arrayContaining(['BUR', 'COM', 'LFT', 'NEW']));
  expect(await found({ subnet: ['10.1.1.0/24'] })).toEqual(['BUR']);
  expect(await found({ version: ['5.00.9096.1000'] })).toEqual(['COM']);
  expect(await found({ version: ['5.00.9096.1000'], subnet: ['10.1.1.0/24'] })).toEqual([]);
  expect(await found({ site: ['LFT', 'COM'], cause: ['800/313/1603'] })).toEqual(['COM', 'LFT']);
  expect(await found({ subnet: ['10.255.0.0/24'] })).toEqual([]);
  // A ClickHouse that is not ours may go by any zone.
  for (const sql of [
    expand(incidentsSql(everything), { ...times, variables: {} }),
    expand(board, { ...times, variables: allChosen }),
  ]) {
    const { data: inUtc } = await fleet.ask(sql);
    for (const zone of ['America/New_York', 'Pacific/Kiritimati'])
      expect((await fleet.ask(`${sql} SETTINGS session_timezone = '${zone}'`)).data).toEqual(inUtc);
  }
  // Clients give a parameter each, of which the panel shows none: that is not to say that none was given.
  const french = await fleet.ask(
    expand(incidentsOn(failuresBoard.replace('fsp-failures', 'fsp-fr-failures')), { ...times, variables: allChosen }),
  );
  const told = french.data.map((one) => one.what_failed);
  expect(told).toContain('L’installation de client.msi a échoué avec l’erreur MSI …');
  expect(told.join()).not.toContain('non indiqué');
});

test('all clients are counted by digests of what they are told by', async () => {
  const differing = Object.entries(digestIn).map(([property, digest]) => {
    const value = properties[property as keyof typeof digestIn];
    return `countIf(${value} != '' AND ${digest} != ${digestOf(value)}) AS ${property}`;
  });
  const { data } = await fleet.ask(
    `SELECT ${differing.join(', ')}, uniqExact(place) > 100 AS many FROM clients AS c
     INNER JOIN (SELECT client_name AS name, max(place) AS place, max(user_digest) AS user_digest, max(host_digest) AS host_digest FROM client_facts GROUP BY name) AS f ON f.name = c.client_name`,
  );
  expect(data).toEqual([{ ...Object.fromEntries(Object.keys(digestIn).map((name) => [name, 0])), many: 1 }]);
});

test.each([
  ['as many as ever', 'STE'],
  ['fewer than five', 'FEW'],
  ['successes', 'ALL'],
  ['one machine, however often', 'ONE'],
  ['fewer than five of each of two causes', 'MIX'],
  ['what client clocks put into one hour', 'SAY'],
])('%s: no incident', async (_what, site) => {
  expect(await incidents(site)).toEqual([]);
});

test('one that goes on for hours stays one, to its last client', async () => {
  expect(told(await incidents('LON'))).toEqual([truth(lasting)]);
  // Asked while it goes on, it has no end.
  const open = told(await incidents('LON', at(38) - 1));
  expect(open).toEqual([{ ...truth(within('LON', at(30), at(38) - 1_000)), end: null }]);
});

test('two with calm between are two, two with an hour between are one', async () => {
  expect(told(await incidents('TWO'))).toEqual([
    truth(within('TWO', at(10), at(11))),
    truth(within('TWO', at(20), at(21))),
  ]);
  expect(told(await incidents('GAP'))).toEqual([truth(stories.GAP!)]);
});

test('a cause that always was there bursts when it hits many times more', async () => {
  expect(told(await incidents('UPS'))).toEqual([truth(within('UPS', at(60), at(61)))]);
});

test('one that became usual is told apart from many times more', async () => {
  expect(told(await incidents('TOP'))).toEqual([
    truth(within('TOP', at(10), at(70))),
    truth(within('TOP', at(70), at(71))),
  ]);
});

test('one that began before the time that is looked at is shown in it as long as it lasts, usual as it may have become', async () => {
  const [first, second] = [truth(within('TOP', at(10), at(70))), truth(within('TOP', at(70), at(71)))];
  for (const since of [at(20), at(45), at(69)])
    expect(told(await incidents('TOP', end, since))).toEqual([first, second]);
  expect(told(await incidents('TOP', at(60) - 1, at(50)))).toEqual([
    { ...truth(within('TOP', at(10), at(60) - 1_000)), end: null },
  ]);
  expect(told(await incidents('LON', end, at(36)))).toEqual([truth(lasting)]);
  // What ended before is not, nor what was so from the first message on.
  expect(told(await incidents('TWO', end, at(15)))).toEqual([truth(within('TWO', at(20), at(21)))]);
  expect(await incidents('TOP', end, at(80))).toEqual([]);
  for (const since of [at(0), at(50), at(100)]) expect(await incidents('STE', end, since)).toEqual([]);
});

test('clients whose clocks say 2001 or 2031 count in the hour in which they are heard, and nowhere else', async () => {
  expect(told(await incidents('CLK'))).toEqual([truth(stories.CLK!)]);
});

test('one that is under way has no end, and only a cause that nobody knew is new', async () => {
  expect(told(await incidents('NOW'))).toEqual([{ ...truth(stories.NOW!), end: null }]);
  for (const [site, isNew] of [
    ['NOW', false],
    ['CLK', false],
    ['NEW', true],
  ] as const)
    expect([site, (await incidents(site)).map((one) => Boolean(one.is_new))]).toEqual([site, [isNew]]);
});

test('what goes on as ever is no incident where messages before it are kept no longer', async () => {
  const since = at(-60);
  // As long as all is there, it began within the time.
  expect(told(await incidents('STE', end, since))).toMatchObject([{ begin: since }]);
  const { url, writer } = readEngineCredentials(join(fleet.dataDir, 'clickhouse'))!;
  const client = connect({ url, ...writer, database: 'fsp' });
  await client.command({
    query: `ALTER TABLE state_messages DELETE WHERE received_at < '${clickHouseTime(at(-20)).slice(0, 19)}' SETTINGS mutations_sync = 2`,
  });
  await client.close();
  expect(await incidents('STE', end, since)).toEqual([]);
  expect(told(await incidents('TWO', end, since))).toEqual(told(await incidents('TWO')));
});
