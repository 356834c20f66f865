import type { ClickHouseClient } from '@clickhouse/client';
import { FspError } from '../errors.js';
import { clickHouseError } from './client.js';
import { checkOwnership, type Existing } from './ownership.js';
import { onCaughtUpServer, type Placement } from './replicas.js';
import { partsOf, type Migration, type Schema } from './schema.js';
import { effectOf } from './statements.js';

/** What a start would find of the schema. */
export interface SchemaState {
  /** Whether it was made already. */
  made: boolean;
  /** Numbered files that a start applies. */
  pending: string[];
  /** Tables of ours that were there and are gone: no start makes them anew. */
  missing: string[];
  /** What is in the database and none of ours. */
  others: string[];
}

/**
 * Looks at the schema as a start does, and changes nothing.
 * @throws FspError FSP_SCHEMA_FOREIGN, FSP_SCHEMA_NEWER, FSP_SCHEMA_CHANGED, FSP_SCHEMA_UNREPLICATED, FSP_CLICKHOUSE_…
 */
export async function schemaState(client: ClickHouseClient, schema: Schema): Promise<SchemaState> {
  const { database, cluster } = schema;
  try {
    const there = await existing(client, database);
    if (there.length === 0) return { made: false, pending: [], missing: [], others: [] };
    const { own, numbered, all } = await partsOf(client, schema);
    checkOwnership(database, there, all);
    const names = new Set(there.map(({ name }) => name));
    const ours = new Set(all.flatMap((statement) => effectOf(statement)?.name ?? []));
    const others = [...names].filter((name) => !ours.has(name) && !name.startsWith('.inner'));
    if (!names.has('schema_migrations')) return { made: false, pending: [], missing: [], others };
    const pending = await unapplied(client, { database, cluster: cluster ?? database, quorum: 'auto' }, numbered);
    const made = new Set<string>();
    for (const statement of [...own, ...numbered.flatMap(({ statements }) => statements)]) {
      const name = effectOf(statement)?.name ?? '';
      if (/^CREATE (?:OR REPLACE )?TABLE /.test(statement)) made.add(name);
      else if (statement.startsWith('DROP ')) made.delete(name);
    }
    const missing = pending.length > 0 ? [] : [...made].filter((name) => !names.has(name));
    return { made: true, pending: pending.map(({ name }) => name), missing, others };
  } catch (error) {
    throw clickHouseError(error);
  }
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
