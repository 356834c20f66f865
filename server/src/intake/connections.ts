import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { connectionShares } from '../http/descriptors.js';
import { lastAnswer } from '../http/last-answer.js';
import { peerOf } from '../http/peer.js';
import { LaterWork, Pace } from '../http/turns.js';
import { Feed } from './feed.js';
import type { IntakeMemory } from './memory.js';
import type { Refusals } from './refusals.js';

/** How what Node's parser could not read is answered, where that is not 400. */
const statuses: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
/** Requests that may wait behind others: of one connection, and of all. No client sends several at once. */
const mostTurnsOfOne = 200;
const mostTurns = 10_000;
/** Refused requests of one connection after which it is closed. */
const mostRefusals = 4;
/** How long a peer may stay after its last answer. */
const lingerMs = 1_000;
/** How long a connection may be without a byte in either direction. */
export const silenceMs = 60_000;
/**
 * The pace at which large bodies are read, in turns of {@link Feed}: every byte is memory that the collector has to clear
 * away, and nobody is served meanwhile. Clients send a few kilobytes, which need no turn.
 */
const readPace = { atOnce: 8, perSecond: 128, everyMs: 2 };
/** How long a stop waits for answers that are owed. */
const closeWithinMs = 3_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Connection {
  peer: string;
  requests: Set<Pick<IncomingMessage, 'complete'>>;
  /** Requests that came before an earlier one was answered. */
  turns: (() => void)[];
  refused: number;
  failed: boolean;
  /** Whether nothing more is read. */
  over: boolean;
  feed: Feed | null;
}

/**
 * The intake's connections: how many there are, what each is owed, and when it ends. Answers what Node's parser could
 * not read, and knows which connections have an answer on its way, so that rubbish behind a good request (pipelined)
 * does not get its 400 in front of the good one's 200, or instead of it.
 */
export class Connections {
  private readonly known = new Map<Socket, Connection>();
  /** The sockets of each peer, the oldest first. */
  private readonly byPeer = new Map<string, Set<Socket>>();
  private turns = 0;
  /** Connections that begin, and requests that waited for an earlier one, by their peers. */
  private readonly later = new LaterWork();
  private readonly pace = new Pace(readPace);
  private readonly most = connectionShares().intake;

  /** @param onRefusal told the status of every answer given here */
  constructor(
    private readonly memory: Pick<IntakeMemory, 'count'>,
    private readonly refusals: Pick<Refusals, 'turn'>,
    private readonly onRefusal: (status: number) => void,
  ) {}

  get count(): number {
    return this.known.size;
  }

  /** Counts a server's connections from now on, and ends them with it. */
  watch(server: Server): void {
    server.timeout = silenceMs;
    server.keepAliveTimeout = silenceMs;
    server.prependListener('connection', (socket: Socket) => {
      this.add(socket);
    });
    const close = server.close.bind(server);
    server.close = (callback) => {
      close(callback);
      // Nothing is owed to who has not finished asking.
      for (const socket of this.known.keys()) if (!this.owed(socket)) socket.destroy();
      setTimeout(() => {
        for (const socket of this.known.keys()) socket.destroy();
      }, closeWithinMs).unref();
      return server;
    };
  }

  /** A connection is here; `work` looks at what it says, when it is its peer's turn. */
  begin(socket: Socket, work: () => void): void {
    const takeBack = this.later.add(peerOf(socket.remoteAddress ?? ''), () => {
      socket.off('close', takeBack);
      if (!socket.destroyed) work();
    });
    socket.once('close', takeBack);
  }

  /** More is here than an ordinary request has, and counts until `work` goes on with it, when it is its peer's turn. */
  receive(socket: Socket, bytes: number, work: () => void): void {
    const { peer } = this.known.get(socket) ?? this.add(socket);
    this.memory.count(peer, bytes);
    const over = () => {
      socket.off('close', over);
      this.memory.count(peer, -bytes);
      takeBack();
    };
    const takeBack = this.pace.add(peer, () => {
      over();
      if (!socket.destroyed) work();
    });
    socket.once('close', over);
  }

  /** An answer is owed to a connection, until what comes back is called. */
  owe(socket: Socket): () => void {
    const { requests } = this.known.get(socket) ?? this.add(socket);
    const request = { complete: true };
    requests.add(request);
    return () => requests.delete(request);
  }

