-- Views explain their columns too.

ALTER TABLE {database}.clients {on_cluster}
    COMMENT COLUMN client_id 'Bare upper-case GUID; empty while the machine has no client',
    COMMENT COLUMN client_name 'Short name of the machine, upper case',
    COMMENT COLUMN site_code 'Site of the fallback status point that heard of it last',
    COMMENT COLUMN client_version '5.00.0000.0000 while there is no client',
    COMMENT COLUMN phase 'deployment, assignment, communication, certificate, health, comanagement or other',
    COMMENT COLUMN outcome 'unknown, in_progress, succeeded, failed, reboot_pending or skipped',
    COMMENT COLUMN last_topic_type 'Topic of its newest deployment message, or of its newest message where there is none',
    COMMENT COLUMN last_state_id 'State of that message',
    COMMENT COLUMN last_state_text 'That state in words',
    COMMENT COLUMN last_error_code 'Error of that message: 0x and eight digits for an HRESULT, else decimal',
    COMMENT COLUMN last_error_text 'What that error means',
    COMMENT COLUMN deployment_begin_time 'Newest begin of a deployment (state 100)',
    COMMENT COLUMN deployment_end_time 'Its end (states 400, 401, 402); NULL while it goes on',
    COMMENT COLUMN assignment_begin_time 'Newest begin of an assignment (state 500)',
    COMMENT COLUMN assignment_end_time 'Its end (state 700); NULL while it goes on',
    COMMENT COLUMN communication_outcome 'failed while it is cut off from its management point; unknown if it never said',
    COMMENT COLUMN last_message_time 'Newest message of any kind, by the client’s clock',
    COMMENT COLUMN message_count 'Number of its messages';

ALTER TABLE {database}.setup_runs {on_cluster}
    COMMENT COLUMN run_id 'Identity of the run',
    COMMENT COLUMN installation_id 'The same for the runs that are one installation',
    COMMENT COLUMN host_name 'Machine that it ran on',
    COMMENT COLUMN log_file 'Path of the log',
    COMMENT COLUMN log_format 'role_setup, msi, ccm or simple',
    COMMENT COLUMN action 'install, uninstall, repair or upgrade',
    COMMENT COLUMN started_at 'Begin; for a log without times when the file was written',
    COMMENT COLUMN ended_at 'Last line that is known of it',
    COMMENT COLUMN verdict 'succeeded, failed, reboot_pending or unfinished',
    COMMENT COLUMN exit_code 'Return code, where there is one',
    COMMENT COLUMN cause 'What made it fail',
    COMMENT COLUMN cause_line 'Line that shows the cause; 0 for none',
    COMMENT COLUMN suggestion 'What to check',
    COMMENT COLUMN product_name 'What was installed',
    COMMENT COLUMN product_version 'Version that was installed',
    COMMENT COLUMN updated_at 'When this was known';

ALTER TABLE {database}.throttle_windows {on_cluster}
    COMMENT COLUMN window_start 'Begin of the window',
    COMMENT COLUMN fsp_server 'Name of the fallback status point',
    COMMENT COLUMN message_limit 'Messages that may pass in the window',
    COMMENT COLUMN interval_seconds 'Length of the window',
    COMMENT COLUMN received 'Messages taken during the window',
    COMMENT COLUMN processed 'Messages that passed',
    COMMENT COLUMN waiting 'Messages held back',
    COMMENT COLUMN oldest_waiting_at 'When the oldest of them was received',
    COMMENT COLUMN rejected 'Bodies that were refused';

ALTER TABLE {database}.otel_logs {on_cluster}
    COMMENT COLUMN Timestamp 'When it happened, by the clock of its source',
    COMMENT COLUMN TraceId 'Empty: there are no traces',
    COMMENT COLUMN SpanId 'Empty: there are no traces',
    COMMENT COLUMN TraceFlags '0: there are no traces',
    COMMENT COLUMN SeverityText 'ERROR for failed, WARN for a pending restart and skipped, INFO else; a log record’s own',
    COMMENT COLUMN SeverityNumber 'The same as OpenTelemetry’s number',
    COMMENT COLUMN ServiceName 'fallback-status-point',
    COMMENT COLUMN Body 'State in words, text of a log record, or verdict of a run',
    COMMENT COLUMN ResourceSchemaUrl 'Empty',
    COMMENT COLUMN ResourceAttributes 'service.name and host.name',
    COMMENT COLUMN ScopeSchemaUrl 'Empty',
    COMMENT COLUMN ScopeName 'fsp.state_messages or fsp.setup_logs',
    COMMENT COLUMN ScopeVersion 'Empty',
    COMMENT COLUMN ScopeAttributes 'Empty',
    COMMENT COLUMN LogAttributes 'configmgr.client.name, error.type and others',
    COMMENT COLUMN EventName 'configmgr.client.deployment and others, configmgr.setup_log, configmgr.setup_run';
