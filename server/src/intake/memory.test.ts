import { expect, test } from 'vitest';
import { IntakeMemory } from './memory.js';

const mebibyte = 1024 * 1024;

test('one peer has a quarter of the memory, and takes no more from others, whatever it holds', () => {
  const memory = new IntakeMemory();
  expect(memory.take('192.0.2.1', 16 * mebibyte)).toBe(true);
  expect(memory.take('192.0.2.1', 1)).toBe(false);
  // What came ahead of its turn is there, room or not.
  memory.count('192.0.2.1', 500 * mebibyte);
  for (const peer of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) expect(memory.take(peer, 16 * mebibyte)).toBe(true);
  expect(memory.take('192.0.2.5', 1)).toBe(false);
  memory.count('192.0.2.1', -500 * mebibyte);
  expect(memory.take('192.0.2.5', 1)).toBe(false);
  memory.count('192.0.2.1', -16 * mebibyte);
  expect(memory.take('192.0.2.5', 16 * mebibyte)).toBe(true);
  expect(memory.take('192.0.2.6', 1)).toBe(false);
});
