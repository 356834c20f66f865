import { maybeTime, time, type Column, type View } from './view.js';

/** A sign of life comes every minute: who has missed as many is not taken for alive. */
const aliveMinutes = 5;

const columns: readonly Column[] = [
  ['fsp_server', 'LowCardinality(String)', 'Name of the fallback status point'],
  ['last_seen_at', time, 'When it last gave a sign of life, by ClickHouse’s clock; one comes every minute'],
  ['is_alive', 'UInt8', `Whether that is less than ${aliveMinutes} minutes ago`],
  ['silent_for', 'Int64', 'Seconds since then, by ClickHouse’s clock'],
  ['site_code', 'String', 'Its site'],
  ['version', 'String', 'Version of its program'],
  ['taking_messages', 'Bool', 'Whether it takes messages; not where its role was removed, and not while it is drained'],
  ['role_version', 'UInt64', 'Version of the role in force; 0 for none'],
  ['waiting', 'UInt64', 'Messages that waited for the throttle'],
  ['oldest_waiting_at', maybeTime, 'When the oldest of them was received'],
  ['lag', 'UInt64', 'Entries that the destination furthest behind had not taken'],
  ['failing_sinks', 'Array(String)', 'Destinations whose last attempt failed'],
  ['quarantined', 'UInt64', 'Entries in quarantine: a destination refuses them for good'],
  ['lost_messages', 'UInt64', 'Messages and other entries that damage to the spool has cost'],
  ['damaged_pieces', 'UInt64', 'Damaged pieces of the spool that were set aside'],
  ['host_name', 'String', 'Machine that it runs on'],
  ['started_at', time, 'When its process began'],
  ['draining', 'Bool', 'Whether it is drained for maintenance'],
  ['message_limit', 'UInt32', 'Messages that may pass in a window of its throttle'],
  ['interval_seconds', 'UInt32', 'Length of that window'],
  ['last_message_at', maybeTime, 'When it last took a message, as far as it has told'],
  ['disk_total_bytes', 'UInt64', 'Size of the disk of its data folder; 0 where it is not known'],
  ['disk_free_bytes', 'UInt64', 'What is free on it'],
  ['spool_bytes', 'UInt64', 'What its spool takes'],
  ['clickhouse_total_bytes', 'UInt64', 'Size of the fullest disk of ClickHouse; 0 where it is not known'],
  ['clickhouse_free_bytes', 'UInt64', 'What is free on that'],
  [
    'clock_ahead_ms',
    'Int64',
    'How far its clock is ahead of ClickHouse’s, in milliseconds, at the least; small below zero is the way of a sign',
  ],
  [
    'instances',
    'UInt64',
    'Receivers that gave a sign of life under this name in its last five minutes: one, or a mistake',
  ],
];

/** Keys and figures that are more than the value of the newest row. */
const others = new Set([
  'fsp_server',
  'last_seen_at',
  'is_alive',
  'silent_for',
  'last_message_at',
  'clock_ahead_ms',
  'instances',
]);

export const receivers: View = {
  name: 'receivers',
  comment: 'One row a receiver, under the name that it has now: how it was when it last gave a sign of life',
  columns,
  select(database) {
    const newest = columns.map(([name]) => name).filter((name) => !others.has(name));
    const ofName = newest.map((name, index) => `argMax(r.said, r.last).${index + 1} AS ${name}`);
    // A receiver's clock may be ahead, and be set right: a sign is no later than ClickHouse got it. One that waited for
    // ClickHouse came late, so the nearest of a few tells the clocks apart. A month of signs is made into few rows first:
    // one for each time that a process ran.
    return `WITH
signs AS (SELECT *, least(at, written_at) AS seen_at, written_at > now64(3, 'UTC') - INTERVAL ${aliveMinutes} MINUTE AS came_now FROM ${database}.receiver_status),
renamed AS (SELECT instance_id FROM ${database}.receiver_status WHERE instance_id != '' GROUP BY instance_id HAVING uniqExact(fsp_server) > 1),
names AS (
    SELECT n.instance_id AS instance_id, n.fsp_server AS fsp_server, max(n.seen_at) AS last,
        -- Its last minutes, as far back as its process goes: before that the folder may have had the other name.
        least(last, greatest(last - INTERVAL ${aliveMinutes} MINUTE, argMax(n.started_at, n.seen_at))) AS since
    FROM signs AS n WHERE n.instance_id IN renamed GROUP BY n.instance_id, n.fsp_server
)
SELECT
    r.fsp_server AS fsp_server,
    max(r.heard) AS last_seen_at,
    last_seen_at > now64(3, 'UTC') - INTERVAL ${aliveMinutes} MINUTE AS is_alive,
    dateDiff('second', last_seen_at, now64(3, 'UTC')) AS silent_for,
    ${ofName.join(',\n    ')},
    max(r.last_message) AS last_message_at,
    max(r.clock).2 AS clock_ahead_ms,
    -- What ran before the last start of a folder is the same receiver; what gives signs beside it has a copy of the folder.
    countIf(r.last > r.newest - INTERVAL ${aliveMinutes} MINUTE AND r.instance_id != ''
        AND (r.began = r.last_start OR r.last > r.last_start + INTERVAL 5 SECOND)) AS instances
FROM (
    SELECT *,
        max(last) OVER (PARTITION BY fsp_server) AS newest,
        max(began) OVER (PARTITION BY fsp_server, instance_id) AS last_start
    FROM (
        SELECT fsp_server, instance_id, receiver_status.started_at AS began, max(seen_at) AS last, max(last_message_at) AS last_message,
            -- Signs that come at the pace at which they were given are of one who lives, however far its clock is behind;
            -- those that had waited come all at once.
            dateDiff('millisecond', minIf(written_at, came_now), maxIf(written_at, came_now)) AS came_within,
            if(came_within > 30000 AND dateDiff('millisecond', minIf(at, came_now), maxIf(at, came_now)) < 2 * came_within, maxIf(written_at, came_now), last) AS heard,
            max((toStartOfInterval(seen_at, INTERVAL ${aliveMinutes} MINUTE), dateDiff('millisecond', written_at, at))) AS clock,
            argMax((${newest.join(', ')}), seen_at) AS said
        FROM signs AS receiver_status GROUP BY fsp_server, instance_id, began
    )
) AS r
WHERE (r.fsp_server, r.newest) NOT IN (
    -- A name whose folder gives signs under another one since then, and gave none under that while it had this.
    SELECT n.fsp_server, n.last FROM names AS n INNER JOIN (SELECT instance_id, fsp_server, seen_at FROM signs WHERE instance_id IN renamed) AS s ON s.instance_id = n.instance_id
    WHERE s.fsp_server != n.fsp_server GROUP BY n.fsp_server, n.last
    HAVING max(s.seen_at) > n.last AND countIf(s.seen_at BETWEEN n.since AND n.last) = 0
)
GROUP BY r.fsp_server`;
  },
};
