import type { MessageDescription } from '../catalog/describe.js';
import type { StateMessage } from '../report/types.js';
import type { Batch } from '../spool/entries.js';
import type { Spool } from '../spool/spool.js';
import type { Telemetry } from '../telemetry.js';
import { FailureCauses } from './failure-causes.js';
import { failed, notFailed } from './gauges.js';

/** Counts the messages that are taken, and the failures among them by cause: at once, whatever waits behind. */
export function countFailures(
  { metrics }: Pick<Telemetry, 'metrics'>,
  {
    spool,
    siteCode,
    describe,
    logger,
  }: {
    spool: Pick<Spool, 'on'>;
    siteCode: string;
    describe(message: StateMessage): MessageDescription;
    logger: { warn(message: string): void };
  },
): void {
  const site = { 'configmgr.site.code': siteCode };
  const causes = new FailureCauses(siteCode, (most) => {
    logger.warn(
      `More than ${most} error codes came that the catalogue does not have: further ones count as _OTHER in the metric fsp.client.failures until the next start; ClickHouse has each`,
    );
  });
  // A series that begins with its first failure would hide it: increase() sees no step.
  for (const outcome of [failed, notFailed]) metrics.clientMessages.add(0, { ...site, ...outcome });
  spool.on('appended', (messages) => {
    const failures = messages.filter((one) => one.failed);
    if (failures.length > 0) metrics.clientMessages.add(failures.length, { ...site, ...failed });
    if (messages.length > failures.length)
      metrics.clientMessages.add(messages.length - failures.length, { ...site, ...notFailed });
    for (const { message } of failures) metrics.clientFailures.add(1, causes.attributesOf(message, describe(message)));
  });
}

/** Tells how long each message took from its receipt until a sink had it. */
export function countLateness(
  { metrics }: Pick<Telemetry, 'metrics'>,
  sink: string,
  now: () => number = Date.now,
): (batch: Batch) => void {
  const attributes = { failed: { 'fsp.sink': sink, ...failed }, other: { 'fsp.sink': sink, ...notFailed } };
  return ({ entries }) => {
    const at = now();
    for (const entry of entries)
      if (entry.kind === 'state_message')
        metrics.deliveryDuration.record(
          Math.max(0, at - entry.receivedAt) / 1000,
          attributes[entry.failed ? 'failed' : 'other'],
        );
  };
}
