-- Two receivers under one name are told by their instances; disks are told of before they are full; the throttle's
-- settings are told so that receivers that differ are seen.

ALTER TABLE {database}.receiver_status {on_cluster}
    ADD COLUMN IF NOT EXISTS written_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When ClickHouse got this, by its own clock',
    ADD COLUMN IF NOT EXISTS instance_id String COMMENT 'Identity of the data folder: another under the same name is another receiver',
    ADD COLUMN IF NOT EXISTS host_name LowCardinality(String) COMMENT 'Machine that it runs on',
    ADD COLUMN IF NOT EXISTS started_at DateTime64(3, 'UTC') COMMENT 'When its process began',
    ADD COLUMN IF NOT EXISTS draining Bool COMMENT 'Whether it is drained for maintenance, and takes nothing',
    ADD COLUMN IF NOT EXISTS message_limit UInt32 COMMENT 'Messages that may pass in a window of its throttle',
    ADD COLUMN IF NOT EXISTS interval_seconds UInt32 COMMENT 'Length of that window',
    ADD COLUMN IF NOT EXISTS last_message_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it last took a message since its start',
    ADD COLUMN IF NOT EXISTS disk_total_bytes UInt64 COMMENT 'Size of the disk of its data folder; 0 where it is not known',
    ADD COLUMN IF NOT EXISTS disk_free_bytes UInt64 COMMENT 'What is free on it',
    ADD COLUMN IF NOT EXISTS spool_bytes UInt64 COMMENT 'What its spool takes',
    ADD COLUMN IF NOT EXISTS clickhouse_total_bytes UInt64 COMMENT 'Size of the fullest disk of ClickHouse as it sees it; 0 where it is not known',
    ADD COLUMN IF NOT EXISTS clickhouse_free_bytes UInt64 COMMENT 'What is free on that';
