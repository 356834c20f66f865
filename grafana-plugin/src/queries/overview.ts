/** Where the clients stand that were heard of within the range. */
export interface FleetCounts {
  clients: number;
  succeeded: number;
  failed: number;
  in_progress: number;
  reboot_pending: number;
  stuck: number;
  cut_off: number;
}

/** Hours after which a deployment without an end counts as stuck. */
export const stuckAfterHours = 24;

export const fleetSql = `SELECT count() AS clients, countIf(outcome = 'succeeded') AS succeeded, countIf(outcome = 'failed') AS failed,
  countIf(outcome = 'in_progress') AS in_progress, countIf(outcome = 'reboot_pending') AS reboot_pending,
  countIf(outcome = 'in_progress' AND deployment_begin_time IS NOT NULL AND deployment_end_time IS NULL
    AND deployment_begin_time < now() - INTERVAL ${stuckAfterHours} HOUR) AS stuck,
  countIf(communication_outcome = 'failed') AS cut_off
FROM clients
WHERE $__timeFilter(last_message_time)`;

/** Ends of deployments over time, by outcome. */
export const deploymentsOverTimeSql = `SELECT $__timeInterval(message_time) AS time, outcome, uniq(client_name) AS clients
FROM state_messages
WHERE topic_type = 800 AND outcome IN ('succeeded', 'failed', 'reboot_pending') AND $__timeFilter(message_time)
GROUP BY time, outcome
ORDER BY time`;

/** How long deployments took that ended within the range, in seconds. */
export const durationSql = `SELECT count() AS finished, quantile(0.5)(took) AS median, quantile(0.95)(took) AS p95
FROM (
  SELECT dateDiff('second', deployment_begin_time, deployment_end_time) AS took FROM clients
  WHERE deployment_end_time IS NOT NULL AND deployment_begin_time IS NOT NULL AND $__timeFilter(deployment_end_time)
)`;

export interface Durations {
  finished: number;
  median: number;
  p95: number;
}
