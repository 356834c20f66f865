import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { testFolder } from '../../../test/test-folder.js';
import type { Batch } from '../spool/entries.js';
import type { Sink } from '../delivery/sink.js';
import { QuarantineRetries } from './retry.js';
import { batchOf, Quarantine } from './quarantine.js';

let dir: string;
const told: string[] = [];
const logger = { warn: (message: string) => told.push(message), error: (message: string) => told.push(message) };
const batch = (id: string, names: string[]): Batch => ({
  id: id.padStart(32, '0'),
  createdAt: 1,
  entries: names.map((name) => entry(name)),
});
const refused = (...indexes: number[]) => indexes.map((index) => ({ index, code: '27', reason: `number ${index}` }));

beforeEach(() => {
  dir = join(testFolder(), 'quarantine');
  told.length = 0;
});

test('an entry comes back with every byte of its content and why it is there, after a restart too', async () => {
  const raw = Buffer.from([0xff, 0xfe, 0, 1, 0x80]);
  const one = { ...batch('a', []), entries: [entry('first'), entry('second', { raw })] };
  await (await Quarantine.open({ dir, logger, now: () => 42 })).setAside('clickhouse', one, refused(1));
  const again = await Quarantine.open({ dir, logger });
  const [item] = again.list();
  expect(item).toMatchObject({ sink: 'clickhouse', at: 42, kind: 'state_message', code: '27', reason: 'number 1' });
  const kept = await again.read(item?.id ?? '');
  expect(kept.entry).toEqual(entry('second', { raw }));
  expect(told[0]).toContain('fsp quarantine list');
});

test('set aside once more after a crash, an entry is there once', async () => {
  const one = batch('a', ['x', 'y']);
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', one, refused(0));
  const { bytes } = quarantine.stats();
  await quarantine.setAside('otlp', one, refused(0));
  expect(quarantine.stats()).toMatchObject({ entries: 1, bytes });
  expect(readdirSync(dir)).toHaveLength(1);
});

test('past its limit the oldest go, are counted and told', async () => {
  const quarantine = await Quarantine.open({ dir, logger, limits: { entries: 3, bytes: 1e9 } });
  for (const id of ['a', 'b', 'c', 'd', 'e']) await quarantine.setAside('otlp', batch(id, ['x']), refused(0));
  expect(quarantine.stats()).toMatchObject({ entries: 3, dropped: 2 });
  expect(quarantine.list().map(({ id }) => id.at(-3))).toEqual(['c', 'd', 'e']);
  expect(told.at(-1)).toContain('oldest 1 entries are gone, 2 in all');
  expect(readdirSync(dir)).toHaveLength(3);
});

test('what goes while two destinations set entries aside at once is counted once', async () => {
  const quarantine = await Quarantine.open({ dir, logger, limits: { entries: 3, bytes: 1e9 } });
  const sinks = ['clickhouse', 'otlp', 'site-inbox'];
  const rounds = ['a', 'b', 'c', 'd', 'e', 'f', 'a1', 'b1', 'c1', 'd1'];
  for (const id of rounds)
    await Promise.all(sinks.map((sink) => quarantine.setAside(sink, batch(id, ['x', 'y']), refused(0, 1))));
  const { entries, dropped } = quarantine.stats();
  expect(entries + dropped).toBe(rounds.length * sinks.length * 2);
  const toldOf = told.flatMap((one) => /oldest (\d+) entries/.exec(one)?.[1] ?? []).map(Number);
  expect(toldOf.reduce((sum, count) => sum + count)).toBe(dropped);
});

test('an entry has as many bytes after a restart as before, also in another script', async () => {
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', batch('a', ['Poste-été-成功']), refused(0));
  expect((await Quarantine.open({ dir, logger })).stats()).toEqual(quarantine.stats());
});

test('a file that cannot be read is told and keeps nobody from the others', async () => {
  await (await Quarantine.open({ dir, logger })).setAside('otlp', batch('a', ['x']), refused(0));
  writeFileSync(join(dir, `otlp-${'f'.repeat(32)}-0.json`), '{"sink":');
  const quarantine = await Quarantine.open({ dir, logger });
  expect(quarantine.list()).toHaveLength(1);
  expect(told.at(-1)).toContain('cannot be read');
});

test('what is dropped is gone, and only names of entries are names', async () => {
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', batch('a', ['x', 'y']), refused(0, 1));
  await quarantine.drop([quarantine.list()[0]?.id ?? '']);
  expect(quarantine.stats().entries).toBe(1);
  expect(readdirSync(dir)).toHaveLength(1);
  await expect(quarantine.read('../../tokens')).rejects.toThrow('in quarantine');
  writeFileSync(join(dir, '..', 'tokens.json'), '{}');
  expect(await quarantine.drop(['../tokens'])).toBe(0);
  expect(readdirSync(join(dir, '..'))).toContain('tokens.json');
});

test('dropped twice at a time, an entry counts once, and its bytes are taken off once', async () => {
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', batch('a', ['x', 'y']), refused(0, 1));
  const [first, second] = quarantine.list();
  const counts = await Promise.all([quarantine.drop([first!.id]), quarantine.drop([first!.id, first!.id])]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(1);
  expect(quarantine.stats()).toMatchObject({ entries: 1, bytes: second!.bytes });
});

test('a retry that names one that is not there sends none; one that is named twice is sent once', async () => {
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', batch('a', ['x', 'y']), refused(0, 1));
  const [first, second] = quarantine.list().map(({ id }) => id);
  const sent: string[] = [];
  const sink: Sink = {
    name: 'otlp',
    deliver: ({ id }) => {
      sent.push(id);
      return Promise.resolve([]);
    },
    close: () => Promise.resolve(),
  };
  const retries = new QuarantineRetries(quarantine, [sink]);
  await expect(retries.send([first!, 'otlp-none-0'])).rejects.toThrow('otlp-none-0');
  expect([sent, quarantine.list().length]).toEqual([[], 2]);
  const results = await retries.send([first!, first!, second!]);
  expect(results).toEqual([first, second].map((id) => ({ id, delivered: true, reason: '' })));
  expect([sent.length, quarantine.list().length]).toEqual([2, 0]);
});

test('a retry goes under the same name each time, so that it counts once', async () => {
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', batch('a', ['x']), refused(0));
  const kept = await quarantine.read(quarantine.list()[0]?.id ?? '');
  expect(batchOf(kept)).toEqual(batchOf(await quarantine.read(kept.id)));
  expect(batchOf(kept).id).toMatch(/^[0-9a-f]{32}$/);
});

test('of two retries at once each entry is sent by one, and of several names those that are not there are told', async () => {
  const quarantine = await Quarantine.open({ dir, logger });
  await quarantine.setAside('otlp', batch('a', ['x', 'y']), refused(0, 1));
  const ids = quarantine.list().map(({ id }) => id);
  let sent = 0;
  const sink: Sink = {
    name: 'otlp',
    deliver: async ({ entries }) => {
      sent += entries.length;
      await new Promise((done) => setTimeout(done, 20));
      return [];
    },
    close: () => Promise.resolve(),
  };
  const retries = new QuarantineRetries(quarantine, [sink]);
  const [first, second] = await Promise.all([retries.send(ids), retries.send(ids)]);
  expect(sent).toBe(2);
  expect(
    [...first, ...second]
      .filter(({ delivered }) => delivered)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(ids.sort());
  expect(quarantine.stats()).toMatchObject({ entries: 0, bytes: 0 });
  await expect(retries.send(ids)).rejects.toThrow('in quarantine');
});
