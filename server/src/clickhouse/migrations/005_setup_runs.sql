-- A run of a set-up is followed while it goes on: its row is written again when more is known, and the newest counts.

DROP TABLE IF EXISTS {database}.setup_runs {on_cluster} SYNC;

CREATE TABLE IF NOT EXISTS {database}.setup_run_updates {on_cluster}
(
    updated_at DateTime64(3, 'UTC') COMMENT 'When this was known',
    run_id String COMMENT 'Identity of the run',
    installation_id String COMMENT 'The same for the runs of rolesetup.exe and of Windows Installer that are one installation',
    host_name LowCardinality(String) COMMENT 'Machine that it ran on',
    log_file LowCardinality(String) COMMENT 'Path of the log',
    log_format LowCardinality(String) COMMENT 'role_setup, msi, ccm or simple',
    action LowCardinality(String) COMMENT 'install, uninstall, repair or upgrade',
    started_at DateTime64(3, 'UTC') COMMENT 'Begin; for a log without times when the file was written',
    ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Last line that is known of it',
    verdict LowCardinality(String) COMMENT 'succeeded, failed, reboot_pending or unfinished',
    exit_code Nullable(Int64) COMMENT 'Return code, where there is one',
    cause String COMMENT 'What made it fail',
    cause_line UInt64 COMMENT 'Line that shows the cause; 0 for none',
    suggestion String COMMENT 'What to check',
    product_name String COMMENT 'What was installed',
    product_version String COMMENT 'Version that was installed',
    batch_id String COMMENT 'Batch that it was delivered in',
    row_id UInt32 COMMENT 'Position in that batch'
)
ENGINE = {replicated}MergeTree
ORDER BY (run_id, updated_at)
SETTINGS {dedup_window} = 1000, fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'What was known of a run, as it went; setup_runs has the newest of each';

CREATE VIEW IF NOT EXISTS {database}.setup_runs {on_cluster}
AS SELECT
    u.run_id AS run_id,
    argMax(u.installation_id, u.updated_at) AS installation_id,
    argMax(u.host_name, u.updated_at) AS host_name,
    argMax(u.log_file, u.updated_at) AS log_file,
    argMax(u.log_format, u.updated_at) AS log_format,
    argMax(u.action, u.updated_at) AS action,
    argMax(u.started_at, u.updated_at) AS started_at,
    argMax(tuple(u.ended_at), u.updated_at).1 AS ended_at,
    argMax(u.verdict, u.updated_at) AS verdict,
    argMax(tuple(u.exit_code), u.updated_at).1 AS exit_code,
    argMax(u.cause, u.updated_at) AS cause,
    argMax(u.cause_line, u.updated_at) AS cause_line,
    argMax(u.suggestion, u.updated_at) AS suggestion,
    argMax(u.product_name, u.updated_at) AS product_name,
    argMax(u.product_version, u.updated_at) AS product_version,
    max(u.updated_at) AS updated_at
FROM {database}.setup_run_updates AS u
GROUP BY u.run_id
COMMENT 'One row a run of a set-up: its verdict, and for a failed one the cause and what to check';

ALTER TABLE {database}.setup_log_records {on_cluster}
    ADD COLUMN IF NOT EXISTS byte_offset UInt64 COMMENT 'Byte that the record begins at' AFTER line_number,
    ADD COLUMN IF NOT EXISTS remarks Array(LowCardinality(String)) COMMENT 'How sure it is: damaged, no_stamp, time_inherited, zone_unknown, impossible_bias, date_order_assumed, date_unknown, dst_gap, dst_fold, line_split' AFTER error_text,
    ADD INDEX IF NOT EXISTS by_record record_id TYPE bloom_filter GRANULARITY 4;

ALTER TABLE {database}.state_messages {on_cluster}
    ADD INDEX IF NOT EXISTS by_message message_id TYPE bloom_filter GRANULARITY 4;

DROP VIEW IF EXISTS {database}.otel_logs {on_cluster} SYNC;

