import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const ccmVerb = Buffer.from('CCM_POST ');
const plainVerb = Buffer.from('POST ');

export interface CcmPost {
  /** True for a connection whose verb was rewritten: it must be closed after its answer. */
  isRewritten(socket: Socket): boolean;
  /** Ends the connections that have not said yet what they want; nothing was promised to them. */
  closeWaiting(): void;
}

/**
 * Lets an HTTP server take `CCM_POST` as `POST`. Clients of Configuration Manager use that verb towards management
 * points, perhaps here too (domain/fsp.md, The wire); Node's parser answers an unknown verb 400 before any handler
 * runs. So the first bytes of each connection are looked at before the parser gets them. Only the first request of a
 * connection can be rewritten, which is why such a connection must be closed after its answer: the client then opens
 * another for its next message.
 *
 * Injecting a connection with bytes put back is documented for http.Server ("connection" event), and the parser still
 * reads straight from the handle afterwards: keep-alive connections lose nothing.
 *
 * @param timeoutMs how long a connection may take, in milliseconds, until its verb is known; then `onTimeout` gets it
 */
export function acceptCcmPost(server: Server, timeoutMs: number, onTimeout: (socket: Socket) => void): CcmPost {
  const parse = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const waiting = new Set<Socket>();
  const rewritten = new WeakSet<Socket>();

  server.on('connection', (socket: Socket) => {
    let seen: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => {
      settle();
      onTimeout(socket);
    }, timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      waiting.delete(socket);
      socket.off('data', look).off('end', leave).off('close', settle).off('error', leave);
    };
    const leave = () => {
      settle();
      // A reset may still be reported twice; without a listener the second would end the process.
      socket.on('error', () => undefined);
      socket.destroy();
    };
    const look = (chunk: Buffer) => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const known = Math.min(seen.length, ccmVerb.length);
      const isCcm = seen.compare(ccmVerb, 0, known, 0, known) === 0;
      if (isCcm && known < ccmVerb.length) return;

      settle();
      if (isCcm) {
        rewritten.add(socket);
        seen = Buffer.concat([plainVerb, seen.subarray(ccmVerb.length)]);
      }
      // Paused first: a flowing stream without listeners would not deliver the bytes that are put back.
      socket.pause();
      socket.unshift(seen);
      for (const listener of parse) listener.call(server, socket);
      socket.resume();
    };
    waiting.add(socket);
    socket.on('data', look).on('end', leave).on('close', settle).on('error', leave);
  });

  return {
    isRewritten: (socket) => rewritten.has(socket),
    closeWaiting() {
      for (const socket of waiting) socket.destroy();
    },
  };
}
