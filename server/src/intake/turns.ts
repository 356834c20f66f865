/** What waits, by whose it is: each owner in turn, so that nobody waits behind all that another one brought. */
export class Turns<T> {
  private readonly byOwner = new Map<string, Set<T>>();
  private waiting = 0;

  /** How many wait. */
  get count(): number {
    return this.waiting;
  }

  /**
   * @param item waits once at a time
   * @returns what takes it back, where it waits no more
   */
  add(owner: string, item: T): () => void {
    const theirs = this.byOwner.get(owner) ?? new Set();
    this.byOwner.set(owner, theirs.add(item));
    this.waiting++;
    return () => {
      if (!theirs.delete(item)) return;
      this.waiting--;
      if (theirs.size === 0) this.byOwner.delete(owner);
    };
  }

  take(): T | undefined {
    for (const [owner, theirs] of this.byOwner) {
      for (const item of theirs) {
        theirs.delete(item);
        this.waiting--;
        // Behind the others, where something is left.
        this.byOwner.delete(owner);
        if (theirs.size > 0) this.byOwner.set(owner, theirs);
        return item;
      }
    }
    return undefined;
  }
}

/** So many pieces of work are done before whatever else waits for the event loop has its turn. */
const doneAtOnce = 4;

/** Work that may wait: a few pieces at a time, owners taking turns, and in between whatever else there is to do. */
export class LaterWork {
  private readonly turns = new Turns<() => void>();
  private scheduled = false;

  /** @returns what takes the work back, where it was not done yet */
  add(owner: string, work: () => void): () => void {
    const takeBack = this.turns.add(owner, work);
    this.schedule();
    return takeBack;
  }

  private schedule(): void {
    if (this.scheduled || this.turns.count === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      for (let done = 0; done < doneAtOnce; done++) this.turns.take()?.();
      this.schedule();
    });
  }
}

/**
 * Bytes of large bodies that are read in a second, of all connections together. Every one of them is memory that the
 * collector has to clear away, and nobody is served meanwhile.
 */
const pacedBytesPerSecond = 2 * 1024 * 1024;
/** The most that is read in one go, and the bytes of one turn. */
const pacedAtOnce = 128 * 1024;
export const pacedTurnBytes = 16 * 1024;
const pacedEveryMs = 2;

/**
 * The pace at which large bodies are read: turn by turn, owners and their connections one after the other, and no
 * faster than leaves most of the event loop's time to others. Clients send a few kilobytes, which need no turn.
 */
export class Pace {
  private readonly turns = new Turns<() => void>();
  private credit = pacedAtOnce;
  private at = performance.now();
  private timer: NodeJS.Timeout | null = null;

  /** @returns what takes the turn back, where it did not come yet */
  add(owner: string, work: () => void): () => void {
    const takeBack = this.turns.add(owner, work);
    this.schedule();
    return takeBack;
  }

  private schedule(): void {
    if (this.timer !== null || this.turns.count === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      const now = performance.now();
      this.credit = Math.min(pacedAtOnce, this.credit + ((now - this.at) / 1_000) * pacedBytesPerSecond);
      this.at = now;
      for (; this.credit >= pacedTurnBytes && this.turns.count > 0; this.credit -= pacedTurnBytes)
        this.turns.take()?.();
      this.schedule();
    }, pacedEveryMs);
  }
}
