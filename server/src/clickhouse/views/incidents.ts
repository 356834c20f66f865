import { nowNamed } from './client-names.js';
import { causeOf } from './fragments.js';
import { suspectsSql, suspectsText } from './suspects.js';
import type { View } from './view.js';

/** A cause bursts in an hour in which it hits so many clients of a site, */
const fewestClients = 5;
/** and so many times more than in an hour of the day before. */
const timesUsual = 5;
/** Hours without a burst that end an incident. */
const quietHours = 2;
/** What has gone on for longer when the time begins is no incident of it any more. */
const longestDays = 30;

const since = "{since:DateTime('UTC')}";
const until = "{until:DateTime('UTC')}";
const hourOf = (time: string) => `toUInt32(intDiv(toUnixTimestamp(${time}), 3600))`;
/** Of a time of milliseconds, which may lie before 1970. */
const hourOfReceipt = (receipt: string) => `toUInt32(greatest(intDiv(toUnixTimestamp64Milli(${receipt}), 3600000), 0))`;
const firstReceipt = (database: string) => `(SELECT min(received_at) FROM ${database}.state_messages)`;
/** Whether there were messages before the first: those that are kept no longer, of which clients still tell. */
const isCut = (database: string) =>
  `(SELECT min(first_received_at) FROM ${database}.client_facts) < ${firstReceipt(database)} - INTERVAL 1 HOUR`;

/** Each cause of each site by the hour: whom it hit, as digests of names. Counted by receipt, so that no client's clock moves one. */
const hours = (
  database: string,
) => `SELECT m.site_code AS site_code, m.topic_type AS topic_type, m.state_id AS state_id, m.error_code AS error_code, ${hourOfReceipt('m.received_at')} AS hour,
        ${causeOf('topic_type', 'state_id', 'error_code')} AS cause, any(m.state_text) AS state_text, any(m.error_text) AS error_text,
        groupUniqArray(cityHash64(${nowNamed(database, 'm.client_name')})) AS hit, toUInt64(length(hit)) AS clients, min(m.received_at) AS first_at, max(m.received_at) AS last_at
    FROM ${database}.state_messages AS m
    WHERE m.outcome = 'failed' AND m.received_at >= ${since} - INTERVAL ${longestDays + 1} DAY AND m.received_at <= ${until}
    GROUP BY site_code, topic_type, state_id, error_code, hour`;

/**
 * Bursts of one cause in one site, from the first hour to the last. What was usual is what was so before it began: the
 * incident's own clients, which an hour later are among those of the day before, do not end it. What has gone on for a
 * day is usual in so far as many times more are an incident again. What lies before the time is looked at where a day
 * before it is known, so that whatever was so from the first message on is no incident that began there; and so is all of
 * the time where messages before it are kept no longer.
 */
const bursts = (database: string) => `SELECT
    cityHash64(site_code, cause, incident) AS id, site_code, cause,
    any(topic_type) AS topic_type, any(state_id) AS state_id, any(state_text) AS state_text, any(toString(error_code)) AS error_code, any(toString(error_text)) AS error_text,
    min(first_at) AS begin, max(last_at) AS last_at, max(hour) AS last_hour, groupUniqArrayArray(hit) AS hit, any(known_at) AS known_at
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
                        SELECT *, min(first_at) OVER (PARTITION BY cause) AS known_at,
                            sum(clients) OVER (PARTITION BY site_code, cause ORDER BY hour RANGE BETWEEN 24 PRECEDING AND 1 PRECEDING) / 24 AS usual,
                            clients > ${timesUsual} * usual
                                AND ((hour >= ${hourOf(since)} AND NOT ${isCut(database)}) OR hour >= 24 + greatest(${hourOfReceipt(firstReceipt(database))}, ${hourOf(`${since} - INTERVAL ${longestDays + 1} DAY`)})) AS bursts
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
  'known_at',
] as const;
const columnOf = (name: (typeof told)[number]) => `burst.${told.indexOf(name) + 1}`;
const rows = '(SELECT arrayJoin(bursts) AS burst)';
/** Whether a cause was not there before the incident began. */
const isNew = (since: string) => `${since} >= ${columnOf('begin')} - INTERVAL 1 HOUR`;

export const incidents: View = {
  name: 'incidents',
  comment:
    "Causes that burst, or that are new and hit several clients: SELECT * FROM incidents(since = '2026-01-01 00:00:00', until = '2026-01-08 00:00:00'), in UTC; an expression as toTimeZone(now(), 'UTC'). begin, end (NULL while it goes on), size, and what sets its clients apart from the others of their site, also with the share among both",
  columns: [],
  // ClickHouse works out a value once, and a name for it spares it to look at its text each time.
  select: (database) => `WITH (SELECT groupArray((${told.join(', ')})) FROM (${bursts(database)})) AS bursts
SELECT
    ${(['site_code', 'cause', 'topic_type', 'state_id', 'state_text', 'error_code', 'error_text', 'begin'] as const).map((name) => `${columnOf(name)} AS ${name}`).join(',\n    ')},
    if(${columnOf('last_hour')} + ${quietHours} >= ${hourOf(until)}, NULL, ${columnOf('last_at')}) AS end,
    toUInt64(length(${columnOf('hit')})) AS clients,
    ${suspectsText('s.in_common')} AS suspects,
    CAST(s.in_common, 'Array(Tuple(property String, value String, share_of_failed Float64, share_of_others Float64))') AS in_common,
    ${isNew(columnOf('known_at'))} AND ${isNew('f.cause_begin')} AND ${firstReceipt(database)} < begin - INTERVAL 1 DAY AS is_new
FROM ${rows} AS b
GLOBAL LEFT JOIN (${suspectsSql({ database: `${database}.`, groups: `arrayMap(burst -> (${columnOf('id')}, ${columnOf('site_code')}, ${columnOf('hit')}), bursts)`, among: 'site', since: `${since} - INTERVAL ${longestDays} DAY`, until })}) AS s ON s.id = ${columnOf('id')}
GLOBAL LEFT JOIN
(
    -- What was there in the days that were looked at anyway is not new. An index finds the others by their errors.
    SELECT ${causeOf('m.topic_type', 'm.state_id', 'm.error_code')} AS cause, min(m.received_at) AS cause_begin
    FROM ${database}.state_messages AS m
    WHERE m.outcome = 'failed' AND m.error_code GLOBAL IN (SELECT ${columnOf('error_code')} FROM ${rows} WHERE ${isNew(columnOf('known_at'))})
    GROUP BY m.topic_type, m.state_id, m.error_code
) AS f ON f.cause = ${columnOf('cause')}`,
};
