import { certaintyReasons, nextSteps } from '../../../server/src/setup-logs/verdict/wording.js';
import type { SetupRun } from '../queries/setup-logs.js';
import type { Installation } from './protocol.js';

/** An installation as the row that ClickHouse would have of it, which is what verdicts are shown of. */
export function runOf({ id, run, path, causeAt, evidence }: Installation): SetupRun {
  const { startedAt, endedAt, verdict, exitCode, cause, suggestion, certaintyReason, nextStep } = run;
  return {
    run_id: id,
    installation_id: id,
    host_name: '',
    log_file: path,
    log_format: run.format,
    action: run.action,
    started_at: startedAt ?? Number.NaN,
    ended_at: endedAt,
    verdict,
    exit_code: exitCode,
    cause,
    cause_line: causeAt?.line ?? 0,
    suggestion,
    evidence: JSON.stringify(evidence),
    certainty: run.certainty,
    certainty_reason_id: certaintyReason,
    certainty_reason: certaintyReasons[certaintyReason],
    next_step_id: nextStep,
    next_step: nextStep === '' ? '' : nextSteps[nextStep],
    product_name: run.productName,
    product_version: run.productVersion,
  };
}
