import type { Attributes, Meter, MetricOptions } from '@opentelemetry/api';

/**
 * A counter that is told when somebody looks. The SDK's own one looks its attributes up with each step, which for what
 * is counted with every request costs as much as reading the request.
 */
export class Tally<Key> {
  private readonly sums = new Map<Key, number>();

  /** @param attributesOf the attributes of a key; keys are few, and the same one is the same for `Map` */
  constructor(meter: Meter, name: string, options: MetricOptions, attributesOf: (key: Key) => Attributes) {
    meter.createObservableCounter(name, options).addCallback((result) => {
      for (const [key, sum] of this.sums) result.observe(sum, attributesOf(key));
    });
  }

  add(count: number, key: Key): void {
    this.sums.set(key, (this.sums.get(key) ?? 0) + count);
  }
}
