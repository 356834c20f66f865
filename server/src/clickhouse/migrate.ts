import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { clickHouseError, onOneServer } from './client.js';
import { leaseTable, underLease } from './lease.js';
import { checkOwnership, marked, markedView, type Existing } from './ownership.js';
import { retentionStatements, type Retention } from './retention.js';
import { onCaughtUpServer, type Placement } from './replicas.js';
import { effectOf } from './statements.js';
import { digests } from './views/compared.js';
import { viewStatements } from './views/index.js';
import { saidAt, saidAtWithoutReport } from './views/fragments.js';
import { rollUpOf } from './views/roll-ups.js';

export interface Schema {
  database: string;
  /** Cluster whose servers all get the tables; absent for a single server. */
  cluster?: string;
}

export interface MigrateOptions extends Schema {
  /** Who migrates, for those who wait for it; one of its own for each call where absent. */
  receiver?: string;
  logger?: { info(message: string): void };
  /** How long data is kept; as it is where absent. */
  retention?: Retention;
  /** How long a receiver that crashed while it migrated is waited for. */
  leaseSeconds?: number;
}

export interface Migration {
  version: number;
  name: string;
  statements: string[];
  checksum: string;
}

/** How the database wants its tables made. */
interface Form {
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

/** The migration by which tables forget: before it nothing was decided of how long they keep. */
const retentionSince = 17;

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

/**
 * Brings the schema up to date: each numbered file once, then the views that are not as they should be. Whoever starts,
 * one receiver does it and the others wait for it (see {@link underLease}); after a crash at any statement the next one
 * goes on. Every statement can be said twice without harm, and what was applied is only remembered to spare the work.
 * @throws FspError FSP_CLICKHOUSE_UNREACHABLE, FSP_CLICKHOUSE_REFUSED, FSP_SCHEMA_CHANGED where an applied file was
 *   changed since, FSP_SCHEMA_NEWER where a newer program was here, FSP_SCHEMA_FOREIGN where somebody else's table has a
 *   name of ours, FSP_SCHEMA_UNREPLICATED where each server of a cluster would keep its rows to itself
 */
export async function migrate(client: ClickHouseClient, options: MigrateOptions): Promise<void> {
  try {
    await bringUpToDate(client, options);
  } catch (error) {
    throw clickHouseError(error);
  }
}

async function bringUpToDate(client: ClickHouseClient, options: MigrateOptions): Promise<void> {
  const { database, cluster } = options;
  const placement: Placement = { database, cluster: cluster ?? database, quorum: 'auto' };
  const { form, own, numbered, all } = await partsOf(client, options);
  // A Replicated database brings a view to all servers by itself.
  const views = viewStatements(
    form.onCluster === '' || cluster === undefined ? { database } : { database, cluster },
  ).map((plain) => ({ ...markedView(plain), name: effectOf(plain)!.name }));

  const there = await existing(client, database);
  const unmarked = checkOwnership(database, there, all);
  for (const statement of own)
    if (!there.some(({ name }) => name === effectOf(statement)?.name)) await say(client, marked(statement), form);

  const pending = () => unapplied(client, placement, numbered);
  const viewsToMake = async () => {
    const there = new Map((await existing(client, database)).map((one) => [one.name, one.comment]));
    return views.filter(({ name, mark }) => !(there.get(name) ?? '').endsWith(mark));
  };
  const lifetimes = async (isNew = false) =>
    options.retention === undefined
      ? []
      : retentionStatements(await existing(client, database), form, options.retention, isNew);
  const isDone = async () =>
    (await pending()).length === 0 && (await viewsToMake()).length === 0 && (await lifetimes()).length === 0;
  if (unmarked.length === 0 && (await isDone())) return;

  await underLease(
    {
      client,
      placement,
      holder: options.receiver ?? `process ${process.pid} (${Math.random().toString(36).slice(2)})`,
      ...(options.leaseSeconds === undefined ? {} : { seconds: options.leaseSeconds }),
      ...(options.logger === undefined ? {} : { logger: options.logger }),
    },
    isDone,
    async (stillHeld) => {
      const step = async (statement: string) => {
        stillHeld();
        if (form.replicated && statement.startsWith('INSERT')) await copy(client, database, statement, form);
        else await say(client, statement, form);
      };
      // Again: another receiver may have been here meanwhile.
      for (const one of checkOwnership(database, await existing(client, database), all)) {
        await step(
          `ALTER TABLE ${database}.${one.name} ${form.onCluster} MODIFY COMMENT '${quoted(one.comment)} [fallback-status-point]'`,
        );
      }
      const toApply = await pending();
      // What a new schema is made of, step by step, is of no use to those who start for the first time.
      const isNew = toApply.length === numbered.length;
      const tell = (step: string) => {
        if (!isNew) options.logger?.info(step);
      };
      if (isNew) options.logger?.info(`The tables and views of ${database} are made`);
      for (const migration of toApply) {
        tell(`Migration ${migration.name} is applied to ${database}`);
        for (const statement of migration.statements) await step(marked(statement));
        // Before it is remembered: after a crash nobody would know that it was still to be decided.
        if (migration.version === retentionSince) for (const statement of await lifetimes(true)) await step(statement);
        await client.insert({
          table: `${database}.schema_migrations`,
          format: 'JSONEachRow',
          values: [{ version: migration.version, name: migration.name, checksum: migration.checksum }],
        });
      }
      for (const { statement } of await viewsToMake()) await step(statement);
      for (const statement of await lifetimes()) {
        tell(`What ${database} keeps changes: ${statement}`);
        await step(statement);
      }
    },
  );
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

/** The numbered files that are still to be applied. @throws FspError FSP_SCHEMA_NEWER, FSP_SCHEMA_CHANGED */
export async function unapplied(
  client: ClickHouseClient,
  placement: Placement,
  numbered: readonly Migration[],
): Promise<Migration[]> {
  const { database } = placement;
  const applied = await onCaughtUpServer(client, placement, 'schema_migrations', ({ ask }) =>
    ask<{ version: number; name: string; checksum: string }>(
      `SELECT version, name, checksum FROM ${database}.schema_migrations ORDER BY applied_at`,
    ),
  );
  refuseNewer(database, numbered, applied);
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]));
  for (const { version, name, checksum } of numbered) {
    if ((checksums.get(version) ?? checksum) !== checksum)
      throw new FspError(
        'FSP_SCHEMA_CHANGED',
        `Migration ${name} was applied to ${database} in another form; use the version of the server that made it, or another database`,
      );
  }
  return numbered.filter(({ version }) => !checksums.has(version));
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

