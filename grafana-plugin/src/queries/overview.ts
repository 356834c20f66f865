import {
  deploymentCounts,
  endedSql,
  notAssigned,
  type deploymentOutcomes,
} from '../../../dashboards/src/deployments.js';
import { fleetConditions, heardInRange, messageConditions, messageTime, ofClients, type Chosen } from './chosen.js';
import { stuckFor } from './clients.js';
import { where } from './sql.js';

/** Where the clients stand that were heard of within the range. */
export interface FleetCounts extends Record<(typeof deploymentOutcomes)[number], number> {
  clients: number;
  stuck: number;
  cut_off: number;
  clock_off: number;
  not_assigned: number;
}

/** Hours after which a deployment without an end counts as stuck. */
export const stuckAfterHours = 24;

/** Who is stuck is silent: the range counts for all but those. */
export const fleetSql = (chosen: Chosen) => `SELECT ${deploymentCounts('heard')},
  countIf(${stuckFor(stuckAfterHours)}) AS stuck, countIf(heard AND is_cut_off) AS cut_off, countIf(heard AND is_clock_off) AS clock_off,
  countIf(heard AND ${notAssigned}) AS not_assigned
FROM (SELECT *, ${heardInRange(chosen)} AS heard FROM clients WHERE ${where(ofClients(chosen))})`;

/** Ends of deployments over time, by outcome. */
export const deploymentsOverTimeSql = (chosen: Chosen) =>
  endedSql({
    intervalOf: (moment) => `$__timeInterval(${moment})`,
    at: messageTime(chosen),
    among: where(messageConditions(chosen)),
  });

/** How long the deployments took that ended, of the clients of the range, in seconds by their own clocks. */
export const durationSql = (
  chosen: Chosen,
) => `SELECT countIf(deployment_seconds IS NOT NULL) AS finished, quantileExact(0.5)(deployment_seconds) AS median, quantileExact(0.95)(deployment_seconds) AS p95
FROM clients
WHERE ${where(fleetConditions(chosen))}`;

export interface Durations {
  finished: number;
  median: number | null;
  p95: number | null;
}
