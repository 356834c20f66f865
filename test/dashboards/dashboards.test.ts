import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startFleet, syntheticLogs, type Fleet } from './fleet.js';
import { expand } from './macros.js';
import { testFolder } from '../test-folder.js';

interface Target {
  rawSql: string;
  format: number;
  datasource: { uid: string };
}
interface Panel {
  id: number;
  title: string;
  type: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  datasource?: { uid: string };
  fieldConfig?: {
    defaults: { unit?: string };
    overrides: { matcher: { options: string }; properties: { id: string; value: { url: string }[] }[] }[];
  };
}
interface Dashboard {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  panels: Panel[];
  templating: { list: { name: string; type: string; query: string; refresh?: number }[] };
  annotations: { list: { name: string; target: Target }[] };
}

const folder = fileURLToPath(new URL('../../dashboards', import.meta.url));
const generated = join(folder, 'generated');
const dashboards = readdirSync(generated)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(generated, name), 'utf8')) as Dashboard);
const titled = dashboards.map((one) => [one.uid, one] as const);
const pages = [
  ...readFileSync(join(folder, '../grafana-plugin/src/app/App.tsx'), 'utf8').matchAll(/<Route path="([\w-]+)"/g),
].map(([, path]) => path);
const queried = ['timeseries', 'stat', 'table', 'barchart', 'logs'];

test('what is committed is what the code makes', async () => {
  // By its path: the sources of the dashboards are checked by their own settings.
  const { generated: made } = (await import(join(folder, 'src', 'generated.ts'))) as {
    generated(): Map<string, string>;
  };
  const files = made();
  expect(readdirSync(generated).sort()).toEqual([...files.keys()].sort());
  for (const [name, text] of files) expect(readFileSync(join(generated, name), 'utf8'), name).toBe(text);
});

