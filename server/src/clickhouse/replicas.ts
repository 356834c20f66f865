import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { notClickHouse, onOneServer } from './client.js';

/** How long a replica may take to catch up before another one is asked. */
const catchUpWithinMs = 5_000;

/** Where data lies, and how many must have it. */
export interface Placement {
  database: string;
  /** Cluster that all replicas and shards are reached by; the database's own name where it is Replicated. */
  cluster: string;
  /** Replicas that must have a row: more than half of them (`auto`), or a number. */
  quorum: string;
}

/** A question to one server that has all that any server had taken when the step began. */
export type Ask = <Row>(query: string, parameters?: Record<string, unknown>) => Promise<Row[]>;

interface Table {
  /** `one`: on this server only. `replicas`: here whole. `shards`: a part on each shard, asked through all of them. */
  spread: 'one' | 'replicas' | 'shards';
  /** The table that holds rows, behind a Distributed one. */
  local: string;
}

export interface CaughtUp {
  ask: Ask;
  /** Says a statement on that very server. */
  run(query: string, parameters: Record<string, unknown>, settings: ClickHouseSettings): Promise<void>;
  table: Table;
}

/** How long what was found of a table's replicas is taken for true. */
const replicasForMs = 10_000;
const leastReplicas = new WeakMap<ClickHouseClient, Map<string, { least: number; until: number }>>();

/**
 * The settings of an insert into a table, by which it only succeeds when as many replicas have it on disk as must. Where a
 * table has one replica – a shard without a second one, or what is left after SYSTEM DROP REPLICA – `auto` would wait for
 * ever: ClickHouse counts the replicas that fetch the part, and there is none.
 */
export async function quorumOf(
  client: ClickHouseClient,
  placement: Placement,
  table: string,
): Promise<ClickHouseSettings> {
  if (placement.quorum !== 'auto') return quorumSettings(placement.quorum);
  let known = leastReplicas.get(client);
  if (known === undefined) leastReplicas.set(client, (known = new Map<string, { least: number; until: number }>()));
  let found = known.get(table);
  if (found === undefined || performance.now() > found.until) {
    found = { least: await fewestReplicas(client, placement, table), until: performance.now() + replicasForMs };
    known.set(table, found);
  }
  return quorumSettings(found.least === 1 ? '1' : 'auto');
}

/** Replicas of a table, or of the shard that has the fewest of them; 0 where there are none or it is not known. */
function fewestReplicas(client: ClickHouseClient, { database, cluster }: Placement, table: string): Promise<number> {
  return onOneServer(client, async (one) => {
    const ask: Ask = async <Row>(query: string, query_params: Record<string, unknown> = {}) =>
      (await one.query({ query, query_params, format: 'JSONEachRow' })).json<Row>();
    const { spread, local } = await tableOf(ask, { database }, table);
    if (spread === 'one') return 0;
    const from = spread === 'shards' ? 'clusterAllReplicas({cluster: String}, system.replicas)' : 'system.replicas';
    const [row] = await ask<{ least: number }>(
      `SELECT toUInt32(min(total_replicas)) AS least FROM ${from} WHERE database = {database: String} AND table = {local: String}`,
      { cluster, database, local },
    );
    return row?.least ?? 0;
  });
}

/** Settings by which an insert only succeeds when as many replicas have it on disk as must. No-ops on one server. */
function quorumSettings(quorum: string): ClickHouseSettings {
  return {
    insert_quorum: quorum,
    // Each insert for itself; one after the other would make receivers wait for each other.
    insert_quorum_parallel: 1,
    insert_quorum_timeout: catchUpWithinMs,
    // Through a Distributed table: the answer comes when the shards have it, not when it is in this server's queue.
    distributed_foreground_insert: 1,
  };
}

/** Clients that a balancer gives another server with every request. */
const scattered = new WeakSet<ClickHouseClient>();

/**
 * Does a step on a server that has caught up: what any replica had taken before is there. `select_sequential_consistency`
 * does not do it (with parallel quorum inserts it does nothing, and one after the other makes receivers wait for each
 * other), SYSTEM SYNC REPLICA does. It speaks for one server only, so all of the step happens in one session: a balancer
 * that sends part of it elsewhere is told by ClickHouse's error 372, SESSION_NOT_FOUND. Then all replicas have to have
 * caught up, as with shards, whichever is asked.
 * @throws FspError, or the client's error: the replica does not catch up, and nothing can be said of what is there
 */
export async function onCaughtUpServer<T>(
  client: ClickHouseClient,
  placement: Placement,
  table: string,
  step: (server: CaughtUp) => Promise<T>,
): Promise<T> {
  if (!scattered.has(client)) {
    try {
      return await caughtUp(client, placement, table, randomUUID(), step);
    } catch (error) {
      if ((error as { code?: string }).code !== '372') throw error;
      scattered.add(client);
    }
  }
  return caughtUp(client, placement, table, '', step);
}

