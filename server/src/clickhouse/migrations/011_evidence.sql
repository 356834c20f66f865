-- A verdict shows the lines that it rests on, how sure it is, and what to collect where a log does not tell why.

ALTER TABLE {database}.setup_run_updates {on_cluster}
    ADD COLUMN IF NOT EXISTS evidence Array(Tuple(line UInt64, shows LowCardinality(String), text String)) COMMENT 'Lines that the judgement rests on, in the order of the log; shows: cause, detail, failed_action, result, echo, recovered' AFTER suggestion,
    ADD COLUMN IF NOT EXISTS certainty LowCardinality(String) COMMENT 'How sure the judgement is: certain, likely or guess; empty for a run of an earlier version' AFTER evidence,
    ADD COLUMN IF NOT EXISTS certainty_reason_id LowCardinality(String) COMMENT 'Why it is that sure, as a stable name' AFTER certainty,
    ADD COLUMN IF NOT EXISTS certainty_reason LowCardinality(String) COMMENT 'Why it is that sure' AFTER certainty_reason_id,
    ADD COLUMN IF NOT EXISTS next_step_id LowCardinality(String) COMMENT 'What to collect next, as a stable name; empty where the log tells enough' AFTER certainty_reason,
    ADD COLUMN IF NOT EXISTS next_step LowCardinality(String) COMMENT 'What to collect next; empty where the log tells enough' AFTER next_step_id;

CREATE OR REPLACE VIEW {database}.setup_runs {on_cluster}
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
    argMax(u.evidence, u.updated_at) AS evidence,
    argMax(u.certainty, u.updated_at) AS certainty,
    argMax(u.certainty_reason_id, u.updated_at) AS certainty_reason_id,
    argMax(u.certainty_reason, u.updated_at) AS certainty_reason,
    argMax(u.next_step_id, u.updated_at) AS next_step_id,
    argMax(u.next_step, u.updated_at) AS next_step,
    argMax(u.product_name, u.updated_at) AS product_name,
    argMax(u.product_version, u.updated_at) AS product_version,
    max(u.updated_at) AS updated_at
FROM {database}.setup_run_updates AS u
GROUP BY u.run_id
COMMENT 'One row a run of a set-up: its verdict with the evidence, and for a failed one the cause and what to check';

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
    COMMENT COLUMN evidence 'Lines that the judgement rests on, in the order of the log; shows: cause, detail, failed_action, result, echo, recovered',
    COMMENT COLUMN certainty 'How sure the judgement is: certain, likely or guess; empty for a run of an earlier version',
    COMMENT COLUMN certainty_reason_id 'Why it is that sure, as a stable name',
    COMMENT COLUMN certainty_reason 'Why it is that sure',
    COMMENT COLUMN next_step_id 'What to collect next, as a stable name; empty where the log tells enough',
    COMMENT COLUMN next_step 'What to collect next; empty where the log tells enough',
    COMMENT COLUMN product_name 'What was installed',
    COMMENT COLUMN product_version 'Version that was installed',
    COMMENT COLUMN updated_at 'When this was known';