describe.each(titled)('%s', (_uid, one) => {
  test('says what it is for, and every panel explains itself', () => {
    expect(one.description).not.toBe('');
    expect(one.tags).toEqual([one.uid.startsWith('fsp-fr-') ? 'fsp-fr' : 'fsp']);
    for (const { title, description, type, fieldConfig, datasource, targets } of one.panels) {
      expect(title).toMatch(/\w/);
      expect(description, title).toMatch(/\w/);
      if (!queried.includes(type)) continue;
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
      expect(datasource?.uid, title).toBe('${datasource}');
      for (const target of targets ?? []) expect(target.datasource.uid, title).toBe('${datasource}');
    }
  });

  test('has panels with ids of their own, side by side within 24 columns', () => {
    const ids = one.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of one.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x}/${y}`), `${title} overlaps`).toBe(false);
          taken.add(`${x}/${y}`);
        }
    }
  });

  test('links to dashboards and pages that exist, with variables that both have, and values that stay values', () => {
    const own = one.templating.list.map(({ name }) => name);
    const urls = one.panels.flatMap(({ fieldConfig }) =>
      (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
        properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value.map(({ url }) => url)),
      ),
    );
    const language = one.uid.startsWith('fsp-fr-') ? '/d/fsp-fr-' : '/d/fsp-';
    for (const url of urls) {
      const inApp = /^\/a\/fallbackstatuspoint-fsp-app\/([\w-]+)\?/.exec(url);
      if (inApp !== null) expect(pages, url).toContain(inApp[1]);
      else {
        expect(url.startsWith(language), url).toBe(true);
        const target = dashboards.find(({ uid }) => url.startsWith(`/d/${uid}?`));
        const theirs = target!.templating.list.map(({ name }) => name);
        for (const [, name] of url.matchAll(/\$\{(\w+):queryparam\}/g)) expect(theirs, url).toContain(name);
        for (const [, name] of url.matchAll(/&var-(\w+)=/g)) expect(theirs, url).toContain(name);
      }
      for (const [, name] of url.matchAll(/\$\{(\w+):queryparam\}/g)) expect(own, url).toContain(name);
      expect(url).toMatch(/\$\{__url_time_range\}|from=0/);
      // Without a format a value may bring parameters of its own along: links encode `&` and `#` only when told to.
      for (const [all, format] of url.matchAll(/\$\{(?!__url_time_range)[^}:]+(:[^}]+)?\}/g))
        expect(format, all).toMatch(/^:(percentencode|queryparam)$/);
    }
  });

  test('puts no variable into SQL but encoded', () => {
    const queries = [
      ...one.panels.flatMap(({ targets = [] }) => targets.map(({ rawSql }) => rawSql)),
      ...one.templating.list.filter(({ type }) => type === 'query').map(({ query }) => query),
      ...one.annotations.list.map(({ target }) => target.rawSql),
    ];
    const own = one.templating.list.map(({ name }) => name);
    for (const sql of queries) {
      const left = sql
        .replaceAll(/decodeURLComponent\('\$\{(\w+):percentencode\}'\)/g, (_all, name: string) => {
          expect(own).toContain(name);
          return '';
        })
        .replaceAll(/splitByChar\('&', '\$\{(\w+):customqueryparam:v\}'\)/g, (_all, name: string) => {
          expect(own).toContain(name);
          return '';
        })
        .replaceAll(/\$__(conditionalAll|fromTime|toTime|interval_s)\b/g, '')
        .replaceAll(/, \$(site|version|subnet|cause|server)\)/g, '');
      expect(left).not.toMatch(/\$\w|\$\{/);
    }
  });

  test('names every column of a table for people, each differently, and has room for all of them at 1440', () => {
    for (const panel of one.panels.filter(({ type }) => type === 'table')) {
      const overrides = new Map(
        panel.fieldConfig!.overrides.map(({ matcher, properties }) => [matcher.options, properties] as const),
      );
      // What a window of 1440 has beside the navigation, without the panel's own edge.
      const room = (panel.gridPos.w / 24) * 1160 - 14;
      let fixed = 0;
      const leasts: number[] = [];
      const titles: string[] = [];
      for (const [name, properties] of overrides) {
        if (name === 'string') continue;
        const title = properties.find(({ id }) => id === 'displayName')?.value as unknown as string;
        expect(title, `${panel.title}: ${name}`).toMatch(/^[A-ZÀ-Ý][^_]*$/);
        const width = properties.find(({ id }) => id === 'custom.width')?.value as unknown as number | undefined;
        if (properties.some(({ id }) => id === 'custom.hidden')) continue;
        const least = properties.find(({ id }) => id === 'custom.minWidth')?.value as unknown as number | undefined;
        if (width === undefined) leasts.push(least ?? Number.NaN);
        else fixed += width;
        titles.push(title);
      }
      // Grafana's table knows its columns by what is written above them.
      expect(new Set(titles).size, panel.title).toBe(titles.length);
      // Grafana's table gives what is left in equal parts, and more to whoever needs more.
      const part = (room - fixed) / leasts.length;
      expect(
        leasts.reduce((sum, least) => sum + Math.max(least, part), fixed),
        panel.title,
      ).toBeLessThanOrEqual(room + 1);
    }
  });

  test('has variables that follow the time range', () => {
    for (const { type, refresh, name } of one.templating.list) if (type === 'query') expect(refresh, name).toBe(2);
  });
});

