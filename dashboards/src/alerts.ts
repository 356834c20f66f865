import { console, selection } from './alert-links.js';
import {
  commonAdvice,
  firstMachines,
  failedInstallations,
  newCauses,
  notAcknowledged,
  notOvertaken,
  notTakenAway,
  oldestWaiting,
  passedOn,
  someMachines,
  whatFailed,
  withSuspects,
} from './alert-sql.js';
import type { Rule } from './alert-provisioning.js';
import { newsAt } from '../../server/src/clickhouse/views/fragments.js';
import { adviceOf } from './texts.js';

/** The number of a rule as a whole one: by itself a million is written 1e+06. */
const count = '{{ printf "%.0f" $values.A.Value }}';

/** Every rule on the client's health and on the receivers'. */
export const rules: readonly Rule[] = [
  {
    uid: 'fsp-failure-rate',
    title: 'Many client installations fail',
    summary:
      '{{ $labels.site_code }}: {{ humanizePercentage $values.A.Value }} of the installations that ended within six hours failed',
    description:
      'Of the clients whose installation ended, by what was received within six hours, more than a quarter failed, and at least 20; also those that want a restart have succeeded. Where messages wait for the throttle, which failures overtake, the six hours are those before the oldest that waits; a receiver that is more than a day behind is not looked at.',
    severity: 'warning',
    dashboard: 'failures',
    panel: 'Causes and what to do',
    sql: `WITH ${oldestWaiting('6 HOUR')}
SELECT toString(site_code) AS site_code, countIf(last = 'failed') / count() AS failed_share
FROM (SELECT client_key, argMax(site_code, tuple(said_at, serial)) AS site_code, argMax(toString(outcome), tuple(said_at, serial)) AS last, argMax(cause, tuple(said_at, serial)) AS cause FROM client_messages
  WHERE topic_type = 800 AND outcome IN ('failed', 'succeeded', 'reboot_pending') AND (state_id IN (400, 401, 402) OR phase = 'deployment' AND outcome = 'failed') AND ${notOvertaken('6 HOUR')} GROUP BY client_key)
WHERE last != 'failed' OR ${notAcknowledged}
GROUP BY site_code HAVING countIf(last = 'failed') >= 20`,
    above: 0.25,
    for: '10m',
    noData: 'OK',
    selection: selection('failures', '6h', ['site']),
  },
  {
    uid: 'fsp-failure-burst',
    title: 'A burst of failed installations',
    summary: `{{ $labels.site_code }}: ${count} clients failed within 30 minutes: {{ $labels.state_text }}`,
    description:
      'Many clients fail in the same way at once, to install or to be assigned: at least 25 within half an hour, and more than five times as many as in half an hour of the day before on average.',
    severity: 'critical',
    dashboard: 'failures',
    panel: 'Clients that failed, by state',
    ...withSuspects({
      rows: `SELECT toString(site_code) AS site_code, cause, toString(error_code) AS error_code, ${whatFailed}, ${someMachines(passedOn('2 HOUR'))}, ${adviceOf} AS advice,
  toFloat64(uniqExactIf(client_key, ${passedOn('30 MINUTE')})) AS failed_clients, groupUniqArrayIf(cityHash64(client_key), ${passedOn('2 HOUR')}) AS hit
FROM client_messages AS m WHERE outcome = 'failed' AND topic_type = 800 AND ${passedOn('1 DAY')} AND ${notAcknowledged}
GROUP BY site_code, cause, topic_type, state_id, error_code
HAVING failed_clients > 5 * uniqExactIf(cityHash64(client_key, intDiv(dateDiff('second', ${newsAt}, now()), 1800)), NOT (${passedOn('30 MINUTE')})) / 47`,
      texts: ['site_code', 'cause', 'error_code', 'state_text', 'machines', 'advice'],
      number: 'failed_clients',
      above: 24,
      among: 'site',
    }),
    for: '0s',
    noData: 'OK',
    selection: selection('clients', '24h', ['site', 'cause']),
    tellsWho: true,
  },
  {
    uid: 'fsp-new-failure',
    title: 'A failure that was never seen before',
    summary: `For the first time, on ${count} clients, first in {{ $labels.site_code }}: {{ $labels.state_text }}`,
    description:
      'A state and error that no message ever had, on at least three clients. Fleets that are younger than a day raise none.',
    severity: 'warning',
    dashboard: 'overview',
    panel: 'Failures never seen before',
    ...withSuspects({
      rows: `SELECT argMin(toString(m.site_code), processed_at) AS site_code, cause, toString(error_code) AS error_code, ${whatFailed}, ${firstMachines}, ${adviceOf} AS advice,
  toFloat64(uniqExact(client_key)) AS new_clients, groupUniqArray(cityHash64(client_key)) AS hit
FROM client_messages AS m WHERE outcome = 'failed' AND ${newCauses('6 HOUR')} AND ${passedOn('6 HOUR')} AND ${notAcknowledged}
  AND (SELECT min(processed_at) FROM state_messages) < now() - INTERVAL 1 DAY
GROUP BY cause, topic_type, state_id, error_code`,
      texts: ['site_code', 'cause', 'error_code', 'state_text', 'machines', 'advice'],
      number: 'new_clients',
      above: 2,
      among: 'fleet',
    }),
    for: '0s',
    noData: 'OK',
    selection: selection('clients', '24h', ['cause']),
    tellsWho: true,
  },
  {
    uid: 'fsp-stuck-clients',
    title: 'Clients are stuck in their installation',
    summary: `{{ $labels.site_code }}: ${count} clients began to install more than a day ago and have not ended`,
    description:
      'At least 10 clients, and a tenth of those that were heard of within the last week or are stuck, began to install more than 24 hours and less than 90 days ago and have told no end. Who is stuck is silent: that alone ends nothing.',
    severity: 'warning',
    dashboard: 'overview',
    panel: 'Stuck clients',
    sql: `SELECT toString(site_code) AS site_code, toFloat64(countIf(is_long)) AS stuck
FROM (SELECT *, ifNull(stuck_since BETWEEN now() - INTERVAL 90 DAY AND now() - INTERVAL 24 HOUR, 0) AS is_long FROM clients)
WHERE (is_long OR last_received_at > now() - INTERVAL 7 DAY) AND ${notAcknowledged}
GROUP BY site_code HAVING stuck >= count() / 10`,
    above: 9,
    for: '30m',
    noData: 'OK',
    selection: `${selection('clients', '90d', ['site'])}&stuck=24`,
  },
  {
    uid: 'fsp-cut-off',
    title: 'Many clients are cut off from their management point',
    summary: `{{ $labels.site_code }}: ${count} clients are cut off from their management point`,
    description:
      'At least 20 clients reported within two hours, first more than five minutes ago, that they cannot reach it or that their certificate does not do, and have not reported otherwise since.',
    severity: 'critical',
    dashboard: 'communication',
    panel: 'Clients that are cut off',
    ...withSuspects({
      rows: `SELECT toString(site_code) AS site_code, ${someMachines()}, ${commonAdvice('what_to_check')}, toFloat64(count()) AS cut_off, groupUniqArray(cityHash64(client_key)) AS hit
FROM (
  SELECT client_key, any(site_code) AS site_code, argMin(${adviceOf}, topic_type) AS what_to_check
  FROM client_topics WHERE is_cut_off AND ${notAcknowledged} AND client_key IN (
    SELECT client_key FROM client_messages WHERE topic_type IN (1000, 1001) AND outcome = 'failed' AND ${passedOn('2 HOUR')} GROUP BY client_key HAVING min(processed_at) <= now() - INTERVAL 5 MINUTE
  )
  GROUP BY client_key
)
GROUP BY site_code`,
      texts: ['site_code', 'machines', 'advice'],
      number: 'cut_off',
      above: 19,
      among: 'site',
    }),
    // The five minutes are each client's: waited for by label, they would begin anew with a machine that is named.
    for: '0s',
    noData: 'OK',
    selection: `${selection('clients', '7d', ['site'])}&cut-off=1`,
    tellsWho: true,
  },
  {
    uid: 'fsp-never-heard',
    title: 'Expected machines have never been heard of',
    summary:
      '{{ $labels.list }}: {{ humanizePercentage $values.A.Value }} of the machines of the list never said a word',
    description:
      'More than a tenth of the machines of a list that was first loaded more than a day ago, and at least ten of them; a machine counts in each of its lists. Who was heard longer ago than messages are kept counts too.',
    severity: 'warning',
    dashboard: 'overview',
    panel: 'Expected machines',
    sql: `SELECT m.list AS list, countIf(m.standing = 'never_heard') / count() AS never_heard
FROM (SELECT arrayJoin(list_names) AS list, standing FROM expected_clients) AS m
INNER JOIN (
  SELECT toString(list_name) AS list, min(changed_at) AS first_loaded FROM (SELECT *, maxIf(changed_at, mode = 'remove') OVER (PARTITION BY list_name) AS removed FROM expected_loads) WHERE changed_at > removed GROUP BY list
) AS l ON l.list = m.list
WHERE l.first_loaded < now() - INTERVAL 1 DAY
GROUP BY list HAVING countIf(m.standing = 'never_heard') >= 10`,
    above: 0.1,
    for: '1h',
    noData: 'OK',
    selection: `${console}/expected?standing=never_heard&list={{ urlquery $labels.list }}`,
  },
  {
    uid: 'fsp-failures-late',
    title: 'Failures are late',
    summary:
      '{{ $labels.fsp_server }}: a failure took {{ humanizeDuration $values.A.Value }} from its receipt to its row',
    description:
      'A share of each throttle interval is kept for failures: one that takes more than a minute waits for something else.',
    severity: 'warning',
    dashboard: 'operations',
    panel: 'Delay until passed on',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(max(dateDiff('second', received_at, ${newsAt}))) AS seconds
FROM state_messages WHERE outcome = 'failed' AND ${passedOn('15 MINUTE')} GROUP BY fsp_server`,
    above: 60,
    for: '0s',
    noData: 'OK',
  },
  {
    uid: 'fsp-backlog',
    title: 'Messages wait long for the throttle',
    summary: '{{ $labels.fsp_server }}: the oldest message has waited for {{ humanizeDuration $values.A.Value }}',
    description:
      'Messages have waited for more than four hours: dashboards and other alerts are that far behind, except for failures, which go first.',
    severity: 'warning',
    dashboard: 'operations',
    panel: 'Oldest message that waits',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(ifNull(dateDiff('second', oldest, now()), 0)) AS oldest_age
FROM (SELECT fsp_server, oldest_waiting_at AS oldest, waiting FROM receivers)
WHERE waiting > 0`,
    above: 14_400,
    for: '5m',
    noData: 'OK',
  },
  {
    uid: 'fsp-rejects',
    title: 'Many bodies are refused',
    summary: `{{ $labels.fsp_server }}: ${count} bodies that were no report within an hour`,
    description:
      'A receiver refused more than 100 bodies within an hour: a proxy that changes them, something else that posts here, or clients of a new kind. All are counted; the panel has the reasons of those that were kept, the first 60 of each minute.',
    severity: 'warning',
    dashboard: 'operations',
    panel: 'Why bodies were refused',
    sql: `SELECT fsp_server, toFloat64(sum(refused)) AS bodies
FROM (SELECT toString(fsp_server) AS fsp_server, max(rejected) - maxIf(rejected, updated_at <= now() - INTERVAL 1 HOUR) AS refused FROM throttle_window_updates WHERE window_start > now() - INTERVAL 25 HOUR GROUP BY fsp_server, window_start)
GROUP BY fsp_server HAVING bodies > 0`,
    above: 100,
    for: '5m',
    noData: 'OK',
  },
  {
    uid: 'fsp-silence',
    title: 'No message has come for a day',
    summary: '{{ $labels.fsp_server }}: no message for {{ humanizeDuration $values.A.Value }}',
    description:
      'A receiver passed nothing on for a day, or nothing since its first sign of life of the last 30 days; also one that never did. Without any receiver the rule alerts too: silence is no health.',
    severity: 'warning',
    dashboard: 'operations',
    panel: 'Last message received',
    sql: `SELECT r.fsp_server AS fsp_server, toFloat64(dateDiff('second', greatest(h.heard, s.first_sign), now())) AS silent_since
FROM (SELECT toString(fsp_server) AS fsp_server FROM receivers WHERE ${notTakenAway} OR is_alive) AS r
INNER JOIN (SELECT toString(fsp_server) AS fsp_server, min(at) AS first_sign FROM receiver_status GROUP BY fsp_server) AS s ON s.fsp_server = r.fsp_server
LEFT JOIN (SELECT toString(fsp_server) AS fsp_server, max(${newsAt}) AS heard FROM state_messages WHERE ${passedOn('30 DAY')} GROUP BY fsp_server) AS h ON h.fsp_server = r.fsp_server`,
    above: 86_400,
    for: '30m',
    noData: 'Alerting',
  },
  {
    uid: 'fsp-receiver-silent',
    title: 'A receiver gives no sign of life',
    summary: '{{ $labels.fsp_server }}: the last sign of life came {{ humanizeDuration $values.A.Value }} ago',
    description:
      'A receiver that was there within 30 days has written nothing for more than ten minutes, or for a day where it was drained before: it is down, cut off from ClickHouse, or its spool takes nothing. It ends with its next sign of life; where the role was removed before, there is none.',
    severity: 'critical',
    dashboard: 'operations',
    panel: 'Receivers',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(silent_for) AS silence
FROM receivers WHERE ${notTakenAway} OR draining AND last_seen_at BETWEEN now() - INTERVAL 30 DAY AND now() - INTERVAL 1 DAY`,
    above: 600,
    for: '0s',
    noData: 'OK',
  },
  {
    uid: 'fsp-receiver-lags',
    title: 'A receiver lags behind',
    summary: `{{ $labels.fsp_server }}: ${count} entries have not arrived at a destination`,
    description:
      'A receiver that gives signs of life has had more than 10,000 entries that a destination has not taken, for a quarter of an hour: dashboards and alerts are that far behind.',
    severity: 'warning',
    dashboard: 'receivers',
    panel: 'Fleet',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(lag) AS lag FROM receivers WHERE is_alive`,
    above: 10_000,
    for: '15m',
    noData: 'OK',
  },
  {
    uid: 'fsp-receiver-differs',
    title: 'Receivers differ from each other',
    summary: `${count} different {{ $labels.what }} among the receivers`,
    description:
      'Receivers of one site run different versions, or pass on by different throttles, for an hour: an upgrade or a change of roles has not reached all of them.',
    severity: 'warning',
    dashboard: 'receivers',
    panel: 'Fleet',
    sql: `SELECT what, toFloat64(uniqExact(value)) AS differ
FROM (SELECT arrayJoin([('versions', toString(version)), (concat('throttles of ', toString(site_code)), concat(toString(message_limit), ' / ', toString(interval_seconds), ' s'))]) AS pair, pair.1 AS what, pair.2 AS value
  FROM receivers WHERE last_seen_at > now() - INTERVAL 10 MINUTE AND message_limit > 0)
GROUP BY what`,
    above: 1,
    for: '1h',
    noData: 'OK',
  },
  {
    uid: 'fsp-receiver-name',
    title: 'Two receivers run under one name',
    summary: `{{ $labels.fsp_server }}: ${count} receivers under this name`,
    description: 'Together they pass more than the role allows, and each shows figures of the other as its own.',
    severity: 'critical',
    dashboard: 'receivers',
    panel: 'Fleet',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(instances) AS instances FROM receivers WHERE is_alive`,
    above: 1,
    for: '5m',
    noData: 'OK',
  },
  {
    uid: 'fsp-disk-full',
    title: 'A disk is nearly full',
    summary:
      '{{ $labels.fsp_server }}: {{ humanizePercentage $values.A.Value }} of the disk of {{ $labels.disk }} is used',
    description:
      'More than nine tenths of a disk are used: of a receiver’s data folder, where a full one refuses messages, or of ClickHouse, where a full one makes them wait.',
    severity: 'critical',
    dashboard: 'receivers',
    panel: 'Fullest disk',
    sql: `SELECT fsp_server, disk, used FROM (SELECT toString(fsp_server) AS fsp_server, arrayJoin([('the data folder', disk_free_bytes, disk_total_bytes), ('ClickHouse', clickhouse_free_bytes, clickhouse_total_bytes)]) AS one, one.1 AS disk, if(one.3 = 0, 0, 1 - one.2 / one.3) AS used FROM receivers WHERE last_seen_at > now() - INTERVAL 10 MINUTE)`,
    above: 0.9,
    for: '10m',
    noData: 'OK',
  },
  {
    uid: 'fsp-quarantine',
    title: 'A destination refuses entries for good',
    summary: `{{ $labels.fsp_server }}: entries in quarantine: ${count}`,
    description:
      'A destination refuses entries for what they are. Everything else goes on; these wait for an administrator.',
    severity: 'warning',
    dashboard: 'operations',
    panel: 'Receivers',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(quarantined) AS quarantined FROM receivers WHERE last_seen_at > now() - INTERVAL 30 DAY`,
    above: 0,
    for: '0s',
    noData: 'OK',
  },
  {
    uid: 'fsp-spool-damage',
    title: 'The spool was damaged',
    summary: `{{ $labels.fsp_server }}: damaged pieces of the spool, and entries that they cost: ${count}`,
    description:
      'The disk gave back something else than was written. Undamaged messages were delivered; the damaged pieces are kept aside.',
    severity: 'critical',
    dashboard: 'operations',
    panel: 'Receivers',
    sql: `SELECT toString(fsp_server) AS fsp_server, toFloat64(damaged_pieces + lost_messages) AS damaged FROM receivers WHERE last_seen_at > now() - INTERVAL 30 DAY`,
    above: 0,
    for: '0s',
    noData: 'OK',
  },
  {
    uid: 'fsp-setup-failed',
    title: 'A set-up of the role failed',
    summary: '{{ $labels.host_name }}: {{ $labels.action }} failed: {{ $labels.cause }}',
    description:
      'A log tells of a set-up of the role that failed within the last day, and none of one that succeeded since. Logs of clients raise none.',
    severity: 'critical',
    dashboard: 'setup',
    panel: 'Runs',
    sql: `SELECT host_name, action, substringUTF8(cause, 1, 200) AS cause, toFloat64(count()) AS failed_runs
FROM (${failedInstallations})
GROUP BY host_name, action, cause`,
    above: 0,
    for: '0s',
    noData: 'OK',
  },
];
