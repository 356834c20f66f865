import type { RejectedMessageEntry } from '../spool/entries.js';

/** The first bytes of a refused body that are kept. */
export const keptBytes = 4_096;
/** Refused bodies that are kept in a minute; anyone can send rubbish, and it must not fill the disk. */
const keptPerMinute = 60;

export interface Origin {
  /** Milliseconds since 1970 UTC. */
  receivedAt: number;
  clientAddress: string;
}

/**
 * Decides which refused bodies are kept as evidence: the first bytes of the first few in each minute. What `keep`
 * does with one is the caller's; the count of all is the throttle window's.
 */
export function createRejectedKeeper(keep: (entry: RejectedMessageEntry) => void) {
  let minute = 0;
  let kept = 0;
  return (reason: string, body: Uint8Array, origin: Origin): void => {
    const current = Math.floor(origin.receivedAt / 60_000);
    if (current !== minute) {
      minute = current;
      kept = 0;
    }
    if (++kept > keptPerMinute) return;
    keep({ kind: 'rejected_message', ...origin, reason, body: Uint8Array.from(body.subarray(0, keptBytes)) });
  };
}
