import type { Spool, ThrottleOrder } from '../spool/spool.js';
import type { Window } from '../spool/state.js';
import {
  type Allowance,
  allowance,
  clearanceAt,
  releaseAt,
  windowAt,
  withPassed,
  type WindowSettings,
} from './window.js';

/** The running window's figures are written this often at the most. */
const reportEveryMs = 60_000;
/** How soon the throttle tries again after the spool could not be written. */
const retryMs = 1_000;
const everything: Allowance = { all: Number.MAX_SAFE_INTEGER, others: Number.MAX_SAFE_INTEGER };

export interface ThrottleSettings extends WindowSettings {
  order: ThrottleOrder;
}

export interface ThrottleStatus {
  messageLimit: number;
  intervalSeconds: number;
  reserve: number;
  order: ThrottleOrder;
  windowStart: number;
  windowEnd: number;
  used: number;
  /** What of the window only failures may still take. */
  keptForFailures: number;
  waiting: number;
  waitingFailed: number;
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
 * Lets waiting messages pass: as they come while the window has room, else when the next one begins. A share of each
 * window is kept for failures, so that one that comes late does not wait; shortly before the end all may have it. It
 * holds back what is passed on, never what is taken in. The window is stored with what it let pass, so a restart grants
 * nothing.
 */
export class Throttle {
  private settings: ThrottleSettings;
  private readonly spool: Spool;
  private readonly now: () => number;
  private window: Window;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private again: Promise<void> | null = null;
  private started = false;
  private reportedAt = 0;
  private reported = '';
  private toldOfWaiting = false;

  private failure: string | null = null;
  private emptying = false;
  /** The former windows that the spool has. */
  private formerStored: Window['former'];

  constructor(private readonly options: ThrottleOptions) {
    this.spool = options.spool;
    this.settings = options.settings;
    this.now = options.now ?? Date.now;
    // As it was stored: by the settings of the start alone it could seem to have ended, when a role has others.
    const stored = this.spool.storedWindow();
    this.window = stored === null ? windowAt(null, this.settings, this.now()) : { ...stored };
    this.formerStored = stored?.former;
    this.spool.on('appended', ({ length }) => {
      this.window.received += length;
      void this.wake();
    });
  }

  start(): void {
    this.started = true;
    void this.wake();
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
    void this.wake();
  }

  /** Lets everything that waits pass at once, and counts it in the window: for a receiver that is drained. */
  empty(emptying: boolean): void {
    this.emptying = emptying;
    void this.wake();
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
    const { waiting, waitingFailed, oldestWaitingAt } = this.spool.stats();
    const window = windowAt(this.window, this.settings, now);
    const may = allowance(window, this.share, now);
    return {
      ...this.settings,
      windowStart: window.start,
      windowEnd: window.start + window.intervalMs,
      used: window.used + (window.before ?? 0),
      keptForFailures: may.all - may.others,
      waiting,
      waitingFailed,
      oldestWaitingAt,
      expectedClearanceAt: clearanceAt(
        window,
        { failed: waitingFailed, others: waiting - waitingFailed },
        this.share,
        now,
      ),
    };
  }

  /** Lets pass what may pass now; resolves when that is done. */
  wake(): Promise<void> {
    if (!this.started) return Promise.resolve();
    if (this.running !== null) {
      this.again ??= this.running.then(() => {
        this.again = null;
        return this.wake();
      });
      return this.again;
    }
    this.running = this.run().finally(() => {
      this.running = null;
    });
    return this.running;
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
      const released = releaseAt(this.window);
      const next = now < released ? released : this.window.start + this.window.intervalMs;
      // While figures change they are written once a minute; the end of the window comes in any case.
      sleep = Math.min(next - now, reportEveryMs);
    } catch (error) {
      this.failure = (error as Error).message;
      this.options.logger?.warn(`The throttle could not let messages pass: ${this.failure}`);
      sleep = retryMs;
    }
    if (!this.started) return;
    this.timer = setTimeout(
      () => {
        void this.wake();
      },
      Math.max(1, sleep),
    );
  }

  private async roll(): Promise<void> {
    const current = windowAt(this.window, this.settings, this.now());
    const before = this.window;
    this.window = current;
    if (current.start === before.start && current.intervalMs === before.intervalMs) return;
    // When a former window was left is known to a start after a crash too.
    await this.spool.storeWindow(current);
    this.formerStored = current.former;
    if (current.start !== before.start) await this.report(before);
  }

  private async admitAllowed(): Promise<void> {
    for (;;) {
      await this.roll();
      const may = this.emptying ? everything : allowance(this.window, this.share, this.now());
      if (may.all === 0 || !this.started) return;
      let after = this.window;
      const moved = await this.spool.admit(
        may.all,
        this.settings.order,
        (count, failed) => {
          after = withPassed(this.window, count, failed, may);
          // Said once for each window, not with every message.
          const { former, ...rest } = after;
          return former === this.formerStored ? rest : after;
        },
        may.others,
      );
      if (moved === 0) return;
      this.formerStored = after.former;
      Object.assign(this.window, { used: after.used, fromReserve: after.fromReserve });
      this.options.onAdmitted?.(moved);
    }
  }

  /** In the order of arrival nothing goes before anything else. */
  private get share(): number {
    return this.settings.order === 'arrival' ? 0 : this.settings.reserve;
  }

  private async reportRunning(): Promise<void> {
    const now = this.now();
    const early = Math.abs(now - this.reportedAt) < reportEveryMs;
    // With every message that comes: what is dear is looked at where it may matter.
    if (early && this.toldOfWaiting) return;
    const waits = this.spool.stats().waiting > 0;
    // That messages begin to wait is told at once: an hour's window may be all of it.
    if (early && !waits) return;
    const figures = JSON.stringify(this.window);
    if (figures === this.reported) return;
    this.reportedAt = now;
    this.reported = figures;
    this.toldOfWaiting = waits;
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
