import { Worker } from 'node:worker_threads';
import { threadProgram } from '../../thread-program.js';
import type { FileAnswer, FileQuestion } from './file-worker.js';

/** So long those who ask wait for a thread that is busy before one more is started. */
const patienceMs = 200;
const mostThreads = 16;
/** Room for the names of a folder of many files. */
const threadMegabytes = 128;

interface Asked {
  questions: FileQuestion[];
  settle: (answers: FileAnswer[]) => void;
  fail: (error: Error) => void;
}

interface Thread {
  worker: Worker;
  /** What it is asked at this moment. */
  asked: Asked | null;
}

export interface FileThreadsOptions {
  /** The program that the threads run. */
  program?: string;
}

/**
 * Threads that ask the file system for all that is followed. One does, as long as it gets its answers: it asks for a
 * thousand logs in a message, where Node's own way costs several hand-overs for each question. A network share that hangs
 * keeps the thread that asked it for as long as it hangs, and nothing ends that; others ask by another thread.
 */
export class FileThreads {
  /** How many threads of this process wait for an answer: whoever ends it would wait for them. */
  static underWay = 0;

  private readonly threads: Thread[] = [];
  private readonly waiting: Asked[] = [];
  private patience: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(private readonly options: FileThreadsOptions = {}) {}

  /** @returns the answers in the order of the questions, when all are there */
  ask(questions: FileQuestion[]): Promise<FileAnswer[]> {
    return new Promise((settle, fail) => {
      if (this.closed) throw new Error('the server stops');
      this.waiting.push({ questions, settle, fail });
      this.next();
    });
  }

  /** Ends threads that are idle; one that waits for an answer cannot be ended. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.patience !== null) clearTimeout(this.patience);
    for (const { fail } of this.waiting.splice(0)) fail(new Error('the server stops'));
    const idle = this.threads.filter(({ asked }) => asked === null);
    await Promise.all(idle.map(({ worker }) => worker.terminate()));
  }

  private next(): void {
    while (this.waiting.length > 0) {
      const thread =
        this.threads.find(({ asked }) => asked === null) ?? (this.threads.length === 0 ? this.start() : null);
      if (thread === null) break;
      thread.asked = this.waiting.shift()!;
      FileThreads.underWay++;
      // The process stays for the answer.
      thread.worker.ref();
      thread.worker.postMessage(thread.asked.questions);
    }
    if (this.waiting.length === 0 || this.patience !== null) return;
    this.patience = setTimeout(() => {
      this.patience = null;
      if (this.waiting.length > 0 && this.threads.length < mostThreads) this.start();
      this.next();
    }, patienceMs).unref();
  }

  private start(): Thread {
    const { program = threadProgram('setup-logs/follow/file-worker') } = this.options;
    const worker = new Worker(program, {
      resourceLimits: { maxOldGenerationSizeMb: threadMegabytes, maxYoungGenerationSizeMb: 4 },
    });
    const thread: Thread = { worker, asked: null };
    worker.unref();
    worker.on('message', (answers: FileAnswer[]) => {
      const asked = this.answered(thread);
      worker.unref();
      asked?.settle(answers);
      this.next();
      // One is kept at hand.
      if (this.closed || this.threads.some((one) => one !== thread && one.asked === null)) this.leave(thread);
    });
    worker.on('error', (error) => {
      this.leave(thread, error);
    });
    worker.on('exit', () => {
      this.leave(thread, new Error('the thread that asks the file system has ended'));
    });
    this.threads.push(thread);
    return thread;
  }

  private answered(thread: Thread): Asked | null {
    const { asked } = thread;
    if (asked !== null) FileThreads.underWay--;
    thread.asked = null;
    return asked;
  }

  /** A thread is there no more: it is needed no more, or an error ended it. */
  private leave(thread: Thread, error?: Error): void {
    const index = this.threads.indexOf(thread);
    if (index < 0 || (error === undefined && thread.asked !== null)) return;
    this.threads.splice(index, 1);
    void thread.worker.terminate();
    if (error !== undefined) this.answered(thread)?.fail(error);
    if (!this.closed) this.next();
  }
}
