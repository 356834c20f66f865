import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Crowd, StrangersPace } from './strangers.js';

test('whoever keeps all places taken keeps nobody out, and who has shown a token keeps his', async () => {
  const crowd = new Crowd(20);
  const server = createServer((asked, answer) => {
    if (asked.headers.authorization !== undefined) crowd.trust(asked.socket);
    answer.end();
  });
  crowd.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => {
    agent.destroy();
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const ask = async (headers: Record<string, string>) => {
    const asking = request({ port, host: '127.0.0.1', agent, headers }).end();
    const [answer] = (await once(asking, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    answer.resume();
    await once(answer, 'end');
    return { status: answer.statusCode, reused: asking.reusedSocket };
  };
  const comes = async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
  };
  expect(await ask({ authorization: 'Bearer right' })).toEqual({ status: 200, reused: false });
  for (let times = 0; times < 60; times++) await comes();
  expect(await ask({})).toEqual({ status: 200, reused: true });
  agent.destroy();
  expect(await ask({})).toEqual({ status: 200, reused: false });
});

test('strangers beyond a flood are answered at a pace, addresses in turn, and no more wait than can be answered soon', async () => {
  const pace = new StrangersPace();
  const answered: string[] = [];
  const comes = (address: string) => pace.turn(address).then(() => answered.push(address));
  // An answer as large as a flood takes all that may be had at once.
  pace.answered(1_000 * 64 * 1024);
  const flood = Array.from({ length: 1_000 }, () => comes('192.0.2.1'));
  await expect(pace.turn('192.0.2.2')).rejects.toThrow(/Too many requests without a token/);
  expect(answered).toEqual([]);
  void Promise.allSettled(flood);
});

test('among those who wait an address with one request is not behind all of another', async () => {
  const pace = new StrangersPace();
  const answered: string[] = [];
  const comes = (address: string) => pace.turn(address).then(() => answered.push(address));
  pace.answered(505 * 64 * 1024);
  for (let times = 0; times < 100; times++) void comes('192.0.2.1');
  await comes('192.0.2.2');
  expect(answered.indexOf('192.0.2.2')).toBeLessThan(10);
});