CREATE VIEW IF NOT EXISTS {database}.otel_logs {on_cluster}
AS SELECT
    toDateTime64(message_time, 9, 'UTC') AS Timestamp,
    '' AS TraceId,
    '' AS SpanId,
    toUInt8(0) AS TraceFlags,
    multiIf(outcome = 'failed', 'ERROR', outcome IN ('reboot_pending', 'skipped'), 'WARN', 'INFO') AS SeverityText,
    toUInt8(multiIf(outcome = 'failed', 17, outcome IN ('reboot_pending', 'skipped'), 13, 9)) AS SeverityNumber,
    'fallback-status-point' AS ServiceName,
    state_text AS Body,
    '' AS ResourceSchemaUrl,
    map('service.name', 'fallback-status-point', 'host.name', toString(fsp_server)) AS ResourceAttributes,
    '' AS ScopeSchemaUrl,
    'fsp.state_messages' AS ScopeName,
    '' AS ScopeVersion,
    CAST(map(), 'Map(String, String)') AS ScopeAttributes,
    mapFilter((k, v) -> v != '', map(
        'configmgr.site.code', toString(site_code),
        'configmgr.client.id', client_id,
        'configmgr.client.name', client_name,
        'configmgr.client.version', toString(client_version),
        'configmgr.topic.type', toString(topic_type),
        'configmgr.state.id', toString(state_id),
        'configmgr.outcome', toString(outcome),
        'configmgr.params', if(empty(params), '', toJSONString(params)),
        'error.type', error_code,
        'client.address', client_address,
        'log.record.uid', message_id
    )) AS LogAttributes,
    if(phase = 'other', 'configmgr.state_message', concat('configmgr.client.', phase)) AS EventName
FROM {database}.state_messages
UNION ALL
SELECT
    toDateTime64(logged_at, 9, 'UTC'),
    '',
    '',
    toUInt8(0),
    toString(severity),
    toUInt8(transform(toString(severity), ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'], [1, 5, 9, 13, 17, 21], 0)),
    'fallback-status-point',
    message,
    '',
    map('service.name', 'fallback-status-point', 'host.name', toString(host_name)),
    '',
    'fsp.setup_logs',
    '',
    CAST(map(), 'Map(String, String)'),
    mapFilter((k, v) -> v != '', map(
        'log.file.path', toString(log_file),
        'log.file.name', extract(toString(log_file), '[^/\\\\]*$'),
        'log.record.uid', record_id,
        'thread.id', thread,
        'code.file.path', replaceRegexpOne(source_file, ':\\d+$', ''),
        'code.line.number', extract(source_file, ':(\\d+)$'),
        'configmgr.component', toString(component),
        'configmgr.run.id', run_id,
        'error.type', error_code
    )),
    'configmgr.setup_log'
FROM {database}.setup_log_records
UNION ALL
SELECT
    toDateTime64(coalesce(ended_at, started_at), 9, 'UTC'),
    '',
    '',
    toUInt8(0),
    multiIf(verdict = 'failed', 'ERROR', verdict = 'succeeded', 'INFO', 'WARN'),
    toUInt8(multiIf(verdict = 'failed', 17, verdict = 'succeeded', 9, 13)),
    'fallback-status-point',
    concat(product_name, if(product_name = '', '', ': '), action, ' ', verdict, if(cause = '', '', concat(': ', cause))),
    '',
    map('service.name', 'fallback-status-point', 'host.name', toString(host_name)),
    '',
    'fsp.setup_logs',
    '',
    CAST(map(), 'Map(String, String)'),
    mapFilter((k, v) -> v != '', map(
        'log.file.path', toString(log_file),
        'log.file.name', extract(toString(log_file), '[^/\\\\]*$'),
        'log.record.uid', run_id,
        'configmgr.run.id', run_id,
        'configmgr.run.action', toString(action),
        'configmgr.run.verdict', toString(verdict),
        'configmgr.run.suggestion', suggestion,
        'process.exit.code', ifNull(toString(exit_code), '')
    )),
    'configmgr.setup_run'
FROM {database}.setup_runs
COMMENT 'State messages, set-up log records and set-up runs as OpenTelemetry log records';
