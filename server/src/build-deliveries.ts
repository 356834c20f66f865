import type { Config } from './config.js';
import { createDelivery, type Delivery } from './delivery/delivery.js';
import { withOwnTimes } from './delivery/own-times.js';
import { tracedSink } from './delivery/traced-sink.js';
import type { ForgottenInSpool } from './forget/in-spool.js';
import { countLateness } from './health/counts.js';
import type { Logger } from './logger.js';
import type { Quarantine } from './quarantine/quarantine.js';
import type { Sink } from './delivery/sink.js';
import type { Spool } from './spool/spool.js';
import type { Telemetry } from './telemetry.js';

/** A delivery for each sink, with what is done to what passes, what is counted, and where what is refused goes. */
export function buildDeliveries({
  config,
  spool,
  clickhouse,
  otlp,
  siteInbox,
  quarantine,
  forgotten,
  telemetry,
  logger,
}: {
  config: Config;
  spool: Spool;
  clickhouse: Sink;
  /** Null where messages are not exported. */
  otlp: Sink | null;
  /** Null where no site takes reports. */
  siteInbox: Sink | null;
  quarantine: Quarantine;
  forgotten: ForgottenInSpool;
  telemetry: Telemetry;
  logger: Logger;
}): { sink: Sink; delivery: Delivery }[] {
  const sinks = [clickhouse, otlp, siteInbox].filter((sink) => sink !== null);
  return sinks.map((sink) => ({
    sink,
    delivery: createDelivery({
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
    }),
  }));
}
