import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { freeBytes } from './bodies.js';
import { endSoon, silenceMs, type Connections } from './connections.js';
import { largeRequest, usualRequest } from './usual-request.js';

const verb = Buffer.from('CCM_POST ');
/** How long a connection may be open before its first request is there. */
const firstWithinMs = 30_000;
/** A usual request is here within so much time, and in so many pieces; one that is not is Node's parser's to wait for. */
const wholeWithinMs = 1_000;
const mostPieces = 16;
const nothing = Buffer.alloc(0);

/** A request that is refused before its body is there. */
export interface Refusal {
  /** Resolves when it is time to tell, or nobody is there any more. */
  turn(): Promise<void>;
  /** What is told. */
  answer(): string;
}

/**
 * An HTTP server that takes `CCM_POST`, the verb that clients use towards a management point, as `POST`. Node's parser
 * knows a fixed set of verbs and answers others 400 before any handler runs. So each connection's first bytes are
 * looked at: if they are that verb they are rewritten, and the connection is closed after the answer, because later
 * requests on it would pass the parser unseen.
 *
 * Usual requests are given to `take` and answered here, at two thirds of the processor that the way through Node's server
 * takes. So are those with a large body of which `refuse` knows from its first bytes that it will not be read: whoever
 * opens a thousand of them gets nothing of Node's or Fastify's. What is neither is handed on as it came, and its
 * connection with it.
 */
export function createCcmPostServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  connections: Pick<Connections, 'begin' | 'feed' | 'owe' | 'receive'>,
  take: (body: Buffer, socket: Socket) => Promise<void>,
  refuse: (length: number, begin: Buffer, socket: Socket) => Refusal | null,
): Server {
  const closing = new WeakSet<Socket>();
  // Late requests are looked for every second, not every thirty.
  const server = createServer({ connectionsCheckingInterval: 1_000, requireHostHeader: false }, (request, response) => {
    if (closing.has(request.socket)) response.setHeader('connection', 'close');
    handler(request, response);
  });
  // Nobody knows what is expected; Node would answer 417 unheard, and the report would be lost.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  // Nothing is read of a connection before its turn, and who has ended its side is answered all the same. (The types do
  // not know that a server has these properties too.)
  Object.assign(server, { pauseOnConnect: true, httpAllowHalfOpen: true });
  const onward = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    let seen: Buffer = nothing;
    let pieces = 0;
    let taking = false;
    let ended = false;
    /** Whether more may come before it is decided what becomes of its request. */
    let looking = true;
    let late: NodeJS.Timeout | undefined;
    // An error closes it, and whoever counts connections hears of that.
    const ignore = () => undefined;
    const handOn = (bytes: Buffer) => {
      clearTimeout(late);
      looking = false;
      // They would stay for as long as the connection.
      seen = nothing;
      socket.off('data', look);
      socket.off('error', ignore);
      socket.setTimeout(0);
      socket.pause();
      for (const listener of onward) listener.call(server, socket);
      socket.resume();
      // Not put back into the stream, where later bytes could be heard before them.
      connections.feed(socket, bytes);
    };
    const goOn = (bytes: Buffer) => {
      if (bytes.length <= freeBytes) {
        handOn(bytes);
        return;
      }
      seen = nothing;
      looking = false;
      socket.off('data', look);
      socket.pause();
      connections.receive(socket, bytes.length, () => {
        handOn(bytes);
      });
    };
    const takeUsual = async (body: Buffer) => {
      const whole = seen;
      seen = nothing;
      taking = true;
      if (socket.timeout !== silenceMs) socket.setTimeout(silenceMs);
      const answered = connections.owe(socket);
      try {
        await take(body, socket);
        socket.write(taken(), 'latin1');
      } catch {
        // It is tried once more, by who can say what is wrong with it.
        seen = Buffer.concat([whole, seen]);
      }
      answered();
      taking = false;
      pieces = 0;
      if (ended) closing.add(socket);
      if (socket.destroyed) return;
      if (seen.length > 0) handOn(seen);
      else if (ended || !server.listening) socket.end();
    };
    /** Nothing more is read of it, and it is gone soon after it was told so. */
    const leave = async (refusal: Refusal) => {
      seen = nothing;
      looking = false;
      socket.off('data', look);
      socket.pause();
      await refusal.turn();
      if (socket.destroyed) return;
      socket.write(refusal.answer(), 'latin1');
      endSoon(socket);
    };
    const look = (chunk: Buffer) => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      if (taking) {
        socket.pause();
        return;
      }
      const body = pieces++ < mostPieces && server.listening ? usualRequest(seen) : null;
      if (body === undefined) {
        // A thousand that are late together are not one piece of work.
        late ??= setTimeout(() => {
          connections.begin(socket, () => {
            if (late !== undefined) handOn(seen);
          });
        }, wholeWithinMs);
        return;
      }
      if (late !== undefined) clearTimeout(late);
      late = undefined;
      if (body !== null) {
        void takeUsual(body);
        return;
      }
      const large = largeRequest(seen);
      const refusal =
        large !== null || seen.length > freeBytes
          ? refuse(large?.length ?? seen.length, large?.begin ?? nothing, socket)
          : null;
      const known = Math.min(seen.length, verb.length);
      if (refusal !== null) void leave(refusal);
      else if (!seen.subarray(0, known).equals(verb.subarray(0, known))) goOn(seen);
      else if (known === verb.length) {
        closing.add(socket);
        goOn(Buffer.concat([Buffer.from('POST '), seen.subarray(verb.length)]));
      }
    };
    // Not of one whose answer is owed: the disk may take its time.
    socket.setTimeout(firstWithinMs).on('timeout', () => {
      if (!taking) socket.destroy();
    });
    socket.on('error', ignore);
    connections.begin(socket, () => {
      socket.on('data', look);
      socket.resume();
    });
    // Its peer said good-bye.
    socket.once('end', () => {
      ended = true;
      if (!taking && looking) socket.end();
    });
    socket.once('close', () => {
      clearTimeout(late);
    });
  });
  return server;
}

let answer = { second: 0, text: '' };

/** What a client is told whose report is on disk. */
function taken(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== answer.second) {
    const date = new Date(second * 1_000).toUTCString();
    const text = `HTTP/1.1 200 OK\r\ncontent-length: 0\r\nDate: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${silenceMs / 1_000}\r\n\r\n`;
    answer = { second, text };
  }
  return answer.text;
}
