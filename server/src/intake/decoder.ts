import { Worker } from 'node:worker_threads';
import { FspError } from '../errors.js';
import { freeBytes } from './bodies.js';
import { decoded, type DecodedReport } from './accept.js';
import type { Outcome } from './decode-worker.js';
import { threadProgram } from '../thread-program.js';
import { Turns } from '../http/turns.js';

/** Up to this size a report is decoded where it arrives: handing it over would cost as much. Real ones have 2 to 6 KB. */
const inlineBytes = 8 * 1024;
/** The part of the event loop's time that decoding may take; beyond it small reports go to the threads too. */
const inlineShare = 0.3;
/** Time that may be decoded ahead of that share. */
const inlineBurstMs = 10;
const worstMsPerByte = 1e-4;
/** Up to this size a report is not made to wait behind large ones. */
const smallBytes = 64 * 1024;
/**
 * How long the next large report waits after one that was good, for each of its bytes: what comes after the decoding,
 * from the spool to the sinks, is the event loop's work.
 */
const restMsPerByte = 2e-3;
/** How long one report may take. The largest takes a third of a second on an idle core, and those are not always idle. */
const limitMs = 30_000;
const threadMegabytes = 192;

export interface DecoderOptions {
  /** Threads; one of them takes small reports only. */
  workers: number;
  logger: { warn(message: string): void };
  /** How long a thread may take for one report, in milliseconds. */
  limitMs?: number;
  /** The thread's program. */
  program?: string;
}

/** A report with its body, which came back from the thread that decoded it. */
export interface DecodedBody {
  report: DecodedReport;
  body: Buffer;
}

interface Waiting {
  body: Buffer;
  resolve(done: DecodedBody): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  /** Whether it decodes large reports too. */
  takesLarge: boolean;
  task: Waiting | null;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Decodes reports: small ones at once, large or many ones on threads of their own, so that nobody's report holds up what
 * else the event loop does. Clients take turns, and small reports have a thread for themselves, so that a stranger's
 * large ones delay only each other. A thread that takes too long or ends is replaced, and its report's client is told
 * to try again. A pool of our own: those on npm know neither turns nor a time that begins when the work does.
 */
export class ReportDecoder {
  private readonly threads: Thread[] = [];
  private readonly small = new Turns<Waiting>();
  private readonly large = new Turns<Waiting>();
  private readonly arrived: { waiting: Waiting; from: string }[] = [];
  private closed = false;
  private restsUntil = 0;
  private inlineDebtMs = 0;
  private inlineAt = performance.now();

  constructor(private readonly options: DecoderOptions) {}

