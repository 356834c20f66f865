// The same generated logs, from file to rows: our server, and a Collector with the regular expressions that its
// documentation shows for such formats. Compared by SQL with what is true of the logs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from '../server-process.js';
import { bigLog, formats, zone, type BigLog } from './big-logs.js';
import type { ClickHouse } from './clickhouse.js';
import { exporting, startCollector, type Collector } from './collector.js';
import type { Strength } from './peers.js';
import { cpuSeconds, measure, until, untilSteady, type Cost, temporaryFolder } from './processes.js';
import { median, spread, type Section } from './results.js';

const parseAlone = fileURLToPath(new URL('parse-alone.mjs', import.meta.url));
const ways = {
  ours: 'this server',
  durable: 'Collector, queue on disk',
  memory: 'Collector, queue in memory',
} as const;
type Way = keyof typeof ways;

export async function compareSetUpLogs(clickhouse: ClickHouse, { records, rounds }: Strength): Promise<Section> {
  const rows: string[][] = [];
  const sizes: string[] = [];
  let failed = false;
  for (const format of formats) {
    const log = bigLog(format, records);
    sizes.push(
      `${log.records.toLocaleString('en')} records in ${(log.bytes.length / 1e6).toFixed(1)} MB (${log.name})`,
    );
    await keepTruth(clickhouse, log);
    const costs: Record<Way, Cost[]> = { ours: [], durable: [], memory: [] };
    const meaning: Partial<Record<Way, string[]>> = {};
    for (let round = 0; round < rounds; round++) {
      // No way is always the one that comes after a rest.
      const order: Way[] = (['ours', 'durable', 'memory'] as const).map((_, n, all) => all[(n + round) % 3]!);
      for (const way of order) {
        const folder = temporaryFolder();
        try {
          const name = `${format}_${way}_${round}`;
          const { cost, found } = await (way === 'ours'
            ? throughTheServer(clickhouse, log, name, folder.path)
            : throughTheCollector(clickhouse, log, name, folder.path, way));
          costs[way].push(cost);
          meaning[way] ??= await meaningOf(clickhouse, log, found);
        } finally {
          folder.remove();
        }
      }
    }
    for (const way of Object.keys(ways) as Way[])
      rows.push([
        log.name,
        ways[way],
        spread(costs[way].map(({ seconds }) => log.records / seconds)),
        spread(
          costs[way].map((cost) => cost.cpuSeconds),
          1,
        ),
        spread(costs[way].map(({ peakMegabytes }) => peakMegabytes)),
        ...(meaning[way] ?? []),
      ]);
    const rate = (way: Way) => log.records / median(costs[way].map(({ seconds }) => seconds));
    rows.push([
      log.name,
      'ours by the Collector’s',
      `${(rate('ours') / rate('durable')).toFixed(2)} on disk, ${(rate('ours') / rate('memory')).toFixed(2)} in memory`,
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
    ]);
    const [, ...right] = (meaning.ours ?? []).slice(0, 5);
    failed ||= right.some((number) => number !== log.numbered.length.toLocaleString('en'));
  }
  return {
    title: 'Set-up logs, from file to rows',
    text: [
      `Logs of ${sizes.join(', ')}. ` +
        'A log is moved into a folder that is followed, and the time taken until 99.9 % of its records are rows in ClickHouse. CPU ' +
        'and memory are those of the process alone, without ClickHouse. Median of interleaved rounds (' +
        `${rounds}), with the least and the most.`,
      'What is left of the meaning: numbered records that are one row, of those the ones whose text, time and severity are right, ' +
        'runs with the right verdict, and rows in which a password of the log can be read.',
    ],
    head: [
      'log',
      'by',
      'records/s',
      'CPU s',
      'peak MB',
      'numbered records',
      'one row each',
      'text right',
      'time right',
      'severity right',
      'runs judged right',
      'passwords shown',
    ],
    rows,
    unfair: [
      'Our rows carry more: run, code and its meaning, line and byte, how sure the time is, an identity by which a repetition is told. The Collector’s rows carry what its regular expressions capture.',
      'The server’s rows pass a spool that is flushed to disk; of the Collector both are shown, its queue on disk (each write flushed) and in memory, where a crash loses what it holds.',
      'The Collector has no notion of a run, so it can judge none. Nothing of it takes passwords out unless somebody writes an expression for each.',
      'Windows Installer’s lines carry no date: the Collector’s records have the time at which they were read. Its severity is by the words fail, error and warn; none counts as information.',
      'The regular expressions are ours, in the manner of the filelog receiver’s documentation, which has none for these formats. Somebody may write better ones.',
      'Both were told the zone of the machine that wrote the logs. ClickHouse runs on the same cores.',
      'Our table flushes each insert to disk (`fsync_after_insert`); the exporter’s table, as it makes it, does not.',
      'Aimed at is three times the Collector’s rate. Where that is not reached, what costs is not the parser (below) but the way of each record through spool and delivery.',
      'Other programs ran on the same two cores; the load beside the date tells how many. CPU seconds say more than rates.',
    ],
    failed,
  };
}

