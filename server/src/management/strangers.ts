import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { FspError } from '../errors.js';
import { Turns } from '../intake/turns.js';

/** Requests without a right token that are answered at once, and how many more in each second. A page has some dozens. */
const atOnce = 500;
const perSecond = 200;
/** Bytes of an answer that count as one more request. */
const bytesOfOne = 64 * 1024;
const mostWaiting = 1_000;
const everyMs = 20;

/** The pace at which strangers are answered, addresses taking turns: a flood of theirs leaves the event loop to others. */
export class StrangersPace {
  private readonly turns = new Turns<() => void>();
  private credit = atOnce;
  private at = performance.now();
  private timer: NodeJS.Timeout | null = null;

  /**
   * Resolves when a request may be looked at.
   * @throws FspError FSP_TOO_MANY_ATTEMPTS where too many wait
   */
  async turn(address: string): Promise<void> {
    this.refill();
    if (this.credit >= 1 && this.turns.count === 0) {
      this.credit--;
      return;
    }
    if (this.turns.count >= mostWaiting)
      throw new FspError(
        'FSP_TOO_MANY_ATTEMPTS',
        'Too many requests without a token come at this moment; send a token, or ask again later',
      );
    await new Promise<void>((resolve) => {
      this.turns.add(address, resolve);
      this.schedule();
    });
  }

  /** An answer was so large. */
  answered(bytes: number): void {
    this.credit -= Math.floor(bytes / bytesOfOne);
  }

  private refill(): void {
    const now = performance.now();
    this.credit = Math.min(atOnce, this.credit + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.refill();
      for (; this.credit >= 1 && this.turns.count > 0; this.credit--) this.turns.take()?.();
      if (this.turns.count > 0) this.schedule();
    }, everyMs).unref();
  }
}

/**
 * A listener's connections, at most so many: past that the address with the most of them loses its oldest one that has
 * shown no token. So a crowd that only keeps places taken keeps nobody out.
 */
export class Crowd {
  private readonly byAddress = new Map<string, Map<string, Socket>>();
  private count = 0;
  private readonly trusted = new Set<string>();

  constructor(private readonly most: number) {}

  watch(server: Server): void {
    // Those that go are not gone at once.
    server.maxConnections = this.most + 100;
    server.prependListener('connection', (socket: Socket) => {
      this.add(socket);
    });
  }

  /** A request of this connection had a right token. Known by its peer: behind TLS it is another object. */
  trust({ remoteAddress = '', remotePort = 0 }: Socket): void {
    const peer = `${remoteAddress}:${remotePort}`;
    if (this.byAddress.get(remoteAddress)?.has(peer) === true) this.trusted.add(peer);
  }

  private add(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const peer = `${remoteAddress}:${remotePort}`;
    if (this.count >= this.most) this.makeRoom();
    const theirs = this.byAddress.get(remoteAddress) ?? new Map<string, Socket>();
    this.byAddress.set(remoteAddress, theirs.set(peer, socket));
    this.count++;
    socket.once('close', () => {
      this.count--;
      if (theirs.get(peer) !== socket) return;
      theirs.delete(peer);
      this.trusted.delete(peer);
      if (theirs.size === 0 && this.byAddress.get(remoteAddress) === theirs) this.byAddress.delete(remoteAddress);
    });
  }

  private makeRoom(): void {
    let most: ReadonlyMap<string, Socket> = new Map();
    for (const theirs of this.byAddress.values()) if (theirs.size > most.size) most = theirs;
    for (const [peer, socket] of most) {
      if (socket.destroyed || this.trusted.has(peer)) continue;
      socket.destroy();
      return;
    }
  }
}
