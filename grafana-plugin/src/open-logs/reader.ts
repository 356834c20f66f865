import { InvalidPattern } from '../log-view/source.js';
import type { Method, Methods, OpenedState, Progress, Reply, Request } from './protocol.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** The part of a worker that is used. */
export interface WorkerLike {
  postMessage(request: Request): void;
  addEventListener(kind: 'message', listener: (event: MessageEvent<Reply>) => void): void;
  addEventListener(kind: 'error', listener: (event: { message?: string }) => void): void;
  terminate(): void;
}

const nothing: OpenedState = { logs: [], notRead: [], installations: [], timezone: '' };

/** The page's end of the worker that reads logs and holds them. */
export class LogReader {
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<() => void>();
  private nextId = 1;
  private current: OpenedState = nothing;
  private reading: Progress | null = null;
  private broken: Error | null = null;

  constructor(private readonly worker: WorkerLike) {
    worker.addEventListener('message', ({ data }) => {
      this.take(data);
    });
    worker.addEventListener('error', ({ message = '' }) => {
      this.broken = new Error(message);
      for (const { reject } of this.waiting.values()) reject(this.broken);
      this.waiting.clear();
      this.tell();
    });
  }

  /** How far the reading is; null while nothing is read. */
  readonly progress = (): Progress | null => this.reading;

  /** As the worker last told it; another object whenever it has changed. */
  readonly state = (): OpenedState => this.current;

  /** What the worker broke by: out of memory, or not to be loaded. Null while it lives. */
  readonly failure = (): Error | null => this.broken;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  ask<Name extends Method>(method: Name, ...args: Parameters<Methods[Name]>): Promise<ReturnType<Methods[Name]>> {
    if (this.broken !== null) return Promise.reject(this.broken);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve, reject });
      this.worker.postMessage({ id, method, args });
    });
  }

  private take(reply: Reply): void {
    if ('state' in reply || 'progress' in reply) {
      if ('state' in reply) this.current = reply.state;
      else this.reading = reply.progress;
      this.tell();
      return;
    }
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(reply.pattern ? new InvalidPattern(reply.error) : new Error(reply.error));
    else waiting?.resolve(reply.result);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
