import type { DamageLedger } from './damage.js';
import type { RecordHeader } from './record.js';
import type { Segment } from './segments.js';

export interface LogOptions {
  dir: string;
  /** `reports`, `journal` or `identities`: the folder's name. */
  name: string;
  /** The same, as it stands in the records. */
  id: number;
  mark: Buffer;
  segmentBytes: number;
  damage: DamageLedger;
  /** What is known from elsewhere to have been on disk. */
  syncedSeq: number;
  /** Payload of a new segment's head: what is so before its first record. */
  head(): unknown;
  /** Told that a group of records begins, each of which is made by its item's `make`. */
  begin(): void;
  /** Told that a segment begins, in the same turn in which it comes to be among the log's: nothing stands in it yet. */
  started?(segment: Segment): void;
  /** Told that a segment is full and another follows. */
  sealed?(segment: Segment): void;
  /** The end of each segment that only records of `urgent` items may use, for the time when the disk is full. */
  reservedBytes?: number;
  /** A file that is given up to make room for urgent records. */
  reserveFile?: string;
}

/** Gives the room of a record, header included. */
export type Room = (bytes: number) => Buffer;

/** A record on its way into the log. */
export interface LogItem {
  /**
   * Makes the record in room for it and its header. Called when its place in the order is settled, perhaps again; what
   * it gave is there until the record is on disk, and not after.
   */
  make(room: Room): Buffer;
  /** Told where it is, once it is on disk. */
  done(segment: Segment, header: RecordHeader): void;
  urgent?: boolean;
}
