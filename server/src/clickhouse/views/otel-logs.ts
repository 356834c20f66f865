import type { View } from './view.js';

const service = "'fallback-status-point'";
const noAttributes = "CAST(map(), 'Map(String, String)')";
const resource = (host: string) => `map('service.name', ${service}, 'host.name', toString(${host}))`;

/** Attributes as a map; those that are empty are left out. */
function attributes(values: Record<string, string>): string {
  const pairs = Object.entries(values).map(([name, value]) => `'${name}', ${value}`);
  return `mapFilter((k, v) -> v != '', map(\n        ${pairs.join(',\n        ')}\n    ))`;
}

interface LogRecord {
  /** DateTime64(3) of its source. */
  at: string;
  /** The same as DateTime64(9), in the words that an index or the order of its table finds a range by. */
  timestamp: string;
  severityText: string;
  severityNumber: string;
  body: string;
  host: string;
  scope: string;
  attributes: Record<string, string>;
  eventName: string;
  table: string;
}

const select = (record: LogRecord) => `SELECT
    ${record.timestamp} AS Timestamp,
    toDateTime(${record.at}, 'UTC') AS TimestampTime,
    '' AS TraceId,
    '' AS SpanId,
    toUInt8(0) AS TraceFlags,
    ${record.severityText} AS SeverityText,
    toUInt8(${record.severityNumber}) AS SeverityNumber,
    ${service} AS ServiceName,
    ${record.body} AS Body,
    '' AS ResourceSchemaUrl,
    ${resource(record.host)} AS ResourceAttributes,
    '' AS ScopeSchemaUrl,
    '${record.scope}' AS ScopeName,
    '' AS ScopeVersion,
    ${noAttributes} AS ScopeAttributes,
    ${attributes(record.attributes)} AS LogAttributes,
    ${record.eventName} AS EventName
FROM ${record.table}`;

const logFile = {
  'log.file.path': 'toString(log_file)',
  'log.file.name': String.raw`extract(toString(log_file), '[^/\\\\]*$')`,
};

const stateMessage = (database: string): LogRecord => ({
  at: 'said_at',
  // As the index by_said_at has it.
  timestamp: "toDateTime64(said_at, 9, 'UTC')",
  severityText: "multiIf(outcome = 'failed', 'ERROR', outcome IN ('reboot_pending', 'skipped'), 'WARN', 'INFO')",
  severityNumber: "multiIf(outcome = 'failed', 17, outcome IN ('reboot_pending', 'skipped'), 13, 9)",
  body: 'state_text',
  host: 'fsp_server',
  scope: 'fsp.state_messages',
  attributes: {
    'configmgr.site.code': 'toString(site_code)',
    'configmgr.client.id': 'client_id',
    'configmgr.client.name': 'client_name',
    'configmgr.client.version': 'toString(client_version)',
    'configmgr.topic.type': 'toString(topic_type)',
    'configmgr.state.id': 'toString(state_id)',
    'configmgr.outcome': 'toString(outcome)',
    // ClickHouse writes a slash in JSON as \/, and nobody else does.
    'configmgr.params': String.raw`if(empty(params), '', replaceAll(toJSONString(params), '\\/', '/'))`,
    'error.type': 'error_code',
    'client.address': 'client_address',
    'log.record.uid': 'message_id',
    'configmgr.client.time': "if(message_time = said_at, '', toString(message_time))",
  },
  eventName: "if(phase = 'other', 'configmgr.state_message', concat('configmgr.client.', phase))",
  table: `${database}.state_messages`,
});

