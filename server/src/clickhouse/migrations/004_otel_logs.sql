-- Messages and log records in the shape of the OpenTelemetry Collector's table, for Explore and other viewers of logs.

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
        'log.record.uid', record_id,
        'thread.id', thread,
        'code.file.path', source_file,
        'configmgr.component', toString(component),
        'configmgr.run.id', run_id,
        'error.type', error_code
    )),
    'configmgr.setup_log'
FROM {database}.setup_log_records
COMMENT 'State messages and set-up log records as OpenTelemetry log records';
