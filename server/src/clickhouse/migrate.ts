import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError, onOneServer } from './client.js';
import { underLease } from './lease.js';
import { checkOwnership, marked, markedView } from './ownership.js';
import type { Placement } from './replicas.js';
import { retentionStatements, type Retention } from './retention.js';
import { existing, unapplied } from './schema-state.js';
import { column, partsOf, type Form, type Schema } from './schema.js';
import { effectOf } from './statements.js';
import { viewStatements } from './views/index.js';

export interface MigrateOptions extends Schema {
  /** Who migrates, for those who wait for it, and nobody beside; one of its own for each call where absent. */
  receiver?: string;
  logger?: { info(message: string): void };
  /** How long data is kept; as it is where absent. */
  retention?: Retention;
  /** How long a receiver that crashed while it migrated is waited for. */
  leaseSeconds?: number;
}

/** The migration by which tables forget: before it nothing was decided of how long they keep. */
const retentionSince = 17;

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
