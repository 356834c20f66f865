import type { Batch } from '../spool/entries.js';

/** An entry that a sink refuses for what it is: sent again, it would be refused again. */
export interface Refused {
  /** Position of the entry in its batch, from 0. */
  index: number;
  /** The sink's own code where it has one, else ''. */
  code: string;
  /** The refusal in words, on one line. */
  reason: string;
}

/**
 * A place that admitted entries go to. Each has its own cursor and never waits for another. Its functions need no `this`:
 * whoever puts something around one takes the others as they are.
 */
export interface Sink {
  readonly name: string;
  /** What a batch for it may hold, where that is less than usual. */
  readonly limits?: { maxEntries?: number; maxBytes?: number };
  /** Rejects where no new batch may be made for it now: what is made carries the time of this moment. */
  ready?(): Promise<void>;
  /** Does what can be done of a batch before its turn comes, for `deliver` to find. Never rejects for what it carries. */
  prepare?(batch: Batch): Promise<void>;
  /**
   * Resolves when every entry that concerns this sink is safely there, to those that it refuses for good. Rejects where
   * it takes nothing now; the same batch then comes again with `redelivery` true, as it does after a restart: an
   * earlier attempt may have succeeded unseen, or be under way still.
   */
  deliver(batch: Batch, redelivery: boolean): Promise<Refused[]>;
  close(): Promise<void>;
}
