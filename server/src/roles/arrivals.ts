import type { ClickHouseClient } from '@clickhouse/client';

const days = 7;
/** A warning is not worth a longer wait. */
const patienceMs = 2_000;

/** The most messages that arrived at a server on one of the last seven days; null where none did. */
export async function busiestDay(client: ClickHouseClient, database: string, server: string): Promise<number | null> {
  const answer = await client.query({
    query: `SELECT max(messages) AS most FROM
            (SELECT count() AS messages FROM ${database}.state_messages
             WHERE upperUTF8(splitByChar('.', toString(fsp_server))[1]) = {server: String} AND received_at >= now() - INTERVAL ${days} DAY
             GROUP BY toDate(received_at))`,
    query_params: { server },
    format: 'JSONEachRow',
    abort_signal: AbortSignal.timeout(patienceMs),
  });
  const [row] = await answer.json<{ most: string }>();
  const most = Number(row?.most ?? 0);
  return most === 0 ? null : most;
}
