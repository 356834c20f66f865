import type { Telemetry } from '../telemetry.js';
import type { Sink } from './sink.js';

/** Each attempt of a batch in a span of its own. */
export function tracedSink(sink: Sink, telemetry: Pick<Telemetry, 'traced'>): Sink {
  return {
    name: sink.name,
    ...(sink.limits === undefined ? {} : { limits: sink.limits }),
    ...(sink.ready === undefined ? {} : { ready: () => sink.ready!() }),
    ...(sink.prepare === undefined ? {} : { prepare: (batch) => sink.prepare!(batch) }),
    deliver: (batch, redelivery) =>
      telemetry.traced(
        `deliver ${sink.name}`,
        { 'fsp.batch.id': batch.id, 'fsp.batch.entries': batch.entries.length, 'fsp.batch.redelivery': redelivery },
        () => sink.deliver(batch, redelivery),
      ),
    close: () => sink.close(),
  };
}
