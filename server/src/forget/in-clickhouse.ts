import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from '../clickhouse/client.js';
import { mostNames } from '../clickhouse/views/client-names.js';
import { hasId } from '../clickhouse/views/fragments.js';
import { isGuid, patternOf, wordsOf, type Subject } from './subject.js';

/** What was, or would be, done to one table. */
export interface TableForgets {
  table: string;
  /** Rows that are about the subject, and go. */
  rowsRemoved: number;
  /** Rows of others that speak of it, and in which it is blanked. */
  rowsBlanked: number;
}

/** Tables of the product's own: what it is and how it went, nothing of machines that report. */
const ownTables = new Set([
  'schema_migrations',
  'state_catalog',
  'error_catalog',
  'receiver_status',
  'throttle_window_updates',
]);
const forgotten = '(forgotten)';

interface Column {
  name: string;
  type: string;
  key: boolean;
}

/**
 * Removes what the database knows of a subject, whatever tables it has: those are asked for, so that no new one is left
 * out. Of a machine every row that is about it goes; of a user the name is blanked, and a row goes only where it cannot be.
 * @param dryRun counts, and changes nothing
 * @throws FspError FSP_CLICKHOUSE_…
 */
export async function forgetInClickHouse(
  client: ClickHouseClient,
  { database, cluster }: { database: string; cluster?: string | undefined },
  subject: Subject,
  dryRun: boolean,
): Promise<{ tables: TableForgets[]; alsoKnownAs: string[]; unfinished: string[] }> {
  const rows = asking(client);
  try {
    const columns = await rows<{ table: string; name: string; type: string; key: 0 | 1 }>(
      `SELECT c.table AS table, c.name AS name, c.type AS type, toUInt8(c.is_in_sorting_key OR c.is_in_partition_key) AS key
       FROM system.columns AS c INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
       WHERE c.database = {database: String} AND t.engine LIKE '%MergeTree' AND t.name NOT LIKE '.inner%'
         AND c.default_kind NOT IN ('ALIAS', 'MATERIALIZED', 'EPHEMERAL')
       ORDER BY c.table, c.position`,
      { database },
    );
    const tables = new Map<string, Column[]>();
    for (const { table, name, type, key } of columns) {
      if (ownTables.has(table)) continue;
      const known = tables.get(table) ?? [];
      known.push({ name, type, key: key === 1 });
      tables.set(table, known);
    }
    // Looked for again: what was under way when the spool was asked may have told of more.
    const identity = await identityOf(client, database, subject);
    const [own] = await rows<{ engine: string }>(
      'SELECT engine FROM system.databases WHERE name = {database: String}',
      { database },
    );
    // A Replicated database brings it to all servers by itself, and takes no ON CLUSTER.
    const onCluster = cluster === undefined || own?.engine === 'Replicated' ? '' : ` ON CLUSTER '${cluster}'`;
    const found: TableForgets[] = [];
    const unfinished: string[] = [];
    for (const [table, known] of tables) {
      const plan = subject.kind === 'machine' ? ofMachine(table, known, subject, identity) : ofUser(known, subject);
      if (plan === null) continue;
      const count = async () => {
        // On shards the plain name stands for the rows of all of them.
        const [counted] = await rows<{ removed: number; blanked: number }>(
          `SELECT toUInt32(countIf(${plan.remove})) AS removed, toUInt32(countIf(NOT (${plan.remove}) AND (${plan.blank}))) AS blanked FROM ${database}.${table.replace(/_local$/, '')}`,
        );
        return { removed: 0, blanked: 0, ...counted };
      };
      const { removed, blanked } = await count();
      if (removed + blanked === 0) continue;
      found.push({ table, rowsRemoved: removed, rowsBlanked: blanked });
      if (dryRun) continue;
      const alter = async (what: string) => {
        const before = await mutationsOf(table, database, rows);
        try {
          await client.command({
            query: `ALTER TABLE ${database}.${table}${onCluster} ${what}`,
            // On every replica, before it is said to be done.
            clickhouse_settings: { mutations_sync: '2' },
          });
        } catch (error) {
          const wasTaken = async () => (await mutationsOf(table, database, rows)).some((id) => !before.includes(id));
          if (!(await goesOn(error, wasTaken))) throw error;
          if (!unfinished.includes(table)) unfinished.push(table);
        }
      };
      if (removed > 0) await alter(`DELETE WHERE ${plan.remove}`);
      if (blanked > 0) await alter(`UPDATE ${plan.changes.join(', ')} WHERE ${plan.blank}`);
      if (table.endsWith('_local') && !unfinished.includes(table) && !(await areGone(count))) unfinished.push(table);
    }
    return { tables: found, alsoKnownAs: identity.names, unfinished };
  } catch (error) {
    throw clickHouseError(error);
  }
}

