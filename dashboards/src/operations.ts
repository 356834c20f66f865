import { chosenServers } from './clickhouse.js';
import { uids, type DashboardSpec } from './dashboard.js';
import { appPanel, purpose, seriesPanel, statPanel, tablePanel } from './panels.js';

const received = `$__timeFilter(received_at) AND ${chosenServers}`;

export const operations: DashboardSpec = {
  uid: uids.operations,
  title: 'FSP operations',
  description: 'The receiver itself: rate, errors and delay of the intake; use, saturation and delay of the throttle',
  variables: ['server'],
  from: 'now-24h',
  rows: [
    {
      height: 3,
      panels: [
        purpose(
          'Does the fallback status point do its work? Above: what came in and what was refused. Below: the throttle, its queue and the delay that it causes. How far each destination lags behind stands in the role panel and in the metric `fsp.sink.lag`.',
        ),
      ],
    },
    {
      height: 4,
      panels: [
        statPanel({
          title: 'Waiting for the throttle',
          description: 'Messages that are held back now',
          unit: 'short',
          width: 6,
          sql: `SELECT sum(w) AS waiting FROM (SELECT argMax(waiting, window_start) AS w FROM throttle_windows WHERE ${chosenServers} GROUP BY fsp_server)`,
        }),
        statPanel({
          title: 'Oldest message that waits',
          description: 'How long the oldest message has been held back',
          unit: 's',
          width: 6,
          sql: `SELECT ifNull(dateDiff('second', min(oldest), now()), 0) AS age FROM (SELECT argMax(tuple(oldest_waiting_at), window_start).1 AS oldest FROM throttle_windows WHERE ${chosenServers} GROUP BY fsp_server)`,
        }),
        statPanel({
          title: 'Last message received',
          description: 'Time since the last message that has been passed on was received: long silence is worth a look',
          unit: 's',
          width: 6,
          sql: `SELECT dateDiff('second', max(received_at), now()) AS since FROM state_messages WHERE ${chosenServers} AND received_at > now() - INTERVAL 30 DAY`,
        }),
        statPanel({
          title: 'Refused',
          description: 'Bodies that were no report, in the range',
          unit: 'short',
          width: 6,
          sql: `SELECT sum(rejected) AS rejected FROM throttle_windows WHERE $__timeFilter(window_start) AND ${chosenServers}`,
        }),
      ],
    },
    {
      height: 6,
      panels: [
        tablePanel({
          title: 'Receivers',
          description:
            'Each receiver as it was at its last sign of life, one a minute: what waits, how far the slowest destination lags, what is in quarantine and what damage has cost',
          unit: 'short',
          width: 24,
          sql: `SELECT fsp_server AS "Receiver", last_seen_at AS "Last sign of life", version AS "Version", if(taking_messages, 'yes', 'no') AS "Takes messages", waiting AS "Waiting", lag AS "Lag", arrayStringConcat(failing_sinks, ', ') AS "Failing destinations", quarantined AS "In quarantine", lost_messages AS "Lost by damage", damaged_pieces AS "Damaged pieces" FROM receivers WHERE ${chosenServers} ORDER BY fsp_server`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        seriesPanel({
          title: 'Messages received',
          description: 'Rate of the intake, by server (messages that have been passed on since)',
          unit: 'short',
          width: 12,
          bars: true,
          sql: `SELECT $__timeInterval(received_at) AS time, toString(fsp_server) AS server, count() AS messages FROM state_messages WHERE ${received} GROUP BY time, server ORDER BY time`,
        }),
        seriesPanel({
          title: 'Delay until passed on',
          description:
            'From a message’s arrival until the throttle let it pass: half within the median, 95 of 100 within p95',
          unit: 's',
          width: 12,
          sql: `SELECT $__timeInterval(processed_at) AS time, quantile(0.5)(dateDiff('millisecond', received_at, processed_at) / 1000) AS median, quantile(0.95)(dateDiff('millisecond', received_at, processed_at) / 1000) AS p95
FROM state_messages WHERE $__timeFilter(processed_at) AND ${chosenServers} GROUP BY time ORDER BY time`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        seriesPanel({
          title: 'Use of the throttle',
          description: 'Share of each window’s allowance that was used; at 100 % messages are held back',
          unit: 'percentunit',
          width: 12,
          sql: `SELECT window_start AS time, toString(fsp_server) AS server, processed / message_limit AS used FROM throttle_windows WHERE $__timeFilter(window_start) AND ${chosenServers} ORDER BY time`,
        }),
        seriesPanel({
          title: 'Queue of the throttle',
          description: 'Messages that waited in each window',
          unit: 'short',
          width: 12,
          sql: `SELECT window_start AS time, toString(fsp_server) AS server, waiting FROM throttle_windows WHERE $__timeFilter(window_start) AND ${chosenServers} ORDER BY time`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        seriesPanel({
          title: 'Refused bodies',
          description: 'Bodies that were no report, over time (the first 60 of each minute are kept)',
          unit: 'short',
          width: 12,
          bars: true,
          sql: `SELECT $__timeInterval(received_at) AS time, count() AS rejected FROM rejected_messages WHERE $__timeFilter(received_at) GROUP BY time ORDER BY time`,
        }),
        tablePanel({
          title: 'Why bodies were refused',
          description: 'Reasons and senders',
          unit: 'short',
          width: 12,
          sql: `SELECT reason, client_address, count() AS bodies, max(received_at) AS last_time FROM rejected_messages WHERE $__timeFilter(received_at) GROUP BY reason, client_address ORDER BY bodies DESC LIMIT 100`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        appPanel('fallbackstatuspoint-roleconfiguration-panel', {
          title: 'Roles',
          description: 'Site systems with the role, their state and configuration',
          sql: '',
          width: 24,
          options: { server: '', allowEditing: true },
        }),
      ],
    },
  ],
};
