import type { Telemetry } from '../telemetry.js';
import type { Sink } from './sink.js';

/** Each attempt of a batch in a span of its own. */
export function tracedSink(sink: Sink, telemetry: Pick<Telemetry, 'traced'>): Sink {
  return {
    ...sink,
    deliver: (batch, redelivery) =>
      telemetry.traced(
        `deliver ${sink.name}`,
        { 'fsp.batch.id': batch.id, 'fsp.batch.entries': batch.entries.length, 'fsp.batch.redelivery': redelivery },
        () => sink.deliver(batch, redelivery),
      ),
  };
}
