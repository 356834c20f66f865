import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from './client.js';

export interface IdsIn {
  /** With its database. */
  table: string;
  column: string;
  /** What else is so of the rows, with its parameters; all rows where absent. */
  where?: string;
  parameters?: Record<string, unknown>;
}

/**
 * Those of some identities that a table has.
 * @param ids of our own making, hexadecimal digits; as many as one statement holds
 * @throws FspError FSP_CLICKHOUSE_…
 */
export async function storedIds(
  client: ClickHouseClient,
  { table, column, where = '1', parameters = {} }: IdsIn,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  try {
    const answer = await client.query({
      // So many do not fit into an address as parameters.
      query: `SELECT DISTINCT ${column} AS id FROM ${table} WHERE ${where} AND ${column} IN (${ids.map((id) => `'${id}'`).join(',')})`,
      query_params: parameters,
      format: 'JSONEachRow',
      clickhouse_settings: { max_query_size: '100000000' },
      ...(signal === undefined ? {} : { abort_signal: signal }),
    });
    return new Set((await answer.json<{ id: string }>()).map(({ id }) => id));
  } catch (error) {
    throw clickHouseError(error);
  }
}
