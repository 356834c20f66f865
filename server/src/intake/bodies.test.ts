import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { Bodies } from './bodies.js';
import { IntakeMemory } from './memory.js';

afterEach(() => vi.useRealTimers());

/** What Node's parser hands over of a request whose body does not come; a stand-in, so that a thousand stall at one moment. */
const silent = () =>
  Object.assign(new Readable({ read: () => undefined }), { headers: {} }) as unknown as IncomingMessage;

test('of many bodies that stall at the same moment all are ended, and a few at a time', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'performance'] });
  const bodies = new Bodies(new IntakeMemory());
  let ended = 0;
  const all = Array.from({ length: 1_000 }, () => bodies.read(silent(), '10.1.2.3').catch(() => ended++));
  vi.advanceTimersByTime(6_000);
  await Promise.resolve().then(() => undefined);
  expect(ended).toBeGreaterThan(0);
  expect(ended).toBeLessThan(50);
  await Promise.all(all);
  expect(ended).toBe(1_000);
  bodies.close();
});