const dataDir = testFolder();
let fleet: Fleet;
let client = '';
let run = '';
let causes: string[] = [];
let subnets: string[] = [];
beforeAll(async () => {
  fleet = await startFleet(dataDir);
  await fleet.simulate(150, 0.5, 3);
  await fleet.importLogs(syntheticLogs);
  await fleet.expectMachines(['PC1', 'NEVERHEARD1', 'NEVERHEARD2']);
  await fleet.server.post('rubbish');
  await fleet.post([
    ...['PC1', 'PC2'].map((name) => ({ client: name, topicType: 1000, state: 2, params: ['0x80072EFD', '5'] })),
    { client: 'PC3', topicType: 1100, state: 1 },
    { client: 'PC4', topicType: 1100, state: 2 },
    { client: 'PC5', state: 100 },
  ]);
  const failed = await fleet.ask(`SELECT client_name FROM clients WHERE outcome = 'failed' LIMIT 1`);
  client = String(failed.data[0]?.client_name);
  subnets = (await fleet.ask('SELECT DISTINCT subnet FROM client_messages')).data.map(({ subnet }) => String(subnet));
  causes = (await fleet.ask(`SELECT DISTINCT cause FROM client_messages WHERE outcome = 'failed'`)).data.map(
    ({ cause }) => String(cause),
  );
  run = String((await fleet.ask(`SELECT run_id FROM setup_runs WHERE cause != '' LIMIT 1`)).data[0]?.run_id);
});
afterAll(() => fleet.close());

const day = 86_400_000;
const scope = (one: string, all: boolean, clock = 'received') => ({
  from: new Date(Date.now() - 20 * 365 * day),
  to: new Date(Date.now() + day),
  variables: only(one, {
    site: all ? '$__all' : ['PS1'],
    version: all ? '$__all' : ['5.00.0000.0000', '5.00.9128.1007', '5.00.9132.1011', '5.00.9096.1000'],
    subnet: all ? '$__all' : subnets,
    cause: all ? '$__all' : causes,
    server: all ? '$__all' : ['FSP01'],
    stuck: '0',
    clock,
    client,
    run,
  }),
});

/** A dashboard knows its own variables only: another's name would stay as it is. */
function only(uid: string, values: Record<string, string | string[]>) {
  const names = dashboards.find((one) => one.uid === uid)!.templating.list.map(({ name }) => name);
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}

/** Panels that show what this fleet has none of: their query must run all the same. */
const mayBeEmpty = [/^Why bodies|^Refused bodies|^Pourquoi des corps|^Corps refusés/, /never seen|jamais vus/];

const targets = dashboards.flatMap(({ uid, panels }) =>
  panels.flatMap((panel) => (panel.targets ?? []).map((target) => [uid, panel.title, panel, target] as const)),
);
const isFrench = (uid: string) => uid.startsWith('fsp-fr-');
const askedInEnglish = new Set(targets.filter(([uid]) => !isFrench(uid)).map(([, , , { rawSql }]) => rawSql));
const toRun = targets.filter(([uid, , , { rawSql }]) => !isFrench(uid) || !askedInEnglish.has(rawSql));

test.each(toRun)(
  '%s, %s: gives rows of the right types and columns',
  async (uid, title, { type, fieldConfig }, { rawSql }) => {
    const english = [
      [true, 'received'],
      [false, 'client'],
    ] as const;
    // The French ones differ in words.
    for (const [all, clock] of isFrench(uid) ? english.slice(1) : english) {
      const { meta, data } = await fleet.ask(expand(rawSql, scope(uid, all, clock)));
      if (!mayBeEmpty.some((one) => one.test(title)))
        expect(data.length, `${all ? 'all' : 'some'} chosen`).toBeGreaterThan(0);
      const kinds = meta.map(({ type: column }) => kindOf(column));
      // Aggregate functions as types are read as text by data sources.
      for (const { type: column, name } of meta) expect(column, name).not.toContain('AggregateFunction');
      // A table shows what is asked for, and nothing else.
      if (type === 'table')
        expect(meta.map(({ name }) => name)).toEqual(
          fieldConfig!.overrides.map(({ matcher }) => matcher.options).filter((name) => name !== 'string'),
        );
      // A unit of time makes NaN of a text.
      for (const { matcher, properties } of type === 'table' ? fieldConfig!.overrides : []) {
        const unit = String((properties.find(({ id }) => id === 'unit') as { value?: unknown } | undefined)?.value);
        const index = meta.findIndex(({ name }) => name === matcher.options);
        if (index >= 0)
          expect([matcher.options, unit.startsWith('time:')]).toEqual([matcher.options, kinds[index] === 'time']);
      }
      if (type === 'timeseries') {
        expect(kinds[0]).toBe('time');
        expect(kinds).toContain('number');
      }
      if (type === 'stat') {
        expect(data).toHaveLength(1);
        for (const [index, kind] of kinds.entries()) expect(kind, meta[index]?.name).toBe('number');
      }
      if (type === 'logs') expect(meta.slice(0, 3).map(({ name }) => name)).toEqual(['timestamp', 'body', 'level']);
    }
  },
);

