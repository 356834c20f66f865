import type { ClickHouseClient } from '@clickhouse/client';

/**
 * Tells, of a receiver that is gone and whose spool was delivered, that it holds nothing any more and is missed by nobody:
 * its last sign of life would tell for a month what waited then. It is dated right behind that sign, and no instance's
 * own, so that a receiver that runs under the name meanwhile is neither hidden nor told of a second one. None where it
 * never gave a sign.
 */
export async function tellDelivered(client: ClickHouseClient, database: string, instanceId: string): Promise<void> {
  await client.command({
    query: `INSERT INTO ${database}.receiver_status
      SELECT s.* EXCEPT seen_at REPLACE (s.seen_at + INTERVAL 1 MILLISECOND AS at, now64(3, 'UTC') AS written_at, '' AS instance_id,
        false AS taking_messages, false AS draining, 0 AS waiting, NULL AS oldest_waiting_at, 0 AS lag, [] AS failing_sinks)
      FROM (SELECT *, least(at, written_at) AS seen_at FROM ${database}.receiver_status WHERE instance_id = {id: String} ORDER BY seen_at DESC LIMIT 1) AS s`,
    query_params: { id: instanceId },
    clickhouse_settings: { wait_end_of_query: 1 },
  });
}
