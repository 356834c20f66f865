import { setTimeout as sleep } from 'node:timers/promises';
import type { Spool } from '../spool/spool.js';
import type { Batch } from '../spool/entries.js';
import type { Refused, Sink } from './sink.js';

const defaults = {
  maxEntries: 10_000,
  maxBytes: 8 * 1024 * 1024,
  /** How long a batch that is not full waits for more. */
  lingerMs: 500,
  firstRetryMs: 500,
  /** A sink that is back gets its messages within seconds, however long it was away. */
  lastRetryMs: 5_000,
  /** How long a stop waits for the attempt under way; the batch is written down and comes again. */
  stopMs: 3_000,
};

export interface DeliveryStatus {
  sink: string;
  lag: number;
  /** The error of the last attempt, or null when it succeeded. */
  lastError: { message: string; at: number } | null;
  lastSuccessAt: number | null;
  batches: number;
  failures: number;
  /** Entries given up because the sink was away for too long. */
  dropped: number;
  /** Entries that the sink refused for good since the start; they are in quarantine. */
  refused: number;
}

export interface DeliveryOptions {
  spool: Spool;
  sink: Sink;
  now?: () => number;
  logger?: { info(message: string): void; warn(message: string): void };
  limits?: Partial<typeof defaults>;
  /** Entries that may wait for this sink; beyond it the oldest are given up. Unlimited where absent. */
  maxLag?: number;
  /** Keeps what the sink refuses for good; resolves when that is on disk. */
  setAside(sink: string, batch: Batch, refused: readonly Refused[]): Promise<void>;
  onBatch?: (succeeded: boolean) => void;
  /** Told of each batch that the sink has, when its cursor is past it. */
  onDelivered?: (batch: Batch) => void;
}

/** Drains the spool into one sink, batch after batch, the same batch again until the sink has it. */
export class Delivery {
  private readonly limits: typeof defaults;
  private readonly now: () => number;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private readonly figures: Omit<DeliveryStatus, 'sink' | 'lag'> = {
    lastError: null,
    lastSuccessAt: null,
    batches: 0,
    failures: 0,
    dropped: 0,
    refused: 0,
  };

  constructor(private readonly options: DeliveryOptions) {
    this.limits = { ...defaults, ...options.sink.limits, ...options.limits };
    this.now = options.now ?? Date.now;
  }

  start(): void {
    this.loop = this.run();
  }

  /** Ends within a few seconds; a batch that is under way is written down and comes again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.loop, sleep(this.limits.stopMs, undefined, { ref: false })]);
  }

  status(): DeliveryStatus {
    const { spool, sink } = this.options;
    return { sink: sink.name, lag: spool.sinks.lag(sink.name), ...this.figures };
  }

  private async run(): Promise<void> {
    let retryMs = this.limits.firstRetryMs;
    while (!this.stopping.signal.aborted) {
      try {
        const delivered = await this.deliverNext();
        retryMs = this.limits.firstRetryMs;
        if (!delivered) await this.forMore();
      } catch (error) {
        this.failed(error as Error);
        // Half of it at random, so that many servers do not come back at the same moment.
        await this.pause(retryMs * (0.5 + Math.random() / 2));
        retryMs = Math.min(retryMs * 2, this.limits.lastRetryMs);
      }
    }
  }

  private async deliverNext(): Promise<boolean> {
    const { spool, sink, setAside, onBatch, onDelivered } = this.options;
    await this.giveUpBeyondLag();
    const lag = spool.sinks.lag(sink.name);
    if (lag === 0) return false;
    await sink.ready?.();
    if (!(await spool.sinks.batchIsFull(sink.name, this.limits))) await this.pause(this.limits.lingerMs);
    if (this.stopping.signal.aborted) return false;
    const next = await spool.sinks.nextBatch(sink.name, this.limits);
    if (next === null) return false;
    const [refused] = await Promise.all([
      sink.deliver(next.batch, next.redelivery),
      // A sink that fails is not read ahead for.
      next.redelivery ? undefined : this.prepareNext(),
    ]);
    if (refused.length > 0) {
      // On disk before the batch counts as delivered: a crash in between repeats both.
      await setAside(sink.name, next.batch, refused);
      this.figures.refused += refused.length;
    }
    await spool.sinks.completeBatch(sink.name, next.batch.id);
    if (this.figures.lastError !== null) this.options.logger?.info(`${sink.name} takes messages again`);
    this.figures.lastError = null;
    this.figures.lastSuccessAt = this.now();
    this.figures.batches++;
    onBatch?.(true);
    onDelivered?.(next.batch);
    return true;
  }

  /** The batch behind the one that is under way, made ready meanwhile. */
  private async prepareNext(): Promise<void> {
    const { spool, sink } = this.options;
    if (sink.prepare === undefined) return;
    try {
      const batch = await spool.sinks.lookAhead(sink.name, this.limits);
      if (batch !== null) await sink.prepare(batch);
    } catch {
      // It comes to light when its turn comes.
    }
  }

  private failed(error: Error): void {
    const { sink, logger, onBatch } = this.options;
    // Said once for each cause, not with every attempt of a long night.
    if (this.figures.lastError?.message !== error.message)
      logger?.warn(`${sink.name}: ${error.message}; messages wait in the spool`);
    this.figures.lastError = { message: error.message, at: this.now() };
    this.figures.failures++;
    onBatch?.(false);
  }

  private async giveUpBeyondLag(): Promise<void> {
    const { spool, sink, maxLag = Infinity, logger } = this.options;
    const beyond = spool.sinks.lag(sink.name) - maxLag;
    if (beyond <= 0) return;
    await spool.sinks.skip(sink.name, beyond);
    this.figures.dropped += beyond;
    logger?.warn(
      `${sink.name} was away for too long: its oldest ${beyond} entries were given up, ${this.figures.dropped} in all`,
    );
  }

  private async forMore(): Promise<void> {
    const { spool, sink } = this.options;
    const { signal } = this.stopping;
    await new Promise<void>((resolve) => {
      const done = () => {
        spool.off('admitted', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      spool.on('admitted', done);
      signal.addEventListener('abort', done);
      // What came between the look and the listening must not wait for the next.
      if (signal.aborted || spool.sinks.lag(sink.name) > 0) done();
    });
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** A delivery that begins when it is started. */
export function createDelivery(options: DeliveryOptions): Delivery {
  return new Delivery(options);
}
