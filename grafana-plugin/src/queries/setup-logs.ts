import { literal } from './sql.js';

export type Verdict = 'succeeded' | 'failed' | 'reboot_pending' | 'unfinished';

/** One run of a set-up, as the view `setup_runs` has it. */
export interface SetupRun {
  run_id: string;
  installation_id: string;
  host_name: string;
  log_file: string;
  log_format: string;
  action: string;
  started_at: number;
  ended_at: number | null;
  verdict: Verdict;
  exit_code: number | null;
  cause: string;
  cause_line: number;
  suggestion: string;
  product_name: string;
  product_version: string;
}

export const setupRunsSql = `SELECT * EXCEPT (updated_at) FROM setup_runs
WHERE $__timeFilter(started_at)
ORDER BY started_at DESC
LIMIT 500`;

/** The most records of a run that are shown; the panel on a dashboard is for more. */
export const mostRecords = 100_000;

/** The records of one run, in the columns that the log view knows. */
export function setupRecordsSql(runId: string): string {
  return `SELECT logged_at, message, severity, component, thread, source_file, line_number, error_code, error_text
FROM setup_log_records
WHERE run_id = ${literal(runId)}
ORDER BY line_number, byte_offset
LIMIT ${mostRecords}`;
}
