import { ageOf, compare, writtenName } from '../files/names.js';
import type { FollowedLog, LogEnd } from './followed-log.js';

/** Within this time the clock of a share may misplace what was written last. */
const likelyOrderMs = 60_000;

/**
 * Logs by the name that they were written under, each after what was rotated away before it. Case tells two apart only
 * where both are written to.
 */
export function inGenerations(logs: readonly FollowedLog[]): Map<string, FollowedLog[]> {
  const inOrder = logs.toSorted((a, b) => compare(generationOf(a), generationOf(b)));
  const nameOf = ({ position }: FollowedLog) => writtenName(position.logFile);
  const written = new Map<string, Set<string>>();
  for (const log of inOrder) {
    const name = nameOf(log);
    if (name !== log.position.logFile) continue;
    const lower = name.toLowerCase();
    written.set(lower, (written.get(lower) ?? new Set()).add(name));
  }
  const groups = new Map<string, FollowedLog[]>();
  for (const log of inOrder) {
    const name = nameOf(log);
    const lower = name.toLowerCase();
    const key = (written.get(lower)?.size ?? 0) > 1 ? name : lower;
    groups.set(key, [...(groups.get(key) ?? []), log]);
  }
  return groups;
}

/**
 * When all of a log was written.
 * @param later those that come after it by their names
 */
export function endOf(log: FollowedLog, later: readonly FollowedLog[]): LogEnd {
  const { path, logFile } = log.position;
  if (path !== logFile || log.rotatedAway) return 'now';
  const age = ageOf(path);
  if (wasSucceeded(log, later) || age === ageOf('.lo_')) return 'at rest';
  return age === ageOf('.log') ? 'never' : 'long at rest';
}

/** Whether one of those that come after a log by their names was written after it: some programs write to dated names. */
function wasSucceeded({ modifiedAt }: FollowedLog, later: readonly FollowedLog[]): boolean {
  return later.some((one) => (one.modifiedAt ?? Infinity) >= (modifiedAt ?? 0) - likelyOrderMs);
}

/** Sorts what was rotated away, while it was followed or before, before what is written to. */
function generationOf({ position: { path, logFile } }: FollowedLog): string {
  const age = ageOf(path);
  return path === logFile || age < '1' ? age : '1';
}
