const longestWaitMs = 60_000;

/** A log that went on after what was rotated away before it, and could not be read or stored. */
interface ChainFailure {
  key: string;
  /** Whether what comes after it may be read meanwhile. */
  mayGoOn: boolean;
}

/**
 * Chains of rotated logs that fail, by the name that their logs were written under. One that fails again and again is read
 * from its beginning each time: that is done ever more seldom.
 */
export class ChainFailures {
  private readonly known = new Map<string, ChainFailure & { count: number; until: number }>();

  /** @param pollMs between two looks */
  constructor(private readonly pollMs: number) {}

  /** What failed of a chain that is left alone for now; null of one that may be read. */
  leftAlone(name: string): ChainFailure | null {
    const failure = this.known.get(name);
    return failure !== undefined && performance.now() < failure.until ? failure : null;
  }

  add(name: string, failure: ChainFailure): void {
    const count = (this.known.get(name)?.count ?? 0) + 1;
    const waitMs = count === 1 ? 0 : Math.min(this.pollMs * 2 ** count, longestWaitMs);
    this.known.set(name, { ...failure, count, until: performance.now() + waitMs });
  }

  forget(name: string): void {
    this.known.delete(name);
  }
}
