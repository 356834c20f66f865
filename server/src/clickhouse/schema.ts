import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { leaseTable } from './lease.js';
import { effectOf } from './statements.js';
import { digests } from './views/compared.js';
import { saidAt, saidAtWithoutReport } from './views/fragments.js';
import { viewStatements } from './views/index.js';
import { rollUpOf } from './views/roll-ups.js';

/** Where the tables and views are. */
export interface Schema {
  database: string;
  /** Cluster whose servers all get the tables; absent for a single server. */
  cluster?: string;
}

/** One of the numbered files. */
export interface Migration {
  version: number;
  name: string;
  statements: string[];
  checksum: string;
}

/** How the database wants its tables made. */
export interface Form {
  database: string;
  /** `ON CLUSTER …`, or nothing where the database itself brings each change to all servers. */
  onCluster: string;
  /** Cluster that its servers are reached by. */
  cluster: string;
  replicated: boolean;
  shards: boolean;
  /**
   * Of several shards each has its part of the messages, and all of what is in {@link everywhere}: the path in ZooKeeper
   * of what is alike on all of them. Empty where there is one shard.
   */
  commonPath: string;
}

/** Tables that are alike on every server of every shard. */
const everywhere = new Set([
  'schema_migrations',
  'schema_leases',
  'role_configurations',
  'state_catalog',
  'error_catalog',
  'rejected_messages',
  'repeated_messages',
  'throttle_window_updates',
  'receiver_status',
  'setup_log_records',
  'setup_run_updates',
  'acknowledgements',
  'expected_loads',
  'expected_machines',
]);

/** A semicolon at the end of a line ends a statement. */
const statementEnd = /;\s*$/m;

/** The numbered files, rendered for a database and, with a cluster, in its form. */
export function migrations(schema: Schema): Migration[] {
  return rendered({
    database: schema.database,
    onCluster: onClusterOf(schema),
    cluster: schema.cluster ?? schema.database,
    replicated: schema.cluster !== undefined,
    shards: false,
    commonPath: '',
  });
}

function onClusterOf({ cluster }: Schema): string {
  return cluster === undefined ? '' : `ON CLUSTER '${cluster}'`;
}

function windowOf({ replicated }: Form): string {
  return replicated ? 'replicated_deduplication_window' : 'non_replicated_deduplication_window';
}

const messages = '{database}.state_messages{local}';
/** What a roll-up reads where the column is not there yet. */
const messagesBefore027 = `(SELECT *, NULL AS report_time FROM ${messages})`;

function rendered(form: Form): Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const source = readFileSync(new URL(name, folder), 'utf8');
      const text = source
        .replaceAll(/\{roll-up (\w+)\}/g, (_, table: string) => rollUpOf(table, messagesBefore027))
        .replaceAll(/\{roll-up since 027 (\w+)\}/g, (_, table: string) => rollUpOf(table, messages))
        .replaceAll(/\{digest (\w+)\}/g, (_, column: keyof typeof digests) => digests[column])
        .replaceAll('{said at}', saidAtWithoutReport)
        .replaceAll('{said at since 027}', saidAt)
        .replaceAll('{new}', form.shards ? 'local' : 'by_day')
        .replaceAll('{local}', form.shards ? '_local' : '')
        .replaceAll('{cluster}', form.cluster)
        .replaceAll('{database}', form.database)
        .replaceAll('{on_cluster}', form.onCluster)
        .replaceAll('{replicated}', form.replicated ? 'Replicated' : '')
        .replaceAll('{dedup_window}', windowOf(form));
      return {
        version: Number.parseInt(name, 10),
        name,
        statements: text
          .replaceAll(/^--.*$/gm, '')
          .split(statementEnd)
          .map((statement) => statement.trim())
          .filter((statement) => statement !== '' && !statement.startsWith(form.shards ? '{one shard}' : '{shards}'))
          .map((statement) => alikeEverywhere(statement.replace(/^\{(one shard|shards)\} /, ''), form)),
        checksum: createHash('sha256').update(source).digest('hex'),
      };
    });
}

/** With shards, a table that is alike on all of them has one path for all, and a name of its own for each replica. */
function alikeEverywhere(statement: string, { commonPath }: Form): string {
  if (commonPath === '' || !statement.startsWith('CREATE TABLE') || !everywhere.has(effectOf(statement)?.name ?? ''))
    return statement;
  return statement.replace(/\bENGINE = (Replicated\w*)/, `ENGINE = $1('${commonPath}', '{shard}-{replica}')`);
}

