import { uids, type DashboardSpec } from './dashboard.js';
import { logsPanel, purpose, statPanel, tablePanel } from './panels.js';

const mine = `client_name = '\${client}'`;

export const client: DashboardSpec = {
  uid: uids.client,
  title: 'Client',
  description: 'Everything that one client said',
  variables: ['client'],
  from: 'now-30d',
  rows: [
    {
      height: 3,
      panels: [
        purpose(
          'What happened on this machine? Its state, its durations, and every message in order. Choose a client above, or come here from a table.',
        ),
      ],
    },
    {
      height: 5,
      panels: [
        tablePanel({
          title: 'State',
          description: 'Where the client stands, by its last word',
          unit: 'short',
          width: 16,
          sql: `SELECT client_name, client_id, site_code, client_version, phase, outcome, last_state_text, last_error_code, last_error_text, communication_outcome, last_message_time FROM client(name = '\${client}')`,
        }),
        statPanel({
          title: 'Durations',
          description: 'Time that deployment and assignment took',
          unit: 's',
          width: 8,
          sql: `SELECT dateDiff('second', deployment_begin_time, deployment_end_time) AS deployment, dateDiff('second', assignment_begin_time, assignment_end_time) AS assignment FROM client(name = '\${client}')`,
        }),
      ],
    },
    {
      height: 11,
      panels: [
        tablePanel({
          title: 'Messages',
          description:
            'Every message of the range, the newest first, with the time since the one before and how long the throttle held it',
          unit: 's',
          width: 24,
          sql: `SELECT message_time, dateDiff('second', lagInFrame(message_time, 1, message_time) OVER (ORDER BY message_time ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), message_time) AS since_previous,
  topic_name, toString(state_id) AS state, state_text, outcome, error_code, error_text, arrayStringConcat(params, ' | ') AS parameters, client_address, dateDiff('second', received_at, processed_at) AS held
FROM state_messages WHERE ${mine} AND $__timeFilter(message_time) ORDER BY message_time DESC LIMIT 1000`,
        }),
      ],
    },
    {
      height: 10,
      panels: [
        logsPanel({
          title: 'As a log',
          description: 'The same messages as log records, with severities',
          unit: 'short',
          width: 24,
          sql: `SELECT message_time AS timestamp, state_text AS body, multiIf(outcome = 'failed', 'ERROR', outcome IN ('reboot_pending', 'skipped'), 'WARN', 'INFO') AS level, toJSONString(params) AS parameters, error_code
FROM state_messages WHERE ${mine} AND $__timeFilter(message_time) ORDER BY timestamp DESC LIMIT 1000`,
        }),
      ],
    },
  ],
};
