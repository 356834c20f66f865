import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A load balancer before all servers of a cluster: one address, and each connection is given to one of them. */
export interface Balancer {
  url: string;
  /** Where everything goes from now on, also what comes on connections that are open. Null: each connection in turn. */
  target: string | null;
  /** Insert answers that are still to be thrown away, each followed by a move to the next server. */
  cutInserts: number;
  stop(): Promise<void>;
}

export async function startBalancer(targets: readonly string[], insertsInto: RegExp): Promise<Balancer> {
  const given = new Map<Socket, string>();
  let turn = 0;
  const balancer: Balancer = { url: '', target: null, cutInserts: 0, stop: () => Promise.resolve() };
  const targetOf = (socket: Socket) => {
    if (balancer.target !== null) return balancer.target;
    const known = given.get(socket) ?? targets[turn++ % targets.length]!;
    given.set(socket, known);
    return known;
  };
  const server = createServer((incoming, outgoing) => {
    const { socket } = incoming;
    incoming.on('error', () => undefined);
    socket.on('close', () => given.delete(socket));
    void buffer(incoming).then(
      (body) => {
        const address = incoming.url ?? '';
        const text = decodeURIComponent(address.replaceAll('+', ' ')) + body.subarray(0, 300).toString();
        if (/CREATE DATABASE IF NOT EXISTS \w+ ON CLUSTER|ON CLUSTER '\w+'\s+MODIFY SETTING/.test(text)) {
          // What the library has no worker for; versions before this one always say it.
          outgoing.writeHead(200, { 'x-clickhouse-summary': '{}', 'x-clickhouse-query-id': 'none' }).end();
          return;
        }
        const target = targetOf(socket);
        const cut = balancer.cutInserts > 0 && insertsInto.test(text);
        if (cut) balancer.cutInserts--;
        const onward = request(
          new URL(address, target),
          { method: incoming.method, headers: incoming.headers, agent: false },
          (answer) => {
            answer.on('error', () => socket.destroy());
            if (cut) {
              balancer.target = targets[(targets.indexOf(target) + 1) % targets.length]!;
              answer.resume().on('end', () => socket.destroy());
              return;
            }
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(outgoing);
          },
        );
        onward.on('error', () => {
          // A balancer takes a server that does not answer out of its list.
          given.delete(socket);
          if (balancer.target === target) balancer.target = targets[(targets.indexOf(target) + 1) % targets.length]!;
          socket.destroy();
        });
        onward.end(body);
      },
      () => undefined,
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  balancer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  balancer.stop = () =>
    new Promise<void>((stopped) => {
      server.close(() => {
        stopped();
      });
      server.closeAllConnections();
    });
  return balancer;
}
