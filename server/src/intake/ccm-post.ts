import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const verb = Buffer.from('CCM_POST ');
/** How long a connection may be open without a byte. */
const silenceMs = 30_000;

/**
 * An HTTP server that takes `CCM_POST`, the verb that clients use towards a management point, as `POST`. Node's parser
 * knows a fixed set of verbs and answers others 400 before any handler runs. So each connection's first bytes are
 * looked at: if they are that verb they are rewritten, and the connection is closed after the answer, because later
 * requests on it would pass the parser unseen. Every other connection is handed on as it came.
 */
export function createCcmPostServer(handler: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const rewritten = new WeakSet<Socket>();
  const server = createServer((request, response) => {
    if (rewritten.has(request.socket)) response.setHeader('connection', 'close');
    handler(request, response);
  });
  const onward = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const peeking = new Set<Socket>();

  server.on('connection', (socket: Socket) => {
    let seen: Buffer = Buffer.alloc(0);
    const forget = () => {
      peeking.delete(socket);
    };
    const handOn = (bytes: Buffer) => {
      forget();
      socket.off('data', look);
      socket.off('error', forget);
      socket.setTimeout(0);
      socket.pause();
      for (const listener of onward) listener.call(server, socket);
      socket.resume();
      // Said to the listener at once, not put back into the stream: from now on the parser reads from the handle itself,
      // and could hear later bytes first.
      socket.emit('data', bytes);
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
    peeking.add(socket);
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', look);
    socket.on('error', forget);
    socket.once('close', forget);
  });
  // Connections that have not said anything yet are unknown to the HTTP server, which closes only its own.
  const close = server.close.bind(server);
  server.close = (callback) => {
    for (const socket of peeking) socket.destroy();
    return close(callback);
  };
  return server;
}
