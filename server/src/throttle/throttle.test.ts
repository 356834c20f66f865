import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { randomFrom } from '../../../test/spool-model.js';
import { testFolder } from '../../../test/test-folder.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { createThrottle, type Throttle, type ThrottleSettings } from './throttle.js';
import { allowance, clearanceAt, reserveOf, windowAt, withPassed } from './window.js';
import type { Window } from '../spool/state.js';

describe('the window', () => {
  const settings = { messageLimit: 10, intervalSeconds: 100, reserve: 0.2 };
  const used = (start: number, count: number, fromReserve = 0): Window => ({
    start,
    limit: 10,
    intervalMs: 100_000,
    used: count,
    fromReserve,
    received: 0,
    rejected: 0,
  });

  test('begins at a multiple of its interval, whenever the receiver was started', () => {
    expect(windowAt(null, settings, 123_456).start).toBe(100_000);
    expect(windowAt(used(100_000, 10, 2), settings, 199_999)).toMatchObject({
      start: 100_000,
      used: 10,
      fromReserve: 2,
    });
    expect(windowAt(used(100_000, 10, 2), settings, 200_000)).toMatchObject({
      start: 200_000,
      used: 0,
      fromReserve: 0,
    });
    expect(windowAt(used(100_000, 10), settings, 450_000)).toMatchObject({ start: 400_000, used: 0 });
    // Of an earlier version, whose windows began with the first message.
    expect(windowAt(used(130_000, 7), settings, 140_000)).toMatchObject({ start: 100_000, used: 0, before: 7 });
    expect(windowAt(used(130_000, 7), settings, 210_000)).toMatchObject({ start: 200_000, before: 7 });
    expect(windowAt(used(130_000, 7), settings, 300_000)).toMatchObject({ start: 300_000, before: 0 });
  });

  test('of another interval counts what passed within it', () => {
    // Nine windows of 100 s with 7 each, then the interval is 1,000 s, then 50 s.
    let window = windowAt(null, settings, 1_000_000);
    for (let now = 1_000_000; now < 1_900_000; now += 100_000) {
      window = { ...windowAt(window, settings, now + 5), used: 7 };
    }
    const longer = { ...windowAt(window, { ...settings, intervalSeconds: 1_000 }, 1_850_000) };
    expect(longer).toMatchObject({ start: 1_000_000, used: 7, before: 56 });
    const shorter = windowAt({ ...longer, used: 9 }, { ...settings, intervalSeconds: 50 }, 1_870_000);
    expect(shorter).toMatchObject({ start: 1_850_000, used: 0, before: 16 });
    expect(windowAt(shorter, { ...settings, intervalSeconds: 50 }, 1_900_000)).toMatchObject({ used: 0, before: 0 });
  });

  test('former windows are few, and what they let pass is never forgotten while it may count', () => {
    const minutes = { ...settings, intervalSeconds: 60 };
    let window = windowAt(null, minutes, 86_400_000);
    for (let now = 86_400_000; now < 2 * 86_400_000; now += 60_000)
      window = { ...windowAt(window, minutes, now), used: 1 };
    expect(window.former!.length).toBeLessThanOrEqual(32);
    const { used: own, before = 0 } = windowAt(window, { ...settings, intervalSeconds: 86_400 }, 2 * 86_400_000 - 1);
    expect(own + before).toBe(1_440);
  });

  test('takes changed settings at once, and never allows less than nothing', () => {
    expect(allowance(windowAt(used(0, 10), { ...settings, messageLimit: 15 }, 1), 0, 1)).toEqual({ all: 5, others: 5 });
    expect(allowance(windowAt(used(0, 10), { ...settings, messageLimit: 5 }, 1), 0.2, 1)).toEqual({
      all: 0,
      others: 0,
    });
  });

  test('that the clock returns to goes on as it was left, and a wrong clock of the future holds nothing up', () => {
    const first = { ...windowAt(null, settings, 1_000_000), used: 7 };
    const second = { ...windowAt(first, settings, 1_100_000), used: 9 };
    const back = windowAt(second, settings, 1_050_000);
    expect(back).toMatchObject({ start: 1_000_000, used: 7, before: 0 });
    expect(windowAt(back, settings, 1_150_000)).toMatchObject({ start: 1_100_000, used: 9 });
    const ahead = { ...windowAt(first, settings, 9_000_000_000), used: 10 };
    expect(allowance(windowAt(ahead, settings, 1_100_000), 0, 1_100_000).all).toBe(10);
    expect(allowance(windowAt(ahead, settings, 1_099_999), 0, 1_099_999).all).toBe(3);
  });

  test('keeps a share for failures, and gives it to all shortly before its end', () => {
    expect(allowance(used(0, 7), 0.2, 1)).toEqual({ all: 3, others: 1 });
    expect(allowance(used(0, 8), 0.2, 1)).toEqual({ all: 2, others: 0 });
    expect(allowance(used(0, 9, 1), 0.2, 1)).toEqual({ all: 1, others: 0 });
    expect(allowance(used(0, 8), 0.2, 96_999)).toEqual({ all: 2, others: 0 });
    expect(allowance(used(0, 8), 0.2, 97_000)).toEqual({ all: 2, others: 2 });
  });

  test('of a window that an earlier version wrote, failures took nothing of what is kept', () => {
    const written: Window = { start: 0, limit: 10, intervalMs: 100_000, used: 8, received: 0, rejected: 0 };
    expect(allowance(written, 0.2, 1)).toEqual({ all: 2, others: 0 });
    expect(withPassed(written, 1, 1, { all: 2, others: 0 })).toMatchObject({ used: 9, fromReserve: 1 });
  });

  test('a small limit keeps one for failures, and never all', () => {
    expect([1, 2, 3, 5, 6, 10, 35, 100].map((limit) => reserveOf(limit, 0.2))).toEqual([0, 1, 1, 1, 2, 2, 7, 20]);
    expect([1, 2, 10].map((limit) => reserveOf(limit, 0.9))).toEqual([0, 1, 9]);
    expect(reserveOf(10, 0)).toBe(0);
  });

  test('tells when all that waits will have passed', () => {
    const clear = (waiting: { failed: number; others: number }, share = 0) =>
      clearanceAt(used(0, 4), waiting, share, 50);
    expect(clear({ failed: 0, others: 0 })).toBe(50);
    expect(clear({ failed: 0, others: 6 })).toBe(50);
    expect(clear({ failed: 0, others: 7 })).toBe(100_000);
    expect(clear({ failed: 0, others: 26 })).toBe(200_000);
    // Two are kept for failures until three seconds before the end.
    expect(clear({ failed: 0, others: 4 }, 0.2)).toBe(50);
    expect(clear({ failed: 6, others: 0 }, 0.2)).toBe(50);
    expect(clear({ failed: 0, others: 5 }, 0.2)).toBe(97_000);
    expect(clear({ failed: 0, others: 14 }, 0.2)).toBe(100_000);
    expect(clear({ failed: 0, others: 15 }, 0.2)).toBe(197_000);
  });
});