  /** From now on Node's parser, which listens to a connection, gets its bytes piece by piece. These are the first. */
  feed(socket: Socket, first: Buffer): void {
    const connection = this.known.get(socket) ?? this.add(socket);
    const { requests } = connection;
    connection.feed = new Feed(socket, {
      waits: () => hasComplete(requests),
      receives: () => requests.size > 0,
      over: () => connection.failed || connection.over,
      turn: (read) => this.pace.add(connection.peer, read),
      holds: (bytes) => {
        this.memory.count(connection.peer, bytes);
      },
    });
    connection.feed.take(first);
  }

  /** The rest of a body that is refused, and whatever follows it, is not read any more. */
  endReading(socket: Socket): void {
    const connection = this.known.get(socket);
    if (connection === undefined) return;
    connection.over = true;
    connection.feed?.goOn();
  }

  /** Whether a connection that sent one more request to be refused is to be closed after it. */
  refused(socket: Socket): boolean {
    const connection = this.known.get(socket);
    return connection !== undefined && ++connection.refused >= mostRefusals;
  }

  /**
   * A request has begun, and `response` will answer it. To be called before anything else looks at it: the parser can
   * fail over what follows in the same packet before any handler had its turn. Requests of one connection are handled
   * one after the other, so that thousands in one packet are not one piece of work.
   */
  answering(request: IncomingMessage, response: ServerResponse, handler: Handler): void {
    const { socket } = request;
    const connection = this.known.get(socket) ?? this.add(socket);
    const { requests, turns } = connection;
    response.once('close', () => {
      requests.delete(request);
      if (connection.failed && !hasComplete(requests)) endSoon(socket);
      const next = turns.shift();
      if (next !== undefined) {
        this.turns--;
        this.later.add(connection.peer, next);
      }
      // Of the next one the head may be all that is here: the rest of it was held for this one's answer.
      if (!hasComplete(requests)) connection.feed?.answered();
    });
    requests.add(request);
    if (requests.size === 1) handler(request, response);
    else if (turns.length < mostTurnsOfOne && this.turns < mostTurns) {
      this.turns++;
      turns.push(() => {
        handler(request, response);
      });
    } else socket.destroy();
  }

  /** What follows on a connection cannot be read: it is refused at once, or closed after the answers that are owed. */
  parserFailed(socket: Socket, error: NodeJS.ErrnoException): void {
    const connection = this.known.get(socket) ?? this.add(socket);
    // The parser goes on failing over every further byte; one answer is enough.
    if (connection.failed) return;
    connection.failed = true;
    if (!socket.writable) socket.destroy();
    else if (!hasComplete(connection.requests))
      void this.refuse(socket, connection.peer, statuses[error.code ?? ''] ?? 400);
  }

  private async refuse(socket: Socket, peer: string, status: number): Promise<void> {
    await this.refusals.turn(peer, socket, 0);
    if (socket.destroyed) return;
    this.onRefusal(status);
    socket.write(lastAnswer(status, { 'content-type': 'text/plain' }, 'This is no HTTP request that can be read\n'));
    endSoon(socket);
  }

  private add(socket: Socket): Connection {
    const peer = peerOf(socket.remoteAddress ?? '');
    if (this.known.size >= this.most) this.makeRoom();
    const connection: Connection = {
      peer,
      requests: new Set(),
      turns: [],
      refused: 0,
      failed: false,
      over: false,
      feed: null,
    };
    this.known.set(socket, connection);
    const theirs = this.byPeer.get(peer) ?? new Set();
    this.byPeer.set(peer, theirs.add(socket));
    socket.once('close', () => {
      this.turns -= connection.turns.splice(0).length;
      this.known.delete(socket);
      theirs.delete(socket);
      if (theirs.size === 0 && this.byPeer.get(peer) === theirs) this.byPeer.delete(peer);
    });
    return connection;
  }

  /** Of the peer with the most connections, the oldest one that is owed nothing goes. */
  private makeRoom(): void {
    let most: ReadonlySet<Socket> = new Set();
    for (const theirs of this.byPeer.values()) if (theirs.size > most.size) most = theirs;
    for (const socket of most) {
      if (socket.destroyed || this.owed(socket)) continue;
      socket.destroy();
      return;
    }
  }

  private owed(socket: Socket): boolean {
    return hasComplete(this.known.get(socket)?.requests ?? new Set());
  }
}

/** Closes a connection after what was written to it, and does not wait for its peer for long. */
export function endSoon(socket: Socket): void {
  socket.end();
  // Not at once: what the peer still sends would make the system take the answer back.
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
}

/** A request of which the end never came will not be answered; the others will. */
function hasComplete(requests: ReadonlySet<Pick<IncomingMessage, 'complete'>>): boolean {
  for (const request of requests) if (request.complete) return true;
  return false;
}
