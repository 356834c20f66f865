import type { Arrivals } from '../queries/traffic.js';

export interface ThrottleSetting {
  messageCount: number;
  throttleIntervalSeconds: number;
}

/** What a throttle would have done with traffic. */
export interface ThrottleEffect {
  /** Messages that arrived in all. */
  arrived: number;
  /** Most messages that waited at one moment. */
  mostWaiting: number;
  /** Longest that a message waited, in seconds. */
  longestWaitSeconds: number;
  /** Hours during which messages waited for more than one interval. */
  backlogHours: number;
  /** Messages that would wait now. */
  left: number;
  /** Waiting messages over time. */
  waiting: { time: number; waiting: number }[];
}

/** Windows that are played at the most: a week of the shortest, and as many again. */
const mostWindows = 20_160;

/**
 * Plays arrivals through a throttle: in each window of the interval at most so many messages pass (domain: it limits
 * what is passed on, nothing is dropped). Windows begin with the first arrival. A step's messages are taken to arrive at
 * its begin. What waits now is played on until all has passed, as if nothing more came.
 * @param now in milliseconds
 */
export function throttleEffect(arrivals: Arrivals[], setting: ThrottleSetting, now: number): ThrottleEffect {
  const { messageCount } = setting;
  const interval = setting.throttleIntervalSeconds * 1000;
  const effect: ThrottleEffect = {
    arrived: 0,
    mostWaiting: 0,
    longestWaitSeconds: 0,
    backlogHours: 0,
    left: 0,
    waiting: [],
  };
  const first = arrivals[0]?.time;
  if (first === undefined || messageCount < 1 || interval < 1000) return effect;

  const queue: Arrivals[] = [];
  let waiting = 0;
  let at = 0;
  let window = first;
  let allowance = messageCount;
  const pass = (moment: number) => {
    while (allowance > 0 && queue[0] !== undefined) {
      const oldest = queue[0];
      const passed = Math.min(allowance, oldest.messages);
      effect.longestWaitSeconds = Math.max(effect.longestWaitSeconds, (moment - oldest.time) / 1000);
      allowance -= passed;
      waiting -= passed;
      oldest.messages -= passed;
      if (oldest.messages === 0) queue.shift();
    }
  };
  // A throttle that is far too tight would take years: the first months tell enough.
  for (let windows = 0; windows < mostWindows && (at < arrivals.length || waiting > 0); windows++) {
    allowance = messageCount;
    pass(window);
    for (let next = arrivals[at]; next !== undefined && next.time < window + interval; next = arrivals[++at]) {
      effect.arrived += next.messages;
      waiting += next.messages;
      queue.push({ ...next });
      pass(next.time);
      effect.mostWaiting = Math.max(effect.mostWaiting, waiting);
    }
    effect.waiting.push({ time: window, waiting });
    if (window <= now) effect.left = waiting;
    window += interval;
    if (queue[0] !== undefined && window - queue[0].time > interval) effect.backlogHours += interval / 3_600_000;
  }
  const oldest = queue[0];
  if (oldest !== undefined)
    effect.longestWaitSeconds = Math.max(effect.longestWaitSeconds, (window - oldest.time) / 1000);
  return effect;
}
