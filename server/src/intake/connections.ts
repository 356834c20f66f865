import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const statusLines: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers what Node's parser could not read. Knows which connections have an answer on its way, so that rubbish behind
 * a good request (pipelined) does not get its 400 in front of the good one's 200, or instead of it.
 */
export class Connections {
  private readonly pending = new WeakMap<Socket, Set<IncomingMessage>>();
  private readonly failed = new WeakSet<Socket>();

  /** @param onRefusal told the status of every answer given here */
  constructor(private readonly onRefusal: (status: number) => void) {}

  /**
   * A request has begun, and `response` will answer it. To be called before anything else looks at it: the parser can
   * fail over what follows in the same packet before any handler had its turn.
   */
  answering(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const requests = this.pending.get(socket) ?? new Set();
    this.pending.set(socket, requests.add(request));
    response.once('close', () => {
      requests.delete(request);
      if (this.failed.has(socket) && !hasComplete(requests)) socket.destroySoon();
    });
  }

  /** What follows on a connection cannot be read: it is refused at once, or closed after the answers that are owed. */
  parserFailed(socket: Socket, error: NodeJS.ErrnoException): void {
    // The parser goes on failing over every further byte; one answer is enough.
    if (this.failed.has(socket)) return;
    this.failed.add(socket);
    if (!socket.writable) socket.destroy();
    else if (!hasComplete(this.pending.get(socket) ?? new Set())) {
      const status = statusLines[error.code ?? ''] ?? '400 Bad Request';
      this.onRefusal(Number.parseInt(status, 10));
      socket.end(
        `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nThis is no HTTP request that can be read\n`,
      );
    }
  }
}

/** A request of which the end never came will not be answered; the others will. */
function hasComplete(requests: ReadonlySet<IncomingMessage>): boolean {
  return [...requests].some((request) => request.complete);
}
