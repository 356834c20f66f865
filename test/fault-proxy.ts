import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What becomes of a request between the server and a destination:
 *
 * | fault | meaning |
 * |---|---|
 * | pass | nothing |
 * | refuse | answered 500 by the proxy itself |
 * | page | answered 200 with a page of the proxy's own |
 * | empty | answered 200 with nothing |
 * | exception | answered 200 with the text of a ClickHouse exception |
 * | hang | never answered, never forwarded |
 * | cut-before | the connection ends before anything is forwarded |
 * | cut-during | half of the body is forwarded, then both connections end |
 * | cut-after | all is forwarded, the answer is awaited and thrown away with the connection |
 * | unknown | all is forwarded, and ClickHouse's words for rows that too few replicas may have are the answer |
 * | late | the connection ends, and the whole request is forwarded only after `lateMs` |
 * | slow | forwarded after `slowMs` |
 */
export const faults = [
  'refuse',
  'page',
  'empty',
  'exception',
  'hang',
  'cut-before',
  'cut-during',
  'cut-after',
  'unknown',
  'late',
  'slow',
] as const;
export type Fault = 'pass' | (typeof faults)[number];

export interface FaultProxy {
  url: string;
  /** Decides for each request, whose address with query and whose body it is told. */
  decide: (address: string, body: Buffer) => Fault;
  lateMs: number;
  slowMs: number;
  /** Faults that were done, in their order, `pass` left out. */
  done: Fault[];
  /** Resolves when no forwarded request is under way. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** A real HTTP proxy in front of a destination that does to requests what networks and balancers do. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const underWay = new Set<Promise<unknown>>();
  const proxy: FaultProxy = {
    url: '',
    decide: () => 'pass',
    lateMs: 1_000,
    slowMs: 1_000,
    done: [],
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    stop: () => Promise.resolve(),
  };

  const forward = (incoming: IncomingMessage, body: Buffer, bytes = body.length) => {
    const answer = new Promise<{ answer: IncomingMessage; text: Buffer } | null>((resolve) => {
      const headers = withoutHop(incoming.headers);
      const onward = request(
        new URL(incoming.url ?? '/', target),
        { method: incoming.method, headers: { ...headers, 'content-length': body.length }, agent: false },
        (told) => {
          told.on('error', () => undefined);
          void buffer(told).then(
            (text) => {
              resolve({ answer: told, text });
            },
            () => {
              resolve(null);
            },
          );
        },
      );
      onward.on('error', () => {
        resolve(null);
      });
      if (bytes === body.length) onward.end(body);
      else {
        onward.write(body.subarray(0, bytes));
        setTimeout(() => onward.destroy(), 100);
      }
    });
    underWay.add(answer);
    void answer.finally(() => underWay.delete(answer));
    return answer;
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await buffer(incoming).catch(() => null);
    if (body === null) return;
    const fault = proxy.decide(incoming.url ?? '', body);
    if (fault !== 'pass') proxy.done.push(fault);
    const cut = () => incoming.socket.destroy();
    switch (fault) {
      case 'refuse':
        outgoing.writeHead(500).end('Bad gateway');
        return;
      case 'page':
        outgoing
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<html><body>Sign in to the network</body></html>');
        return;
      case 'empty':
        outgoing.writeHead(200).end();
        return;
      case 'exception':
        outgoing.writeHead(200).end('Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS) (version 26.7.3.1)\n');
        return;
      case 'hang':
        return;
      case 'cut-before':
        cut();
        return;
      case 'cut-during':
        await forward(incoming, body, Math.floor(body.length / 2));
        cut();
        return;
      case 'cut-after':
        await forward(incoming, body);
        cut();
        return;
      case 'unknown':
        await forward(incoming, body);
        outgoing
          .writeHead(500)
          .end(
            'Code: 319. DB::Exception: Unknown quorum status. The data was inserted in the local replica but we could not verify quorum. Reason: Timeout while waiting for quorum. (UNKNOWN_STATUS_OF_INSERT) (version 26.7.3.1)\n',
          );
        return;
      case 'late': {
        cut();
        const later = new Promise((resolve) => setTimeout(resolve, proxy.lateMs)).then(() => forward(incoming, body));
        underWay.add(later);
        void later.finally(() => underWay.delete(later));
        return;
      }
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, proxy.slowMs));
        break;
      case 'pass':
        break;
    }
    const got = await forward(incoming, body);
    if (got === null) {
      cut();
      return;
    }
    const headers = withoutHop(got.answer.headers);
    outgoing.writeHead(got.answer.statusCode ?? 502, { ...headers, 'content-length': got.text.length }).end(got.text);
  };

  const server = createServer((incoming, outgoing) => {
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    void handle(incoming, outgoing);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => {
        stopped();
      });
      server.closeAllConnections();
    });
  return proxy;
}

/** Without the headers that concern one connection only. */
function withoutHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'connection' && name !== 'transfer-encoding'),
  );
}
