import type { ClickHouseClient } from '@clickhouse/client';
import { notClickHouse, type RowText } from '../clickhouse/client.js';
import { onCaughtUpServer, quorumOf, rowsAtQuorum, type CaughtUp, type Placement } from '../clickhouse/replicas.js';
import { rollUps } from '../clickhouse/views/roll-ups.js';
import { FspError } from '../errors.js';
import type { Row } from './clickhouse-rows.js';

/** Larger than any batch: what is one block is one part in each partition, there whole or not at all. */
const oneBlock = '1000000';
/**
 * How often the server says, while a statement runs, that it is still at work: so one that takes its time is told from a
 * connection that is dead. Its headers hold some hundred such signs.
 */
const signsOfLife = { send_progress_in_http_headers: 1, http_headers_progress_interval_ms: '2500' } as const;

/**
 * Writes rows as one block, under a token that is their query id too: under the same one they are written once.
 * @throws whatever ClickHouse says, and where it does not say how many rows it wrote
 */
export async function insertOnce(
  client: ClickHouseClient,
  placement: Placement,
  table: string,
  rows: readonly (Row | RowText)[],
  token: string,
): Promise<void> {
  const { summary } = await client.insert({
    table: `${placement.database}.${table}`,
    format: 'JSONEachRow',
    values: rows,
    query_id: token,
    clickhouse_settings: {
      async_insert: 0,
      wait_end_of_query: 1,
      ...signsOfLife,
      ...(await quorumOf(client, placement, table)),
      insert_deduplication_token: token,
      max_insert_block_size: oneBlock,
      min_insert_block_size_rows: oneBlock,
      min_insert_block_size_bytes: '0',
      input_format_parallel_parsing: 0,
      // Old logs cover many months.
      max_partitions_per_insert_block: '0',
    },
  });
  // The rows of roll-ups are counted with them; those that a token told to be there already are counted too.
  if (!(Number(summary?.written_rows) >= rows.length))
    throw notClickHouse(`it did not say that it wrote ${rows.length} rows`);
}

/**
 * The places of the rows of a batch that are there, whole in their roll-up.
 * @throws FspError FSP_CLICKHOUSE_QUORUM where too few replicas have them, which is no reason to go on
 */
export function rowsThere(
  client: ClickHouseClient,
  placement: Placement,
  batchId: string,
  table: string,
): Promise<Set<number>> {
  return onCaughtUpServer(client, placement, table, async (server) => {
    const rows = await server.ask<{ row_id: number }>(
      `SELECT DISTINCT row_id FROM ${placement.database}.${table} WHERE batch_id = {batchId: String}`,
      { batchId },
    );
    const there = new Set(rows.map((row) => row.row_id));
    if (there.size === 0) return there;
    if (server.table.spread !== 'one' && placement.quorum !== '1') {
      const safe = await rowsAtQuorum(server, placement, batchId);
      if (safe < there.size)
        throw new FspError(
          'FSP_CLICKHOUSE_QUORUM',
          `${there.size - safe} rows of batch ${batchId} in ${table} are on fewer replicas than must have them; bring the others back, or see FSP_CLICKHOUSE_QUORUM`,
        );
    }
    if (table === 'state_messages') await rollUpAgain(client, placement, server, batchId);
    return there;
  });
}

/** A crash can come between rows and their roll-up; repeating it changes nothing. */
async function rollUpAgain(
  client: ClickHouseClient,
  placement: Placement,
  { run }: CaughtUp,
  batchId: string,
): Promise<void> {
  const { database } = placement;
  for (const { table } of rollUps)
    await run(
      `INSERT INTO ${database}.${table} SELECT * FROM ${database}.${table}_of_batch(batch = {batchId: String})`,
      { batchId },
      // Not told apart by its content: the only replica that had it before may have lost its disk.
      { wait_end_of_query: 1, ...signsOfLife, insert_deduplicate: 0, ...(await quorumOf(client, placement, table)) },
    );
}
