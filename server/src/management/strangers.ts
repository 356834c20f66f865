import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { FspError } from '../errors.js';
import { peerOf } from '../http/peer.js';
import { Pace } from '../http/turns.js';

/** Requests without a right token that are answered at once, and how many more in each second. A page has some dozens. */
const answered = { atOnce: 500, perSecond: 200, everyMs: 20 };
/** Bytes of an answer that count as one more request. */
const bytesOfOne = 64 * 1024;
const mostWaiting = 1_000;

/** The pace at which strangers are answered, addresses taking turns: a flood of theirs leaves the event loop to others. */
export class StrangersPace {
  private readonly pace = new Pace(answered);

  /**
   * Resolves when a request may be looked at.
   * @throws FspError FSP_TOO_MANY_ATTEMPTS where too many wait
   */
  async turn(address: string): Promise<void> {
    if (this.pace.now()) return;
    if (this.pace.waiting >= mostWaiting)
      throw new FspError(
        'FSP_TOO_MANY_ATTEMPTS',
        'Too many requests without a token come at this moment; send a token, or ask again later',
      );
    await new Promise<void>((resolve) => {
      this.pace.add(peerOf(address), resolve);
    });
  }

  /** An answer was so large. */
  answered(bytes: number): void {
    this.pace.spend(Math.floor(bytes / bytesOfOne));
  }
}

/**
 * A listener's connections, at most so many: past that the peer with the most of them loses its oldest one that has
 * shown no token. So a crowd that only keeps places taken keeps nobody out.
 */
export class Crowd {
  private readonly byPeer = new Map<string, Map<string, Socket>>();
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

  /** A request of this connection had a right token. Known by its other end: behind TLS it is another object. */
  trust({ remoteAddress = '', remotePort = 0 }: Socket): void {
    const end = `${remoteAddress}:${remotePort}`;
    if (this.byPeer.get(peerOf(remoteAddress))?.has(end) === true) this.trusted.add(end);
  }

  private add(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const end = `${remoteAddress}:${remotePort}`;
    const peer = peerOf(remoteAddress);
    if (this.count >= this.most) this.makeRoom();
    const theirs = this.byPeer.get(peer) ?? new Map<string, Socket>();
    this.byPeer.set(peer, theirs.set(end, socket));
    this.count++;
    socket.once('close', () => {
      this.count--;
      if (theirs.get(end) !== socket) return;
      theirs.delete(end);
      this.trusted.delete(end);
      if (theirs.size === 0 && this.byPeer.get(peer) === theirs) this.byPeer.delete(peer);
    });
  }

  private makeRoom(): void {
    let most: ReadonlyMap<string, Socket> = new Map();
    for (const theirs of this.byPeer.values()) if (theirs.size > most.size) most = theirs;
    for (const [end, socket] of most) {
      if (socket.destroyed || this.trusted.has(end)) continue;
      socket.destroy();
      return;
    }
  }
}
