import type { SpoolStore } from './store.js';

const dayMs = 86_400_000;
/** A message that comes again within this many days counts as the same one sent again. */
const rememberedDays = 3;
/** Forgotten in small steps, so that no commit grows with what a whole day brought. */
const forgottenPerStep = 2_000;

/**
 * The messages of the last days, by identity. A client whose answer was lost sends the same message again; so does a
 * proxy. It must be acknowledged and must not count twice.
 */
export class SeenMessages {
  constructor(private readonly store: SpoolStore) {}

  has(messageId: string, now: number): boolean {
    for (let back = 0; back < rememberedDays; back++) {
      if (this.store.seen.doesExist(key(day(now) - back, messageId))) return true;
    }
    return false;
  }

  /** Part of the caller's commit. */
  add(messageId: string, now: number): Promise<boolean> {
    return this.store.seen.put(key(day(now), messageId), Buffer.alloc(0));
  }

  /** Forgets some of what is too old; resolves to how many. */
  async forget(now: number): Promise<number> {
    const end = Buffer.alloc(2);
    end.writeUInt16BE(Math.max(day(now) - rememberedDays + 1, 0));
    const old = [...this.store.seen.getKeys({ end, limit: forgottenPerStep })];
    await Promise.all(old.map((one) => this.store.seen.remove(one)));
    return old.length;
  }
}

function day(now: number): number {
  return Math.floor(now / dayMs);
}

function key(dayNumber: number, messageId: string): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.writeUInt16BE(Math.max(dayNumber, 0));
  bytes.write(messageId, 2, 'hex');
  return bytes;
}
