import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The status for an error of Node's HTTP parser or timers; null where the connection is simply gone. */
export function statusOfParserError({ code }: { code?: string }): number | null {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    case 'HPE_HEADER_OVERFLOW':
      return 431;
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 413;
    case 'ECONNRESET':
    case 'EPIPE':
      return null;
    default:
      return 400;
  }
}

/**
 * Knows which connections have an answer on its way, so that rubbish behind a good request (pipelined) does not get
 * its 400 in front of the good one's 200, or instead of it.
 */
export class Connections {
  private readonly pending = new WeakMap<Socket, number>();
  private readonly failed = new WeakSet<Socket>();

  /** @param refuse answers and ends a connection that no response object belongs to */
  constructor(private readonly refuse: (socket: Socket, status: number) => void) {}

  /** A request was read whole; `response` will answer it. */
  answering(socket: Socket, response: ServerResponse): void {
    this.pending.set(socket, (this.pending.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (this.pending.get(socket) ?? 1) - 1;
      this.pending.set(socket, left);
      if (left === 0 && this.failed.has(socket)) socket.destroySoon();
    });
  }

  /** What follows on a connection cannot be read. `status` null: nobody is left to be told. */
  parserFailed(socket: Socket, status: number | null): void {
    // The parser goes on failing over every further byte; one answer is enough.
    if (this.failed.has(socket)) return;
    this.failed.add(socket);
    if (status === null || !socket.writable) socket.destroy();
    else if ((this.pending.get(socket) ?? 0) === 0) this.refuse(socket, status);
  }
}
