import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';

/** `npm test` runs every part small; `npm run reliability` runs it at full strength. */
export const full = process.env.FSP_RELIABILITY === 'full';

/** The amount for this run's strength. */
export function amount<T>(small: T, atFullStrength: T): T {
  return full ? atFullStrength : small;
}

/** What chance decides in a run comes from this number: FSP_TEST_SEED repeats a run. */
export const seed = Number(process.env.FSP_TEST_SEED ?? Date.now() % 1_000_000_000);

/** Where a part's figures are kept; '' where none are. */
export function figuresFile(part: string): string {
  const folder = process.env.FSP_RELIABILITY_RESULTS;
  return folder === undefined ? '' : join(folder, `${part}.json`);
}

/** Keeps a part's figures for RESULTS.md, and says them. */
export function record(part: string, figures: Record<string, string | number>): void {
  const all = { part, seed, strength: full ? 'full' : 'small', load: Math.round(loadavg()[1]!), ...figures };
  process.stdout.write(`${JSON.stringify(all)}\n`);
  const file = figuresFile(part);
  if (file === '') return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
}