describe('the throttle', () => {
  let dir: string;
  let spool: Spool;
  let throttle: Throttle;
  let now: number;
  const defaults: ThrottleSettings = {
    messageLimit: 3,
    intervalSeconds: 100,
    reserve: 0,
    order: 'failures-first',
  };
  const begin = async (settings = defaults) => {
    spool = await openSpool({ dir, now: () => now });
    throttle = createThrottle({ spool, settings, now: () => now });
    throttle.start();
  };
  const end = async () => {
    await throttle.stop();
    await spool.close();
  };
  const append = async (...names: string[]) => {
    for (const name of names) await spool.append([entry(name)]);
    await throttle.wake();
  };

  const fail = async (...names: string[]) => {
    for (const name of names) await spool.append([entry(name, { failed: true })]);
    await throttle.wake();
  };

  beforeEach(async () => {
    dir = join(testFolder(), 'spool');
    now = 1_000_000;
    await begin();
    await spool.sinks.register(['sink']);
  });
  afterEach(async () => {
    await end();
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
    await throttle.wake();
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
    await throttle.wake();
    expect(throttle.status()).toMatchObject({ used: 5, waiting: 1 });
    throttle.configure({ ...defaults, messageLimit: 2 });
    await append('7');
    expect(throttle.status()).toMatchObject({ used: 5, waiting: 2 });
  });

  test('a failure that comes when the others have spent the window passes at once, and the rest gets what it left', async () => {
    throttle.configure({ ...defaults, messageLimit: 10, reserve: 0.2 });
    await append('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
    expect(throttle.status()).toMatchObject({
      used: 8,
      waiting: 2,
      keptForFailures: 2,
      expectedClearanceAt: 1_097_000,
    });
    await fail('late');
    expect(throttle.status()).toMatchObject({ used: 9, waiting: 2, waitingFailed: 0, keptForFailures: 1 });
    now = 1_097_000;
    await throttle.wake();
    expect(throttle.status()).toMatchObject({ used: 10, waiting: 1 });
  });

  test('failures that come early leave to the late ones what is kept; those beyond it wait in order', async () => {
    throttle.configure({ ...defaults, messageLimit: 10, reserve: 0.2 });
    await fail('f1', 'f2', 'f3');
    await append('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
    expect(throttle.status()).toMatchObject({ used: 8, waiting: 5, keptForFailures: 2 });
    await fail('f4', 'f5', 'f6', 'f7');
    expect(throttle.status()).toMatchObject({ used: 10, waiting: 7, waitingFailed: 2 });
    now += 100_000;
    await throttle.wake();
    const { batch } = (await spool.sinks.nextBatch('sink', { maxEntries: 100, maxBytes: 1e6 }))!;
    const names = batch.entries.flatMap((one) => (one.kind === 'state_message' ? [one.machine.netbiosName] : []));
    expect(names.join(' ')).toBe('f1 f2 f3 a b c d e f4 f5 f6 f7 f g h i j');
  });

  test('in the order of arrival nothing is kept', async () => {
    throttle.configure({ ...defaults, messageLimit: 4, reserve: 0.5, order: 'arrival' });
    await append('1', '2', '3', '4');
    await fail('late');
    expect(throttle.status()).toMatchObject({ used: 4, waiting: 1, keptForFailures: 0 });
  });

  test('a start with other settings than the role has ends no window of the role', async () => {
    const role = { ...defaults, intervalSeconds: 1_000 };
    throttle.configure(role);
    await append('1', '2', '3');
    await end();
    now += 500_000;
    // Until the role is known again the settings of the start hold, and would say that the window is over.
    spool = await openSpool({ dir, now: () => now });
    throttle = createThrottle({ spool, settings: defaults, now: () => now });
    throttle.configure(role);
    throttle.start();
    await append('4');
    expect(throttle.status()).toMatchObject({ used: 3, waiting: 1, windowEnd: 2_000_000 });
  });

  test('writes the figures of a window when it ends', async () => {
    await append('1', '2', '3', '4');
    throttle.noteRejected();
    now += 100_000;
    await throttle.wake();
    const windows = (await spool.sinks.nextBatch('sink', { maxEntries: 100, maxBytes: 1e6 }))!.batch.entries.filter(
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

/** What the throttle promises of one window, kept beside it: who passes, and what only a failure may still take. */
class WindowModel {
  start = NaN;
  end = NaN;
  used = 0;
  before = 0;
  fromReserve = 0;
  /** Every window that was, until when something may have passed in it. */
  private all: { start: number; until: number; used: number; fromReserve: number }[] = [];
  /** When each message passed, by the clock of then. */
  readonly passes: number[] = [];

  at(now: number, { intervalSeconds }: ThrottleSettings): void {
    const length = intervalSeconds * 1000;
    const start = now - (now % length);
    if (start === this.start && start + length === this.end) return;
    const until = now < this.start ? this.end : Math.min(this.end, now + 1);
    if (this.used > 0) this.all.push({ start: this.start, until, used: this.used, fromReserve: this.fromReserve });
    const same = this.all.find((one) => one.start === start && one.until <= start + length);
    this.all = this.all.filter((one) => one !== same);
    const { used, fromReserve } = same ?? { used: 0, fromReserve: 0 };
    Object.assign(this, { start, end: start + length, used, fromReserve, before: 0 });
    for (const one of this.all) if (one.start < this.end && one.until > start) this.before += one.used;
  }

  private kept({ messageLimit, reserve, order, intervalSeconds }: ThrottleSettings, now: number): number {
    const released = now >= this.start + intervalSeconds * 1000 - Math.min(3_000, intervalSeconds * 50);
    return order === 'arrival' || released ? 0 : Math.max(0, reserveOf(messageLimit, reserve) - this.fromReserve);
  }

  /** Whether a message may pass. */
  mayPass(failed: boolean, settings: ThrottleSettings, now: number): boolean {
    return settings.messageLimit - this.used - this.before > (failed ? 0 : this.kept(settings, now));
  }

  pass(failed: boolean, settings: ThrottleSettings, now: number): void {
    if (failed && !this.mayPass(false, settings, now)) this.fromReserve++;
    this.used++;
    this.passes.push(now);
    // By the moments alone, whatever windows there were.
    const within = this.passes.filter((at) => at >= this.start && at < this.end).length;
    expect(within).toBeLessThanOrEqual(settings.messageLimit);
  }
}

test('no window ever passes its limit, no failure waits while one may pass, and no success without need: whatever comes, changes or ends in between', async () => {
  for (const seed of Array.from({ length: Number(process.env.FSP_TEST_SEEDS ?? 3) }, (_, round) => 7_000 + round)) {
    const random = randomFrom(seed);
    const root = testFolder();
    const draw = (): ThrottleSettings => ({
      messageLimit: random.of([1, 2, 3, 5, 10, 40]),
      intervalSeconds: random.of([60, 100, 3_600]),
      reserve: random.of([0, 0.2, 0.2, 0.5, 0.9]),
      order: random.chance(0.15) ? 'arrival' : 'failures-first',
    });
    let now = 1_000_000;
    let serial = 0;
    let settings = draw();
    const window = new WindowModel();
    const waiting: { name: string; failed: boolean }[] = [];
    const passed: string[] = [];
    let dir = join(root, '0');
    let spool = await openSpool({ dir, now: () => now });
    await spool.sinks.register(['sink']);
    let throttle = createThrottle({ spool, settings, now: () => now });
    throttle.start();
    window.at(now, settings);
    /** What passes by the model: it and the sink must agree, one by one. */
    const expected = () => {
      window.at(now, settings);
      for (;;) {
        const first = (failed: boolean) => waiting.findIndex((one) => one.failed === failed);
        const next =
          settings.order === 'arrival'
            ? Math.min(0, waiting.length - 1)
            : first(true) >= 0
              ? first(true)
              : first(false);
        const one = waiting[next];
        if (one === undefined || !window.mayPass(one.failed, settings, now)) return;
        window.pass(one.failed, settings, now);
        waiting.splice(next, 1);
        passed.push(one.name);
      }
    };
    const delivered: string[] = [];
    for (let step = 0; step < 120; step++) {
      const what = random.next();
      if (what < 0.6) {
        const one = { name: `m${serial++}`, failed: random.chance(0.3) };
        waiting.push(one);
        await spool.append([entry(one.name, { failed: one.failed, receivedAt: now })]);
      } else if (what < 0.8) now += random.below(random.of([1_000, 50_000, 200_000]));
      else if (what < 0.82) now -= random.below(100_000);
      else if (what < 0.9) {
        settings = draw();
        throttle.configure(settings);
      } else {
        // Half of the time as kill -9 leaves it: what is in the folder at this moment, and nothing written at the end.
        const killed = random.chance(0.5);
        await throttle.wake();
        expected();
        const copy = join(root, String(step + 1));
        if (killed) cpSync(dir, copy, { recursive: true });
        await throttle.stop();
        await spool.close();
        if (killed) dir = copy;
        spool = await openSpool({ dir, now: () => now });
        // The settings of the start are not yet those of the role.
        throttle = createThrottle({ spool, settings: draw(), now: () => now });
        throttle.configure(settings);
        throttle.start();
      }
      await throttle.wake();
      expected();
      for (let next; (next = await spool.sinks.nextBatch('sink', { maxEntries: 1_000, maxBytes: 1e6 })) !== null;) {
        for (const one of next.batch.entries) if (one.kind === 'state_message') delivered.push(one.machine.netbiosName);
        await spool.sinks.completeBatch('sink', next.batch.id);
      }
      const { used, windowStart } = throttle.status();
      const counted = window.used + window.before;
      expect([delivered, used, windowStart, seed, step]).toEqual([passed, counted, window.start, seed, step]);
    }
    await throttle.stop();
    await spool.close();
  }
}, 120_000);
