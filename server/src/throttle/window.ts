import type { FormerWindow, Window } from '../spool/state.js';

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

/** The longest interval that may be chosen: so far back a window to come may reach. */
const reachMs = 86_400_000;
const mostFormer = 32;

/**
 * The window that `now` falls in, given the one before it (null at the very first start). Windows begin at multiples of
 * the interval since 1970, whenever the receiver was started: those of all receivers with one interval are the same.
 *
 * Within each of them no more than the limit passes, whatever is changed and wherever the clock goes: what former windows
 * let pass counts in a window that they overlap, and one that the clock returns to goes on as it was left. What passed in
 * a part of a former window only is counted whole. So a clock that was set back grants nothing twice, and a changed
 * interval nothing anew; nothing waits longer for it than the clock was set back, or the new interval lasts.
 */
export function windowAt(previous: Window | null, settings: WindowSettings, now: number): Window {
  const limit = settings.messageLimit;
  const intervalMs = settings.intervalSeconds * 1000;
  const start = Math.floor(now / intervalMs) * intervalMs;
  const fresh = { used: 0, fromReserve: 0, received: 0, rejected: 0 };
  if (previous === null) return { start, limit, intervalMs, ...fresh };
  if (previous.start === start && previous.intervalMs === intervalMs) return { ...previous, limit };
  const former = [...(previous.former ?? []), ...leftAt(previous, now)];
  const same = former.find((one) => one.start === start && one.end <= start + intervalMs);
  const others = former.filter((one) => one !== same);
  const overlapping = others.filter((one) => one.end > start && one.start < start + intervalMs);
  return {
    ...fresh,
    start,
    limit,
    intervalMs,
    ...(same === undefined ? {} : figuresOf(same)),
    before: overlapping.reduce((sum, { used }) => sum + used, 0),
    former: joined(worthKeeping(others, now)),
  };
}

/** A window as it is when another takes its place; none where nothing happened in it. */
function leftAt(window: Window, now: number): FormerWindow[] {
  const { start, intervalMs } = window;
  const figures = figuresOf(window);
  if (Object.values(figures).every((figure) => figure === 0)) return [];
  const last = start + intervalMs;
  // At this very moment something may have passed still.
  return [{ start, end: now < start ? last : Math.min(last, now + 1), ...figures }];
}

function figuresOf({ used, fromReserve = 0, received, rejected }: Omit<Window | FormerWindow, 'start'>) {
  return { used, fromReserve, received, rejected };
}

/**
 * Former windows that one to come may overlap. Behind each gap the last one is kept too: the clock may have leapt there,
 * and come back.
 */
function worthKeeping(windows: readonly FormerWindow[], now: number): FormerWindow[] {
  const sorted = [...windows].sort((a, b) => a.start - b.start);
  return sorted.filter(({ start, end }, index) => {
    const next = sorted[index + 1]?.start ?? Infinity;
    return end > now - reachMs || start > now || next >= end + reachMs;
  });
}

/** Some of former windows, and where there are too many the nearest of them as one: that lets pass less, never more. */
function joined(sorted: FormerWindow[]): FormerWindow[] {
  while (sorted.length > mostFormer) {
    const spans = sorted.slice(1).map(({ end }, index) => end - sorted[index]!.start);
    const at = spans.indexOf(Math.min(...spans));
    const [one, two] = sorted.slice(at, at + 2) as [FormerWindow, FormerWindow];
    sorted.splice(at, 2, {
      start: one.start,
      end: Math.max(one.end, two.end),
      used: one.used + two.used,
      fromReserve: one.fromReserve + two.fromReserve,
      received: one.received + two.received,
      rejected: one.rejected + two.rejected,
    });
  }
  return sorted;
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
  const all = Math.max(0, window.limit - window.used - (window.before ?? 0));
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
  const then = { ...window, start, used: 0, before: 0, fromReserve: 0 };
  return fits(last - lastOthers, lastOthers, allowance(then, share, start)) ? start : releaseAt(then);
}

function fits(failed: number, others: number, may: Allowance): boolean {
  return failed + others <= may.all && (others === 0 || failed + others <= may.others);
}
