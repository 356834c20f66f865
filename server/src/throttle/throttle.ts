import type { Spool, ThrottleOrder } from '../spool/spool.js';
import type { Window } from '../spool/state.js';
import { allowance, clearanceAt, windowAt, type WindowSettings } from './window.js';

/** The running window's figures are written this often at the most. */
const reportEveryMs = 60_000;
/** How soon the throttle tries again after the spool could not be written. */
const retryMs = 1_000;

export interface ThrottleSettings extends WindowSettings {
  order: ThrottleOrder;
}

export interface ThrottleStatus {
  messageLimit: number;
  intervalSeconds: number;
  order: ThrottleOrder;
  windowStart: number;
  windowEnd: number;
  used: number;
  waiting: number;
  oldestWaitingAt: number | null;
  /** When all that waits will have passed at this throttle, in milliseconds since 1970 UTC. */
  expectedClearanceAt: number;
}

export interface ThrottleOptions {
  spool: Spool;
  settings: ThrottleSettings;
  now?: () => number;
  logger?: { warn(message: string): void };
  /** Told how many messages have just passed. */
  onAdmitted?: (count: number) => void;
}

/**
 * Lets waiting messages pass: as they come while the window has room, else when the next one begins. It holds back
 * what is passed on, never what is taken in. The window is stored with what it let pass, so a restart grants nothing.
 */
export class Throttle {
  private settings: ThrottleSettings;
  private readonly spool: Spool;
  private readonly now: () => number;
  private window: Window;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private again = false;
  private started = false;
  private reportedAt = 0;
  private reported = '';

  private failure: string | null = null;
  private emptying = false;

  constructor(private readonly options: ThrottleOptions) {
    this.spool = options.spool;
    this.settings = options.settings;
    this.now = options.now ?? Date.now;
    this.window = windowAt(this.spool.storedWindow(), this.settings, this.now());
    this.spool.on('appended', (count) => {
      this.window.received += count;
      this.wake();
    });
  }

  start(): void {
    this.started = true;
    this.wake();
  }

  /** Stops letting messages pass, and writes the window's figures. */
  async stop(): Promise<void> {
    this.started = false;
    clearTimeout(this.timer);
    await this.running;
    await this.report(this.window).catch(() => undefined);
    await this.spool.storeWindow(this.window).catch(() => undefined);
  }

  /** Changes the settings, for the window in progress too: a higher limit releases messages now. */
  configure(settings: ThrottleSettings): void {
    this.settings = settings;
    this.wake();
  }

  /** Lets everything that waits pass at once, and counts it in the window: for a receiver that is drained. */
  empty(emptying: boolean): void {
    this.emptying = emptying;
    this.wake();
  }

  /** Why the last attempt to let messages pass failed; null where it did not. */
  get trouble(): string | null {
    return this.failure;
  }

  noteRejected(): void {
    this.window.rejected++;
  }

  status(): ThrottleStatus {
    const now = this.now();
    const { waiting, oldestWaitingAt } = this.spool.stats();
    const window = windowAt(this.window, this.settings, now);
    return {
      ...this.settings,
      windowStart: window.start,
      windowEnd: window.start + window.intervalMs,
      used: window.used,
      waiting,
      oldestWaitingAt,
      expectedClearanceAt: clearanceAt(window, waiting, now),
    };
  }

  /** Lets pass what may pass now; resolves when that is done. */
  wake(): void {
    if (!this.started) return;
    if (this.running !== null) {
      this.again = true;
      return;
    }
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.wake();
      }
    });
  }

  private async run(): Promise<void> {
    clearTimeout(this.timer);
    let sleep: number;
    try {
      await this.roll();
      await this.admitAllowed();
      await this.reportRunning();
      this.failure = null;
      const now = this.now();
      // While figures change they are written once a minute; the end of the window comes in any case.
      sleep = Math.min(this.window.start + this.window.intervalMs - now, reportEveryMs);
    } catch (error) {
      this.failure = (error as Error).message;
      this.options.logger?.warn(`The throttle could not let messages pass: ${this.failure}`);
      sleep = retryMs;
    }
    if (!this.started) return;
    this.timer = setTimeout(
      () => {
        this.wake();
      },
      Math.max(1, sleep),
    );
  }

  private async roll(): Promise<void> {
    const current = windowAt(this.window, this.settings, this.now());
    const ended = current.start > this.window.start;
    const before = this.window;
    this.window = current;
    if (ended) await this.report(before);
  }

  private async admitAllowed(): Promise<void> {
    for (;;) {
      await this.roll();
      const room = this.emptying ? Number.MAX_SAFE_INTEGER : allowance(this.window);
      if (room === 0 || !this.started) return;
      const moved = await this.spool.admit(room, this.settings.order, (count) => ({
        ...this.window,
        used: this.window.used + count,
      }));
      if (moved === 0) return;
      this.window.used += moved;
      this.options.onAdmitted?.(moved);
    }
  }

  private async reportRunning(): Promise<void> {
    const now = this.now();
    const figures = JSON.stringify(this.window);
    if (figures === this.reported || now - this.reportedAt < reportEveryMs) return;
    this.reportedAt = now;
    this.reported = figures;
    await this.report(this.window);
  }

  private async report(window: Window): Promise<void> {
    const { waiting, oldestWaitingAt } = this.spool.stats();
    await this.spool.appendAdmitted([
      {
        kind: 'throttle_window',
        updatedAt: this.now(),
        windowStart: window.start,
        messageLimit: window.limit,
        intervalSeconds: window.intervalMs / 1000,
        received: window.received,
        processed: window.used,
        waiting,
        oldestWaitingAt,
        rejected: window.rejected,
      },
    ]);
  }
}

/** A throttle that lets nothing pass until it is started. */
export function createThrottle(options: ThrottleOptions): Throttle {
  return new Throttle(options);
}
