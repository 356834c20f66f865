import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from './client.js';
import { existing, partsOf, unapplied, type Schema } from './migrate.js';
import { checkOwnership } from './ownership.js';
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
