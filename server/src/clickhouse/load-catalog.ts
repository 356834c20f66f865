import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { adviceOn } from '../catalog/advice.js';
import { clickHouseError } from './client.js';

export interface Catalog {
  database: string;
  states: readonly { topicType: number; topicName: string; stateId: number | null; text: string; outcome: string }[];
  errors: readonly { family: string; code: string; name: string; text: string; outcome: string }[];
}

/**
 * Puts the catalogue of states and error codes into its tables, for joins. The same catalogue again, from this or
 * another receiver, changes nothing: the insert is recognised, and rows with one key replace each other.
 */
export async function loadCatalog(client: ClickHouseClient, { database, states, errors }: Catalog): Promise<void> {
  const tables: Record<string, Record<string, unknown>[]> = {
    state_catalog: states.map((row) => ({
      topic_type: row.topicType,
      topic_name: row.topicName,
      state_id: row.stateId ?? -1,
      state_text: row.text,
      outcome: row.outcome,
    })),
    error_catalog: errors.map((row) => ({
      family: row.family,
      error_code: row.code,
      error_name: row.name,
      error_text: row.text,
      outcome: row.outcome,
      advice: adviceOn([row.family === 'ccmsetup' ? `ccmsetup ${row.code}` : row.code]),
    })),
  };
  try {
    for (const [table, values] of Object.entries(tables)) {
      const token = createHash('sha256').update(JSON.stringify(values)).digest('hex');
      await client.insert({
        table: `${database}.${table}`,
        format: 'JSONEachRow',
        values,
        clickhouse_settings: { insert_deduplication_token: token, async_insert: 0 },
      });
      await client.command({ query: `OPTIMIZE TABLE ${database}.${table} FINAL` });
    }
  } catch (error) {
    throw clickHouseError(error);
  }
}
