// What the alert rules' SQL is put together from.
import { newsAt, wasPosted } from '../../server/src/clickhouse/views/fragments.js';
import { suspectsSql, suspectsText } from '../../server/src/clickhouse/views/suspects.js';
import { ofMessage, sharedStateIn } from './texts.js';

/**
 * Client clocks and the throttle's delay do not matter to rules that count by the time at which messages were passed on;
 * old reports that somebody imports are no news.
 */
export const passedOn = (span: string) =>
  `(processed_at > now() - INTERVAL ${span} AND (${wasPosted} OR received_at > now() - INTERVAL ${span}))`;

/**
 * Of receivers whose messages wait for the throttle: since when the oldest does, in milliseconds since 1970, by name; as a
 * value for WITH. Of one that gave no sign for the span nothing comes that it could be held against.
 */
export const oldestWaiting = (span: string) =>
  `(SELECT mapFromArrays(groupArray(toString(fsp_server)), groupArray(toUnixTimestamp64Milli(assumeNotNull(oldest_waiting_at)))) FROM receivers WHERE waiting > 0 AND oldest_waiting_at IS NOT NULL AND last_seen_at > now() - INTERVAL ${span}) AS oldest_waiting`;

/**
 * Of messages, with {@link oldestWaiting}: those of the span up to the oldest that waits at their receiver, or up to now.
 * Failures overtake all others at the throttle, so that shares are true of what came before that one only. What is more
 * than a day behind is not looked at.
 */
export const notOvertaken = (span: string) => {
  const oldest = 'oldest_waiting[toString(fsp_server)]';
  const received = 'toUnixTimestamp64Milli(received_at)';
  return `received_at > now() - INTERVAL ${span} - INTERVAL 1 DAY AND if(${oldest} = 0, received_at > now() - INTERVAL ${span}, ${received} < ${oldest} AND received_at > fromUnixTimestamp64Milli(${oldest}, 'UTC') - INTERVAL ${span})`;
};

/**
 * What somebody takes care of raises no alert: a cause for all clients, or for one of them. Of whatever has `cause` and
 * `client_key`.
 */
export const notAcknowledged =
  "cause NOT IN (SELECT cause FROM acknowledged WHERE client_key = '') AND (client_key, cause) NOT IN (SELECT client_key, cause FROM acknowledged WHERE client_key != '')";

/** Of failed messages: whether no message had their topic, state and error before, acknowledged or not. */
export const newCauses = (span: string) =>
  `(topic_type, state_id, error_code) IN (SELECT topic_type, state_id, error_code FROM state_messages WHERE outcome = 'failed' GROUP BY topic_type, state_id, error_code HAVING min(${newsAt}) > now() - INTERVAL ${span})`;

/**
 * Of a group of clients: three of them, few enough to stand in a label. A label's value is an alert's identity: they are
 * chosen by a digest of their names, which no further message moves, and a further client rarely.
 * @param which condition on those to choose from
 */
export const someMachines = (which = '1') =>
  `arrayStringConcat(arraySort(arraySlice(arraySort(x -> cityHash64(x), groupUniqArrayIf(client_key, ${which})), 1, 3)), ', ') AS machines`;

/** Of a group of messages: the three clients that came first, where nothing leaves the time that is looked at. */
export const firstMachines =
  "arrayStringConcat(arraySlice(arrayDistinct(arrayMap(x -> x.2, arraySort(groupArray((processed_at, client_key))))), 1, 3), ', ') AS machines";

/** Of a group of client_messages AS m with one cause, by topic, state and error: what failed, and the error where that does not say it. */
export const whatFailed = `concat((${sharedStateIn('en', { ...ofMessage, text: 'm.state_text' })} AS shared_text), if(error_code = '' OR position(shared_text, error_code) > 0, '', concat(', error ', error_code))) AS state_text`;

/**
 * Of runs of set-ups: those of the role, as the parser tells them from what ccmsetup.exe starts. One installation has two
 * of them, by rolesetup.exe and by Windows Installer, with one `installation_id`. What is installed by another product's
 * package is no role; a prerequisite of one, such as a Native Client of SQL Server, is called after it by rolesetup.exe.
 */
