import type { Window } from '../spool/state.js';

export interface WindowSettings {
  messageLimit: number;
  intervalSeconds: number;
  /** Share of the limit that is kept for failures until the window's end nears; from 0 to below 1. */
  reserve: number;
}

/** What may pass now. */
export interface Allowance {
  /** How many messages may pass now. */
  all: number;
  /** Among the first so many of them there may be some that did not fail. */
  others: number;
}

/** What is kept for failures is given to all for so long before the window ends, and for no more of it than that share. */
const releaseMs = 3_000;
const releaseShare = 0.05;

/**
 * The window that `now` falls in, given the one before it (null at the very first start). Windows follow each other
 * without gaps, so a restart neither shortens nor lengthens one. Changed settings apply to the window in progress.
 * A clock that was set back moves the window's start with it and keeps what was used: never more, and never a window
 * that lasts until a wrong clock's future.
 */
export function windowAt(previous: Window | null, settings: WindowSettings, now: number): Window {
  const limit = settings.messageLimit;
  const intervalMs = settings.intervalSeconds * 1000;
  const fresh = { limit, intervalMs, used: 0, fromReserve: 0, received: 0, rejected: 0 };
  if (previous === null) return { start: now, ...fresh };
  if (now < previous.start) return { ...previous, start: now, limit, intervalMs };
  const passed = Math.floor((now - previous.start) / intervalMs);
  if (passed === 0) return { ...previous, limit, intervalMs };
  return { start: previous.start + passed * intervalMs, ...fresh };
}

/**
 * How many messages of a window are kept for failures: the share, rounded up, but never all of them. A limit of one
 * keeps nothing, or no success would ever pass before the release.
 */
export function reserveOf(limit: number, share: number): number {
  // 35 × 0.2 is a little more than 7.
  return Math.max(0, Math.min(limit - 1, Math.ceil(limit * share - 1e-9)));
}

/** From when on what is kept for failures is given to all, in milliseconds since 1970 UTC: no throughput is lost. */
export function releaseAt({ start, intervalMs }: Window): number {
  return start + intervalMs - Math.min(releaseMs, Math.floor(intervalMs * releaseShare));
}

/**
 * How many messages may still pass; never negative, also after the limit was lowered. A failure takes what all may have
 * while there is some, so that what is kept is there for the one that comes late.
 * @param share what is kept for failures, of the limit
 */
export function allowance(window: Window, share: number, now: number): Allowance {
  const all = Math.max(0, window.limit - window.used);
  const reserve = now >= releaseAt(window) ? 0 : reserveOf(window.limit, share);
  const left = Math.max(0, reserve - (window.fromReserve ?? 0));
  return { all, others: Math.max(0, all - left) };
}

/** The window after `moved` messages passed, of which `failed` had failed, when `others` was what all may have. */
export function withPassed(window: Window, moved: number, failed: number, { others }: Allowance): Window {
  const fromReserve = Math.min(failed, Math.max(0, moved - others));
  return { ...window, used: window.used + moved, fromReserve: (window.fromReserve ?? 0) + fromReserve };
}

/**
 * When all that waits will have passed, if no more comes, in milliseconds since 1970 UTC; `now` where none waits or all
 * may pass at once.
 */
export function clearanceAt(
  window: Window,
  { failed, others }: { failed: number; others: number },
  share: number,
  now: number,
): number {
  const may = allowance(window, share, now);
  const beyond = failed + others - may.all;
  if (beyond <= 0) return fits(failed, others, may) ? now : Math.max(now, releaseAt(window));
  const start = window.start + Math.ceil(beyond / window.limit) * window.intervalMs;
  const last = beyond - (Math.ceil(beyond / window.limit) - 1) * window.limit;
  const lastOthers = Math.min(others, last);
  const then = { ...window, start, used: 0, fromReserve: 0 };
  return fits(last - lastOthers, lastOthers, allowance(then, share, start)) ? start : releaseAt(then);
}

function fits(failed: number, others: number, may: Allowance): boolean {
  return failed + others <= may.all && (others === 0 || failed + others <= may.others);
}