/**
 * How long another shard may take to make its change, which was seen to come after ClickHouse's answer, and how often it
 * is looked at.
 */
const shardsWithinMs = 60_000;
const shardsPauseMs = 200;

/** Waits until no shard has rows any more that are to go or to change. @returns false where that takes too long */
async function areGone(count: () => Promise<{ removed: number; blanked: number }>): Promise<boolean> {
  const until = performance.now() + shardsWithinMs;
  for (;;) {
    const { removed, blanked } = await count();
    if (removed + blanked === 0) return true;
    if (performance.now() > until) return false;
    await sleep(shardsPauseMs);
  }
}

/** 159 TIMEOUT_EXCEEDED, 341 UNFINISHED: a replica is away, or has much to go through, and does it when it can. */
const doneLater = new Set(['159', '341']);

/**
 * Whether a change that failed was taken all the same, and is done later; also one that took longer than an answer may.
 * @param wasTaken asked where the failure does not tell
 */
async function goesOn(error: unknown, wasTaken: () => Promise<boolean>): Promise<boolean> {
  if (doneLater.has((error as { code?: string }).code ?? '')) return true;
  return clickHouseError(error).code === 'FSP_CLICKHOUSE_UNREACHABLE' && (await wasTaken());
}

/**
 * All texts of all tables are looked through, which takes its time: ClickHouse says meanwhile that it is at work, more
 * often than its silence is borne, and for ten minutes at the most, as headers hold no more.
 */
const signsOfLife = { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '7000' } as const;

/** The newest changes that a table has taken, done or not: whichever server is asked, the others know of them. */
async function mutationsOf(table: string, database: string, rows: ReturnType<typeof asking>): Promise<string[]> {
  const known = await rows<{ mutation_id: string }>(
    'SELECT mutation_id FROM system.mutations WHERE database = {database: String} AND table = {table: String} ORDER BY create_time DESC, mutation_id DESC LIMIT 1000',
    { database, table },
  );
  return known.map(({ mutation_id }) => mutation_id);
}

function asking(client: ClickHouseClient) {
  return async <Row>(query: string, parameters: Record<string, unknown> = {}): Promise<Row[]> =>
    (
      await client.query({
        query,
        query_params: parameters,
        format: 'JSONEachRow',
        clickhouse_settings: signsOfLife,
      })
    ).json<Row>();
}

/** Under which ids and names else a machine has reported; of a user none. @throws FspError FSP_CLICKHOUSE_… */
export async function identityOf(
  client: ClickHouseClient,
  database: string,
  subject: Subject,
): Promise<{ ids: string[]; names: string[] }> {
  if (subject.kind === 'user') return { ids: [], names: [] };
  try {
    return await idsAndNames(asking(client), database, subject);
  } catch (error) {
    throw clickHouseError(error);
  }
}

async function idsAndNames(
  rows: ReturnType<typeof asking>,
  database: string,
  subject: Subject,
): Promise<{ ids: string[]; names: string[] }> {
  const own = isGuid(subject) ? `upper(client_id) = ${literal(subject.name)}` : sameName('client_name', subject);
  // The id of an image is none of this machine's own: what the others said stays. GLOBAL: on shards both are of all of them.
  const ofOneMachine = ` AND client_id GLOBAL NOT IN (SELECT client_id FROM ${database}.client_names GROUP BY client_id HAVING uniqExact(client_name) > ${mostNames})`;
  const ids = (
    await rows<{ client_id: string }>(
      `SELECT DISTINCT client_id FROM ${database}.state_messages WHERE (${own}) AND ${hasId('client_id')}${isGuid(subject) ? '' : ofOneMachine}`,
    )
  ).map((row) => row.client_id);
  if (ids.length === 0) return { ids, names: [] };
  // A report need not have a name, and no name is that of everybody who has none.
  const names = await rows<{ client_name: string }>(
    `SELECT DISTINCT client_name FROM ${database}.state_messages WHERE client_id IN (${ids.map(literal).join(', ')}) AND client_name != '' AND NOT (${isGuid(subject) ? '0' : own}) ORDER BY 1 LIMIT 100`,
  );
  // So it is where the id itself is named: what was said by it goes, and no machine under its own name.
  if (isGuid(subject) && names.length > mostNames) return { ids, names: [] };
  return { ids, names: names.map((row) => row.client_name) };
}