const isOfRole =
  "(log_format = 'role_setup' OR log_format = 'msi' AND NOT match(log_file, '(?i)[.]msi[.]log([.]\\\\w+)?$') AND NOT match(product_name, '(?i)\\\\b(Configuration Manager|ConfigMgr|SMS)\\\\b.*\\\\bclient\\\\b') AND (match(log_file, '(?i)[^/\\\\\\\\]MSI(-\\\\d{8}-\\\\d{6})?[.]lo[g_]') OR match(product_name, '(?i)\\\\b(Configuration Manager|ConfigMgr|SMS)\\\\b')))";

/** Of those runs: the role, by the log that is called after it (SMSFSPSetup.log, fspMSI.log); else what was installed. */
const role =
  "if((replaceRegexpOne(lower(extract(log_file, '(?i)([^/\\\\\\\\]+?)(?:setup|msi)[^/\\\\\\\\]*$')), '^sms', '') AS named) = '', lower(product_name), named)";

/**
 * Installations of the role that failed within the last day, one row each, as the log of who started them tells; without
 * those that are over, as a set-up of the same role on the same machine succeeded since: Configuration Manager tries again
 * every hour.
 */
export const failedInstallations = `SELECT host_name, action, cause
FROM
(
  SELECT host_name, action, cause, has_failed, began_at, max(if(has_failed, toDateTime64(0, 3, 'UTC'), done_at)) OVER (PARTITION BY host_name, role) AS last_done_at
  FROM
  (
    SELECT argMin(toString(host_name), log_format = 'msi') AS host_name, argMin(toString(action), log_format = 'msi') AS action,
      argMinIf(cause, log_format = 'msi', verdict = 'failed') AS cause, argMin(${role}, log_format = 'msi') AS role, countIf(verdict = 'failed') > 0 AS has_failed,
      min(started_at) AS began_at, maxIf(started_at, verdict IN ('succeeded', 'reboot_pending')) AS done_at
    FROM setup_runs WHERE started_at > now() - INTERVAL 1 DAY AND ${isOfRole} GROUP BY installation_id
  )
)
WHERE has_failed AND began_at >= last_done_at`;

/** Of a group with one row a client: the advice that holds for more than half of them; none where there is no such. */
export const commonAdvice = (advice: string) =>
  `arrayFirst((advice, clients) -> clients * 2 > count(), mapKeys(sumMap(map(${advice}, toUInt64(1)))), mapValues(sumMap(map(${advice}, toUInt64(1))))) AS advice`;

/**
 * Of receivers: who has to be there. Who stopped as its role was removed, or as it was drained, was taken away by somebody;
 * else it is missed for as long as signs of life are kept.
 */
export const notTakenAway = '(taking_messages AND last_seen_at > now() - INTERVAL 30 DAY)';

/**
 * Groups of clients that fail, with what sets each apart as `suspects`, by the same SQL as incidents have it: properties
 * and values, which change rarely, since a label's value is its identity; in an order of their own, not by shares that move.
 * @param rows a row a group: `texts`, `number` (Float64), and `hit`, the digests of its clients' keys
 * @param above number above which an alert fires: nobody looks at the suspects of others
 * @returns a rule's question, and that number
 */
export function withSuspects({
  rows,
  texts,
  number,
  above,
  among,
}: {
  rows: string;
  texts: readonly string[];
  number: string;
  above: number;
  among: 'site' | 'fleet';
}): { sql: string; above: number } {
  const all = [...texts, number, 'hit'];
  const column = (name: string) => `found.${all.indexOf(name) + 2}`;
  const groups = `arrayMap(found -> (found.1, ${column('site_code')}, ${column('hit')}), arrayFilter(found -> ${column(number)} > ${above}, groups))`;
  const sql = `WITH (SELECT groupArray((cityHash64(${texts[0]!}, ${texts[1]!}), ${all.join(', ')})) FROM (${rows})) AS groups
SELECT ${texts.map((name) => `${column(name)} AS ${name}`).join(', ')}, ${suspectsText('arraySort(s.in_common)')} AS suspects, ${column(number)} AS ${number}
FROM (SELECT arrayJoin(groups) AS found) AS g
LEFT JOIN (${suspectsSql({ database: '', groups, among, since: 'now() - INTERVAL 30 DAY', until: 'now()' })}) AS s ON s.id = found.1`;
  return { sql, above };
}
