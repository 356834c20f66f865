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
  // ClickHouse writes 64-bit numbers of JSON as texts.
  return lines.map((one) => ({ ...one, line: Number.parseInt(String(one.line), 10) }));
}

/** The most runs and logs that a list shows; how many there are is told beside it. */
export const mostListed = 500;

export const runColumns = `* EXCEPT (updated_at, evidence), toJSONString(evidence) AS evidence`;

const matching = ({ verdict, host, product }: RunFilter) => [
  verdict !== '' && `verdict = ${literal(verdict)}`,
  host !== '' && contains(['host_name'], host),
  product !== '' && contains(['product_name', 'product_version', 'log_file'], product),
];

/** Runs of a time, the newest first. */
export function setupRunsSql(filter: RunFilter): string {
  return `SELECT ${runColumns} FROM setup_runs
WHERE ${where(['$__timeFilter(started_at)', ...matching(filter)])}
ORDER BY started_at DESC, log_file, run_id
LIMIT ${mostListed}`;
}

/** One run, whenever it was. */
export function setupRunSql(runId: string): string {
  return `SELECT ${runColumns} FROM setup_runs WHERE run_id = ${literal(runId)}`;
}

/** The logs of the runs that are one installation. */
export function installationSql({ installation_id, run_id }: SetupRun): string {
  return `SELECT DISTINCT host_name, log_file, log_format, log_part FROM setup_log_records
WHERE (host_name, log_file, run_id) IN (
  SELECT host_name, log_file, run_id FROM setup_runs WHERE installation_id = ${literal(installation_id)} AND run_id != ${literal(run_id)})
ORDER BY log_file, log_part`;
}

/** How much there is, in the range and outside of it, and of when what is outside is. */
export interface Extent {
  all: number;
  in_range: number;
  first: number | null;
  last: number | null;
}

export function runsExtentSql(filter: RunFilter): string {
  return `SELECT count() AS all, countIf(in_time) AS in_range, minOrNullIf(started_at, NOT in_time) AS first, maxOrNullIf(started_at, NOT in_time) AS last
FROM (SELECT started_at, $__timeFilter(started_at) AS in_time FROM setup_runs WHERE ${where(matching(filter))})`;
}

/** Where a run's records are: the file, of a log that is rotated, and its lines. */
export interface RunLines {
  log_part: string;
  first: number;
  last: number;
}

export function runLinesSql({ host_name, log_file, run_id }: SetupRun): string {
  return `SELECT log_part, min(line_number) AS first, max(line_number) AS last FROM setup_log_records
WHERE host_name = ${literal(host_name)} AND log_file = ${literal(log_file)} AND run_id = ${literal(run_id)}
GROUP BY log_part ORDER BY log_part DESC LIMIT 1`;
}

/** One followed or imported log, whether it has runs or not; of a log that is rotated each of its files. */
export interface SetupLog {
  /** Stands for host and file in addresses. */
  id: string;
  host_name: string;
  log_file: string;
  log_format: string;
  log_part?: string;
  records: number;
  errors: number;
  /** Times of its first and last record; null where the log tells none. */
  first: number | null;
  last: number | null;
  /** Time that it is listed by: its last one, or when its file was written. */
  listed_at: number;
}

/** The logs that are stored, the newest first. */
export function setupLogsSql({ host, product }: Pick<RunFilter, 'host' | 'product'>): string {
  return `SELECT hex(sipHash64(host_name, log_file, log_part)) AS id, host_name, log_file, log_part, any(log_format) AS log_format,
  count() AS records, countIf(severity IN ('ERROR', 'FATAL')) AS errors,
  countIf(notEmpty(remarks) AND hasAny(remarks, ['date_unknown', 'time_unknown'])) = count() AS is_untimed,
  if(is_untimed, NULL, min(logged_at)) AS first, if(is_untimed, NULL, max(logged_at)) AS last, max(logged_at) AS listed_at
FROM setup_log_records
WHERE ${where([host !== '' && contains(['host_name'], host), product !== '' && contains(['log_file'], product)])}
GROUP BY host_name, log_file, log_part
ORDER BY listed_at DESC, log_file, log_part
LIMIT ${mostListed}`;
}
