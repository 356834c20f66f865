import type { Acknowledgements, Failure } from './acknowledgements.js';

/** What is said at another receiver is known here so much later at the most. */
const everyMs = 15_000;

/** What somebody takes care of at this moment, for what cannot ask ClickHouse each time. While that is away, what was known holds on. */
export class AcknowledgementsInForce {
  /** When each ends, in milliseconds since 1970 UTC. */
  private known: ReadonlyMap<string, Failure & { until: number }> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private asking = false;
  private again = false;

  constructor(
    private readonly acknowledgements: Pick<Acknowledgements, 'list'>,
    private readonly now: () => number = Date.now,
  ) {}

  start(): void {
    this.look();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Asks now: something was said here. */
  look(): void {
    if (this.stopped) return;
    // What is being read may be from before.
    this.again = this.asking;
    if (this.again) return;
    clearTimeout(this.timer);
    this.asking = true;
    this.acknowledgements
      .list()
      .then((known) => {
        this.known = new Map(known.map((one) => [keyOf(one), one]));
      })
      // Delivery says that ClickHouse is away.
      .catch(() => undefined)
      .finally(() => {
        this.asking = false;
        if (this.stopped) return;
        if (this.again) this.look();
        else
          this.timer = setTimeout(() => {
            this.look();
          }, everyMs).unref();
      });
  }

  /** Whether somebody takes care of a cause on one machine, by its short name in capitals; not of what holds for all. */
  holdsFor(cause: string, clientName: string): boolean {
    return (this.known.get(keyOf({ cause, clientName }))?.until ?? 0) > this.now();
  }

  /** Causes that somebody takes care of on all machines. */
  causes(): ReadonlySet<string> {
    const now = this.now();
    const causes = new Set<string>();
    for (const { cause, clientName, until } of this.known.values())
      if (clientName === '' && until > now) causes.add(cause);
    return causes;
  }
}

const keyOf = ({ cause, clientName }: Failure) => `${cause}\0${clientName}`;
