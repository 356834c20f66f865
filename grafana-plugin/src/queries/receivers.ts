/** A receiver as it was at its last sign of life. Times are milliseconds since 1970, `ago` in seconds by ClickHouse's clock. */
export interface Receiver {
  fsp_server: string;
  host_name: string;
  version: string;
  role_version: number;
  taking_messages: number;
  draining: number;
  is_alive: number;
  silent_for: number;
  waiting: number;
  oldest_waiting_at: number | null;
  lag: number;
  failing_sinks: string;
  quarantined: number;
  last_message_at: number | null;
  message_limit: number;
  interval_seconds: number;
  disk_free_bytes: number;
  disk_total_bytes: number;
  clickhouse_free_bytes: number;
  clickhouse_total_bytes: number;
  clock_ahead_ms: number;
  instances: number;
}

/** Those that gave a sign of life within a month, which is as long as signs are kept. */
export const receiversSql = `SELECT toString(fsp_server) AS fsp_server, host_name, version, toUInt32(role_version) AS role_version,
  toUInt8(taking_messages) AS taking_messages, toUInt8(draining) AS draining,
  is_alive, silent_for,
  toFloat64(waiting) AS waiting, oldest_waiting_at, toFloat64(lag) AS lag, arrayStringConcat(failing_sinks, ', ') AS failing_sinks,
  toFloat64(quarantined) AS quarantined, last_message_at, message_limit, interval_seconds,
  toFloat64(disk_free_bytes) AS disk_free_bytes, toFloat64(disk_total_bytes) AS disk_total_bytes,
  toFloat64(clickhouse_free_bytes) AS clickhouse_free_bytes, toFloat64(clickhouse_total_bytes) AS clickhouse_total_bytes,
  toFloat64(clock_ahead_ms) AS clock_ahead_ms, toUInt32(instances) AS instances
FROM receivers ORDER BY fsp_server LIMIT 1000`;
