-- Signs of life of the receivers: one row a minute each, kept for a month; `receivers` has the newest of each.

CREATE TABLE IF NOT EXISTS {database}.receiver_status {on_cluster}
(
    at DateTime64(3, 'UTC') COMMENT 'When the receiver wrote this',
    fsp_server LowCardinality(String) COMMENT 'Name of the fallback status point',
    site_code LowCardinality(String) COMMENT 'Its site',
    version LowCardinality(String) COMMENT 'Version of its program',
    taking_messages Bool COMMENT 'Whether it takes messages; not where its role was removed',
    role_version UInt64 COMMENT 'Version of the role in force; 0 for none',
    waiting UInt64 COMMENT 'Messages that waited for the throttle',
    oldest_waiting_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the oldest of them was received',
    lag UInt64 COMMENT 'Entries that the destination furthest behind had not taken',
    failing_sinks Array(LowCardinality(String)) COMMENT 'Destinations whose last attempt failed',
    quarantined UInt64 COMMENT 'Entries in quarantine: a destination refuses them for good',
    lost_messages UInt64 COMMENT 'Messages and other entries that damage to the spool has cost',
    damaged_pieces UInt64 COMMENT 'Damaged pieces of the spool that were set aside',
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
ORDER BY (fsp_server, at)
TTL toDateTime(at) + INTERVAL 30 DAY
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Signs of life of the receivers, one a minute';

CREATE VIEW IF NOT EXISTS {database}.receivers {on_cluster}
AS SELECT
    s.fsp_server AS fsp_server,
    max(s.at) AS last_seen_at,
    argMax(s.site_code, s.at) AS site_code,
    argMax(s.version, s.at) AS version,
    argMax(s.taking_messages, s.at) AS taking_messages,
    argMax(s.role_version, s.at) AS role_version,
    argMax(s.waiting, s.at) AS waiting,
    argMax(tuple(s.oldest_waiting_at), s.at).1 AS oldest_waiting_at,
    argMax(s.lag, s.at) AS lag,
    argMax(s.failing_sinks, s.at) AS failing_sinks,
    argMax(s.quarantined, s.at) AS quarantined,
    argMax(s.lost_messages, s.at) AS lost_messages,
    argMax(s.damaged_pieces, s.at) AS damaged_pieces
FROM {database}.receiver_status AS s
GROUP BY s.fsp_server
COMMENT 'One row a receiver: how it was when it last gave a sign of life';

ALTER TABLE {database}.receivers {on_cluster}
    COMMENT COLUMN fsp_server 'Name of the fallback status point',
    COMMENT COLUMN last_seen_at 'When it last gave a sign of life; one comes every minute',
    COMMENT COLUMN site_code 'Its site',
    COMMENT COLUMN version 'Version of its program',
    COMMENT COLUMN taking_messages 'Whether it takes messages; not where its role was removed',
    COMMENT COLUMN role_version 'Version of the role in force; 0 for none',
    COMMENT COLUMN waiting 'Messages that waited for the throttle',
    COMMENT COLUMN oldest_waiting_at 'When the oldest of them was received',
    COMMENT COLUMN lag 'Entries that the destination furthest behind had not taken',
    COMMENT COLUMN failing_sinks 'Destinations whose last attempt failed',
    COMMENT COLUMN quarantined 'Entries in quarantine: a destination refuses them for good',
    COMMENT COLUMN lost_messages 'Messages and other entries that damage to the spool has cost',
    COMMENT COLUMN damaged_pieces 'Damaged pieces of the spool that were set aside';
