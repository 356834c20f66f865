import { open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Below this the disk counts as full: what is being written may need it. */
const leastFreeBytes = 16 * 1024 * 1024;
const lookMs = 2_000;
/** An event loop that is held up for so long holds up everybody. */
const mostDelayMs = 1_000;

/** One part of the server as an operator sees it. */
export interface ComponentState {
  ready: boolean;
  detail: string;
}

/**
 * Whether messages can be put on disk: the last attempt's outcome, and the room that is left. After a failure a small
 * file is written now and then, because nobody may post to a server that is not ready.
 */
export class SpoolHealth {
  private failure: string | null = null;
  private room: string | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** @param dir the folder of the spool */
  constructor(private readonly dir: string) {}

  start(): void {
    void this.look();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Passes on what an attempt to put messages on disk came to, and notes it. */
  async noting<T>(attempt: Promise<T>): Promise<T> {
    try {
      const value = await attempt;
      this.failure = null;
      return value;
    } catch (error) {
      this.failure = (error as Error).message;
      throw error;
    }
  }

  /** @param waiting messages that wait for the throttle */
  state(waiting: number): ComponentState {
    const trouble = this.room ?? this.failure;
    return { ready: trouble === null, detail: trouble ?? `${waiting} waiting` };
  }

  private async look(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.dir);
      this.room = bavail * bsize < leastFreeBytes ? `the disk is full: ${bavail * bsize} bytes are left` : null;
      if (this.failure !== null && this.room === null) {
        await tryToWrite(join(this.dir, 'probe'));
        this.failure = null;
      }
    } catch (error) {
      this.failure = `nothing can be written (${(error as Error).message})`;
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.look();
    }, lookMs).unref();
  }
}

async function tryToWrite(path: string): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.write(Buffer.alloc(64 * 1024));
    await file.sync();
  } finally {
    await file.close();
    await unlink(path);
  }
}

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