const sqlOf = (title: string) => targets.find(([, name]) => name === title)![3].rawSql;

test('the log of a run says in its last line how many records are left out', async () => {
  const whole = await fleet.ask(expand(sqlOf('Log of the run'), scope('fsp-setup', true)));
  const { data } = await fleet.ask(expand(sqlOf('Log of the run').replaceAll('100000', '5'), scope('fsp-setup', true)));
  expect(data.slice(0, 5)).toEqual(whole.data.slice(0, 5));
  expect(data).toHaveLength(6);
  expect(data[5]).toMatchObject({ level: 'WARN' });
  expect(data[5]?.body).toContain(`${whole.data.length - 5} more records of this run are not shown`);
});

test('an exit code that is an HRESULT is written as one, whatever its sign', async () => {
  const column = /multiIf\(.* AS exit_code/.exec(sqlOf('Runs'))![0];
  const codes = 'SELECT arrayJoin([NULL, 0, 1603, -2147467259, 2147944003]) AS exit_code';
  const { data } = await fleet.ask(`SELECT ${column} FROM (${codes})`);
  expect(data.map(({ exit_code }) => exit_code)).toEqual(['', '0', '1603', '0x80004005', '0x80070643']);
});

const lists = dashboards.flatMap(({ uid, templating }) =>
  templating.list.filter(({ type }) => type === 'query').map(({ name, query }) => [uid, name, query] as const),
);
test.each(lists)('%s: the variable %s has values', async (uid, name, query) => {
  const { meta, data } = await fleet.ask(expand(query, scope(uid, true)));
  expect(meta).toHaveLength(name === 'cause' ? 2 : 1);
  expect(data.length).toBeGreaterThan(0);
});

test('annotations tell role changes, restarts and set-up runs', async () => {
  const [role, restart, setup] = dashboards[0]!.annotations.list.map(({ target }) => target.rawSql);
  await fleet.ask(expand(role!, scope('fsp-overview', true)));
  await fleet.ask(expand(restart!, scope('fsp-overview', true)));
  const { data } = await fleet.ask(expand(setup!, scope('fsp-overview', true)));
  expect(Object.keys(data[0]!)).toEqual(['time', 'text', 'tags']);
});

test('every question of Configuration Manager’s reports has its panel', () => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const panels = dashboards.flatMap(({ title, panels: list }) => list.map((panel) => `${title}: ${panel.title}`));
  const named = [...readme.matchAll(/\| ([^|]+?) +\| _([^_|]+)_: ([^|]+?) +\|/g)];
  expect(named.length).toBeGreaterThan(12);
  for (const [, , dashboard, panel] of named) expect(panels).toContain(`${dashboard}: ${panel}`);
});

test('tables, views and columns explain themselves', async () => {
  const skip = `database = 'fsp' AND comment = '' AND table NOT LIKE '%\\_of\\_new' AND table NOT IN ('schema_migrations')`;
  const { data } = await fleet.ask(`SELECT table, name FROM system.columns WHERE ${skip}`);
  expect(data).toEqual([]);
});

function kindOf(type: string): 'time' | 'number' | 'text' {
  const bare = type.replace(/LowCardinality\(|Nullable\(/g, '');
  return /^Date/.test(bare) ? 'time' : /^(U?Int|Float|Decimal)/.test(bare) ? 'number' : 'text';
}
