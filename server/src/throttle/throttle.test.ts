import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { createThrottle, type Throttle, type ThrottleSettings } from './throttle.js';
import { allowance, clearanceAt, windowAt } from './window.js';
import type { Window } from '../spool/state.js';

describe('the window', () => {
  const settings = { messageLimit: 10, intervalSeconds: 100 };
  const used = (start: number, count: number): Window => ({
    start,
    limit: 10,
    intervalMs: 100_000,
    used: count,
    received: 0,
    rejected: 0,
  });

  test('begins with the first message, and each begins where another ended', () => {
    expect(windowAt(null, settings, 5).start).toBe(5);
    expect(windowAt(used(5, 10), settings, 100_004)).toMatchObject({ start: 5, used: 10 });
    expect(windowAt(used(5, 10), settings, 100_005)).toMatchObject({ start: 100_005, used: 0 });
    expect(windowAt(used(5, 10), settings, 350_000)).toMatchObject({ start: 300_005, used: 0 });
  });

  test('takes changed settings at once, and never allows less than nothing', () => {
    expect(allowance(windowAt(used(0, 10), { ...settings, messageLimit: 15 }, 1))).toBe(5);
    expect(allowance(windowAt(used(0, 10), { ...settings, messageLimit: 5 }, 1))).toBe(0);
  });

  test('keeps what was used when the clock is set back, and does not last until the wrong clock', () => {
    expect(windowAt(used(1_000_000, 7), settings, 500)).toMatchObject({ start: 500, used: 7 });
  });

  test('tells when all that waits will have passed', () => {
    expect(clearanceAt(used(0, 4), 6, 50)).toBe(50);
    expect(clearanceAt(used(0, 4), 7, 50)).toBe(100_000);
    expect(clearanceAt(used(0, 10), 20, 50)).toBe(200_000);
  });

  test('never lets more than the limit pass, whatever the clock and the settings do', () => {
    const step = fc.record({
      advance: fc.integer({ min: -50_000, max: 250_000 }),
      limit: fc.integer({ min: 1, max: 20 }),
      want: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = 1_000_000;
        let window: Window | null = null;
        for (const { advance, limit, want } of steps) {
          now += advance;
          const before: Window | null = window;
          window = windowAt(before, { messageLimit: limit, intervalSeconds: 100 }, now);
          const passed = Math.min(want, allowance(window));
          if (before !== null && passed > 0 && window.start === before.start)
            expect(window.used + passed).toBeLessThanOrEqual(limit);
          // A clock set back never starts a fresh allowance.
          if (before !== null && advance < 0)
            expect(window.used).toBeGreaterThanOrEqual(window.start > before.start ? 0 : before.used);
          window = { ...window, used: window.used + passed };
        }
      }),
    );
  });
});

describe('the throttle', () => {
  let dir: string;
  let spool: Spool;
  let throttle: Throttle;
  let now: number;
  const defaults: ThrottleSettings = { messageLimit: 3, intervalSeconds: 100, order: 'failures-first' };
  const begin = async (settings = defaults) => {
    spool = await openSpool({ dir, now: () => now });
    throttle = createThrottle({ spool, settings, now: () => now });
    throttle.start();
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 250));
  const end = async () => {
    await throttle.stop();
    await spool.close();
  };
  const append = async (...names: string[]) => {
    for (const name of names) await spool.append([entry(name)]);
    await settle();
  };

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'fsp-throttle-'));
    now = 1_000_000;
    await begin();
    await spool.registerSinks(['sink']);
  });
  afterEach(async () => {
    await end();
    rmSync(dir, { recursive: true });
  });

  test('lets messages pass as they come up to the limit; the rest waits and nothing is dropped', async () => {
    await append('1', '2', '3', '4', '5');
    expect(throttle.status()).toMatchObject({
      used: 3,
      waiting: 2,
      windowEnd: 1_100_000,
      expectedClearanceAt: 1_100_000,
    });
    now += 100_000;
    throttle.wake();
    await settle();
    expect(throttle.status()).toMatchObject({ used: 2, waiting: 0 });
  });

  test('grants nothing new by a restart in the middle of a window', async () => {
    await append('1', '2');
    await end();
    now += 50_000;
    await begin();
    await append('3', '4', '5');
    expect(throttle.status()).toMatchObject({ used: 3, waiting: 2, windowEnd: 1_100_000 });
  });

  test('releases messages at once when the limit is raised, and stops at once when it is lowered', async () => {
    await append('1', '2', '3', '4', '5', '6');
    throttle.configure({ ...defaults, messageLimit: 5 });
    await settle();
    expect(throttle.status()).toMatchObject({ used: 5, waiting: 1 });
    throttle.configure({ ...defaults, messageLimit: 2 });
    await append('7');
    expect(throttle.status()).toMatchObject({ used: 5, waiting: 2 });
  });

  test('writes the figures of a window when it ends', async () => {
    await append('1', '2', '3', '4');
    throttle.noteRejected();
    now += 100_000;
    throttle.wake();
    await settle();
    const windows = (await spool.nextBatch('sink', { maxEntries: 100, maxBytes: 1e6 }))!.batch.entries.filter(
      (one) => one.kind === 'throttle_window',
    );
    expect(windows.filter((one) => one.windowStart === 1_000_000).at(-1)).toMatchObject({
      messageLimit: 3,
      intervalSeconds: 100,
      received: 4,
      processed: 3,
      rejected: 1,
      waiting: 1,
    });
  });
});
