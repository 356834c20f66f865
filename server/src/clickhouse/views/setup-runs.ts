import { maybeTime, newest, time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['run_id', 'String', 'Identity of the run'],
  ['installation_id', 'String', 'The same for the runs that are one installation'],
  ['host_name', 'String', 'Machine that it ran on'],
  ['log_file', 'String', 'Path of the log'],
  ['log_format', 'String', 'role_setup, msi, ccm or simple'],
  ['action', 'String', 'install, uninstall, repair or upgrade'],
  ['started_at', time, 'Begin; for a log without times when the file was written'],
  ['ended_at', maybeTime, 'Last line that is known of it'],
  ['verdict', 'String', 'succeeded, failed, reboot_pending or unfinished'],
  ['exit_code', 'Nullable(Int64)', 'Return code, where there is one'],
  ['cause', 'String', 'What made it fail'],
  ['cause_line', 'UInt64', 'Line that shows the cause; 0 for none'],
  ['suggestion', 'String', 'What to check'],
  [
    'evidence',
    'Array(Tuple(line UInt64, shows String, text String))',
    'Lines that the judgement rests on, in the order of the log; shows: cause, detail, failed_action, result, echo, recovered',
  ],
  ['certainty', 'String', 'How sure the judgement is: certain, likely or guess; empty for a run of an earlier version'],
  ['certainty_reason_id', 'String', 'Why it is that sure, as a stable name'],
  ['certainty_reason', 'String', 'Why it is that sure'],
  ['next_step_id', 'String', 'What to collect next, as a stable name; empty where the log tells enough'],
  ['next_step', 'String', 'What to collect next; empty where the log tells enough'],
  ['product_name', 'String', 'What was installed'],
  ['product_version', 'String', 'Version that was installed'],
  ['updated_at', time, 'When this was known'],
];

export const setupRuns: View = {
  name: 'setup_runs',
  comment: 'One row a run of a set-up: its verdict with the evidence, and for a failed one the cause and what to check',
  columns,
  select: (database) => newest(`${database}.setup_run_updates`, 'updated_at', ['run_id'], columns),
};
