// Every number that a page, a board or an alert shows, beside one that is worked out here from the messages themselves:
// on an empty database, on a fleet of known truth, and on absurd data (clocks, renames, ids of zeroes, doubled messages,
// names that look like code).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { everything, type Chosen } from '../../grafana-plugin/src/queries/chosen.js';
import {
  clientExportSql,
  clientSql,
  clientsSql,
  messagesSql,
  noFilter,
  type ClientFilter,
} from '../../grafana-plugin/src/queries/clients.js';
import { runsOfMachineSql, troublesOfMachineSql } from '../../grafana-plugin/src/queries/client-logs.js';
import { failuresOverTimeSql, failuresSql } from '../../grafana-plugin/src/queries/failures.js';
import { deploymentsOverTimeSql, durationSql, fleetSql } from '../../grafana-plugin/src/queries/overview.js';
import { anyRun, runsExtentSql, setupRunsSql } from '../../grafana-plugin/src/queries/setup-logs.js';
import { knownServersSql } from '../../grafana-plugin/src/queries/servers.js';
import { startFleet, type Answer, type Fleet } from './fleet.js';
import { body, countOf, hostile, said, truth } from './known-fleet.js';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { eventually, startServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { allChosen, expand, type Scope } from './macros.js';

interface Panel {
  title: string;
  type: string;
  targets?: { rawSql: string }[];
}
interface Board {
  uid: string;
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string }[] };
  annotations: { list: { target: { rawSql: string } }[] };
}

const folder = fileURLToPath(new URL('../../dashboards/generated', import.meta.url));
const boards = readdirSync(folder)
  .filter((name) => /^fsp-(?!fr-).*\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Board);
const { groups } = parse(readFileSync(join(folder, 'alerts.yaml'), 'utf8')) as {
  groups: { rules: { uid: string; data: { model: { rawSql?: string } }[] }[] }[];
};
const rules = new Map(groups[0]!.rules.map(({ uid, data }) => [uid, data[0]!.model.rawSql!]));

const day = 86_400_000;
const dataDir = testFolder();
let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(dataDir);
}, 300_000);
afterAll(() => fleet.close());

/** The last day, all chosen. */
const scopeOf = (variables: Scope['variables'] = {}): Scope => ({
  from: new Date(Date.now() - day),
  to: new Date(Date.now() + 60_000),
  variables: { ...allChosen, stuck: '0', ...variables },
});
const ask = (sql: string, variables?: Scope['variables']) => fleet.ask(expand(sql, scopeOf(variables)));
const board = (uid: string) => boards.find((one) => one.uid === uid)!;
const panel = (uid: string, title: string, variables?: Scope['variables']) =>
  ask(board(uid).panels.find((one) => one.title === title)!.targets![0]!.rawSql, variables);
const numbers = ({ data }: Answer) =>
  Object.fromEntries(
    Object.entries(data[0] ?? {}).map(([name, value]) => [name, value === null ? null : Number(value)]),
  );
const total = ({ data }: Answer, column: string) => data.reduce((sum, row) => sum + Number(row[column]), 0);
const listed = async (filter: Partial<ClientFilter>, chosen: Partial<Chosen> = {}) =>
  Number(
    (await ask(clientsSql({ ...everything, ...chosen }, { ...noFilter, ...filter }, 'client_name', false, 1))).data[0]
      ?.total ?? 0,
  );

/** Every query that is asked anywhere. */
function everyQuery(): [name: string, sql: string][] {
  return [
    ...boards.flatMap(({ uid, panels, templating, annotations }) => [
      ...panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ rawSql }) => [`${uid}: ${title}`, rawSql] as [string, string]),
      ),
      ...templating.list
        .filter(({ type }) => type === 'query')
        .map(({ name, query }) => [`${uid}: ${name}`, query] as [string, string]),
      ...(uid === 'fsp-overview'
        ? annotations.list.map(({ target }, index) => [`annotation ${index}`, target.rawSql] as [string, string])
        : []),
    ]),
    ...rules,
    ['page overview', fleetSql(everything)],
    ['page overview, chart', deploymentsOverTimeSql(everything)],
    ['page overview, durations', durationSql(everything)],
    ['page failures', failuresSql(everything)],
    ['page failures, chart', failuresOverTimeSql(everything)],
    ['page clients', clientsSql(everything, noFilter, 'client_name', false, 1)],
    ['page client', clientSql('')],
    ['page set-up logs', setupRunsSql(anyRun)],
    ['page set-up logs, extent', runsExtentSql(anyRun)],
    ['page roles', knownServersSql],
  ];
}

