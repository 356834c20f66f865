import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../server-process.js';
import { attacks } from './intake/attacks.mjs';
import { startMeasuring } from './intake/measure.mjs';
import { amount, full, record } from './strength.js';

/** At small strength those that once held up everybody, each for a moment. */
const chosen = full
  ? Object.keys(attacks)
  : ['tiny elements', 'pipelining', 'slow bodies on 1000 sockets', '400 unfinished bodies of 4 MB'];
/** What a service manager waits before it kills. */
const patienceMs = 10_000;

let measuring: Awaited<ReturnType<typeof startMeasuring>>;

beforeAll(async () => {
  measuring = await startMeasuring();
});
afterAll(async () => {
  await measuring?.stop();
});

// How long honest clients wait is measured (measure.mjs, RESULTS.md): a test cannot know what else the machine does.
test.each(chosen)(
  'under %s honest messages are taken, and memory and descriptors are given back',
  async (name) => {
    const { latencies, failures, before, peak } = await measuring.underAttack(name, full ? 10 : 2);
    expect(latencies.length).toBeGreaterThan(0);
    expect(failures).toEqual({});
    expect(peak.rss - before.rss).toBeLessThan(700);
    const descriptors = () => Promise.resolve(measuring.usage().descriptors);
    await eventually(descriptors, (open) => open < before.descriptors + 60, 15_000);
  },
  120_000,
);

test('who is refused does not keep its connection, however long it stays', async () => {
  const sockets = Array.from({ length: 50 }, (_, index) => {
    const socket = connect({ port: measuring.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(
      index % 2 === 0
        ? 'rubbish\r\n\r\n'
        : 'POST /SMS_FSP/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nand then nothing',
    );
    return socket.resume();
  });
  // A half-closed one would still be writable for ever.
  const end = Date.now() + 40_000;
  const gone = () =>
    Promise.resolve(
      sockets.filter((socket) => {
        if (!socket.destroyed && socket.readableEnded) socket.write('x');
        return !socket.destroyed;
      }).length,
    );
  await eventually(gone, (open) => open === 0, end - Date.now());
  for (const socket of sockets) socket.destroy();
});

test(
  'after many attacks at a time the server ends when it is told to',
  async () => {
    for (let times = amount(1, 10); times > 0; times--) {
      for (let first = 0; first < chosen.length; first += 6)
        await Promise.all(chosen.slice(first, first + 6).map((name) => measuring.underAttack(name, 1)));
      const took = await measuring.stop();
      record(`stop-after-attacks-${times}`, { 'stopped within ms': took });
      expect(took).toBeLessThan(patienceMs);
      measuring = await startMeasuring();
    }
  },
  amount(120_000, 1_800_000),
);
