import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * Logs and messages that belong to other people's projects: they are tested on, and never part of this repository.
 * FSP_PUBLIC_SAMPLES names their folder.
 */
const folder = process.env.FSP_PUBLIC_SAMPLES ?? fileURLToPath(new URL('../../../shared/samples', import.meta.url));
const there = existsSync(folder);

export function publicSample(name: string): Buffer {
  return readFileSync(`${folder}/${name}`);
}

/** Tests on public samples: skipped by name where the samples are missing, failing there where CI is set. */
export function describeOnPublicSamples(title: string, tests: () => void): void {
  if (there) describe(title, tests);
  else if (process.env.CI)
    test(`${title}: the public samples are there`, () => {
      expect(there).toBe(true);
    });
  else test.skip(`${title}: skipped, the public samples are not in ${folder}`, () => undefined);
}