test('an empty database is nothing, nowhere: no count above 0, no span of decades, no message', async () => {
  for (const [name, sql] of everyQuery()) {
    // Receivers, their disks and the throttle's windows are there from the first minute on.
    if (
      /Receivers|receiver|silence|disk|quarantine|damage|backlog|throttle|Throttle|server|page roles|annotation|Held back|Waiting/.test(
        name,
      )
    )
      continue;
    const { meta, data } = await ask(sql);
    for (const row of data)
      for (const { name: column, type } of meta) {
        if (/Int|Float/.test(type))
          expect([0, null, 'nan'], `${name}, ${column}`).toContain(
            row[column] === null ? null : row[column] === 'nan' ? 'nan' : Number(row[column]),
          );
        else if (/^Nullable/.test(type)) expect(row[column], `${name}, ${column}`).toBeNull();
        else expect.soft(data, `${name}, ${column}`).toEqual([]);
      }
  }
}, 300_000);

/** What was posted, to be sent again. */
const posted: Buffer[] = [];

describe('a fleet of known truth, absurd machines among it', () => {
  beforeAll(async () => {
    // One after the other: their order is what a machine says last.
    for (const one of said) {
      const bytes = body(one);
      posted.push(bytes);
      await fleet.server.post(bytes);
      if (one.twice) await fleet.server.post(bytes);
    }
    await fleet.post([]);
  });

  test('clients are counted alike on page, board and list', async () => {
    const expected = {
      clients: truth.length,
      succeeded: countOf(({ succeeded }) => succeeded),
      failed: countOf(({ failed }) => failed),
      in_progress: countOf(({ inProgress }) => inProgress),
      no_word: countOf(({ noWord }) => noWord),
      cut_off: countOf(({ cutOff }) => cutOff),
      clock_off: countOf(({ clockOff }) => clockOff),
    };
    const page = numbers(await ask(fleetSql(everything)));
    expect(page).toMatchObject({ ...expected, reboot_pending: 0, stuck: 0 });
    const { succeeded, failed } = expected;
    expect(numbers(await panel('fsp-overview', 'Clients by outcome'))).toEqual({
      clients: expected.clients,
      succeeded,
      failed,
      in_progress: expected.in_progress,
      reboot_pending: 0,
      skipped: 0,
      unknown: 0,
      no_word: expected.no_word,
    });
    expect(numbers(await panel('fsp-overview', 'Success rate')).success_rate).toBeCloseTo(
      succeeded / (succeeded + failed),
      9,
    );
    expect(await listed({})).toBe(expected.clients);
    expect(await listed({ outcome: 'failed' })).toBe(failed);
    expect(await listed({ outcome: 'succeeded' })).toBe(succeeded);
    expect(await listed({ outcome: 'in_progress' })).toBe(expected.in_progress);
    expect(await listed({ outcome: 'no_word' })).toBe(expected.no_word);
    for (const title of ['Deployment status', 'Clients of each site', 'Clients by version', 'Assignment status']) {
      const answer = await panel('fsp-overview', title);
      expect(
        total(answer, answer.meta.some(({ name }) => name === 'clients') ? 'clients' : 'clients_of_cause'),
        title,
      ).toBe(expected.clients);
    }
    expect(total(await panel('fsp-overview', 'Clients by version'), 'failed_clients')).toBe(failed);
    const tables = (await panel('fsp-failures', 'Clients that failed to install')).data.length;
    expect(tables).toBe(
      countOf(({ failed: one, stillCause }) => one && [...stillCause].some((cause) => cause.startsWith('800/'))),
    );
    expect(total(await ask(readFileSync(join(folder, '../queries/where-do-we-stand.sql'), 'utf8')), 'clients')).toBe(
      expected.clients,
    );
  });

  test('clients that are cut off, stuck or in the wrong time are counted alike on page, board, list and by the alert', async () => {
    const cutOff = countOf((one) => one.cutOff);
    const stuck = countOf((one) => one.inProgress);
    const clockOff = countOf((one) => one.clockOff);
    expect(numbers(await panel('fsp-overview', 'Needs a look'))).toEqual({
      cut_off: cutOff,
      stuck,
      clock_off: clockOff,
      not_assigned: 0,
    });
    expect(numbers(await panel('fsp-communication', 'Cut off from their management point')).cut_off).toBe(cutOff);
    const table = await panel('fsp-communication', 'Clients that are cut off');
    expect(new Set(table.data.map(({ client_name }) => client_name)).size).toBe(cutOff);
    const why = numbers(await panel('fsp-communication', 'Why they are cut off'));
    expect(why.management_point! + why.certificate!).toBe(table.data.length);
    expect(await listed({ cutOff: true })).toBe(cutOff);
    expect(await listed({ communication: 'failed' })).toBe(cutOff);
    expect(await listed({ clockOff: true })).toBe(clockOff);
    const later = (span: string) => (sql: string) => sql.replaceAll('now()', `(now() + INTERVAL ${span})`);
    expect(total(await fleet.ask(later('6 MINUTE')(rules.get('fsp-cut-off')!)), 'cut_off')).toBe(cutOff);
    expect((await panel('fsp-overview', 'Stuck clients')).data).toHaveLength(stuck);
    const tomorrow = later('25 HOUR');
    expect(numbers(await fleet.ask(tomorrow(expand(fleetSql(everything), scopeOf())))).stuck).toBe(stuck);
    expect(
      total(await fleet.ask(tomorrow(rules.get('fsp-stuck-clients')!).replace('count() / 10', '0')), 'stuck'),
    ).toBe(stuck);
    expect(numbers(await panel('fsp-communication', 'Capable of HTTPS'))).toEqual({ capable: 1, incapable: 1 });
    expect(await listed({ https: 'failed' })).toBe(1);
  });

  test('a cause has the same clients on page, boards, in its list, and by the alert', async () => {
    const causes = [...new Set(truth.flatMap((one) => [...one.causes]))].sort();
    const page = (await ask(failuresSql(everything))).data;
    const most = (await panel('fsp-overview', 'What fails most')).data;
    const whole = (await panel('fsp-failures', 'Causes and what to do')).data;
    const summary = (await panel('fsp-communication', 'Summary of problems')).data;
    expect(page.map(({ cause }) => cause).sort()).toEqual(causes);
    expect(whole.map(({ cause_key }) => cause_key).sort()).toEqual(causes);
    for (const cause of causes) {
      const clients = countOf((one) => one.causes.has(cause));
      const still = countOf((one) => one.stillCause.has(cause));
      for (const rows of [most, whole, summary])
        expect(Number(rows.find(({ cause_key }) => cause_key === cause)?.clients), cause).toBe(clients);
      expect(Number(whole.find(({ cause_key }) => cause_key === cause)?.still_failed), cause).toBe(still);
      const row = page.find((one) => one.cause === cause)!;
      expect([Number(row.clients), Number(row.still_failed)], cause).toEqual([clients, still]);
      expect(await listed({}, { cause: [cause] }), cause).toBe(clients);
      expect(await listed({ still: 'sent' }, { cause: [cause] }), cause).toBe(still);
      // All is new at once in a fleet of minutes: nothing was there before the range.
      expect(Number(row.is_new)).toBe(0);
    }
    const burst = (await fleet.ask(rules.get('fsp-failure-burst')!)).data;
    expect(Number(burst.find(({ cause }) => cause === '800/313/1603')?.failed_clients)).toBe(
      countOf((one) => one.causes.has('800/313/1603')),
    );
    const subnets = await panel('fsp-failures', 'Where failures burst: subnets');
    expect(total(subnets, 'failed_clients')).toBe(countOf((one) => one.causes.size > 0));
    expect(total(subnets, 'clients')).toBe(truth.length);
  });

  test('a group is called what its members share', async () => {
    const { data } = await panel('fsp-failures', 'Causes and what to do');
    const called = (cause: string) => data.find(({ cause_key }) => cause_key === cause)?.what_failed;
    expect(called('800/308/')).toBe('Failed to download the file over WINHTTP at address …');
    expect(called('800/313/1618')).toBe('Client.msi installation failed with MSI error 1618');
    const page = (await ask(failuresSql(everything))).data;
    expect(page.find(({ cause }) => cause === '800/308/')?.param).toBe('…');
    expect(page.find(({ cause }) => cause === '800/313/1618')?.param).toBe('1618');
  });

  test('what is new does not hang on a clock, and one wrong clock moves nothing', async () => {
    const { data } = await fleet.ask('SELECT min(received_at) AS first FROM state_messages');
    const first = new Date(`${String(data[0]?.first).replace(' ', 'T')}Z`);
    // From the second after the first receipt on, all causes that came then are new.
    const scope = { ...scopeOf(), from: new Date(first.getTime() + 1000) };
    const rows = (await fleet.ask(expand(failuresSql(everything), scope))).data;
    for (const row of rows.filter(
      ({ first_seen }) => new Date(`${String(first_seen).replace(' ', 'T')}Z`) > scope.from,
    ))
      expect([0, 1]).toContain(Number(row.is_new));
    const one = async (name: string) => (await fleet.ask(clientSql(name))).data[0]!;
    expect(await one('CLOCK2031')).toMatchObject({ outcome: 'failed', last_error_code: '1618' });
    expect(Number((await one('CLOCK2001')).clock_offset_seconds)).toBeLessThan(-20 * 365 * 86_400);
    expect(Number((await one('CLOCK10')).clock_offset_seconds)).toBeGreaterThan(590);
    const byTheirClock = numbers(await panel('fsp-overview', 'Clients by outcome', { clock: 'client' })).clients;
    expect(byTheirClock).toBe(truth.length - 2);
  });

  test('names that look like code are names: on each board, page and list each is its own client', async () => {
    const sizes = new Map<string, number>();
    for (const { uid, panels } of boards)
      for (const { title, targets: [target] = [] } of panels)
        if (target !== undefined && uid === 'fsp-client')
          for (const name of hostile) {
            const { data } = await ask(target.rawSql, { client: name });
            const size = sizes.get(title) ?? data.length;
            sizes.set(title, size);
            expect(data.length, `${title} of ${name}`).toBe(size);
            if (title === 'State') expect(data[0]?.client_name).toBe(name);
          }
    expect(sizes.get('Messages')).toBe(1);
    for (const name of hostile) {
      expect(
        (await ask(clientSql(name))).data.map(({ client_name }) => client_name),
        name,
      ).toEqual([name]);
      expect((await ask(messagesSql(name))).data, name).toHaveLength(1);
      for (const sql of [runsOfMachineSql(name), troublesOfMachineSql(name)])
        expect((await ask(sql)).data, name).toEqual([]);
      expect(
        (await ask(clientsSql(everything, { ...noFilter, search: name }, 'client_name', false, 1))).data.map(
          ({ client_name }) => client_name,
        ),
        name,
      ).toContain(name);
    }
    const exported = (await ask(clientExportSql(everything, noFilter))).data.map(({ client_name }) => client_name);
    for (const name of hostile) {
      expect(exported).toContain(name);
      const behind = (await ask(clientExportSql(everything, noFilter, name))).data.map(
        ({ client_name }) => client_name,
      );
      expect(behind, name).toEqual(exported.slice(exported.indexOf(name) + 1));
    }
  }, 300_000);

  test('every number is as before when all of it is sent again to another receiver', async ({ onTestFinished }) => {
    const engine = readEngineCredentials(join(fleet.dataDir, 'clickhouse'))!;
    const own = testFolder();
    const second = await startServer(own, {
      FSP_SERVER_NAME: 'FSP02',
      FSP_CLICKHOUSE_URL: engine.url,
      FSP_CLICKHOUSE_USER: engine.writer.username,
      FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
    });
    onTestFinished(async () => {
      await second.kill('SIGTERM');
    });
    const scope = scopeOf();
    const files = readdirSync(join(folder, '../queries'))
      .filter((name) => name.endsWith('.sql'))
      .map((name) => [name, readFileSync(join(folder, '../queries', name), 'utf8')] as const);
    const all = async () => {
      const answers = new Map<string, string[]>();
      for (const [name, sql] of [...everyQuery(), ...files, ['rows', 'SELECT count() FROM state_messages'] as const]) {
        // What each receiver did is its own, and there is one more now; and one tells seconds that go by.
        if (
          /Receivers|receiver|throttle|Throttle|server|page roles|annotation|Held back|Waiting|backlog|Last message received/.test(
            name,
          )
        )
          continue;
        const { data } = await fleet.ask(expand(sql, scope));
        if (rules.has(name) && data.some((row) => 'fsp_server' in row)) continue;
        // How long something lasts goes on meanwhile.
        answers.set(name, data.map((row) => JSON.stringify({ ...row, for_seconds: 0, since_seconds: 0 })).sort());
      }
      return answers;
    };
    const before = await all();
    for (const bytes of posted) await second.post(bytes);
    await eventually(
      () => fleet.ask('SELECT uniqExact(message_id) AS n FROM repeated_messages'),
      ({ data }) => Number(data[0]?.n) === said.length,
      60_000,
    );
    const after = await all();
    for (const [name, rows] of before) expect(after.get(name), name).toEqual(rows);
  }, 300_000);

  test('whatever stands in a variable, every query of every board answers, and finds nothing by it', async () => {
    const quoted = [
      `\\' OR 1=1 -- `,
      `' OR '1'='1`,
      `x\\`,
      '$__timeFilter(x)) --',
      '${site}',
      `1) UNION ALL SELECT 1 --`,
    ];
    for (const text of quoted) {
      const values = Object.fromEntries(['site', 'version', 'subnet', 'cause', 'server'].map((name) => [name, [text]]));
      for (const { uid, panels } of boards)
        for (const { title, type, targets: [target] = [] } of panels) {
          // One of each dashboard for each text but the first: the pieces of SQL are the same.
          if (target === undefined || (text !== quoted[0] && panels.find((one) => one.type === type)?.title !== title))
            continue;
          const { data } = await ask(target.rawSql, { ...values, client: text, run: text, stuck: text, clock: text });
          if (type === 'table' && !/refused|Runs|failed runs/.test(title))
            expect(data, `${uid}, ${title}: ${text}`).toEqual([]);
        }
    }
  }, 300_000);
});
