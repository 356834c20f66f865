import type { View } from './view.js';

/** A cause bursts in an hour in which it hits so many clients of a site, */
const fewestClients = 5;
/** and so many times more than in an hour of the day before. */
const timesUsual = 5;
/** Hours without a burst that end an incident. */
const quietHours = 2;
/** What has gone on for longer when the time begins is no incident of it any more. */
const longestDays = 30;

/** What the clients of an incident are compared by with the others of their site; the hour and the error make the incident. */
const properties: readonly [name: string, of: string][] = [
  ['subnet', 'subnet'],
  ['version', `if(client_version = '5.00.0000.0000', '', client_version)`],
  ['receiver', 'fsp_server'],
  ['name', `replaceRegexpOne(client_name, '[0-9].*$', '')`],
  ['user', 'last_user_name'],
  ['communication', `if(communication_outcome = 'unknown', '', communication_outcome)`],
  ['host', `if(lower(substring(last_param, 1, 4)) = 'http', lower(domain(last_param)), '')`],
];
/** A suspect is shared by so many of them, */
const fewestAlike = 3;
/** is so many times more frequent among them, */
const timesOthers = 2;
/** by so much of them at the least; */
const leastMore = 0.2;
/** and more of them do not help. */
const mostSuspects = 3;

const hourOf = (moment: string) => `toUInt32(intDiv(toUnixTimestamp(${moment}), 3600))`;
const since = "{since:DateTime('UTC')}";
const until = "{until:DateTime('UTC')}";

/** Each cause of each site by the hour: whom it hit, as digests of names. Counted by receipt, so that no client's clock moves one. */
const hours = (
  database: string,
) => `SELECT m.site_code AS site_code, m.cause AS cause, ${hourOf('m.received_at')} AS hour,
        groupUniqArray(cityHash64(m.client_key)) AS hit, toUInt64(length(hit)) AS clients, min(m.received_at) AS first_at, max(m.received_at) AS last_at,
        any(m.topic_type) AS topic, any(m.state_id) AS state, any(m.state_text) AS text, any(toString(m.error_code)) AS error, any(toString(m.error_text)) AS error_meaning
    FROM ${database}.client_messages AS m
    WHERE m.outcome = 'failed' AND m.received_at >= ${since} - INTERVAL ${longestDays + 1} DAY AND m.received_at <= ${until}
    GROUP BY site_code, cause, hour`;

/**
 * Bursts of one cause in one site, from the first hour to the last. What was usual is what was so before it began: the
 * incident's own clients, which an hour later are among those of the day before, do not end it. What has gone on for a
 * day is usual in so far as many times more are an incident again. What lies before the time is looked at where a day
 * before it is known, so that whatever was so from the first message on is no incident that began there.
 */
const bursts = (database: string) => `SELECT
    cityHash64(site_code, cause, incident) AS id, site_code, cause,
    any(topic) AS topic_type, any(state) AS state_id, any(text) AS state_text, any(error) AS error_code, any(error_meaning) AS error_text,
    min(first_at) AS begin, max(last_at) AS last_at, max(hour) AS last_hour, groupUniqArrayArray(hit) AS hit
FROM
(
    SELECT *, sum(is_begin) OVER (PARTITION BY site_code, cause ORDER BY hour) AS incident
    FROM
    (
        SELECT *, hour - lagInFrame(hour, 1, 0) OVER (PARTITION BY site_code, cause, stretch ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) > ${quietHours} AS is_begin
        FROM
        (
            SELECT *,
                max(bursts) OVER (PARTITION BY site_code, cause, stretch) AS has_burst,
                minIf(hour, bursts) OVER (PARTITION BY site_code, cause, stretch) AS burst_begin,
                argMinIf(usual, hour, bursts) OVER (PARTITION BY site_code, cause, stretch) AS usual_before
            FROM
            (
                SELECT *, sum(hour - hour_before > ${quietHours} OR (bursts AND hour - burst_before > 24)) OVER (PARTITION BY site_code, cause ORDER BY hour) AS stretch
                FROM
                (
                    SELECT *,
                        lagInFrame(hour, 1, 0) OVER (PARTITION BY site_code, cause ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS hour_before,
                        max(hour * bursts) OVER (PARTITION BY site_code, cause ORDER BY hour ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS burst_before
                    FROM
                    (
                        SELECT *, sum(clients) OVER (PARTITION BY site_code, cause ORDER BY hour RANGE BETWEEN 24 PRECEDING AND 1 PRECEDING) / 24 AS usual,
                            clients > ${timesUsual} * usual
                                AND (hour >= ${hourOf(since)} OR hour >= 24 + greatest((SELECT ${hourOf('min(received_at)')} FROM ${database}.state_messages), ${hourOf(`${since} - INTERVAL ${longestDays + 1} DAY`)})) AS bursts
                        FROM (${hours(database)})
                    )
                    WHERE clients >= ${fewestClients}
                )
            )
        )
        WHERE has_burst AND hour >= burst_begin AND clients > ${timesUsual} * usual_before
    )
)
GROUP BY site_code, cause, incident
HAVING last_hour >= ${hourOf(since)}`;

