import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Refusals } from './refusals.js';

test('ten refusals of a peer in a second are told at once, further ones later, and those of others at once', async () => {
  const refusals = new Refusals();
  const told: string[] = [];
  // Within one second.
  await vi.waitUntil(() => performance.now() % 1_000 < 300);
  for (let index = 1; index <= 12; index++)
    void refusals.turn('10.0.0.1', new Socket(), 0).then(() => told.push(`first ${index}`));
  void refusals.turn('10.0.0.2', new Socket(), 0).then(() => told.push('other'));
  await setImmediate();
  expect(told).toEqual([...Array.from({ length: 10 }, (_, index) => `first ${index + 1}`), 'other']);
  await vi.waitUntil(() => told.length === 13, 5_000);
  expect(told.slice(11)).toEqual(['first 11', 'first 12']);
});

test('a connection that closes does not wait for its turn, and takes nobody else’s', async () => {
  const refusals = new Refusals();
  const sockets = Array.from({ length: 1_000 }, () => new Socket());
  const begun = sockets.map((socket) => refusals.turn('10.0.0.1', socket, 60_000));
  const waiting = Array.from({ length: 1_000 }, () => new Socket());
  const all = waiting.map((socket) => refusals.turn('10.0.0.1', socket, 1));
  // The pace has most of them by now.
  await all[50];
  for (const socket of [...sockets, ...waiting]) socket.destroy();
  await Promise.all([...begun, ...all]);
  let told = false;
  void refusals.turn('10.0.0.1', new Socket(), 1).then(() => (told = true));
  await vi.waitUntil(() => told, 1_000);
});
