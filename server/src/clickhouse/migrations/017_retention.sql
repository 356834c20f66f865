-- Data leaves again, counted from when it was stored: an old log that is imported is not gone at once. How long it is
-- kept is a setting; see retention.ts.

ALTER TABLE {database}.setup_log_records {on_cluster}
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') DEFAULT toDateTime(greatest(logged_at, toDateTime64('2026-11-25 00:00:00', 3, 'UTC')), 'UTC') COMMENT 'When it was stored; of records of an earlier version, not before this column was' CODEC(Delta, ZSTD) AFTER record_id;

ALTER TABLE {database}.state_messages{local} {on_cluster}
    MODIFY SETTING merge_with_ttl_timeout = 86400;