function caughtUp<T>(
  client: ClickHouseClient,
  placement: Placement,
  table: string,
  session: string,
  step: (server: CaughtUp) => Promise<T>,
): Promise<T> {
  return onOneServer(client, async (one) => {
    let opened = false;
    const inSession = (settings: ClickHouseSettings = {}) => ({
      ...(session === '' ? {} : { session_id: session }),
      clickhouse_settings: {
        ...settings,
        ...(session === '' ? {} : { session_timeout: '20', ...(opened ? { session_check: '1' } : {}) }),
      } as ClickHouseSettings,
    });
    const ask: Ask = async <Row>(query: string, parameters: Record<string, unknown> = {}) => {
      const answer = await one.query({
        query,
        query_params: parameters,
        // With a count of its rows at the end: an answer that was cut off is no answer.
        format: 'JSON',
        ...inSession(),
      });
      const { data, rows } = await answer.json<Row>();
      if (!Array.isArray(data) || rows !== data.length) throw notClickHouse('it did not say how many rows there are');
      return data;
    };
    const run: CaughtUp['run'] = async (query, parameters, settings) => {
      await one.command({ query, query_params: parameters, ...inSession(settings) });
    };
    const found = await tableOf(ask, placement, table);
    opened = true;
    if (found.spread === 'shards' || (found.spread === 'replicas' && session === ''))
      await untilAllCaughtUp(ask, placement, found.local);
    else if (found.spread === 'replicas')
      await run(
        `SYSTEM SYNC REPLICA ${placement.database}.${table} LIGHTWEIGHT`,
        {},
        { receive_timeout: catchUpWithinMs / 1_000 },
      );
    return step({ ask, run, table: found });
  });
}

async function tableOf(ask: Ask, { database }: Pick<Placement, 'database'>, table: string): Promise<Table> {
  const [found] = await ask<{ engine: string; engine_full: string }>(
    'SELECT engine, engine_full FROM system.tables WHERE database = {database: String} AND name = {table: String}',
    { database, table },
  );
  const engine = found?.engine ?? '';
  if (engine === 'Distributed') {
    const [, , local = ''] = /^Distributed\('([^']*)', '[^']*', '([^']*)'/.exec(found?.engine_full ?? '') ?? [];
    return { spread: 'shards', local };
  }
  return { spread: /^(Replicated|Shared)/.test(engine) ? 'replicas' : 'one', local: table };
}

/** Any replica of a shard may answer for it: all of them must have caught up. */
async function untilAllCaughtUp(ask: Ask, { database, cluster }: Placement, table: string): Promise<void> {
  const end = performance.now() + catchUpWithinMs;
  for (;;) {
    const behind = await ask<{ replica_name: string }>(
      `SELECT replica_name FROM clusterAllReplicas({cluster: String}, system.replicas)
       WHERE database = {database: String} AND table = {table: String}
         AND (is_readonly OR inserts_in_queue > 0 OR (log_pointer <= log_max_index AND log_max_index > 0))`,
      { cluster, database, table },
    );
    if (behind.length === 0) return;
    if (performance.now() > end)
      throw new FspError(
        'FSP_CLICKHOUSE_REFUSED',
        `${behind.map(({ replica_name }) => replica_name).join(', ')} did not catch up with ${table}; look at system.replicas and the replication queue`,
      );
    await sleep(100);
  }
}

/**
 * How many rows of a batch enough replicas have: they are counted on each that can be reached. An insert whose quorum
 * was not reached in time leaves rows on one replica only, and no other sign of it that lasts: the part may have been
 * merged.
 */
export async function rowsAtQuorum(
  { ask, table }: CaughtUp,
  { database, cluster, quorum }: Placement,
  batchId: string,
): Promise<number> {
  const needed = quorum === 'auto' ? await majority(ask, database, table.local) : Number(quorum);
  const [row] = await ask<{ safe: string }>(
    `SELECT count() AS safe FROM (
       SELECT row_id FROM clusterAllReplicas({cluster: String}, ${database}, ${table.local})
       WHERE batch_id = {batchId: String} GROUP BY row_id HAVING uniqExact(_shard_num) >= {needed: UInt32})
     SETTINGS skip_unavailable_shards = 1`,
    { cluster, batchId, needed },
  );
  return Number(row?.safe);
}

async function majority(ask: Ask, database: string, table: string): Promise<number> {
  const [row] = await ask<{ needed: number }>(
    'SELECT intDiv(total_replicas, 2) + 1 AS needed FROM system.replicas WHERE database = {database: String} AND table = {table: String}',
    { database, table },
  );
  return row?.needed ?? 1;
}
