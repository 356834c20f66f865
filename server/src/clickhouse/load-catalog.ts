import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import type { ErrorRow, StateRow } from '../catalog/types.js';
import { clickHouseError } from './client.js';

export interface Catalog {
  database: string;
  states: readonly StateRow[];
  errors: readonly ErrorRow[];
}

/**
 * Puts the catalogue of states and error codes into its tables, for joins. Where they hold it already nothing is
 * written; where several receivers do so at the same time, rows with one key replace each other.
 */
export async function loadCatalog(client: ClickHouseClient, { database, states, errors }: Catalog): Promise<void> {
  const tables: Record<string, Record<string, string | number>[]> = {
    state_catalog: states.map((row) => ({
      topic_type: row.topicType,
      topic_name: row.topicName,
      state_id: row.stateId ?? -1,
      state_text: row.text,
      outcome: row.outcome,
      state_text_fr: row.textFr,
      advice: row.advice,
      advice_fr: row.adviceFr,
      source: row.source,
    })),
    error_catalog: errors.map((row) => ({
      family: row.family,
      error_code: row.code,
      error_name: row.name,
      error_text: row.text,
      outcome: row.outcome,
      advice: row.advice,
      error_text_fr: row.textFr,
      advice_fr: row.adviceFr,
      area: row.area,
      source: row.source,
    })),
  };
  try {
    for (const [name, values] of Object.entries(tables)) {
      const table = `${database}.${name}`;
      if (await holds(client, table, values)) continue;
      await client.insert({
        table,
        format: 'JSONEachRow',
        values,
        // Going back to an earlier catalogue writes what was written before: that is no repetition.
        clickhouse_settings: { insert_deduplication_token: randomUUID(), async_insert: 0 },
      });
      await client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
    }
  } catch (error) {
    throw clickHouseError(error);
  }
}

/** Whether a table has each of the rows as it is. Rows of keys that are no longer known may stay. */
async function holds(client: ClickHouseClient, table: string, values: Record<string, string | number>[]) {
  const columns = Object.keys(values[0] ?? {});
  const answer = await client.query({
    query: `SELECT ${columns.join(', ')} FROM ${table} FINAL`,
    format: 'JSONEachRow',
  });
  const lineOf = (row: Record<string, unknown>) => JSON.stringify(columns.map((column) => row[column]));
  const there = new Set((await answer.json<Record<string, unknown>>()).map(lineOf));
  return values.every((row) => there.has(lineOf(row)));
}
