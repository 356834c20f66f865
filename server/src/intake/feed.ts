import type { Socket } from 'node:net';
import { freeBytes } from './bodies.js';

/** Bytes of a large body that are read in one turn. */
const turnBytes = 16 * 1024;
/** What Node's parser gets in one go between requests; within a body it is a turn. */
const sliceBytes = 2 * 1024;
/** How long who sends requests before it has its answers waits for the next one. No client does. */
const pipelinedEveryMs = 50;

/** What a feed asks about its connection. */
export interface Fed {
  /** Whether a request that came whole awaits its answer. */
  waits(): boolean;
  /** Whether a request has begun and is not there yet. */
  receives(): boolean;
  /** Whether nothing that still comes is of any use. */
  over(): boolean;
  /** Calls `read` when a turn's bytes of a large body may be read; what comes back takes that back. */
  turn(read: () => void): () => void;
  /** So many bytes more (or less) of it are held than before. */
  holds(bytes: number): void;
}

/**
 * Gives a connection's bytes to Node's parser in pieces, and none while a request waits for its answer: what comes in
 * one packet, a thousand requests, say, would else be one piece of work. A peer that sends more is not read any more,
 * and what a body has beyond an ordinary one is read when it is its turn.
 */
export class Feed {
  private readonly parse: (bytes: Buffer) => void;
  private held: Buffer[] = [];
  private counted = 0;
  private paused = false;
  private feeding = false;
  /** Tells the parser that nothing more comes; null until nothing does, and once it was told. */
  private end: (() => void) | null = null;
  /** Bytes of the present request that were given, as far as it is a large one. */
  private given = 0;
  private turn: 'none' | 'asked' | 'here' = 'none';
  private resting = false;

  /** To be made once Node's HTTP server listens to the socket; takes that one's place. */
  constructor(
    private readonly socket: Socket,
    private readonly about: Fed,
  ) {
    const [parse] = socket.listeners('data') as ((bytes: Buffer) => void)[];
    if (parse === undefined) throw new Error('Nobody listens to this connection');
    this.parse = parse.bind(socket);
    socket.off('data', parse);
    // The parser reads from the handle itself until somebody else listens.
    socket.on('data', (bytes: Buffer) => {
      this.take(bytes);
    });
    // Whoever reads the request makes its connection go on with every piece.
    socket.on('resume', () => {
      if (this.paused) socket.pause();
    });
    // The parser hears of the end when it has what came before: whoever has sent all may end its side and wait.
    const onEnd = socket.listeners('end').at(-1) as () => void;
    socket.off('end', onEnd);
    if (socket.readableEnded) this.end = onEnd.bind(socket);
    socket.once('end', () => {
      this.end = onEnd.bind(socket);
      this.goOn();
    });
    socket.once('close', () => {
      this.held = [];
      this.count();
    });
  }

  take(bytes: Buffer): void {
    this.held.push(bytes);
    this.goOn();
  }

  /** To be called when a request was answered. */
  answered(): void {
    this.given = 0;
    if (this.held.length === 0 || this.about.over()) {
      this.goOn();
      return;
    }
    // Its next request came before this answer left.
    this.resting = true;
    setTimeout(() => {
      this.resting = false;
      this.goOn();
    }, pipelinedEveryMs).unref();
  }

  /** To be called when nothing more is to be read, too. */
  goOn(): void {
    if (this.feeding) return;
    this.feeding = true;
    for (let next = this.next(); next !== undefined; next = this.next()) this.parse(next);
    this.feeding = false;
    if (this.about.over()) this.held = [];
    if (this.held.length > 0 || this.about.over()) {
      this.paused = true;
      this.socket.pause();
    } else {
      const before = this.paused;
      this.paused = false;
      if (before) this.socket.resume();
    }
    this.count();
    if (this.held.length > 0 || this.end === null) return;
    const { end } = this;
    this.end = null;
    end();
  }

  private count(): void {
    const now = this.held.reduce((sum, { length }) => sum + length, 0);
    if (now !== this.counted) this.about.holds(now - this.counted);
    this.counted = now;
  }

  private next(): Buffer | undefined {
    const [first] = this.held;
    if (first === undefined || this.socket.destroyed || this.about.over() || this.about.waits() || this.resting)
      return undefined;
    const inBody = this.about.receives();
    if (!inBody) this.given = 0;
    else if (this.given >= freeBytes && !this.hasTurn()) return undefined;
    const size = inBody ? turnBytes : sliceBytes;
    if (first.length <= size) this.held.shift();
    else this.held[0] = first.subarray(size);
    const slice = first.subarray(0, size);
    if (inBody) this.given += slice.length;
    return slice;
  }

  private hasTurn(): boolean {
    if (this.turn === 'here') {
      this.turn = 'none';
      return true;
    }
    if (this.turn === 'none') {
      this.turn = 'asked';
      const takeBack = this.about.turn(() => {
        this.socket.off('close', takeBack);
        this.turn = 'here';
        this.goOn();
        this.turn = this.turn === 'here' ? 'none' : this.turn;
      });
      this.socket.once('close', takeBack);
    }
    return false;
  }
}
