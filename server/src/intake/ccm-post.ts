import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections } from './connections.js';

const verb = Buffer.from('CCM_POST ');
/** How long a connection may be open without a byte. */
const silenceMs = 30_000;

/**
 * An HTTP server that takes `CCM_POST`, the verb that clients use towards a management point, as `POST`. Node's parser
 * knows a fixed set of verbs and answers others 400 before any handler runs. So each connection's first bytes are
 * looked at: if they are that verb they are rewritten, and the connection is closed after the answer, because later
 * requests on it would pass the parser unseen. Every other connection is handed on as it came.
 */
export function createCcmPostServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  connections: Pick<Connections, 'begin' | 'feed'>,
): Server {
  const rewritten = new WeakSet<Socket>();
  // Late requests are looked for every second, not every thirty.
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    if (rewritten.has(request.socket)) response.setHeader('connection', 'close');
    handler(request, response);
  });
  // Nothing is read of a connection before its turn. (The types do not know that a server has this property too.)
  Object.assign(server, { pauseOnConnect: true });
  const onward = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    let seen: Buffer = Buffer.alloc(0);
    let handedOn = false;
    // An error closes it, and whoever counts connections hears of that.
    const ignore = () => undefined;
    const handOn = (bytes: Buffer) => {
      handedOn = true;
      // They would stay for as long as the connection.
      seen = Buffer.alloc(0);
      socket.off('data', look);
      socket.off('error', ignore);
      socket.setTimeout(0);
      socket.pause();
      for (const listener of onward) listener.call(server, socket);
      socket.resume();
      // Not put back into the stream, where later bytes could be heard before them.
      connections.feed(socket, bytes);
    };
    const look = (chunk: Buffer) => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const known = Math.min(seen.length, verb.length);
      if (!seen.subarray(0, known).equals(verb.subarray(0, known))) handOn(seen);
      else if (known === verb.length) {
        rewritten.add(socket);
        handOn(Buffer.concat([Buffer.from('POST '), seen.subarray(verb.length)]));
      }
    };
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('error', ignore);
    connections.begin(socket, () => {
      socket.on('data', look);
      socket.resume();
    });
    // Its peer said good-bye before it said anything.
    socket.once('end', () => {
      if (!handedOn) socket.end();
    });
  });
  return server;
}
