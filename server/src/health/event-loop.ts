import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ComponentState } from './health.js';

/** An event loop that is held up for so long holds up everybody. */
const mostDelayMs = 1_000;

/** How long the event loop was held up at the most, in the present period and the one before it. */
export class LoopDelay {
  private readonly histogram = monitorEventLoopDelay({ resolution: 20 });
  private before = 0;
  private timer: NodeJS.Timeout | undefined;

  start(): void {
    this.histogram.enable();
    this.timer = setInterval(() => {
      this.before = this.histogram.max / 1e6;
      this.histogram.reset();
    }, 5_000).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  state(): ComponentState {
    const ms = Math.max(0, Math.round(Math.max(this.before, this.histogram.max / 1e6) - 20));
    return { ready: ms < mostDelayMs, detail: `held up for ${ms} ms at the most` };
  }
}
