import { expect, test } from 'vitest';
import { describeMessage } from '../catalog/describe.js';
import { decodeReport } from '../report/decode.js';
import { simulateFleet } from './fleet.js';
import { parseDuration } from './run.js';
import { wireReport } from './wire.js';

const options = {
  clients: 1000,
  failureRate: 0.1,
  seed: 1,
  start: Date.parse('2026-01-01T00:00:00Z'),
  over: 86_400_000,
};

test('the same options give the same bytes, another seed gives others', () => {
  const bytes = (seed: number) => Buffer.concat(simulateFleet({ ...options, clients: 50, seed }).map(wireReport));
  expect(bytes(7).equals(bytes(7))).toBe(true);
  expect(bytes(7).equals(bytes(8))).toBe(false);
});

test('every message is one that a client could send: it decodes to what was meant, inside the story', () => {
  for (const message of simulateFleet({ ...options, clients: 100 })) {
    const { machine, messages } = decodeReport(wireReport(message));
    expect(machine).toMatchObject({ netbiosName: message.name, clientInstalled: message.clientId !== '' });
    expect(messages[0]).toMatchObject({
      messageTime: message.at,
      serialNumber: message.serial,
      params: message.params,
    });
    expect(message.at).toBeLessThan(options.start + options.over);
  }
});

test('the fleet is believable: most succeed, failures have causes in words, some are stuck, some lose contact', () => {
  const messages = simulateFleet(options).map((message) => ({
    ...message,
    ...describeMessage({ topic: { type: message.topicType }, state: { id: message.stateId }, params: message.params }),
  }));
  const clientsWith = (condition: (message: (typeof messages)[number]) => boolean) =>
    new Set(messages.filter(condition).map(({ name }) => name)).size;
  expect(clientsWith(({ stateId }) => stateId === 700)).toBeGreaterThan(800);
  expect(clientsWith(({ phase, outcome }) => phase === 'deployment' && outcome === 'failed')).toBeGreaterThan(50);
  expect(clientsWith(({ phase, outcome }) => phase === 'deployment' && outcome === 'failed')).toBeLessThan(250);
  expect(clientsWith(({ topicType, outcome }) => topicType === 1000 && outcome === 'failed')).toBeGreaterThan(10);
  expect(messages.filter(({ outcome }) => outcome === 'unknown')).toEqual([]);
  expect(
    new Set(messages.filter(({ errorText }) => errorText !== '').map(({ errorCode }) => errorCode)).size,
  ).toBeGreaterThan(5);
  expect(new Set(messages.map(({ clientAddress }) => clientAddress.split('.').slice(0, 2).join('.'))).size).toBe(4);
});

test.each(['', '5', '0s', '1w', '-1h', '1.5h'])('"%s" is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow(/allowed: a duration such as/);
});
