import type { AcknowledgementsInForce } from '../acknowledgements/in-force.js';
import type { MessageDescription } from '../catalog/describe.js';
import { namesOf } from '../report/machine-name.js';
import type { StateMessage } from '../report/types.js';
import type { Batch } from '../spool/entries.js';
import type { Spool } from '../spool/spool.js';
import type { Telemetry } from '../telemetry.js';
import { FailureCauses } from './failure-causes.js';
import { failed, notFailed } from './gauges.js';

/** Of failures of one machine that somebody takes care of. */
const cared = { 'configmgr.acknowledged': true };

/**
 * Counts the messages that are taken, and the failures among them by cause: at once, whatever waits behind. What somebody
 * takes care of is told apart, so that alerts can be silent about it: failures of one machine as they are counted, and
 * causes on all machines by a gauge, which holds for what was counted before too.
 */
export function countFailures(
  { metrics, meter }: Pick<Telemetry, 'metrics' | 'meter'>,
  {
    spool,
    siteCode,
    describe,
    acknowledged,
    logger,
  }: {
    spool: Pick<Spool, 'on'>;
    siteCode: string;
    describe(message: StateMessage): MessageDescription;
    acknowledged: Pick<AcknowledgementsInForce, 'holdsFor' | 'causes'>;
    logger: { warn(message: string): void };
  },
): void {
  const site = { 'configmgr.site.code': siteCode };
  const causes = new FailureCauses(siteCode, (what) => {
    logger.warn(
      `More than ${what} came: further ones count as _OTHER in the metric fsp.client.failures until the next start; ClickHouse has each`,
    );
  });
  meter
    .createObservableGauge('fsp.client.acknowledged', {
      description: 'Whether somebody takes care of a cause on all clients: 1 while it holds, 0 once it has ended',
    })
    .addCallback((result) => {
      // A series that was there once would stay as it was if it were told no more.
      const now = acknowledged.causes();
      for (const cause of now) causes.noteAcknowledged(cause);
      for (const [cause, attributes] of causes.everAcknowledged()) result.observe(now.has(cause) ? 1 : 0, attributes);
    });
  // A series that begins with its first failure would hide it: increase() sees no step.
  const kinds = {
    other: { ...site, ...notFailed },
    failed: { ...site, ...failed },
    cared: { ...site, ...failed, ...cared },
  };
  for (const kind of [kinds.failed, kinds.other]) metrics.clientMessages.add(0, kind);
  spool.on('appended', (messages) => {
    const failures = messages.filter((one) => one.failed);
    if (messages.length > failures.length) metrics.clientMessages.add(messages.length - failures.length, kinds.other);
    for (const { message, machine } of failures) {
      const { cause, attributes } = causes.of(message, describe(message));
      const care = acknowledged.holdsFor(cause, namesOf(machine.netbiosName).short);
      metrics.clientMessages.add(1, care ? kinds.cared : kinds.failed);
      metrics.clientFailures.add(1, { ...attributes, ...(care ? cared : {}) });
    }
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
