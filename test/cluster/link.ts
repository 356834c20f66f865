import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A piece of network between two processes, which can be cut and mended. */
export interface Link {
  port: number;
  /** Ends what is connected, and lets nothing through: a connection is made, and then silent, as behind a dead switch. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** @param port 0 takes any free one */
export async function startLink(target: number, port = 0): Promise<Link> {
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    open.add(near);
    near.on('error', () => undefined).on('close', () => open.delete(near));
    if (!whole) return;
    const far = connect(target, '127.0.0.1');
    open.add(far);
    far
      .on('error', () => near.destroy())
      .on('close', () => {
        open.delete(far);
        near.destroy();
      });
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  });
  const drop = () => {
    for (const socket of open) socket.destroy();
  };
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      whole = false;
      drop();
    },
    mend() {
      whole = true;
      drop();
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed();
        });
        drop();
      }),
  };
}
