import { runColumns } from './setup-logs.js';
import { literal } from './sql.js';

/** Logs name a machine as it called itself or as it was told at their import: short or in full, in any case. */
const ofMachine = (name: string) => `upperUTF8(splitByChar('.', toString(host_name))[1]) = upperUTF8(${literal(name)})`;

/** The set-up runs of one machine, the newest first. */
export const runsOfMachineSql = (name: string) => `SELECT ${runColumns} FROM setup_runs
WHERE run_id IN (SELECT run_id FROM setup_run_updates WHERE ${ofMachine(name)})
ORDER BY started_at DESC, log_file, run_id
LIMIT 50`;

/** A record of a log of the machine that tells of trouble. */
export interface Trouble {
  record_id: string;
  logged_at: number;
  severity: string;
  log_file: string;
  line_number: number;
  run_id: string;
  message: string;
  error_code: string;
  error_text: string;
}

/** Lines of trouble that a client's page shows. */
export const mostTroubles = 500;

/** What the logs of one machine say of trouble, the newest first; a log that tells no times has no place in it. */
export const troublesOfMachineSql = (
  name: string,
) => `SELECT record_id, logged_at, toString(severity) AS severity, toString(log_file) AS log_file, line_number, run_id,
  substringUTF8(message, 1, 600) AS message, error_code, error_text
FROM setup_log_records
WHERE ${ofMachine(name)} AND (severity IN ('WARN', 'ERROR', 'FATAL') OR error_code NOT IN ('', '0')) AND NOT hasAny(remarks, ['time_unknown', 'date_unknown'])
ORDER BY logged_at DESC, log_file, line_number DESC
LIMIT ${mostTroubles}`;