const told = [
  'id',
  'site_code',
  'cause',
  'topic_type',
  'state_id',
  'state_text',
  'error_code',
  'error_text',
  'begin',
  'last_at',
  'last_hour',
  'hit',
] as const;
/** The bursts as a value, since ClickHouse works out a value once however often it stands in a query; and one of them as a row. */
const asValue = (database: string) => `(SELECT groupArray((${told.join(', ')})) FROM (${bursts(database)}))`;
const columnOf = (name: (typeof told)[number]) => `burst.${told.indexOf(name) + 1}`;
const rows = (database: string) => `(SELECT arrayJoin(${asValue(database)}) AS burst)`;

/** What sets the clients of each incident apart from the others of its site, by both shares. */
const suspects = (
  database: string,
) => `SELECT id, arraySlice(arrayReverseSort(x -> x.3 - x.4, groupArray((property, value, share_of_failed, share_of_others))), 1, ${mostSuspects}) AS in_common
FROM
(
    SELECT by_incident.1 AS id, number, ['', ${properties.map(([name]) => `'${name}'`).join(', ')}][number + 1] AS property, value, by_incident.2 AS hit,
        maxIf(hit, number = 0) OVER (PARTITION BY id) AS all_hit,
        hit / all_hit AS share_of_failed,
        if(everybody > all_hit, (alike - hit) / (everybody - all_hit), 1) AS share_of_others
    FROM
    (
        SELECT site_code, one.1 AS number, one.2 AS value, count() AS alike,
            maxIf(alike, number = 0) OVER (PARTITION BY site_code) AS everybody,
            sumMap(ids, arrayResize([1], length(ids), 1)) AS hits
        FROM
        (
            -- Each client once for itself, and once for each of its values.
            SELECT c.site_code AS site_code, i.ids AS ids,
                arrayJoin(arrayFilter(x -> x.1 = 0 OR x.2 != '', [(toUInt8(0), ''), ${properties.map(([, of], index) => `(toUInt8(${index + 1}), ${of})`).join(', ')}])) AS one
            FROM ${database}.clients AS c
            GLOBAL LEFT JOIN
            (
                SELECT ${columnOf('site_code')} AS site_code, arrayJoin(${columnOf('hit')}) AS client, groupUniqArray(${columnOf('id')}) AS ids
                FROM ${rows(database)}
                GROUP BY site_code, client
            ) AS i ON cityHash64(c.client_key) = i.client AND c.site_code = i.site_code
            WHERE c.first_received_at <= ${until} AND c.last_received_at >= ${since} - INTERVAL ${longestDays} DAY
                AND c.site_code GLOBAL IN (SELECT ${columnOf('site_code')} FROM ${rows(database)})
        )
        GROUP BY site_code, number, value
    )
    ARRAY JOIN arrayZip(hits.1, hits.2) AS by_incident
)
WHERE number != 0 AND hit >= ${fewestAlike} AND share_of_failed > ${timesOthers} * share_of_others AND share_of_failed - share_of_others >= ${leastMore}
GROUP BY id`;

export const incidents: View = {
  name: 'incidents',
  comment:
    "Causes that burst, or that are new and hit several clients: SELECT * FROM incidents(since = '2026-01-01 00:00:00', until = '2026-01-08 00:00:00'). begin, end (NULL while it goes on), size, and what sets its clients apart from the others of their site, also with the share among both",
  columns: [],
  select: (database) => `SELECT
    ${(['site_code', 'cause', 'topic_type', 'state_id', 'state_text', 'error_code', 'error_text', 'begin'] as const).map((name) => `${columnOf(name)} AS ${name}`).join(',\n    ')},
    if(${columnOf('last_hour')} + ${quietHours} >= ${hourOf(until)}, NULL, ${columnOf('last_at')}) AS end,
    toUInt64(length(${columnOf('hit')})) AS clients,
    arrayStringConcat(arrayMap(x -> concat(x.1, ' ', x.2), s.in_common), ', ') AS suspects,
    CAST(s.in_common, 'Array(Tuple(property String, value String, share_of_failed Float64, share_of_others Float64))') AS in_common,
    f.cause_begin >= begin - INTERVAL 1 HOUR AND (SELECT min(received_at) FROM ${database}.state_messages) < begin - INTERVAL 1 DAY AS is_new
FROM ${rows(database)} AS b
GLOBAL LEFT JOIN (${suspects(database)}) AS s ON s.id = ${columnOf('id')}
GLOBAL LEFT JOIN
(
    SELECT cause, min(received_at) AS cause_begin
    FROM ${database}.client_messages
    WHERE outcome = 'failed' AND cause GLOBAL IN (SELECT ${columnOf('cause')} FROM ${rows(database)})
    GROUP BY cause
) AS f ON f.cause = ${columnOf('cause')}`,
};
