import { isEnd, mostSerial } from '../../server/src/clickhouse/views/fragments.js';

/**
 * Where deployments stand, as `deployment_outcome` of `clients` has it: every client is in one of them, so that the parts
 * give the total. For the boards and for the app's pages.
 */
export const deploymentOutcomes = [
  'succeeded',
  'failed',
  'in_progress',
  'reboot_pending',
  'skipped',
  'unknown',
  'no_word',
] as const;

/** Whether a client's newest message is of an assignment that failed: its deployment may have succeeded all the same. */
export const notAssigned = "phase = 'assignment' AND outcome = 'failed'";

/**
 * Columns: clients, and how many of them stand in each of those.
 * @param among condition on the clients that are counted
 */
export const deploymentCounts = (among = '1') =>
  [
    `countIf(${among}) AS clients`,
    ...deploymentOutcomes.map((outcome) => `countIf(${among} AND deployment_outcome = '${outcome}') AS ${outcome}`),
  ].join(', ');

interface Ended {
  /** Begin of the chart's interval that a moment lies in. */
  intervalOf(moment: string): string;
  /** Time of a message, by the clock that is chosen. */
  at: string;
  /** Condition on messages. */
  among: string;
}

/** Puts a client's messages in their order, as one number: tuples are dear to compare. */
const order = `toUnixTimestamp64Milli(said_at) * ${mostSerial + 1} + least(serial, ${mostSerial})`;

/**
 * Deployments that ended over time: each client once, at the newest end of its deployment or failure of it that the
 * condition has. Columns: time, outcome, clients.
 */
export const endedSql = ({
  intervalOf,
  at,
  among,
}: Ended) => `SELECT ${intervalOf("fromUnixTimestamp64Milli(intDiv(ended, 2), 'UTC')")} AS time, if(bitAnd(ended, 1) = 1, 'succeeded', 'failed') AS outcome, count() AS clients
FROM
(
  SELECT argMax(toUnixTimestamp64Milli(${at}) * 2 + toInt64(${isEnd}), ${order}) AS ended
  FROM client_messages
  WHERE outcome IN ('succeeded', 'failed', 'reboot_pending') AND (${isEnd} OR (topic_type = 800 AND phase = 'deployment' AND outcome = 'failed')) AND ${among}
  GROUP BY cityHash64(client_key)
)
GROUP BY time, outcome
ORDER BY time, outcome`;
