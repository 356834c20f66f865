import { expect, test } from 'vitest';
import { throttleEffect } from './throttle-effect.js';

const hour = 3_600_000;
const minute = 60_000;

test('what fits into a window passes at once', () => {
  const effect = throttleEffect(
    [{ time: 0, messages: 100 }],
    { messageCount: 100, throttleIntervalSeconds: 3600 },
    hour,
  );
  expect(effect).toMatchObject({ arrived: 100, mostWaiting: 0, longestWaitSeconds: 0, backlogHours: 0, left: 0 });
});

test('80,000 messages at Microsoft’s default wait seven hours beyond the first window', () => {
  const effect = throttleEffect(
    [{ time: 0, messages: 80_000 }],
    { messageCount: 10_000, throttleIntervalSeconds: 3600 },
    24 * hour,
  );
  expect(effect.longestWaitSeconds).toBe(7 * 3600);
  expect(effect.mostWaiting).toBe(70_000);
  expect(effect.left).toBe(0);
});

test('what waits now is told, and played on until it has passed', () => {
  const effect = throttleEffect(
    [{ time: 0, messages: 500 }],
    { messageCount: 100, throttleIntervalSeconds: 3600 },
    hour + minute,
  );
  expect(effect.left).toBe(300);
  expect(effect.longestWaitSeconds).toBe(4 * 3600);
});

test('no window passes more than its limit, and nothing is lost', () => {
  const arrivals = Array.from({ length: 200 }, (_, step) => ({ time: step * 5 * minute, messages: (step * 37) % 90 }));
  const { waiting, arrived } = throttleEffect(arrivals, { messageCount: 400, throttleIntervalSeconds: 3600 }, 1e12);
  let before = 0;
  let passed = 0;
  for (const { time, waiting: left } of waiting) {
    const came = arrivals
      .filter((one) => one.time >= time && one.time < time + hour)
      .reduce((sum, { messages }) => sum + messages, 0);
    const through = before + came - left;
    expect(through).toBeLessThanOrEqual(400);
    passed += through;
    before = left;
  }
  expect(passed).toBe(arrived);
});

test('no traffic and nonsense settings have no effect, and do not hang', () => {
  expect(throttleEffect([], { messageCount: 100, throttleIntervalSeconds: 60 }, hour).arrived).toBe(0);
  expect(
    throttleEffect([{ time: 0, messages: 5 }], { messageCount: 0, throttleIntervalSeconds: 0 }, hour).arrived,
  ).toBe(0);
  const tight = throttleEffect([{ time: 0, messages: 1e9 }], { messageCount: 100, throttleIntervalSeconds: 60 }, hour);
  expect(tight.longestWaitSeconds).toBeGreaterThan(86_400);
});