/** The parsers by themselves: no storage, nothing sent. */
export async function compareParsers(_: ClickHouse, { records, rounds }: Strength): Promise<Section> {
  const rows: string[][] = [];
  for (const format of formats) {
    const log = bigLog(format, records);
    const ours: Cost[] = [];
    const theirs: Cost[] = [];
    for (let round = 0; round < rounds; round++) {
      const folder = temporaryFolder();
      try {
        const path = join(folder.path, log.name);
        writeFileSync(path, log.bytes);
        const said = execFileSync(process.execPath, ['--v8-pool-size=1', parseAlone, path, zone], { encoding: 'utf8' });
        ours.push({ ...(JSON.parse(said) as { seconds: number; cpuSeconds: number }), peakMegabytes: 0 });
        theirs.push(await parsedByTheCollector(log, folder.path, path));
      } finally {
        folder.remove();
      }
    }
    const rate = (costs: Cost[]) => costs.map(({ seconds }) => log.records / seconds);
    const perCpu = (costs: Cost[]) => costs.map((cost) => log.records / cost.cpuSeconds);
    rows.push([
      log.name,
      spread(rate(ours)),
      spread(rate(theirs)),
      (median(rate(ours)) / median(rate(theirs))).toFixed(2),
      spread(perCpu(ours)),
      spread(perCpu(theirs)),
      (median(perCpu(ours)) / median(perCpu(theirs))).toFixed(2),
    ]);
  }
  return {
    title: 'Set-up logs, the parser alone',
    text: [
      'Our parser in a process of its own, against the Collector’s filelog receiver whose records are dropped. Records by second, and by second of CPU.',
    ],
    head: ['log', 'ours/s', 'Collector/s', 'ratio', 'ours/CPU s', 'Collector/CPU s', 'ratio'],
    rows,
    unfair: [
      'Ours is a library called in a loop; the Collector’s includes what brings records from a receiver to an exporter, and it looks for new files five times a second only.',
      'Ours works on one thread, the Collector on all cores.',
      'Ours does more with each record: codes, verdicts and redaction.',
      'Aimed at is ten times the Collector’s rate: it is not reached.',
      'So many records take our parser a second, in which V8 still compiles: of more records it reads more in a second.',
    ],
    failed: false,
  };
}

/** Where the rows of one run are, under the names of our own table. */
interface Found {
  /** Rows as serial, at, severity, text. */
  rows: string;
  verdicts: string | null;
  secrets: string;
}

const serialOf = (text: string) => `toUInt32OrZero(extract(${text}, 'number (\\\\d+)'))`;

async function throughTheServer(clickhouse: ClickHouse, log: BigLog, name: string, folder: string) {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const server = await startServer(join(folder, 'data'), {
    ...clickhouse.settings(),
    FSP_SERVER_NAME: name,
    FSP_SETUP_LOGS: logs,
    FSP_SETUP_LOGS_TIMEZONE: zone,
  });
  try {
    const of = `FROM fsp.setup_log_records WHERE host_name = '${name}'`;
    const cost = await timed(clickhouse, server.pid, log, logs, `SELECT count() ${of}`);
    const verdicts = `SELECT verdict, count() AS n FROM fsp.setup_runs WHERE host_name = '${name}' GROUP BY verdict`;
    await until('Every run is judged', async () => {
      const judged = await clickhouse.rows<{ verdict: string; n: string }>(verdicts);
      return judged.reduce((sum, { n }) => sum + Number(n), 0) >= log.verdicts.succeeded + log.verdicts.failed;
    });
    const rows = `SELECT ${serialOf('message')} AS serial, logged_at AS at, toString(severity) AS severity, message AS text ${of}`;
    return { cost, found: { rows, verdicts, secrets: `SELECT count() ${of} AND position(message, 'hunter2') > 0` } };
  } finally {
    await server.kill('SIGTERM');
  }
}

