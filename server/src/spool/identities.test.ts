import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testFolder } from '../../../test/test-folder.js';
import { DamageLedger } from './damage.js';
import { Identities } from './identities.js';

const dayMs = 86_400_000;
const today = Date.parse('2026-03-02T09:00:00Z');
let dir: string;
let identities: Identities;
let segment = 0;

beforeEach(async () => {
  dir = testFolder();
  const damage = new DamageLedger(join(dir, 'damaged'), () => today, undefined);
  identities = new Identities({ dir, mark: randomBytes(8), damage, perRun: 4 });
  await identities.open(today);
});
afterEach(async () => {
  await identities.close();
});

const idOf = (name: string) => createHash('md5').update(name).digest();
/** Five messages of a day, and what becomes of those before. */
async function report(day: string, now: number): Promise<void> {
  for (let nth = 0; nth < 5; nth++) {
    expect(identities.has(idOf(`${day} ${nth}`), now)).toBe(false);
    identities.add(idOf(`${day} ${nth}`));
    // Resolves when no run is being written any more.
    await identities.keep(segment++);
  }
}
const runs = () => readdirSync(join(dir, 'identities')).filter((name) => name.endsWith('.run')).length;

test('messages are forgotten in time also where the clock was years ahead for a while and was set back', async () => {
  await report('ahead', today + 10_000 * dayMs);
  const ahead = runs();
  const counts: number[] = [];
  for (let day = 0; day < 12; day++) {
    await report(`${day}`, today + day * dayMs);
    counts.push(runs());
  }
  expect(counts.at(-1)).toBe(counts.at(-4));
  expect(counts.at(-1)).toBeLessThanOrEqual(ahead + 8);
  expect(identities.has(idOf('10 1'), today + 11 * dayMs)).toBe(true);
  expect(identities.has(idOf('2 1'), today + 11 * dayMs)).toBe(false);
});
