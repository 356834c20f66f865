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
