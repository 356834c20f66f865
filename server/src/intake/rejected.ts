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

const toldEveryMs = 60_000;
const toldCharacters = 300;

/** Tells the log of what is refused: once a minute, with how much it was and why most of it, as anyone can send rubbish. */
export class RefusalLog {
  /** By the error's code: what stands behind it has words of who sent it. */
  private readonly kinds = new Map<string, { times: number; first: string }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly logger: { warn(message: string): void }) {}

  note(reason: string): void {
    const code = reason.split(':', 1)[0]!;
    const kind = this.kinds.get(code) ?? { times: 0, first: reason };
    kind.times++;
    this.kinds.set(code, kind);
    this.timer ??= setTimeout(() => {
      this.tell();
    }, toldEveryMs).unref();
  }

  /** Tells what was not told yet. */
  close(): void {
    if (this.timer !== undefined) this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const kinds = [...this.kinds.values()].sort((one, other) => other.times - one.times);
    this.kinds.clear();
    const { times, first } = kinds[0]!;
    const total = kinds.reduce((sum, kind) => sum + kind.times, 0);
    const what = total === 1 ? '1 report was' : `${total} reports were`;
    const most = total === 1 ? '' : `; most often (${times})`;
    const reason = first.length > toldCharacters ? `${first.slice(0, toldCharacters)}…` : first;
    this.logger.warn(`${what} refused, whole or in part, in the last minute${most}: ${reason}. See rejected_messages`);
  }
}
