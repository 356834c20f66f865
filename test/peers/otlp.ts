// What leaves by OTLP, through a real Collector and its exporter into a table, beside our own view of the same: each
// column of each row.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { report, reportFixture, reportFixtures } from '../reports.js';
import { startServer } from '../server-process.js';
import type { ClickHouse } from './clickhouse.js';
import { exporting, startCollector } from './collector.js';
import { freePort, until, untilSteady, temporaryFolder } from './processes.js';
import type { Section } from './results.js';

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));
const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;

/**
 * Attributes that leave and are in no row of ours: who exported, and the text as it stands in the log, which is on the
 * disk of whoever wrote it.
 */
const exportedOnly: Record<string, readonly string[]> = {
  ResourceAttributes: ['service.version', 'service.instance.id'],
  LogAttributes: ['log.record.original'],
};

/** Strange in every way that a column can show. */
const strange: readonly Parameters<typeof report>[0][] = [
  { client: 'PC1', state: 100 },
  { client: 'pc2.corp.contoso.example', state: 313, params: ['1603'] },
  {
    client: 'PC3',
    state: 301,
    params: ['http://mp1.contoso.example/a?b=1&amp;c=2', 'back\\slash', '&lt;tag&gt;', 'é😀'],
  },
  { client: 'PC4', state: 402, params: [''] },
  { client: 'PC5', state: 316, params: ['3010'] },
  { client: 'PC6', state: 2_147_483_647, topicType: 2_147_483_647 },
  { client: 'PC7', topicType: 1000, state: 2, params: ['0x80072EFD'] },
  { client: 'PC8', topicType: 9_999, state: 7 },
];

interface Difference {
  column: string;
  what: string;
  rows: number;
}

