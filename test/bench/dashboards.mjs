// Every query of every dashboard and alert, at two sizes of the data, with the time range that the dashboard opens with.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parse } from 'yaml';
import { batchSize, fleetInsert } from './fleet.mjs';
import { startServer, stop } from './processes.mjs';

const generated = fileURLToPath(new URL('../../dashboards/generated', import.meta.url));
const clients = 200_000;
const rounds = 5;
const days = { 'now-24h': 1, 'now-7d': 7, 'now-30d': 30, 'now-90d': 90 };

/** What lies long back comes in larger pieces: the newest parts are those that are not merged yet. */
const recent = 0.05;

/** Rows of the results: what, measured, against, ratio. */
export async function benchDashboards({ sizes }) {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-bench-'));
  const server = await startServer(folder);
  try {
    const { url, writer, reader } = JSON.parse(readFileSync(join(folder, 'clickhouse', 'credentials.json'), 'utf8'));
    const ask = async (sql, { username, password }) => {
      const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
      const answer = await fetch(`${url}/?database=fsp&default_format=JSON`, { method: 'POST', headers, body: sql });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text.slice(0, 500));
      return text;
    };
    const results = [];
    let filled = 0;
    for (const size of sizes) {
      const batches = size / batchSize;
      const old = Math.floor(batches * (1 - recent));
      for (let batch = filled; batch < batches;) {
        if (batch === old) await halfAnHourLater((sql) => ask(sql, writer));
        const count = Math.max(1, Math.min(30, old - batch));
        const fleet = { table: 'fsp.state_messages', clients, days: 90, batches: sizes.at(-1) / batchSize };
        await ask(fleetInsert({ ...fleet, batch, count }), writer);
        batch += count;
        filled = batch;
      }
      await atRest((sql) => ask(sql, writer));
      results.push(await measure((sql) => ask(sql, reader)));
    }
    return rowsOf(results, sizes);
  } finally {
    await stop(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What is known of clients is merged when it is half an hour old (migration 026), and months are filled in a minute here:
 * ClickHouse is told that it is old enough, does it, and is told the half hour again.
 */
async function halfAnHourLater(ask) {
  const tables = ['client_facts', 'client_words', 'client_names'];
  const age = async (seconds) => {
    for (const table of tables)
      await ask(`ALTER TABLE fsp.${table} MODIFY SETTING min_age_to_force_merge_seconds = ${seconds}`);
  };
  await age(1);
  const most = `SELECT max(parts) AS parts FROM (SELECT count() AS parts FROM system.parts WHERE active AND database = 'fsp' AND table IN ('${tables.join("', '")}') GROUP BY table)`;
  const until = performance.now() + 120_000;
  while (Number(JSON.parse(await ask(most)).data[0].parts) > 1) {
    if (performance.now() > until) throw new Error('ClickHouse did not merge what is known of clients');
    await setTimeout(500);
  }
  await age(1_800);
}

/** What came over months was merged over months: what ClickHouse makes of it in these minutes is not measured with it. */
async function atRest(ask) {
  const until = performance.now() + 300_000;
  for (let calm = 0; calm < 10; await setTimeout(500)) {
    const [{ merges }] = JSON.parse(await ask('SELECT count() AS merges FROM system.merges')).data;
    calm = Number(merges) === 0 ? calm + 1 : 0;
    if (performance.now() > until) throw new Error('ClickHouse did not come to rest');
  }
}

async function measure(ask) {
  const { expand } = await macros();
  const times = [];
  const take = async (uid, title, sql) => {
    const taken = [];
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      await ask(sql);
      taken.push(performance.now() - begin);
    }
    times.push({ uid, title, ms: Math.max(...taken) });
  };
  for (const name of readdirSync(generated).filter((file) => file.endsWith('.json'))) {
    const dashboard = JSON.parse(readFileSync(join(generated, name), 'utf8'));
    for (const { title, targets = [] } of dashboard.panels)
      for (const { rawSql } of targets) {
        const to = new Date();
        const from = new Date(to - days[dashboard.time.from] * 86_400_000);
        const sql = expand(rawSql, { from, to, variables: opened(dashboard) });
        await take(dashboard.uid, title, sql);
      }
  }
  const { groups } = parse(readFileSync(join(generated, 'alerts.yaml'), 'utf8'));
  for (const { rules } of groups)
    for (const { title, data } of rules)
      for (const { model } of data) if (model.rawSql !== undefined) await take('the alerts', title, model.rawSql);
  return times;
}

/** What the tests expand macros by, so that there is one reading of them; Node 20 runs no TypeScript by itself. */
async function macros() {
  const source = readFileSync(new URL('../dashboards/macros.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: 'ES2022', module: 'ES2022' } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

/** Values of a dashboard's variables as it opens: all of everything. */
const given = { clock: 'received', stuck: '24', client: 'PC4711', run: '0'.repeat(32) };
const opened = ({ templating }) =>
  Object.fromEntries((templating?.list ?? []).map(({ name }) => [name, given[name] ?? ['$__all']]));

function rowsOf([small, large], sizes) {
  const [fewer, more] = sizes.map((size) => `${size / 1_000_000} M`);
  const worst = (times, uid) => times.filter((one) => one.uid === uid).reduce((a, b) => (b.ms > a.ms ? b : a));
  return [...new Set(large.map(({ uid }) => uid))].map((uid) => {
    const [before, now] = [worst(small, uid), worst(large, uid)];
    const late = large.filter((one) => one.uid === uid && one.ms > 500).length;
    return {
      key: `dashboards.${uid}`,
      what: `slowest query of ${uid}: ${now.title} (worst of ${rounds})`,
      measured: `${Math.round(now.ms)} ms at ${more} messages, 200,000 clients; ${late} of its queries above 500 ms`,
      against: `${Math.round(before.ms)} ms at ${fewer} (${before.title})`,
      ratio: now.ms / before.ms,
      better: 'lower',
      target: '≤ 500 ms; overview ≤ 2 times',
    };
  });
}
