import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Feed } from './feed.js';

test('of a large body that waits for its turns no more is held than one read, whoever makes its connection go on', async () => {
  let held = 0;
  let most = 0;
  let read = 0;
  const server = createServer((socket) => {
    // As Node's parser does: its reader asks for more with every piece.
    socket.on('data', (piece: Buffer) => {
      read += piece.length;
      setImmediate(() => socket.resume());
    });
    new Feed(socket, {
      waits: () => false,
      receives: () => true,
      over: () => false,
      turn(go) {
        const timer = setTimeout(go, 2);
        return () => {
          clearTimeout(timer);
        };
      },
      holds(bytes) {
        held += bytes;
        most = Math.max(most, held);
      },
    });
  });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const size = 4 * 1024 * 1024;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(Buffer.alloc(size, 'a'));
  await expect.poll(() => read, { timeout: 20_000 }).toBe(size);
  client.destroy();
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(2 * 64 * 1024);
  expect(held).toBe(0);
});
