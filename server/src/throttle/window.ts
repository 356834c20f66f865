import type { Window } from '../spool/state.js';

export interface WindowSettings {
  messageLimit: number;
  intervalSeconds: number;
}

/**
 * The window that `now` falls in, given the one before it (null at the very first start). Windows follow each other
 * without gaps, so a restart neither shortens nor lengthens one. Changed settings apply to the window in progress.
 * A clock that was set back moves the window's start with it and keeps what was used: never more, and never a window
 * that lasts until a wrong clock's future.
 */
export function windowAt(previous: Window | null, settings: WindowSettings, now: number): Window {
  const limit = settings.messageLimit;
  const intervalMs = settings.intervalSeconds * 1000;
  if (previous === null) return { start: now, limit, intervalMs, used: 0, received: 0, rejected: 0 };
  if (now < previous.start) return { ...previous, start: now, limit, intervalMs };
  const passed = Math.floor((now - previous.start) / intervalMs);
  if (passed === 0) return { ...previous, limit, intervalMs };
  return { start: previous.start + passed * intervalMs, limit, intervalMs, used: 0, received: 0, rejected: 0 };
}

/** How many messages may still pass; never negative, also after the limit was lowered. */
export function allowance(window: Window): number {
  return Math.max(0, window.limit - window.used);
}

/**
 * When `waiting` messages will all have passed, if no more come, in milliseconds since 1970 UTC; `now` where none
 * waits or all may pass at once.
 */
export function clearanceAt(window: Window, waiting: number, now: number): number {
  const beyond = waiting - allowance(window);
  if (beyond <= 0) return now;
  return window.start + Math.ceil(beyond / window.limit) * window.intervalMs;
}
