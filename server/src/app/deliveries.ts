import { resolve } from 'node:path';
import { describeMessage } from '../catalog/describe.js';
import { createDelivery, type Delivery } from '../delivery/delivery.js';
import { withOwnTimes } from '../delivery/own-times.js';
import type { Sink } from '../delivery/sink.js';
import { tracedSink } from '../delivery/traced-sink.js';
import type { ForgottenInSpool } from '../forget/in-spool.js';
import { countLateness } from '../health/counts.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import { createOtlpSink, partialSuccessText } from '../sinks/otlp.js';
import { createSiteInboxSink } from '../sinks/site-inbox.js';
import type { Spool } from '../spool/spool.js';
import type { Ground } from './ground.js';

/** Where messages go, and who brings them there. */
export interface Deliveries {
  sinks: readonly Sink[];
  /** One for each sink. */
  deliveries: readonly Delivery[];
  /** Log records that the OpenTelemetry endpoint took and then rejected; null without one. */
  rejectedByOtlp(): number | null;
}

/** A delivery for each sink, with what is done to what passes, what is counted, and where what is refused goes. */
export async function buildDeliveries(
  { config, telemetry, logger, closers }: Ground,
  {
    spool,
    clickhouse,
    quarantine,
    forgotten,
  }: { spool: Spool; clickhouse: Sink; quarantine: Quarantine; forgotten: ForgottenInSpool },
): Promise<Deliveries> {
  let rejectedByOtlp = 0;
  const otlp = await createOtlpSink({
    describe: describeMessage,
    siteCode: config.siteCode,
    resource: telemetry.resource,
    onPartialSuccess(rejected, said) {
      rejectedByOtlp += rejected;
      telemetry.metrics.otlpRejected.add(rejected);
      logger.warn(partialSuccessText(rejected, said));
    },
  });
  const siteInbox = config.siteInbox === '' ? null : createSiteInboxSink(resolve(config.siteInbox));
  const sinks = [clickhouse, otlp, siteInbox].filter((sink) => sink !== null);
  await spool.sinks.register(sinks.map(({ name }) => name));
  const deliveries = sinks.map((sink) => {
    const delivery = createDelivery({
      spool,
      sink: forgotten.apart(withOwnTimes(tracedSink(sink, telemetry))),
      logger,
      // What was forgotten while its batch was under way is no content of the quarantine either.
      setAside: (name, batch, refused) => quarantine.setAside(name, forgotten.passedOn(batch), refused),
      onBatch: (succeeded) => {
        if (succeeded && spool.isEmpty()) forgotten.clear();
        telemetry.metrics.sinkBatches.add(1, {
          'fsp.sink': sink.name,
          'fsp.outcome': succeeded ? 'succeeded' : 'failed',
        });
      },
      onDelivered: countLateness(telemetry, sink.name),
      ...(sink === otlp ? { maxLag: config.otlpMaxLag } : {}),
    });
    return closers.keep('delivery', `delivery to ${sink.name}`, delivery, async (one) => {
      await one.stop();
      await sink.close();
    });
  });
  return { sinks, deliveries, rejectedByOtlp: () => (otlp === null ? null : rejectedByOtlp) };
}
