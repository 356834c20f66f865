import type { Socket } from 'node:net';

/** What Node's parser gets in one go between requests, and within a body. */
const sliceBytes = 2 * 1024;
const bodySliceBytes = 16 * 1024;

/** What a feed asks about its connection. */
export interface Fed {
  /** Whether a request that came whole awaits its answer. */
  waits(): boolean;
  /** Whether a request has begun and is not there yet. */
  receives(): boolean;
  /** Whether nothing that still comes is of any use. */
  over(): boolean;
}

/**
 * Gives a connection's bytes to Node's parser in pieces, and none while a request waits for its answer: what comes in
 * one packet, a thousand requests, say, would else be one piece of work. A peer that sends more is not read any more.
 */
export class Feed {
  private readonly parse: (bytes: Buffer) => void;
  private held: Buffer[] = [];
  private paused = false;
  private feeding = false;

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
    socket.once('end', () => {
      this.held = [];
    });
  }

  take(bytes: Buffer): void {
    this.held.push(bytes);
    this.goOn();
  }

  /** To be called when a request was answered. */
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
      if (this.paused) this.socket.resume();
      this.paused = false;
    }
  }

  private next(): Buffer | undefined {
    const [first] = this.held;
    if (first === undefined || this.socket.destroyed || this.about.over() || this.about.waits()) return undefined;
    const size = this.about.receives() ? bodySliceBytes : sliceBytes;
    if (first.length <= size) this.held.shift();
    else this.held[0] = first.subarray(size);
    return first.subarray(0, size);
  }
}
