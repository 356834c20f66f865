import { readFileSync } from 'node:fs';

/** A server opens some 150 of its own, its engine as many, and each client one. */
export const fewestOpenFiles = 256;

/** How many files this process may have open; Infinity where the system sets no end, or does not tell. */
export function openFilesLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
