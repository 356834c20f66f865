import { literal } from './sql.js';

/** Of clients that failed with a code: how many succeeded later, by what changed until then. */
export interface Helped {
  /** `version`, `site`, `nothing`, or '' for those that did not succeed. */
  change: string;
  from_value: string;
  to_value: string;
  clients: number;
  /** Half of them succeeded within so many seconds of their first such failure; null where none did. */
  seconds: number | null;
}

/**
 * What was seen to help: a client's first failure with the code, and its first success after that, whatever it tried
 * between. A version that says that there is no client yet is no change.
 */
export const whatHelpedSql = (
  code: string,
) => `SELECT change, from_value, to_value, count() AS clients, if(change = '', NULL, quantileExact(0.5)(dateDiff('second', failed_at, succeeded_at))) AS seconds
FROM
(
  SELECT failed_at, success.1 AS succeeded_at,
    multiIf(NOT has_success, '', failed_version NOT IN ('', '5.00.0000.0000', success.2), 'version', failed_site != success.3, 'site', 'nothing') AS change,
    if(change = 'version', failed_version, if(change = 'site', failed_site, '')) AS from_value,
    if(change = 'version', success.2, if(change = 'site', success.3, '')) AS to_value
  FROM
  (
    SELECT client_key, minIf(received_at, fails) AS failed_at,
      argMinIf(toString(client_version), received_at, fails) AS failed_version, argMinIf(toString(site_code), received_at, fails) AS failed_site,
      arraySort(groupArrayIf((received_at, toString(client_version), toString(site_code)), succeeds)) AS successes,
      arrayExists(one -> one.1 > failed_at, successes) AS has_success,
      arrayFirst(one -> one.1 > failed_at, successes) AS success
    FROM
    (
      SELECT client_key, received_at, client_version, site_code, outcome = 'failed' AND error_code = ${literal(code)} AS fails, outcome = 'succeeded' AND topic_type = 800 AS succeeds
      FROM client_messages
      WHERE (outcome = 'failed' AND error_code = ${literal(code)}) OR (outcome = 'succeeded' AND topic_type = 800)
    )
    GROUP BY client_key HAVING countIf(fails) > 0
  )
)
GROUP BY change, from_value, to_value ORDER BY change = '', clients DESC LIMIT 20`;
