import type { View } from './view.js';

/** A cause bursts in an hour in which it hits so many clients of a site, */
const fewestClients = 5;
/** and so many times more than in an hour of the day before. */
const timesUsual = 5;
/** Hours without a burst that end an incident. */
const quietHours = 2;

/** A value that most of the clients share, as a text; nothing where none does. */
const mostly = (column: string, what: string) =>
  `multiIf(topK(1)(${column})[1] = '', '', countEqual(groupArray(${column}), topK(1)(${column})[1]) >= 0.6 * count(), concat('${what} ', topK(1)(${column})[1]), '')`;

/**
 * Bursts of one cause in one site, from the first hour to the last. Counted by receipt, so that no client's clock moves
 * one. What was usual is what was so before it began: the incident's own clients, which an hour later are among those of
 * the day before, do not end it. What has gone on for a day is usual in so far as many times more are an incident again.
 */
export const incidents: View = {
  name: 'incidents',
  comment:
    "Causes that burst, or that are new and hit several clients: SELECT * FROM incidents(since = '2026-01-01 00:00:00', until = '2026-01-08 00:00:00'). begin, end (NULL while it goes on), size and what its clients have in common",
  columns: [],
  select: (database) => {
    const hours = `SELECT m.site_code AS site_code, m.cause AS cause, toUInt32(intDiv(toUnixTimestamp(m.received_at), 3600)) AS hour, uniqExact(m.client_key) AS clients
        FROM ${database}.client_messages AS m
        WHERE m.outcome = 'failed' AND m.received_at >= {since:DateTime('UTC')} - INTERVAL 1 DAY AND m.received_at <= {until:DateTime('UTC')}
        GROUP BY site_code, cause, hour`;
    return `SELECT
    site_code,
    cause,
    any(topic) AS topic_type,
    any(state) AS state_id,
    any(text) AS state_text,
    any(error) AS error_code,
    any(error_meaning) AS error_text,
    min(first_at) AS begin,
    if(max(burst_hour) + ${quietHours} >= intDiv(toUnixTimestamp({until:DateTime('UTC')}), 3600), NULL, max(last_at)) AS end,
    count() AS clients,
    arrayStringConcat(arrayFilter(x -> x != '', [${mostly('subnet', 'subnet')}, ${mostly('client_version', 'version')}]), ', ') AS suspects,
    any(cause_begin) >= min(first_at) - INTERVAL 1 HOUR AND (SELECT min(received_at) FROM ${database}.state_messages) < min(first_at) - INTERVAL 1 DAY AS is_new
FROM
(
    SELECT
        b.site_code AS site_code, b.cause AS cause, b.incident AS incident, m.client_key AS client_key,
        any(m.topic_type) AS topic, any(m.state_id) AS state, any(m.state_text) AS text, any(m.error_code) AS error, any(m.error_text) AS error_meaning,
        any(m.subnet) AS subnet, any(if(m.client_version = '5.00.0000.0000', '', toString(m.client_version))) AS client_version,
        min(m.received_at) AS first_at, max(m.received_at) AS last_at, max(b.hour) AS burst_hour, any(f.cause_begin) AS cause_begin
    FROM ${database}.client_messages AS m
    GLOBAL INNER JOIN
    (
        SELECT site_code, cause, hour, sum(is_begin) OVER (PARTITION BY site_code, cause ORDER BY hour) AS incident
        FROM
        (
            SELECT site_code, cause, hour, hour - lagInFrame(hour, 1, 0) OVER (PARTITION BY site_code, cause, stretch ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) > ${quietHours} AS is_begin
            FROM
            (
                SELECT site_code, cause, hour, clients, stretch,
                    max(bursts) OVER (PARTITION BY site_code, cause, stretch) AS has_burst,
                    minIf(hour, bursts) OVER (PARTITION BY site_code, cause, stretch) AS burst_begin,
                    argMinIf(usual, hour, bursts) OVER (PARTITION BY site_code, cause, stretch) AS usual_before
                FROM
                (
                    SELECT site_code, cause, hour, clients, usual, bursts,
                        sum(hour - hour_before > ${quietHours} OR (bursts AND hour - burst_before > 24)) OVER (PARTITION BY site_code, cause ORDER BY hour) AS stretch
                    FROM
                    (
                        SELECT site_code, cause, hour, clients, usual, bursts,
                            lagInFrame(hour, 1, 0) OVER (PARTITION BY site_code, cause ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS hour_before,
                            max(hour * bursts) OVER (PARTITION BY site_code, cause ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS burst_before
                        FROM
                        (
                            SELECT site_code, cause, hour, clients, sum(clients) OVER (PARTITION BY site_code, cause ORDER BY hour RANGE BETWEEN 24 PRECEDING AND 1 PRECEDING) / 24 AS usual,
                                clients > ${timesUsual} * usual AND hour >= intDiv(toUnixTimestamp({since:DateTime('UTC')}), 3600) AS bursts
                            FROM (${hours})
                        )
                        WHERE clients >= ${fewestClients}
                    )
                )
            )
            WHERE has_burst AND hour >= burst_begin AND clients > ${timesUsual} * usual_before
        )
    ) AS b ON m.site_code = b.site_code AND m.cause = b.cause AND toUInt32(intDiv(toUnixTimestamp(m.received_at), 3600)) = b.hour
    GLOBAL LEFT JOIN (SELECT cause, min(received_at) AS cause_begin FROM ${database}.client_messages WHERE outcome = 'failed' GROUP BY cause) AS f ON f.cause = m.cause
    WHERE m.outcome = 'failed' AND m.received_at >= {since:DateTime('UTC')} - INTERVAL 1 HOUR AND m.received_at <= {until:DateTime('UTC')}
    GROUP BY site_code, cause, incident, client_key
)
GROUP BY site_code, cause, incident`;
  },
};
