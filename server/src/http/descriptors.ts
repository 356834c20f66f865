import { readFileSync } from 'node:fs';

/** Connections of the intake, and of management, where the system allows as many descriptors. */
const mostOfIntake = 4_096;
const mostOfManagement = 1_000;
/** Descriptors that are left to everything else. */
const others = 256;

/** How many connections each listener may have, so that files and the way to ClickHouse are never without descriptors. */
export function connectionShares(limit = descriptorLimit()): { intake: number; management: number } {
  const management = Math.min(mostOfManagement, Math.floor(limit / 8));
  return { management, intake: Math.max(others, Math.min(mostOfIntake, limit - others - management)) };
}

/** Files that this process may have open. */
function descriptorLimit(): number {
  const otherwise = mostOfIntake + mostOfManagement + others;
  try {
    const soft = /^Max open files\s{1,50}(\d{1,12})/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return Number(soft ?? otherwise);
  } catch {
    return otherwise;
  }
}
