import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from '../clickhouse/client.js';
import type { Sink } from '../delivery/sink.js';
import { rowOf, type Row, type RowContext } from './clickhouse-rows.js';

export interface ClickHouseSinkOptions extends Pick<RowContext, 'siteCode' | 'serverName' | 'describe'> {
  client: ClickHouseClient;
  database: string;
}

/** Larger than any batch: what is one block is one part, there whole or not at all. */
const oneBlock = '1000000';

/**
 * Admitted entries become rows, each exactly once. A batch is one insert for each table, and its rows carry its id: on
 * redelivery what is already there is counted by that id, and only what is missing is sent. A deduplication token
 * alone would not do: the server can note it before the rows are safe.
 */
export function createClickHouseSink(options: ClickHouseSinkOptions): Sink {
  const { client, database } = options;

  async function present(table: string, batchId: string): Promise<Set<number>> {
    const answer = await client.query({
      query: `SELECT DISTINCT row_id FROM ${database}.${table} WHERE batch_id = {batchId: String}`,
      query_params: { batchId },
      format: 'JSONEachRow',
      clickhouse_settings: { select_sequential_consistency: '1' },
    });
    return new Set((await answer.json<{ row_id: number }>()).map((row) => row.row_id));
  }

  async function insert(table: string, batchId: string, rows: Row[], part: string): Promise<void> {
    await client.insert({
      table: `${database}.${table}`,
      format: 'JSONEachRow',
      values: rows,
      clickhouse_settings: {
        async_insert: 0,
        wait_end_of_query: 1,
        insert_deduplication_token: `${batchId}-${table}${part}`,
        max_insert_block_size: oneBlock,
        min_insert_block_size_rows: oneBlock,
        min_insert_block_size_bytes: '0',
        input_format_parallel_parsing: 0,
        // Old logs cover many months.
        max_partitions_per_insert_block: '0',
      },
    });
  }

  /** A crash can come between rows and their roll-up; repeating it changes nothing. */
  async function rollUpAgain(batchId: string): Promise<void> {
    await client.command({
      query: `INSERT INTO ${database}.client_rollup SELECT * FROM ${database}.client_rollup_of_batch(batch = {batchId: String})`,
      query_params: { batchId },
    });
  }

  return {
    name: 'clickhouse',
    async deliver(batch, redelivery) {
      const context: RowContext = { ...options, batchId: batch.id, processedAt: batch.createdAt };
      const tables = new Map<string, Row[]>();
      for (const [position, entry] of batch.entries.entries()) {
        const { table, row } = rowOf(entry, position, context);
        const rows = tables.get(table);
        if (rows === undefined) tables.set(table, [row]);
        else rows.push(row);
      }
      try {
        for (const [table, rows] of tables) {
          if (!redelivery) await insert(table, batch.id, rows, '');
          else {
            const there = await present(table, batch.id);
            const missing = rows.filter((row) => !there.has(row.row_id as number));
            // A token of its own: the first one may have been noted for rows that never became safe.
            if (there.size > 0 && table === 'state_messages') await rollUpAgain(batch.id);
            if (missing.length > 0) await insert(table, batch.id, missing, `-${there.size}-${Date.now()}`);
          }
        }
      } catch (error) {
        throw clickHouseError(error);
      }
    },
    close: () => Promise.resolve(),
  };
}
