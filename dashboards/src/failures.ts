import { chosen } from './clickhouse.js';
import { toClient, uids, type DashboardSpec } from './dashboard.js';
import { purpose, seriesPanel, tablePanel } from './panels.js';

const client = [{ column: 'client_name', title: 'Client', url: toClient }];
const failed = `outcome = 'failed' AND $__timeFilter(message_time) AND ${chosen}`;
/** A network of 256 addresses, or of 64 bits. */
const subnet = `if(isIPv4String(client_address), concat(IPv4NumToString(bitAnd(IPv4StringToNum(client_address), 4294967040)), '/24'), if(isIPv6String(client_address), concat(IPv6NumToString(IPv6CIDRToRange(toIPv6(client_address), 64).1), '/64'), client_address))`;

export const failures: DashboardSpec = {
  uid: uids.failures,
  title: 'Deployment failures',
  description: 'What fails, why, where it bursts, and what to do about it',
  variables: ['site', 'version'],
  rows: [
    {
      height: 3,
      panels: [
        purpose(
          'Why do installations fail? Start with the causes and their share; look whether a subnet or a version stands out; then open one client. What to check comes from the catalogue of error codes.',
        ),
      ],
    },
    {
      height: 10,
      panels: [
        tablePanel({
          title: 'Causes and what to do',
          description: 'Failed states by error: share of the clients that failed, meaning of the code, what to check',
          unit: 'short',
          width: 24,
          units: { share: 'percentunit' },
          sql: `SELECT f.state_id AS state_id, f.state_text AS state_text, f.error_code AS error_code, f.error_text AS error_text, if(e.advice = '', s.advice, e.advice) AS what_to_check,
  f.clients AS clients, f.clients / nullIf((SELECT uniq(client_name) FROM state_messages WHERE ${failed}), 0) AS share, f.last_seen AS last_seen
FROM (SELECT topic_type, state_id, any(state_text) AS state_text, error_code, any(error_text) AS error_text, uniq(client_name) AS clients, max(message_time) AS last_seen
  FROM state_messages WHERE ${failed} GROUP BY topic_type, state_id, error_code) AS f
LEFT JOIN (SELECT error_code, any(advice) AS advice FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult') GROUP BY error_code) AS e ON e.error_code = f.error_code
LEFT JOIN (SELECT topic_type, state_id, advice FROM state_catalog FINAL) AS s ON s.topic_type = f.topic_type AND s.state_id = f.state_id
ORDER BY clients DESC LIMIT 200`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        seriesPanel({
          title: 'Clients that failed, by state',
          description: 'Clients with a failed state in each interval',
          unit: 'short',
          width: 12,
          bars: true,
          sql: `SELECT $__timeInterval(message_time) AS time, concat(toString(state_id), ' ', any(toString(topic_name))) AS state, uniq(client_name) AS clients
FROM state_messages WHERE ${failed} GROUP BY time, topic_type, state_id ORDER BY time`,
        }),
        seriesPanel({
          title: 'Clients that failed, by subnet',
          description:
            'The ten subnets with the most failed clients: a burst in one of them is a matter of its network or distribution point',
          unit: 'short',
          width: 12,
          bars: true,
          sql: `SELECT $__timeInterval(message_time) AS time, ${subnet} AS subnet, uniq(client_name) AS clients
FROM state_messages
WHERE ${failed} AND ${subnet} IN (SELECT ${subnet} FROM state_messages WHERE ${failed} GROUP BY ${subnet} ORDER BY uniq(client_name) DESC LIMIT 10)
GROUP BY time, subnet ORDER BY time`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        tablePanel({
          title: 'Where failures burst: subnets',
          description: 'Failed clients of each subnet, and their share of all clients that were heard of there',
          unit: 'short',
          width: 12,
          units: { share: 'percentunit' },
          sql: `SELECT ${subnet} AS subnet, uniqIf(client_name, outcome = 'failed') AS failed_clients, uniq(client_name) AS clients, failed_clients / clients AS share
FROM state_messages WHERE $__timeFilter(message_time) AND ${chosen} GROUP BY subnet HAVING failed_clients > 0 ORDER BY failed_clients DESC LIMIT 100`,
        }),
        tablePanel({
          title: 'Where failures burst: versions',
          description: 'Failed clients of each client version, and their share',
          unit: 'short',
          width: 12,
          units: { share: 'percentunit' },
          sql: `SELECT client_version, uniqIf(client_name, outcome = 'failed') AS failed_clients, uniq(client_name) AS clients, failed_clients / clients AS share
FROM state_messages WHERE $__timeFilter(message_time) AND ${chosen} GROUP BY client_version HAVING failed_clients > 0 ORDER BY failed_clients DESC LIMIT 100`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: 'Clients that failed to install',
          description: 'Client deployment failure report: who, since when, why',
          unit: 'short',
          width: 24,
          links: client,
          sql: `SELECT c.client_name AS client_name, m.client_fqdn AS client_fqdn, c.client_version AS client_version, c.site_code AS site_code, c.deployment_begin_time AS begin_time,
  c.last_state_id AS state_id, c.last_state_text AS state_text, m.last_parameter AS last_parameter, c.last_error_code AS error_code, c.last_error_text AS error_text
FROM (SELECT * FROM clients WHERE outcome = 'failed' AND phase = 'deployment' AND $__timeFilter(last_message_time) AND ${chosen}) AS c
LEFT JOIN (SELECT client_name, argMax(client_fqdn, message_time) AS client_fqdn, argMax(if(empty(params), '', params[-1]), message_time) AS last_parameter
  FROM state_messages WHERE outcome = 'failed' AND topic_type = 800 AND $__timeFilter(message_time) GROUP BY client_name) AS m ON m.client_name = c.client_name
ORDER BY begin_time DESC LIMIT 1000`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: 'Clients that installed',
          description: 'Client deployment success report, with the duration',
          unit: 'short',
          width: 12,
          units: { duration: 's' },
          links: client,
          sql: `SELECT client_name, client_version, site_code, deployment_begin_time AS begin_time, deployment_end_time AS end_time, dateDiff('second', assumeNotNull(deployment_begin_time), assumeNotNull(deployment_end_time)) AS duration
FROM clients WHERE deployment_begin_time IS NOT NULL AND deployment_end_time IS NOT NULL AND outcome = 'succeeded' AND $__timeFilter(deployment_end_time) AND ${chosen}
ORDER BY end_time DESC LIMIT 1000`,
        }),
        tablePanel({
          title: 'Assignment failures and successes',
          description: 'Client assignment failure, success and status details',
          unit: 'short',
          width: 12,
          links: client,
          sql: `SELECT client_name, site_code, assignment_begin_time AS begin_time, assignment_end_time AS end_time, outcome, last_state_text AS state_text, last_error_code AS error_code
FROM clients WHERE phase = 'assignment' AND $__timeFilter(last_message_time) AND ${chosen}
ORDER BY outcome = 'failed' DESC, begin_time DESC LIMIT 1000`,
        }),
      ],
    },
  ],
};