function ownTables(form: Form): string[] {
  const engine = (name: string) => `${form.replicated ? 'Replicated' : ''}${name}MergeTree`;
  return [
    `CREATE TABLE IF NOT EXISTS ${form.database}.schema_migrations ${form.onCluster} (version UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = ${engine('Replacing')} ORDER BY version
COMMENT 'Schema changes that were applied'`,
    leaseTable(form.database, form.onCluster, engine(''), windowOf(form)),
  ].map((statement) => alikeEverywhere(statement, form));
}

/** Everything that this version says of the tables of a database, which is made where it is not there. */
export async function partsOf(client: ClickHouseClient, schema: Schema) {
  const form = await formOf(client, schema);
  const numbered = rendered(form);
  const own = ownTables(form);
  const { database } = schema;
  const all = [...own, ...numbered.flatMap(({ statements }) => statements), ...viewStatements({ database })];
  return { form, own, numbered, all };
}

/** What the database is, or will be. It is made where it is not there. */
async function formOf(client: ClickHouseClient, schema: Schema): Promise<Form> {
  const { database, cluster } = schema;
  let [engine] = await column(client, 'SELECT engine FROM system.databases WHERE name = {database: String}', {
    database,
  });
  if (engine === undefined) {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ${onClusterOf(schema)}` });
    [engine] = await column(client, 'SELECT engine FROM system.databases WHERE name = {database: String}', {
      database,
    });
  }
  const replicatedDatabase = engine === 'Replicated';
  const name = cluster ?? (replicatedDatabase ? database : '');
  const [servers = '1', shards = '1'] =
    name === ''
      ? []
      : await column(
          client,
          'SELECT arrayJoin([count(DISTINCT shard_num, replica_num), uniqExact(shard_num)]) FROM system.clusters WHERE cluster = {name: String}',
          { name },
        );
  const replicated = cluster !== undefined || replicatedDatabase;
  if (replicated && Number(servers) > 1) {
    const alone = await column(
      client,
      `SELECT name FROM system.tables WHERE database = {database: String} AND engine LIKE '%MergeTree' AND comment != ''
         AND NOT match(engine, '^(Replicated|Shared)') AND name IN ('state_messages', 'client_rollup', 'client_facts', 'setup_log_records', 'setup_run_updates', 'role_configurations', 'schema_migrations')`,
      { database },
    );
    if (alone.length > 0)
      throw new FspError(
        'FSP_SCHEMA_UNREPLICATED',
        `${alone.join(', ')} of ${database} ${alone.length > 1 ? 'are' : 'is'} not replicated, so that each of the ${servers} servers of ${name} would keep its rows to itself; name another database with FSP_CLICKHOUSE_DATABASE, and take the rows over with INSERT INTO … SELECT`,
      );
  }
  return {
    database,
    onCluster: replicatedDatabase ? '' : onClusterOf(schema),
    cluster: name,
    replicated,
    shards: replicated && Number(shards) > 1,
    commonPath:
      replicated && Number(shards) > 1 ? await commonPathOf(client, name, Number(servers), replicatedDatabase) : '',
  };
}

/** A Replicated database takes no path without a macro of the servers' own; it must be one that is the same on all of them. */
async function commonPathOf(client: ClickHouseClient, name: string, servers: number, replicatedDatabase: boolean) {
  if (!replicatedDatabase) return '/clickhouse/tables/{uuid}/everywhere';
  const [macro] = await column(
    client,
    'SELECT macro FROM clusterAllReplicas({name: String}, system.macros) GROUP BY macro HAVING uniqExact(substitution) = 1 AND count() >= {servers: UInt32} ORDER BY macro',
    { name, servers },
  );
  if (macro === undefined)
    throw new FspError(
      'FSP_CLICKHOUSE_REFUSED',
      `The shards of ${name} have no macro in common, so that nothing can be kept alike on all of them; give all servers one, such as <macros><cluster>${name}</cluster></macros>`,
    );
  return `/clickhouse/tables/{uuid}/{${macro}}`;
}

/** The first column of an answer, as texts. */
export async function column(client: ClickHouseClient, query: string, query_params: Record<string, unknown>) {
  const answer = await client.query({ query, query_params, format: 'JSONCompactEachRow' });
  return (await answer.json<unknown[]>()).map(([value]) => String(value));
}
