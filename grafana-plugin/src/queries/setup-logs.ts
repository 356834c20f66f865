import { contains, literal, where } from './sql.js';

export type Verdict = 'succeeded' | 'failed' | 'reboot_pending' | 'unfinished';

/** A line that the judgement on a run rests on. */
export interface Evidence {
  line: number;
  /** cause, detail, failed_action, result, echo or recovered. */
  shows: string;
  text: string;
  /** Log that it stands in, where that is not the run's own. */
  path?: string;
}

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
  /** JSON of {@link Evidence}. */
  evidence: string;
  certainty: string;
  certainty_reason_id: string;
  certainty_reason: string;
  next_step_id: string;
  next_step: string;
  product_name: string;
  product_version: string;
}

export interface RunFilter {
  /** '' for any. */
  verdict: string;
  host: string;
  product: string;
}

export const anyRun: RunFilter = { verdict: '', host: '', product: '' };

export function evidenceOf({ evidence }: Pick<SetupRun, 'evidence'>): Evidence[] {
  const lines = JSON.parse(evidence === '' ? '[]' : evidence) as Evidence[];
  return lines.map((one) => ({ ...one, line: Number(one.line) }));
}

/** The most runs and logs that a list shows; how many there are is told beside it. */
export const mostListed = 500;

const columns = `* EXCEPT (updated_at, evidence), toJSONString(evidence) AS evidence`;

const matching = ({ verdict, host, product }: RunFilter) => [
  verdict !== '' && `verdict = ${literal(verdict)}`,
  host !== '' && contains(['host_name'], host),
  product !== '' && contains(['product_name', 'product_version', 'log_file'], product),
];

/** Runs of a time, the newest first. */
export function setupRunsSql(filter: RunFilter): string {
  return `SELECT ${columns} FROM setup_runs
WHERE ${where(['$__timeFilter(started_at)', ...matching(filter)])}
ORDER BY started_at DESC, log_file, run_id
LIMIT ${mostListed}`;
}

/** One run, whenever it was. */
export function setupRunSql(runId: string): string {
  return `SELECT ${columns} FROM setup_runs WHERE run_id = ${literal(runId)}`;
}

/** The runs that are one installation, each in its log. */
export function installationSql(installationId: string): string {
  return `SELECT DISTINCT host_name, log_file, log_format FROM setup_runs
WHERE installation_id = ${literal(installationId)} ORDER BY log_file`;
}

/** How much there is, in the range and outside of it. */
export interface Extent {
  all: number;
  in_range: number;
  first: number | null;
  last: number | null;
}

export function runsExtentSql(filter: RunFilter): string {
  return `SELECT count() AS all, countIf($__timeFilter(started_at)) AS in_range, minOrNull(started_at) AS first, maxOrNull(started_at) AS last
FROM setup_runs WHERE ${where(matching(filter))}`;
}

/** Where a run's records begin and end in its log. */
export function runLinesSql({ host_name, log_file, run_id }: SetupRun): string {
  return `SELECT min(line_number) AS first, max(line_number) AS last FROM setup_log_records
WHERE host_name = ${literal(host_name)} AND log_file = ${literal(log_file)} AND run_id = ${literal(run_id)}`;
}

/** One followed or imported log, whether it has runs or not. */
export interface SetupLog {
  /** Stands for host and file in addresses. */
  id: string;
  host_name: string;
  log_file: string;
  log_format: string;
  records: number;
  errors: number;
  /** Times of the records that have one of their own; null where none has. */
  first: number | null;
  last: number | null;
  /** Time that the log is listed by: its last one, or when its file was written. */
  listed_at: number;
}

/** The logs that are stored, the newest first, with how many there are. */
export function setupLogsSql(filter: Pick<RunFilter, 'host' | 'product'>): string {
  const { host, product } = filter;
  // Times that are guessed tell nothing about when the log was written.
  const own = `NOT hasAny(remarks, ['time_inherited', 'date_unknown', 'time_unknown'])`;
  return `SELECT hex(sipHash64(host_name, log_file)) AS id, host_name, log_file, any(log_format) AS log_format, count() AS records,
  countIf(severity IN ('ERROR', 'FATAL')) AS errors, minOrNullIf(logged_at, ${own}) AS first, maxOrNullIf(logged_at, ${own}) AS last,
  max(logged_at) AS listed_at
FROM setup_log_records
WHERE ${where([host !== '' && contains(['host_name'], host), product !== '' && contains(['log_file'], product)])}
GROUP BY host_name, log_file
ORDER BY listed_at DESC, log_file
LIMIT ${mostListed}`;
}
