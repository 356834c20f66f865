import type { Client } from '../queries/clients.js';
import type { SetupRun } from '../queries/setup-logs.js';

/** Logs without a zone are off by up to so much; an attempt before that is another one. */
const slackMs = 86_400_000;

/** The run whose verdict says most of where a client stands. */
export interface Proof {
  run: SetupRun;
  /** Whether it tells of an earlier attempt than the one that the client reports. */
  isOld: boolean;
}

/**
 * Of a client that failed the newest failed run of its present attempt, unless the same product was set up again since;
 * of any other its newest run. Where there is none of the present attempt, the newest one, told as old.
 * @param runs of the client's machine, the newest first
 */
export function proofOf(client: Client, runs: readonly SetupRun[]): Proof | null {
  const since = attemptOf(client) - slackMs;
  const present = runs.filter((run) => lastOf(run, client) >= since);
  const failed = client.outcome === 'failed' ? present.find(({ verdict }) => verdict === 'failed') : undefined;
  const newest = present.find(({ product_name }) => failed === undefined || product_name === failed.product_name);
  if (newest !== undefined) return { run: newest, isOld: false };
  return runs[0] === undefined ? null : { run: runs[0], isOld: true };
}

/** When the attempt began that the client's words are of; of one whose begin was not heard, the first that was. */
function attemptOf({ deployment_begin_time, deployment_end_time, assignment_begin_time, last_message_time }: Client) {
  return deployment_begin_time ?? deployment_end_time ?? assignment_begin_time ?? last_message_time;
}

/** The last line that is known of a run. Its clock may have been as wrong as the client's is now, or right still. */
function lastOf({ started_at, ended_at }: SetupRun, { is_clock_off, clock_offset_seconds }: Client): number {
  const at = ended_at ?? started_at;
  return is_clock_off === 1 ? Math.max(at, at - clock_offset_seconds * 1000) : at;
}
