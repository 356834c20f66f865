import type { SpoolEntry } from '../spool/entries.js';

/** A contiguous piece of the admitted log, written down in the spool before it is sent for the first time. */
export interface Batch {
  /** 32 lower-case hex digits; the same on every attempt. */
  id: string;
  /** When the batch was made, in milliseconds since 1970 UTC; the same on every attempt. */
  createdAt: number;
  entries: SpoolEntry[];
}

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
