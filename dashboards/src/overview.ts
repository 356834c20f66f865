import { chosen } from './clickhouse.js';
import { keepChosen, linkTo, toClient, uids, type DashboardSpec } from './dashboard.js';
import { barPanel, purpose, seriesPanel, statPanel, tablePanel } from './panels.js';

export const overview: DashboardSpec = {
  uid: uids.overview,
  title: 'Client health overview',
  description: 'Where every client’s deployment stands, and whether messages come through',
  variables: ['site', 'version', 'stuck'],
  rows: [
    {
      height: 3,
      panels: [
        purpose(
          'Where does the fleet stand? Counts are of clients that were heard of in the time range, each by its **last word**. Go down by *Deployment failures* to causes, and from there to one client. If something waits for the throttle, silence is not health: see *FSP operations*.',
        ),
      ],
    },
    {
      height: 4,
      panels: [
        statPanel({
          title: 'Clients by outcome',
          description: 'Clients heard of in the range, by the outcome of their newest deployment message',
          unit: 'short',
          width: 16,
          sql: `SELECT count() AS clients, countIf(outcome = 'succeeded') AS succeeded, countIf(outcome = 'failed') AS failed,
  countIf(outcome = 'in_progress') AS in_progress, countIf(outcome = 'reboot_pending') AS reboot_pending, countIf(outcome = 'skipped') AS skipped
FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen}`,
        }),
        statPanel({
          title: 'Success rate',
          description: 'Share of ended deployments that succeeded',
          unit: 'percentunit',
          width: 4,
          sql: `SELECT countIf(outcome = 'succeeded') / nullIf(countIf(outcome IN ('succeeded', 'failed')), 0) AS success_rate
FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen}`,
        }),
        statPanel({
          title: 'Held back by the throttle',
          description: 'Messages that wait now, at all receivers: what is shown here does not know them yet',
          unit: 'short',
          width: 4,
          sql: `SELECT sum(waiting_now) AS waiting FROM (SELECT fsp_server, argMax(waiting, window_start) AS waiting_now FROM throttle_windows GROUP BY fsp_server)`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        seriesPanel({
          title: 'Deployments that ended',
          description: 'Clients by the outcome of their deployment, over time',
          unit: 'short',
          width: 12,
          bars: true,
          sql: `SELECT $__timeInterval(message_time) AS time, toString(outcome) AS outcome, uniq(client_name) AS clients
FROM state_messages
WHERE topic_type = 800 AND outcome IN ('succeeded', 'failed', 'reboot_pending') AND $__timeFilter(message_time) AND ${chosen}
GROUP BY time, outcome ORDER BY time`,
        }),
        seriesPanel({
          title: 'Time to install',
          description:
            'From the begin of a deployment to its end: half of the clients within the median, 95 of 100 within p95',
          unit: 's',
          width: 12,
          sql: `SELECT $__timeInterval(deployment_end_time) AS time, quantile(0.5)(took) AS median, quantile(0.95)(took) AS p95
FROM (SELECT assumeNotNull(deployment_end_time) AS deployment_end_time, dateDiff('second', assumeNotNull(deployment_begin_time), assumeNotNull(clients.deployment_end_time)) AS took
  FROM clients WHERE clients.deployment_end_time IS NOT NULL AND deployment_begin_time IS NOT NULL AND $__timeFilter(clients.deployment_end_time) AND ${chosen})
GROUP BY time ORDER BY time`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        barPanel({
          title: 'Distribution of the time to install',
          description: 'Clients by how long their deployment took',
          unit: 'short',
          width: 8,
          sql: `SELECT bucket, clients FROM (
  SELECT multiIf(took < 60, 1, took < 300, 2, took < 900, 3, took < 3600, 4, took < 14400, 5, took < 86400, 6, 7) AS position,
    ['under 1 min', '1 to 5 min', '5 to 15 min', '15 to 60 min', '1 to 4 h', '4 to 24 h', 'over a day'][position] AS bucket, count() AS clients
  FROM (SELECT dateDiff('second', assumeNotNull(deployment_begin_time), assumeNotNull(deployment_end_time)) AS took FROM clients
    WHERE deployment_end_time IS NOT NULL AND deployment_begin_time IS NOT NULL AND $__timeFilter(deployment_end_time) AND ${chosen})
  GROUP BY position, bucket ORDER BY position)`,
        }),
        tablePanel({
          title: 'Deployment status',
          description: 'Every state that is some client’s last word, with its share (Client deployment status details)',
          unit: 'short',
          width: 16,
          units: { share: 'percentunit' },
          links: [{ column: 'state_text', title: 'Deployment failures', url: linkTo(uids.failures, keepChosen) }],
          sql: `SELECT phase, outcome, last_state_id AS state_id, any(last_state_text) AS state_text, count() AS clients, clients / sum(clients) OVER () AS share
FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen}
GROUP BY phase, outcome, state_id ORDER BY clients DESC LIMIT 100`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: 'Stuck clients',
          description: 'Deployment begun, no end for longer than the variable says',
          unit: 's',
          width: 12,
          links: [{ column: 'client_name', title: 'Client', url: toClient }],
          sql: `SELECT client_name, site_code, client_version, last_state_text, deployment_begin_time, dateDiff('second', assumeNotNull(deployment_begin_time), now()) AS since_begin
FROM clients
WHERE outcome = 'in_progress' AND deployment_begin_time IS NOT NULL AND deployment_end_time IS NULL
  AND deployment_begin_time < now() - INTERVAL $stuck HOUR AND $__timeFilter(last_message_time) AND ${chosen}
ORDER BY deployment_begin_time LIMIT 500`,
        }),
        tablePanel({
          title: 'Failures never seen before',
          description:
            'States and errors whose first message ever lies within the range, though others were there before it',
          unit: 'short',
          width: 12,
          links: [{ column: 'state_text', title: 'Deployment failures', url: linkTo(uids.failures, keepChosen) }],
          sql: `SELECT min(message_time) AS first_seen, topic_name, state_id, argMin(state_text, message_time) AS state_text, error_code, any(error_text) AS error_text, uniq(client_name) AS clients
FROM state_messages
WHERE outcome = 'failed' AND message_time <= $__toTime
GROUP BY topic_type, topic_name, state_id, error_code
HAVING first_seen >= $__fromTime ORDER BY first_seen DESC LIMIT 100`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        tablePanel({
          title: 'Assignment status',
          description: 'Where the assignment of every client stands (Client assignment detailed status report)',
          unit: 'short',
          width: 8,
          sql: `SELECT multiIf(assignment_end_time IS NOT NULL, 'assigned', assignment_begin_time IS NULL, 'not begun', phase = 'assignment' AND outcome = 'failed', 'failed', 'in progress') AS assignment, count() AS clients
FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen} GROUP BY assignment ORDER BY clients DESC`,
        }),
        tablePanel({
          title: 'Clients of each site',
          description: 'How many clients each site has, and how many of them are installed and assigned',
          unit: 'short',
          width: 8,
          sql: `SELECT site_code, count() AS clients, countIf(deployment_end_time IS NOT NULL) AS installed, countIf(assignment_end_time IS NOT NULL) AS assigned
FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen} GROUP BY site_code ORDER BY clients DESC`,
        }),
        tablePanel({
          title: 'Clients by version',
          description: 'How many clients run each version; 5.00.0000.0000 is a machine without a client yet',
          unit: 'short',
          width: 8,
          sql: `SELECT client_version, count() AS clients, countIf(outcome = 'failed') AS failed
FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen} GROUP BY client_version ORDER BY clients DESC`,
        }),
      ],
    },
  ],
};