interface Plan {
  /** Condition of the rows that go, and of those that change. */
  remove: string;
  blank: string;
  changes: string[];
}

function ofMachine(
  table: string,
  columns: readonly Column[],
  subject: Subject,
  { ids, names }: { ids: readonly string[]; names: readonly string[] },
): Plan | null {
  const there = new Set(columns.filter(({ type }) => isText(type)).map(({ name }) => name));
  const byName = isGuid(subject) ? [] : [subject];
  // Whoever is known by the GUID alone is removed under each name that it has had, where it is one machine.
  const all = isGuid(subject) ? names.map((name): Subject => ({ kind: 'machine', name })) : byName;
  const conditions = [
    ...['client_name', 'client_fqdn', 'host_name', 'machine']
      .filter((column) => there.has(column))
      .flatMap((column) => all.map((one) => sameName(column, one))),
    ...(there.has('client_id') && ids.length > 0 ? [`client_id IN (${ids.map(literal).join(', ')})`] : []),
    ...(there.has('client_id') && isGuid(subject) ? [`upper(client_id) = ${literal(subject.name)}`] : []),
    // What was refused is no report: its text alone tells whose it was. UTF-16 has a zero in each second byte.
    ...(table === 'rejected_messages'
      ? [`match(replaceAll(body, '\\0', ''), ${literal(`(?i)${patternOf(subject)}`)})`]
      : []),
  ];
  return conditions.length === 0 ? null : { remove: conditions.join(' OR '), blank: '0', changes: [] };
}

function ofUser(columns: readonly Column[], subject: Subject): Plan | null {
  const pattern = literal(`(?i)${patternOf(subject)}`);
  const speaks = (text: string) => `match(${text}, ${pattern})`;
  const once = (text: string) => `replaceRegexpAll(${text}, ${pattern}, '\\\\1${forgotten}\\\\3')`;
  // Twice: two mentions may share the character between them.
  const blanked = (text: string) => once(once(text));
  const remove: string[] = [];
  const blank: string[] = [];
  const changes: string[] = [];
  for (const { name, type, key } of columns) {
    if (isOrdered(type)) {
      // Its order stands before the values: sixteen digits, of which no name is a part.
      const values = `substring(${name}, 17)`;
      blank.push(speaks(values));
      changes.push(`${name} = if(${speaks(values)}, concat(substring(${name}, 1, 16), ${blanked(values)}), ${name})`);
    } else if (isText(type)) {
      // UTF-16 has a zero in each second byte.
      if (name === 'body') remove.push(speaks(`replaceAll(${name}, '\\0', '')`));
      else if (key) remove.push(speaks(name));
      else {
        blank.push(speaks(name));
        changes.push(`${name} = if(${speaks(name)}, ${blanked(name)}, ${name})`);
      }
    } else if (/^Array\((?:LowCardinality\()?String/.test(type)) {
      blank.push(speaks(`arrayStringConcat(${name}, '\\n')`));
      changes.push(`${name} = arrayMap(x -> if(${speaks('x')}, ${blanked('x')}, x), ${name})`);
    } else if (/String/.test(type)) {
      const text = type.startsWith('AggregateFunction')
        ? `toString(finalizeAggregation(${name}))`
        : `toString(${name})`;
      // Numbers of distinct identities and the like hold no texts that could be read.
      if (!/^AggregateFunction\(uniq/.test(type)) remove.push(speaks(text));
    }
  }
  if (remove.length + blank.length === 0) return null;
  return { remove: remove.join(' OR ') || '0', blank: blank.join(' OR ') || '0', changes };
}

/** A column that names a machine: by its short name, or by its full one. */
function sameName(column: string, subject: Subject): string {
  const short = (wordsOf(subject).at(-1) ?? subject.name).split('.')[0]!.toUpperCase();
  const full = subject.name.toUpperCase();
  // A full name is that machine's alone; a short one fits whatever domain.
  return full === short
    ? `upperUTF8(splitByChar('.', toString(${column}))[1]) = ${literal(short)}`
    : `upperUTF8(toString(${column})) IN (${literal(short)}, ${literal(full)})`;
}

/** A value of a roll-up that goes with the newest message: its order as text, and the value behind it. */
function isOrdered(type: string): boolean {
  return /^SimpleAggregateFunction\(max, String\)$/.test(type);
}

function isText(type: string): boolean {
  return /^(?:LowCardinality\()?(?:Nullable\()?String\)*$/.test(type);
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