async function throughTheCollector(
  clickhouse: ClickHouse,
  log: BigLog,
  name: string,
  folder: string,
  way: 'durable' | 'memory',
) {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const table = `collector_${name}`;
  const collector = await startCollector(
    ['clickhouse', `filelog-${log.format}`, ...(way === 'memory' ? ['queue-in-memory'] : [])],
    { ...exporting(clickhouse, table, join(folder, 'storage')), LOGS: logs },
  );
  try {
    const of = `FROM fsp.${table}`;
    const cost = await timed(clickhouse, collector.pid, log, logs, `SELECT count() ${of}`);
    const severity = `multiIf(SeverityNumber >= 17, 'ERROR', SeverityNumber >= 13, 'WARN', 'INFO')`;
    const rows = `SELECT ${serialOf('Body')} AS serial, toDateTime64(Timestamp, 3, 'UTC') AS at, ${severity} AS severity, Body AS text ${of}`;
    return {
      cost,
      found: { rows, verdicts: null, secrets: `SELECT count() ${of} WHERE position(Body, 'hunter2') > 0` },
    };
  } finally {
    await collector.end('SIGTERM');
  }
}

/** Moves the log to where it is followed, and measures until nearly all of it are rows; then waits for the rest. */
async function timed(clickhouse: ClickHouse, pid: number, log: BigLog, logs: string, count: string): Promise<Cost> {
  const elsewhere = join(logs, '..', log.name);
  writeFileSync(elsewhere, log.bytes);
  const stop = measure(pid);
  renameSync(elsewhere, join(logs, log.name));
  const counted = () => clickhouse.number(count);
  await until(`${log.name} is in ClickHouse`, async () => (await counted()) >= log.records * 0.999, {
    withinMs: 600_000,
    everyMs: 200,
  });
  const cost = stop();
  // The last record of a file is held for a moment: it may go on.
  await untilSteady('No more rows come', counted);
  return cost;
}

async function keepTruth(clickhouse: ClickHouse, log: BigLog): Promise<void> {
  const table = `peers_truth_${log.format}`;
  await clickhouse.command(
    `CREATE TABLE IF NOT EXISTS fsp.${table} (serial UInt32, at DateTime64(3, 'UTC'), severity String, text String) ENGINE = MergeTree ORDER BY serial`,
  );
  await clickhouse.command(`TRUNCATE TABLE fsp.${table}`);
  const pieceSize = 50_000;
  for (let begin = 0; begin < log.numbered.length; begin += pieceSize)
    await clickhouse.insert(
      `fsp.${table}`,
      log.numbered
        .slice(begin, begin + pieceSize)
        .map((one) => ({ ...one, at: new Date(one.at).toISOString().replace('T', ' ').replace('Z', '') })),
    );
}

async function meaningOf(clickhouse: ClickHouse, log: BigLog, found: Found): Promise<string[]> {
  const plain = (text: string) => `trim(BOTH ' \\n' FROM replaceAll(${text}, '\\r', ''))`;
  const [kept] = await clickhouse.rows<Record<string, number>>(`
    SELECT count() AS truth, countIf(n = 1) AS single, countIf(n > 0 AND ${plain('f.text')} = ${plain('t.text')}) AS texts,
      countIf(n > 0 AND f.at = t.at) AS times, countIf(n > 0 AND f.severity = t.severity) AS severities
    FROM fsp.peers_truth_${log.format} AS t
    LEFT JOIN (
      SELECT serial, count() AS n, any(at) AS at, any(severity) AS severity, any(text) AS text FROM (${found.rows}) GROUP BY serial
    ) AS f USING serial`);
  const judged = found.verdicts === null ? [] : await clickhouse.rows<{ verdict: string; n: string }>(found.verdicts);
  const right = (['succeeded', 'failed'] as const).reduce(
    (sum, verdict) =>
      sum + Math.min(log.verdicts[verdict], Number(judged.find((one) => one.verdict === verdict)?.n ?? 0)),
    0,
  );
  const { truth, single, texts, times, severities } = kept ?? {};
  return [
    ...[truth, single, texts, times, severities].map((number) => Number(number).toLocaleString('en')),
    `${right} of ${log.verdicts.succeeded + log.verdicts.failed}`,
    `${await clickhouse.number(found.secrets)} of ${log.secrets}`,
  ];
}

async function parsedByTheCollector(log: BigLog, folder: string, path: string): Promise<Cost> {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  mkdirSync(join(folder, 'storage'));
  const collector: Collector = await startCollector([`filelog-${log.format}`, 'nop'], {
    STORAGE: join(folder, 'storage'),
    LOGS: logs,
  });
  try {
    const begun = performance.now();
    const before = cpuSeconds(collector.pid);
    renameSync(path, join(logs, log.name));
    await until(
      'The Collector has parsed it',
      async () => (await collector.metric('otelcol_receiver_accepted_log_records')) >= log.records * 0.999,
      { withinMs: 600_000, everyMs: 100 },
    );
    return {
      seconds: (performance.now() - begun) / 1000,
      cpuSeconds: cpuSeconds(collector.pid) - before,
      peakMegabytes: 0,
    };
  } finally {
    await collector.end('SIGTERM');
  }
}
