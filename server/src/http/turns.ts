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

/** How many turns a pace gives. */
export interface PaceOptions {
  /** After a while in which nobody wanted one. */
  atOnce: number;
  perSecond: number;
  /** How often those that are due are given. */
  everyMs: number;
}

/** Work at a pace that leaves the event loop to others: so much of it in a second, owners taking turns. */
export class Pace {
  private readonly turns = new Turns<() => void>();
  private credit: number;
  private at = performance.now();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: PaceOptions) {
    this.credit = options.atOnce;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.turns.count;
  }

  /** Whether a turn can be had at once; it is taken then. */
  now(): boolean {
    this.refill();
    if (this.credit < 1 || this.turns.count > 0) return false;
    this.credit--;
    return true;
  }

  /** So many turns more were used than were given. */
  spend(turns: number): void {
    this.credit -= turns;
  }

  /** @returns what takes the turn back, where it did not come yet */
  add(owner: string, work: () => void): () => void {
    const takeBack = this.turns.add(owner, work);
    this.schedule();
    return takeBack;
  }

  private refill(): void {
    const now = performance.now();
    this.credit = Math.min(this.options.atOnce, this.credit + ((now - this.at) / 1_000) * this.options.perSecond);
    this.at = now;
  }

  private schedule(): void {
    if (this.timer !== null || this.turns.count === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.refill();
      for (; this.credit >= 1 && this.turns.count > 0; this.credit--) this.turns.take()?.();
      this.schedule();
    }, this.options.everyMs).unref();
  }
}
