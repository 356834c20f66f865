import { chosen } from './clickhouse.js';
import { toClient, uids, type DashboardSpec } from './dashboard.js';
import { purpose, seriesPanel, statPanel, tablePanel } from './panels.js';

const client = [{ column: 'client_name', title: 'Client', url: toClient }];
const inRange = `$__timeFilter(message_time) AND ${chosen}`;

export const communication: DashboardSpec = {
  uid: uids.communication,
  title: 'Client communication',
  description:
    'Clients that cannot reach their management point, certificates, and every other problem that was reported',
  variables: ['site', 'version'],
  rows: [
    {
      height: 3,
      panels: [
        purpose(
          'Who is cut off? Clients report here when their management point cannot be reached or their certificate does not do. A client counts as cut off while that is its last word on the matter.',
        ),
      ],
    },
    {
      height: 4,
      panels: [
        statPanel({
          title: 'Cut off from their management point',
          description:
            'Clients whose newest message on communication says that it failed, and those that reported to have reached it again',
          unit: 'short',
          width: 12,
          sql: `SELECT countIf(communication_outcome = 'failed') AS failed, countIf(communication_outcome = 'succeeded') AS succeeded FROM clients WHERE $__timeFilter(last_message_time) AND ${chosen}`,
        }),
        statPanel({
          title: 'Capable of HTTPS',
          description:
            'Clients by their newest message of topic 1100: capable of HTTPS, or not (readiness for native mode)',
          unit: 'short',
          width: 12,
          sql: `SELECT countIf(last = 'succeeded') AS capable, countIf(last = 'failed') AS incapable FROM (SELECT client_name, argMax(toString(outcome), message_time) AS last FROM state_messages WHERE topic_type = 1100 AND ${inRange} GROUP BY client_name)`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        seriesPanel({
          title: 'Clients with a problem of communication',
          description:
            'Clients that could not reach their management point, or had a problem with a certificate, over time',
          unit: 'short',
          width: 24,
          bars: true,
          sql: `SELECT $__timeInterval(message_time) AS time, toString(topic_name) AS topic, uniq(client_name) AS clients
FROM state_messages WHERE topic_type IN (1000, 1001) AND outcome = 'failed' AND ${inRange} GROUP BY time, topic ORDER BY time`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: 'Clients that are cut off',
          description: 'Client, error, extended error and last time, for communication and certificates',
          unit: 'short',
          width: 12,
          links: client,
          sql: `SELECT client_name, any(site_code) AS site, topic_name, argMax(state_text, message_time) AS state_text, argMax(error_code, message_time) AS error_code, argMax(error_text, message_time) AS error_text,
  argMax(params[2], message_time) AS extended_error, max(message_time) AS last_time
FROM state_messages WHERE topic_type IN (1000, 1001) AND ${inRange}
GROUP BY client_name, topic_type, topic_name HAVING argMax(outcome, message_time) = 'failed' ORDER BY last_time DESC LIMIT 1000`,
        }),
        tablePanel({
          title: 'Clients incapable of HTTPS',
          description: 'Clients whose newest message of topic 1100 says no',
          unit: 'short',
          width: 12,
          links: client,
          sql: `SELECT client_name, argMax(state_text, message_time) AS state_text, max(message_time) AS last_time FROM state_messages
WHERE topic_type = 1100 AND ${inRange} GROUP BY client_name HAVING argMax(outcome, message_time) = 'failed' ORDER BY last_time DESC LIMIT 1000`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: 'Summary of problems',
          description:
            'Every problem that was reported: state, text, clients (Summary of problems reported to the FSP)',
          unit: 'short',
          width: 10,
          sql: `SELECT topic_name, state_id, any(state_text) AS state_text, uniq(client_name) AS clients, count() AS messages, max(message_time) AS last_time
FROM state_messages WHERE outcome = 'failed' AND ${inRange} GROUP BY topic_type, topic_name, state_id ORDER BY clients DESC LIMIT 200`,
        }),
        tablePanel({
          title: 'Details of problems',
          description:
            'Every problem message: time, client, topic, state, parameters (Problem details reported to the FSP)',
          unit: 'short',
          width: 14,
          links: client,
          sql: `SELECT message_time, client_name, site_code, topic_name, state_text, arrayStringConcat(params, ' | ') AS parameters, error_code
FROM state_messages WHERE outcome = 'failed' AND ${inRange} ORDER BY message_time DESC LIMIT 500`,
        }),
      ],
    },
  ],
};