export async function compareOtlp(clickhouse: ClickHouse): Promise<Section> {
  const facts: string[] = [];
  const rows: string[][] = [];
  for (const protocol of protocols) {
    const found = await throughTheCollector(clickhouse, protocol);
    if (facts.length === 0) facts.push(...(await columnsBeside(clickhouse, found.table)));
    rows.push([
      protocol,
      String(found.rows),
      String(found.compared),
      found.differences.length === 0
        ? 'none'
        : found.differences.map(({ column, what, rows: many }) => `${column}: ${what} (${many} rows)`).join('; '),
    ]);
  }
  return {
    title: 'OTLP through the Collector, beside our own view',
    text: [
      'Messages and set-up logs leave the server by OTLP, a real Collector takes them, and its ClickHouse exporter writes them ' +
        'into a table that it made itself. Each row is looked for in the view `otel_logs` by `log.record.uid` and `EventName` and ' +
        'compared column by column, maps key by key.',
      ...facts,
    ],
    head: ['protocol', 'rows of the view', 'values compared', 'differences'],
    rows,
    unfair: [
      `Left out of the comparison, because no row of ours holds them: ${Object.values(exportedOnly)
        .flat()
        .map((name) => `\`${name}\``)
        .join(', ')}.`,
      'A run of a set-up is exported whenever more is known of it; the view has the newest only, and one of the exported ones has to be that.',
    ],
    failed: rows.some((row) => row.at(-1) !== 'none'),
  };
}

async function throughTheCollector(clickhouse: ClickHouse, protocol: (typeof protocols)[number]) {
  const folder = temporaryFolder();
  const name = protocol.replace('/', '_');
  const table = `collector_${name}`;
  const host = `OTLP-${name}`;
  const [http, grpc] = [String(await freePort()), String(await freePort())];
  const collector = await startCollector(['clickhouse', 'otlp'], {
    ...exporting(clickhouse, table, join(folder.path, 'storage')),
    OTLP_HTTP_PORT: http,
    OTLP_GRPC_PORT: grpc,
  });
  const logs = join(folder.path, 'logs');
  for (const of of ['cases', 'synthetic-logs']) cpSync(join(fixtures, of), logs, { recursive: true });
  const server = await startServer(join(folder.path, 'data'), {
    ...clickhouse.settings(),
    FSP_SERVER_NAME: host,
    FSP_SETUP_LOGS: logs,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${protocol === 'grpc' ? grpc : http}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_TRACES_EXPORTER: 'none',
  });
  try {
    for (const fixture of reportFixtures) await server.post(reportFixture(fixture));
    for (const given of strange) await server.post(report({ ...given, client: `${name}${given.client}` }));
    const view = `SELECT * FROM fsp.otel_logs WHERE ResourceAttributes['host.name'] = '${host}'`;
    const identity = `(EventName, LogAttributes['log.record.uid'])`;
    const missing = () =>
      clickhouse.number(
        `SELECT count() FROM (${view}) WHERE ${identity} NOT IN (SELECT ${identity} FROM fsp.${table})`,
      );
    const counted = () => clickhouse.number(`SELECT count() FROM (${view})`);
    await untilSteady('All is in the view', counted);
    await until('All rows of the view have come through the Collector', async () => (await missing()) === 0);
    // A run that is told once more comes a moment later.
    await untilSteady('Nothing more comes through the Collector', () =>
      clickhouse.number(`SELECT count() FROM fsp.${table}`),
    );
    const columns = await columnsOf(clickhouse, 'otel_logs');
    const shared = (await columnsOf(clickhouse, table)).filter(({ name: one }) => columns.some((c) => c.name === one));
    const differences: Difference[] = [];
    for (const { name: column, type } of shared)
      differences.push(...(await differencesOf(clickhouse, { view, table, column, isMap: type.startsWith('Map') })));
    const rows = await counted();
    return { table, rows, compared: rows * shared.length, differences };
  } finally {
    await server.kill('SIGTERM');
    await collector.end('SIGTERM');
    folder.remove();
  }
}

interface Column {
  name: string;
  type: string;
}

function columnsOf(clickhouse: ClickHouse, table: string): Promise<Column[]> {
  return clickhouse.rows<Column>(
    `SELECT name, type FROM system.columns WHERE database = 'fsp' AND table = '${table}' ORDER BY position`,
  );
}

/** What the two tables have of columns, in words. */
async function columnsBeside(clickhouse: ClickHouse, table: string): Promise<string[]> {
  const [ours, theirs] = await Promise.all([columnsOf(clickhouse, 'otel_logs'), columnsOf(clickhouse, table)]);
  const only = (some: Column[], others: Column[]) =>
    some.filter(({ name }) => !others.some((one) => one.name === name)).map(({ name }) => `\`${name}\``);
  const otherwise = ours.flatMap(({ name, type }) => {
    const other = theirs.find((one) => one.name === name)?.type;
    return other === undefined || other === type ? [] : [`\`${name}\` ${type} for ${other}`];
  });
  const list = (words: string[]) => (words.length === 0 ? 'none' : words.join(', '));
  return [
    `Columns that only the view has: ${list(only(ours, theirs))}; that only the exporter's table has: ${list(only(theirs, ours))}. Of another type in the view: ${list(otherwise)}.`,
  ];
}

async function differencesOf(
  clickhouse: ClickHouse,
  { view, table, column, isMap }: { view: string; table: string; column: string; isMap: boolean },
): Promise<Difference[]> {
  const left = exportedOnly[column] ?? [];
  const without = (map: string) =>
    `mapSort(CAST(mapFilter((k, v) -> k NOT IN (${["''", ...left.map((name) => `'${name}'`)].join(', ')}), ${map}), 'Map(String, String)'))`;
  const value = (of: string) =>
    isMap
      ? without(of)
      : /^Timestamp/.test(column)
        ? `toUnixTimestamp64Nano(toDateTime64(${of}, 9))`
        : `toString(${of})`;
  // Of several that one row left as, one is enough.
  const [row] = await clickhouse.rows<{ rows: number; ours: string; theirs: string }>(`
    SELECT toUInt32(countIf(NOT has(exported, own))) AS rows,
      anyIf(toString(own), NOT has(exported, own)) AS ours, anyIf(toString(exported[1]), NOT has(exported, own)) AS theirs
    FROM (
      SELECT EventName AS event, LogAttributes['log.record.uid'] AS uid, ${value(column)} AS own FROM (${view})
    ) AS v
    INNER JOIN (
      SELECT EventName AS event, LogAttributes['log.record.uid'] AS uid, groupArray(${value(column)}) AS exported
      FROM fsp.${table} GROUP BY event, uid
    ) AS c USING (event, uid)`);
  if (row === undefined || row.rows === 0) return [];
  return [{ column, what: `\`${row.ours}\` in the view, \`${row.theirs}\` exported`, rows: row.rows }];
}
