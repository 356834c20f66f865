import type { Batch } from '../spool/entries.js';

/** A place that admitted entries go to. Each has its own cursor and never waits for another. */
export interface Sink {
  readonly name: string;
  /**
   * Resolves when every entry that concerns this sink is safely there. Rejects otherwise; the same batch then comes
   * again with `redelivery` true, as it does after a restart: an earlier attempt may have succeeded unseen.
   */
  deliver(batch: Batch, redelivery: boolean): Promise<void>;
  close(): Promise<void>;
}
