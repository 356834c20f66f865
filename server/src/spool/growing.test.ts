import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { testFolder } from '../../../test/test-folder.js';
import { DamageLedger } from './damage.js';
import type { SegmentLog } from './log.js';
import { openParts } from './parts.js';
import type { SpoolParts } from './spool.js';

/** How long a busy disk takes to read a segment. */
const slowMs = 50;
/** As many come meanwhile that some do so behind the reading. */
const all = 30;

let dir: string;
let parts: SpoolParts;

beforeEach(async () => {
  dir = testFolder();
  parts = await openParts({ dir }, new DamageLedger(join(dir, 'damaged'), Date.now, undefined));
});
afterEach(async () => {
  await parts.reports.log.close();
  await parts.identities.close();
  await parts.journal.log.close();
});

/** Lets whoever reads a segment of a log have it only after a while, as it was when it was read. */
function slowly(log: SegmentLog): void {
  const scan = log.scan.bind(log);
  log.scan = async (...given) => {
    const result = await scan(...given);
    await sleep(slowMs);
    return result;
  };
}

/** Waits until the log has a first segment, in which nothing stands yet. */
async function begun(log: SegmentLog): Promise<void> {
  while (log.segments.length === 0) await setImmediate();
}

test('messages that come while the segments are gone through are found, also those that begin a segment', async () => {
  const { reports } = parts;
  slowly(reports.log);
  const first = reports.append([entry('1')]);
  await begun(reports.log);
  const examined = reports.examine(() => false);
  await first;
  for (let number = 2; number <= all; number++) await reports.append([entry(`${number}`)]);
  await examined;
  const { refs } = await reports.take({ failed: 0, other: 0 }, { ...reports.end }, { arrival: true, max: 2 * all });
  const names = (await reports.read(refs)).map(({ machine }) => machine.netbiosName);
  expect(names).toEqual(Array.from({ length: all }, (_unused, index) => `${index + 1}`));
});

test('entries that are admitted while the journal is looked through are found, also those that begin a segment', async () => {
  const { journal } = parts;
  slowly(journal.log);
  const admit = (line: string) =>
    journal.commit((end) => ({ end: { ...end, position: end.position + 1 }, admits: 1, inline: true }), false, [line]);
  const first = admit('{"kind":"forgotten"}');
  await begun(journal.log);
  const looked = journal.after(0);
  await first;
  while (journal.state.end.position < all) await admit('{"kind":"forgotten"}');
  await looked;
  for (let at = 0; at < all; at++) expect((await journal.after(at))?.to.position).toBe(at + 1);
});
