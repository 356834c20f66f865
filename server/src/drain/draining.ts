import type { Delivery } from '../delivery/delivery.js';
import type { Spool } from '../spool/spool.js';

/** How far a receiver is with passing on what it holds. */
export interface DrainProgress {
  /** When it began, in milliseconds since 1970 UTC; null where messages are taken. */
  startedAt: number | null;
  /** Messages that wait for the throttle. */
  waiting: number;
  /** Each destination with what it has not taken, and the error of the last attempt. */
  sinks: { sink: string; lag: number; error: string | null }[];
  /** Whether nothing is held any more. */
  done: boolean;
}

/** Whether this receiver is drained for maintenance: it takes nothing, and passes on what it holds. */
export class Draining {
  private since: number | null = null;

  constructor(
    private readonly apply: (draining: boolean, beyondLimit: boolean) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** When it began, in milliseconds since 1970 UTC; null while messages are taken. */
  get startedAt(): number | null {
    return this.since;
  }

  /** @param beyondLimit whether what waits passes at once, and not as the throttle allows */
  begin(beyondLimit: boolean): void {
    this.since ??= this.now();
    this.apply(true, beyondLimit);
  }

  end(): void {
    this.since = null;
    this.apply(false, false);
  }
}

/** How far a receiver is with passing on what it holds. */
export function drainProgress({
  draining,
  spool,
  deliveries,
}: {
  draining: Draining;
  spool: Spool;
  deliveries: readonly Delivery[];
}): DrainProgress {
  const { waiting } = spool.stats();
  const sinks = deliveries.map((delivery) => {
    const { sink, lag, lastError } = delivery.status();
    return { sink, lag, error: lastError?.message ?? null };
  });
  const done = draining.startedAt !== null && waiting === 0 && sinks.every(({ lag }) => lag === 0);
  return { startedAt: draining.startedAt, waiting, sinks, done };
}