function refuseNewer(
  database: string,
  known: readonly Migration[],
  applied: readonly { version: number; name: string }[],
): void {
  const beyond = applied.find(({ version }) => !known.some((one) => one.version === version));
  if (beyond !== undefined)
    throw new FspError(
      'FSP_SCHEMA_NEWER',
      `A newer program has changed the schema of ${database} (${beyond.name}), and this one does not know it; upgrade this one, or name another database with FSP_CLICKHOUSE_DATABASE`,
    );
}

/** What is in the database. */
export async function existing(client: ClickHouseClient, database: string): Promise<Existing[]> {
  const answer = await client.query({
    query:
      'SELECT name, engine, comment, create_table_query AS create FROM system.tables WHERE database = {database: String}',
    query_params: { database },
    format: 'JSONEachRow',
  });
  return answer.json<Existing>();
}

async function column(client: ClickHouseClient, query: string, query_params: Record<string, unknown>) {
  const answer = await client.query({ query, query_params, format: 'JSONCompactEachRow' });
  return (await answer.json<unknown[]>()).map(([value]) => String(value));
}

/**
 * Refusals that pass: what a receiver that crashed, or an earlier version that knows no lease, says at the same time.
 * 57 TABLE_ALREADY_EXISTS, 60 UNKNOWN_TABLE, 253 REPLICA_ALREADY_EXISTS, 517 CANNOT_ASSIGN_ALTER.
 */
const passing = new Set(['57', '60', '253', '517']);
const mostTries = 10;

async function say(client: ClickHouseClient, query: string, { replicated }: Form): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.command({
        query,
        clickhouse_settings: {
          wait_end_of_query: 1,
          // What is at work says so; changes of large tables take their time.
          send_progress_in_http_headers: 1,
          http_headers_progress_interval_ms: '20000',
          // A path of its own for what is alike on all shards.
          ...(replicated ? { database_replicated_allow_replicated_engine_arguments: 1 } : {}),
        },
      });
      return;
    } catch (error) {
      if (!passing.has((error as { code?: string }).code ?? '') || tries >= mostTries) throw error;
      await sleep(tries * 100);
    }
  }
}

/** Rows go from table to table on one server, which must have all that any replica has. */
async function copy(client: ClickHouseClient, database: string, statement: string, form: Form): Promise<void> {
  const sources = new Set([...statement.matchAll(/\bFROM \w+\.(\w+)/g)].map(([, table = '']) => table));
  await onOneServer(client, async (one) => {
    const replicated = await column(one, 'SELECT table FROM system.replicas WHERE database = {database: String}', {
      database,
    });
    for (const table of replicated.filter((name) => sources.has(name)))
      await say(one, `SYSTEM SYNC REPLICA ${database}.${table}`, form);
    await say(one, statement, form);
  });
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
