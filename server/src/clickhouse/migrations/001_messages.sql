-- State messages, and what belongs to taking them. All times are UTC. A batch has one processed_at, so that partitioning
-- by it puts a batch into one part: its insert is atomic.

CREATE TABLE IF NOT EXISTS {database}.state_messages {on_cluster}
(
    received_at DateTime64(3, 'UTC') COMMENT 'When the fallback status point took the message',
    processed_at DateTime64(3, 'UTC') COMMENT 'When the throttle had let it pass and its batch was made',
    message_time DateTime64(3, 'UTC') COMMENT 'When the client made it, by the client''s clock; received_at where it says nothing usable',
    site_code LowCardinality(String) COMMENT 'Site of the fallback status point',
    fsp_server LowCardinality(String) COMMENT 'Name of the fallback status point',
    client_id String COMMENT 'Bare upper-case GUID; all zeroes while there is no client',
    client_name String COMMENT 'Short name of the machine, upper case',
    client_fqdn String COMMENT 'Full name where the client gave one',
    client_version LowCardinality(String) COMMENT '5.00.0000.0000 while there is no client',
    client_installed Nullable(Bool) COMMENT 'Whether the client says that it is installed',
    client_address String COMMENT 'IP address that the message came from',
    topic_type UInt32 COMMENT '800 deployment and assignment, 1000 communication, 1001 certificate, 1300 health; see state_catalog',
    topic_name LowCardinality(String) COMMENT 'The topic in words',
    topic_id String COMMENT 'The topic''s own id as the client sent it',
    state_id UInt32 COMMENT 'State within the topic; see state_catalog',
    state_text String COMMENT 'The state in words, with its parameter filled in',
    phase LowCardinality(String) COMMENT 'deployment, assignment, communication, certificate, health, comanagement or other',
    outcome LowCardinality(String) COMMENT 'unknown, in_progress, succeeded, failed, reboot_pending or skipped',
    criticality Nullable(Int32) COMMENT 'As sent; 0 in all that were ever seen',
    serial_number Nullable(UInt32) COMMENT 'Counts since the client''s installation; may be absent',
    params Array(String) COMMENT 'UserParameters in their order; any may be empty',
    error_code String COMMENT 'Error that the parameters name: 0x and eight digits for an HRESULT, else decimal',
    error_text String COMMENT 'What that error means',
    user_name String COMMENT 'User of the topic where given',
    user_sid String COMMENT 'SID of that user',
    details String COMMENT 'StateDetails as sent' CODEC(ZSTD),
    message_id String COMMENT 'Identity of the message: the same when it is sent again',
    report_index UInt16 COMMENT 'Position in its report, from 0',
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch',
    raw String COMMENT 'The whole report as text; of a large report with many messages only on the first' CODEC(ZSTD),
    INDEX by_batch batch_id TYPE bloom_filter GRANULARITY 4,
    INDEX by_client client_name TYPE bloom_filter GRANULARITY 4,
    INDEX by_client_id client_id TYPE bloom_filter GRANULARITY 4,
    INDEX by_message_time message_time TYPE minmax GRANULARITY 4
)
ENGINE = {replicated}MergeTree
PARTITION BY toYYYYMM(processed_at)
ORDER BY (topic_type, state_id, message_time)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Every state message, once';

CREATE TABLE IF NOT EXISTS {database}.rejected_messages {on_cluster}
(
    received_at DateTime64(3, 'UTC') COMMENT 'When the body came',
    client_address String COMMENT 'IP address that it came from',
    reason String COMMENT 'Code and text of the refusal',
    body String COMMENT 'Its first 4 KiB' CODEC(ZSTD),
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY received_at
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Bodies that were no report: the first 60 of a minute';

CREATE TABLE IF NOT EXISTS {database}.throttle_window_updates {on_cluster}
(
    updated_at DateTime64(3, 'UTC') COMMENT 'When the figures were taken',
    window_start DateTime64(3, 'UTC') COMMENT 'Begin of the window',
    fsp_server LowCardinality(String) COMMENT 'Name of the fallback status point',
    message_limit UInt32 COMMENT 'Messages that may pass in the window',
    interval_seconds UInt32 COMMENT 'Length of the window',
    received UInt64 COMMENT 'Messages taken during the window',
    processed UInt64 COMMENT 'Messages that passed',
    waiting UInt64 COMMENT 'Messages held back',
    oldest_waiting_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the oldest of them was received',
    rejected UInt64 COMMENT 'Bodies that were refused',
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
ORDER BY (fsp_server, window_start, updated_at)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Figures of throttle windows as they went; throttle_windows has the newest of each';

CREATE VIEW IF NOT EXISTS {database}.throttle_windows {on_cluster}
AS SELECT
    window_start,
    fsp_server,
    argMax(u.message_limit, u.updated_at) AS message_limit,
    argMax(u.interval_seconds, u.updated_at) AS interval_seconds,
    argMax(u.received, u.updated_at) AS received,
    argMax(u.processed, u.updated_at) AS processed,
    argMax(u.waiting, u.updated_at) AS waiting,
    argMax(tuple(u.oldest_waiting_at), u.updated_at).1 AS oldest_waiting_at,
    argMax(u.rejected, u.updated_at) AS rejected
FROM {database}.throttle_window_updates AS u
GROUP BY window_start, fsp_server
COMMENT 'One row for each window of the throttle; the running one is brought up to date each minute';

CREATE TABLE IF NOT EXISTS {database}.state_catalog {on_cluster}
(
    topic_type UInt32 COMMENT 'Topic',
    topic_name LowCardinality(String) COMMENT 'The topic in words',
    state_id Int32 COMMENT 'State within the topic; -1 where the topic''s states are not known',
    state_text String COMMENT 'The state in words; {1} stands for the first parameter',
    outcome LowCardinality(String) COMMENT 'unknown, in_progress, succeeded, failed, reboot_pending or skipped'
)
ENGINE = {replicated}ReplacingMergeTree
ORDER BY (topic_type, state_id)
SETTINGS {dedup_window} = 100
COMMENT 'Every topic and state that is known, for joins';

CREATE TABLE IF NOT EXISTS {database}.error_catalog {on_cluster}
(
    family LowCardinality(String) COMMENT 'ccmsetup, msi or hresult',
    error_code String COMMENT 'As in state_messages.error_code',
    error_name String COMMENT 'Symbol where it has one',
    error_text String COMMENT 'What it means',
    outcome LowCardinality(String) COMMENT 'succeeded, failed or reboot_pending'
)
ENGINE = {replicated}ReplacingMergeTree
ORDER BY (family, error_code)
SETTINGS {dedup_window} = 100
COMMENT 'Error codes that are known, for joins';

CREATE TABLE IF NOT EXISTS {database}.role_configurations {on_cluster}
(
    server String COMMENT 'Name of the server that holds the role',
    version UInt64 COMMENT 'Counts the changes of that role; the newest wins',
    changed_at DateTime64(3, 'UTC') COMMENT 'When it was changed',
    changed_by String COMMENT 'Who changed it',
    removed Bool COMMENT 'Whether the change removed the role',
    configuration String COMMENT 'The role as JSON'
)
ENGINE = {replicated}MergeTree
ORDER BY (server, version)
COMMENT 'Every version of every role';
