-- Records and runs of set-up logs.

CREATE TABLE IF NOT EXISTS {database}.setup_log_records {on_cluster}
(
    logged_at DateTime64(3, 'UTC') COMMENT 'Time of the record',
    host_name LowCardinality(String) COMMENT 'Machine that wrote the log',
    log_file LowCardinality(String) COMMENT 'Path of the log',
    log_format LowCardinality(String) COMMENT 'ccm, simple, role_setup or msi',
    run_id String COMMENT 'Run that the record belongs to',
    line_number UInt64 COMMENT 'Line that the record begins on',
    severity LowCardinality(String) COMMENT 'TRACE, DEBUG, INFO, WARN, ERROR or FATAL',
    component LowCardinality(String) COMMENT 'Component that wrote it',
    thread String COMMENT 'Thread that wrote it',
    source_file String COMMENT 'Source file and line where given',
    message String COMMENT 'The text' CODEC(ZSTD),
    error_code String COMMENT 'Code found in it, canonical',
    error_text String COMMENT 'What that code means',
    record_id String COMMENT 'Identity of the record',
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
PARTITION BY toYYYYMM(logged_at)
ORDER BY (host_name, log_file, logged_at, line_number)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'Records of set-up logs that are followed or were imported';

CREATE TABLE IF NOT EXISTS {database}.setup_runs {on_cluster}
(
    run_id String COMMENT 'Identity of the run',
    host_name LowCardinality(String) COMMENT 'Machine that it ran on',
    log_file LowCardinality(String) COMMENT 'Path of the log',
    log_format LowCardinality(String) COMMENT 'role_setup or msi',
    action LowCardinality(String) COMMENT 'install, uninstall, repair or upgrade',
    started_at DateTime64(3, 'UTC') COMMENT 'Begin',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'End, where it was seen',
    verdict LowCardinality(String) COMMENT 'succeeded, failed, reboot_pending or unfinished',
    exit_code Nullable(Int64) COMMENT 'Return code, where there is one',
    cause String COMMENT 'What made it fail',
    cause_line UInt64 COMMENT 'Line that shows the cause; 0 for none',
    product_version String COMMENT 'Version that was installed',
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
ORDER BY (host_name, log_file, run_id)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'One row a run of a set-up';