  /**
   * Decodes a body, which is not the caller's any more; a large one has memory of its own, as those of Bodies have.
   * @throws FspError FSP_REPORT_… where it is no report, FSP_INTAKE_BUSY where it could not be decoded now
   */
  decode(body: Buffer, from: string): Promise<DecodedBody> {
    return new Promise((resolve, reject) => {
      const waiting = { body, resolve, reject };
      if (body.length > inlineBytes) this.handOver(waiting, from);
      else if (this.arrived.push({ waiting, from }) === 1) {
        setImmediate(() => {
          this.decodeArrived();
        });
      }
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (
      let task = this.small.take() ?? this.large.take();
      task !== undefined;
      task = this.small.take() ?? this.large.take()
    )
      task.reject(busy('the server stops'));
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private inlineAllowed(): boolean {
    const now = performance.now();
    this.inlineDebtMs = Math.max(0, this.inlineDebtMs - (now - this.inlineAt) * inlineShare);
    this.inlineAt = now;
    return this.inlineDebtMs < inlineBurstMs;
  }

  /** All that came in one turn of the event loop, one after the other: between other work each would take twice as long. */
  private decodeArrived(): void {
    for (const { waiting, from } of this.arrived.splice(0)) {
      if (this.inlineAllowed()) this.decodeHere(waiting);
      else this.handOver(waiting, from);
    }
  }

  private handOver({ body, ...waiting }: Waiting, from: string): void {
    if (this.closed) {
      waiting.reject(busy('the server stops'));
      return;
    }
    // Only memory of its own can be handed over; what came in one piece shares its with others.
    const own = body.length <= freeBytes ? Buffer.from(new Uint8Array(body).buffer) : body;
    (own.length <= smallBytes ? this.small : this.large).add(from, { body: own, ...waiting });
    this.next();
  }

  private decodeHere({ body, resolve, reject }: Waiting): void {
    const begun = performance.now();
    try {
      resolve({ report: decoded(body), body });
    } catch (error) {
      reject(error as Error);
    } finally {
      // No more than the worst report of this size takes: on a busy machine the clock tells others' time too.
      this.inlineDebtMs += Math.min(performance.now() - begun, (body.length + 512) * worstMsPerByte);
    }
  }

  /** Gives what waits to threads that are free; starts those that are not there yet. */
  private next(): void {
    while (this.threads.length < this.options.workers && !this.closed) this.start();
    for (const thread of this.threads) {
      if (thread.task !== null) continue;
      const task =
        this.small.take() ??
        (thread.takesLarge && performance.now() >= this.restsUntil ? this.large.take() : undefined);
      if (task !== undefined) this.begin(thread, task);
    }
  }

  private begin(thread: Thread, task: Waiting): void {
    const { limitMs: limit = limitMs } = this.options;
    thread.task = task;
    thread.worker.ref();
    thread.timer = setTimeout(() => {
      this.replace(thread, `it took longer than ${limit / 1000} s`);
    }, limit);
    thread.worker.postMessage({ body: task.body }, [task.body.buffer as ArrayBuffer]);
  }

  private start(): void {
    const { program = threadProgram('intake/decode-worker') } = this.options;
    const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: threadMegabytes } });
    const thread: Thread = {
      worker,
      takesLarge: this.threads.some((one) => !one.takesLarge),
      task: null,
      timer: undefined,
    };
    if (this.options.workers === 1) thread.takesLarge = true;
    worker.unref();
    worker.on('message', (outcome: Outcome) => {
      const { task } = thread;
      clearTimeout(thread.timer);
      thread.task = null;
      worker.unref();
      if (task !== null) settle(task, outcome);
      if ('report' in outcome && outcome.body.length > smallBytes) this.rest(outcome.body.length);
      this.next();
    });
    worker.on('error', (error) => {
      this.replace(thread, error.message);
    });
    worker.on('exit', (code) => {
      this.replace(thread, `its thread ended with ${code}`);
    });
    this.threads.push(thread);
  }

  private rest(bytes: number): void {
    const restMs = Math.ceil(bytes * restMsPerByte);
    this.restsUntil = performance.now() + restMs;
    setTimeout(() => {
      this.next();
    }, restMs + 1);
  }

  private replace(thread: Thread, reason: string): void {
    const index = this.threads.indexOf(thread);
    if (index === -1) return;
    this.threads.splice(index, 1);
    clearTimeout(thread.timer);
    void thread.worker.terminate();
    thread.task?.reject(busy(reason));
    if (this.closed) return;
    this.options.logger.warn(`A report could not be decoded (${reason}); another thread takes over`);
    if (this.small.count + this.large.count > 0) this.next();
  }
}

function settle(task: Waiting, outcome: Outcome): void {
  if ('report' in outcome)
    task.resolve({
      report: outcome.report,
      body: Buffer.from(outcome.body.buffer, outcome.body.byteOffset, outcome.body.byteLength),
    });
  else if ('refused' in outcome) task.reject(new FspError(outcome.refused.code, outcome.refused.message));
  else task.reject(new Error(outcome.failed));
}

function busy(reason: string): FspError {
  return new FspError('FSP_INTAKE_BUSY', `The report cannot be decoded now (${reason}); send it again later`);
}