const setupLogRecord = (database: string): LogRecord => ({
  at: 'logged_at',
  // Through a CAST, and not through toDateTime64(), ClickHouse sees the partition and the key of logged_at.
  timestamp: String.raw`CAST(logged_at, 'DateTime64(9, \'UTC\')')`,
  severityText: 'toString(severity)',
  severityNumber:
    "transform(toString(severity), ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'], [1, 5, 9, 13, 17, 21], 0)",
  body: 'message',
  host: 'host_name',
  scope: 'fsp.setup_logs',
  attributes: {
    ...logFile,
    'log.record.uid': 'record_id',
    'thread.id': 'thread',
    'code.file.path': String.raw`replaceRegexpOne(source_file, ':\\d+$', '')`,
    'code.line.number': String.raw`extract(source_file, ':(\\d+)$')`,
    'configmgr.component': 'toString(component)',
    'configmgr.run.id': 'run_id',
    'error.type': 'error_code',
  },
  eventName: "'configmgr.setup_log'",
  table: `${database}.setup_log_records`,
});

const setupRun = (database: string): LogRecord => ({
  at: 'coalesce(ended_at, started_at)',
  timestamp: "toDateTime64(coalesce(ended_at, started_at), 9, 'UTC')",
  severityText: "multiIf(verdict = 'failed', 'ERROR', verdict = 'succeeded', 'INFO', 'WARN')",
  severityNumber: "multiIf(verdict = 'failed', 17, verdict = 'succeeded', 9, 13)",
  body: "concat(product_name, if(product_name = '', '', ': '), action, ' ', verdict, if(cause = '', '', concat(': ', cause)))",
  host: 'host_name',
  scope: 'fsp.setup_logs',
  attributes: {
    ...logFile,
    // A run leaves whenever more is known of it, and records of one uid are duplicates by the semantic conventions.
    'log.record.uid': "concat(run_id, '-', toString(toUnixTimestamp64Milli(updated_at)))",
    'configmgr.run.id': 'run_id',
    'configmgr.run.action': 'toString(action)',
    'configmgr.run.verdict': 'toString(verdict)',
    'configmgr.run.suggestion': 'suggestion',
    'process.exit.code': "ifNull(toString(exit_code), '')",
  },
  eventName: "'configmgr.setup_run'",
  table: `${database}.setup_runs`,
});

/** The Collector's own table has this shape (its ClickHouse exporter ≥ 0.151); HyperDX asks TimestampTime too. */
export const otelLogs: View = {
  name: 'otel_logs',
  comment: 'State messages, set-up log records and set-up runs as OpenTelemetry log records',
  columns: [
    [
      'Timestamp',
      "DateTime64(9, 'UTC')",
      'When it happened, by the clock of its source; where a client’s clock says what cannot be, when it was received',
    ],
    ['TimestampTime', "DateTime('UTC')", 'The same in whole seconds'],
    ['TraceId', 'String', 'Empty: there are no traces'],
    ['SpanId', 'String', 'Empty: there are no traces'],
    ['TraceFlags', 'UInt8', '0: there are no traces'],
    [
      'SeverityText',
      'String',
      'ERROR for failed, WARN for a pending restart and skipped, INFO else; a log record’s own',
    ],
    ['SeverityNumber', 'UInt8', 'The same as OpenTelemetry’s number'],
    ['ServiceName', 'String', 'fallback-status-point'],
    ['Body', 'String', 'State in words, text of a log record, or verdict of a run'],
    ['ResourceSchemaUrl', 'String', 'Empty'],
    ['ResourceAttributes', 'Map(String, String)', 'service.name and host.name'],
    ['ScopeSchemaUrl', 'String', 'Empty'],
    ['ScopeName', 'String', 'fsp.state_messages or fsp.setup_logs'],
    ['ScopeVersion', 'String', 'Empty'],
    ['ScopeAttributes', 'Map(String, String)', 'Empty'],
    ['LogAttributes', 'Map(String, String)', 'configmgr.client.name, error.type and others'],
    ['EventName', 'String', 'configmgr.client.deployment and others, configmgr.setup_log, configmgr.setup_run'],
  ],
  select: (database) =>
    [stateMessage(database), setupLogRecord(database), setupRun(database)].map(select).join('\nUNION ALL\n'),
};
