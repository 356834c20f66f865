import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DamageLedger } from './damage.js';
import { ModelledSpool, filesOf, messagesIn, randomFrom, type Random } from '../../../test/spool-model.js';
import { testFolder } from '../../../test/test-folder.js';

const place = testFolder();
const seeds = Number(process.env.FSP_TEST_SEEDS ?? 1);
const seedOf = (round: number) => Number(process.env.FSP_TEST_SEED ?? 2_000 + round);

const replaced = (bytes: Buffer, at: number, piece: Buffer) => {
  const copy = Buffer.from(bytes);
  piece.copy(copy, at);
  return copy;
};
/** What can happen to a file: its new bytes; null where it is gone. */
const kinds: Record<string, (bytes: Buffer, random: Random) => Buffer | null> = {
  'half missing': (bytes) => bytes.subarray(0, bytes.length / 2),
  'cut anywhere': (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  'cut to nothing': () => Buffer.alloc(0),
  'a zeroed page': (bytes, random) =>
    replaced(bytes, random.below(Math.ceil(bytes.length / 4096)) * 4096, Buffer.alloc(4096)),
  'zeroes from somewhere on': (bytes, random) =>
    replaced(bytes, random.below(bytes.length), Buffer.alloc(bytes.length)),
  'all zeroes': (bytes) => Buffer.alloc(bytes.length),
  rubbish: (bytes, random) =>
    replaced(bytes, random.below(bytes.length), Buffer.from(Array.from({ length: 5_000 }, () => random.below(256)))),
  'rubbish all over': (bytes, random) => Buffer.from(Array.from(bytes, () => random.below(256))),
  'a flipped bit': (bytes, random) => {
    const copy = Buffer.from(bytes);
    copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  'many flipped bits': (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let flips = 0; flips < 20; flips++) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  'a piece of itself in another place': (bytes, random) => {
    const from = random.below(bytes.length);
    return replaced(bytes, random.below(bytes.length), bytes.subarray(from, from + 6_000));
  },
  'rubbish behind its end': (bytes, random) =>
    Buffer.concat([bytes, Buffer.from(Array.from({ length: 3_000 }, () => random.below(256)))]),
  gone: () => null,
};

const atWork = new Map<number, Promise<ModelledSpool>>();

/** A spool that has worked for a while. The work of a seed is done once: what is done to it is done to copies. */
async function spoolAtWork(seed: number): Promise<ModelledSpool> {
  const worked = atWork.get(seed) ?? work(seed);
  atWork.set(seed, worked);
  return (await worked).copy();
}

async function work(seed: number): Promise<ModelledSpool> {
  const model = new ModelledSpool(randomFrom(seed), place);
  await model.open();
  for (let step = 0; step < 90; step++) await model.step();
  await model.append();
  // As after a second of quiet, or after an ordinary stop.
  await model.spool.close();
  return model;
}

/** Opens what is left, delivers it, and compares with what must have been lost. */
async function check(model: ModelledSpool, lost: ReadonlySet<string> | null, what: string): Promise<void> {
  const counted = (sink: string) => new Set(model.delivered[sink]).size === model.delivered[sink]!.length;
  await model.open();
  await model.drain();
  const { damage, waiting } = model.spool.stats();
  for (const sink of ['a', 'b']) {
    const got = new Set(model.delivered[sink]);
    expect([counted(sink), what]).toEqual([true, what]);
    expect([[...got].filter((one) => !model.messages.has(one) && !model.inline.has(one)), what]).toEqual([[], what]);
    // Delivered before counts as delivered.
    if (lost !== null)
      expect([[...model.messages.keys()].filter((one) => !got.has(one) && !lost.has(one)), what]).toEqual([[], what]);
  }
  // Lost is what some sink will never have.
  const missingOf = (names: Iterable<string>) =>
    [...names].filter((one) => !model.delivered.a!.includes(one) || !model.delivered.b!.includes(one)).length;
  const missing = missingOf(model.messages.keys());
  const missingInline = missingOf(model.inline);
  expect([damage.messages, damage.entries, what]).toEqual([missing, missingInline, what]);
  expect([waiting, what]).toEqual([0, what]);
  // It goes on.
  await model.append();
  await model.drain();
  expect([model.delivered.a!.length > 0, counted('a'), what]).toEqual([true, true, what]);
}

for (const folder of ['reports', 'journal', 'identities', 'checkpoint-a', 'checkpoint-b'])
  for (const [kind, change] of Object.entries(kinds))
    test.concurrent(
      `${folder}: ${kind} – the rest is delivered, what is lost is counted exactly`,
      async () => {
        for (let round = 0; round < seeds; round++) {
          const seed = seedOf(round);
          const model = await spoolAtWork(seed);
          const { random } = model;
          const files = filesOf(model.dir).filter((file) => file.startsWith(folder));
          if (files.length > 0) {
            const file = join(model.dir, random.of(files));
            const bytes = readFileSync(file);
            const after = change(bytes, random);
            if (after === null) unlinkSync(file);
            else writeFileSync(file, after);
            const changed = (offset: number, end: number) =>
              after === null || end > after.length || !after.subarray(offset, end).equals(bytes.subarray(offset, end));
            const lost = new Set(folder === 'reports' ? messagesIn(bytes, changed) : []);
            const what = `seed ${seed}, ${file.slice(model.dir.length + 1)}`;
            await check(model, lost, what);
            const { damage } = model.spool.stats();
            // Everything of consequence is told, once, and again after no restart.
            expect([model.told.length, what]).toEqual([damage.pieces, what]);
            if (folder === 'reports' && [...lost].some((one) => !model.delivered.b!.includes(one)))
              expect(model.told.join()).toMatch(/messages lost/);
            await model.reopen();
            expect([model.spool.stats().damage, what]).toEqual([damage, what]);
          }
          await model.remove();
        }
      },
      120_000,
    );

test('a folder in place of a file, a file in place of a folder, the copy of a segment: set aside, told, passed over', async () => {
  for (const [round, kind] of ['folder', 'file', 'copy', 'misplaced'].entries()) {
    const model = await spoolAtWork(seedOf(round));
    const reports = join(model.dir, 'reports');
    const segments = readdirSync(reports)
      .filter((file) => file.endsWith('.log'))
      .sort();
    const file = join(reports, segments[Math.floor(segments.length / 2)]!);
    let lost = new Set(messagesIn(readFileSync(file), () => true));
    if (kind === 'folder') {
      rmSync(file);
      mkdirSync(file);
    } else if (kind === 'file') {
      lost = new Set(segments.flatMap((one) => messagesIn(readFileSync(join(reports, one)), () => true)));
      rmSync(reports, { recursive: true });
      writeFileSync(reports, 'rubbish');
    } else if (kind === 'copy') {
      lost = new Set();
      cpSync(file, join(reports, '0000009999.log'));
    } else {
      lost = new Set(messagesIn(readFileSync(join(reports, segments[0]!)), () => true));
      cpSync(file, join(reports, segments[0]!));
    }
    await check(model, lost, kind);
    expect(model.told.length).toBeGreaterThan(0);
    expect(readdirSync(join(model.dir, 'damaged')).length).toBeGreaterThan(1);
    await model.remove();
  }
}, 120_000);

test.each(['reports', 'journal', 'identities', 'checkpoint-a', 'checkpoint-b'])(
  'a FIFO in the place of a file of %s holds nothing up: it is set aside and told',
  async (folder) => {
    const model = await spoolAtWork(seedOf(77));
    const [name] = filesOf(model.dir).filter((file) => file.startsWith(folder));
    if (name === undefined) throw new Error(`a spool at work has no ${folder}`);
    const file = join(model.dir, name);
    const lost = new Set(folder === 'reports' ? messagesIn(readFileSync(file), () => true) : []);
    rmSync(file);
    execFileSync('mkfifo', [file]);
    await check(model, lost, folder);
    expect(model.told.length).toBeGreaterThan(0);
    await model.remove();
  },
);

test('segments that were exchanged are put back, told, and nothing is lost; also when that is killed half-way', async () => {
  for (const folder of ['reports', 'journal'])
    for (const killed of [false, true]) {
      const model = await spoolAtWork(seedOf(3));
      const dir = join(model.dir, folder);
      const [first, second] = readdirSync(dir)
        .filter((file) => file.endsWith('.log'))
        .sort()
        .map((file) => join(dir, file));
      if (first !== undefined && second !== undefined) {
        renameSync(first, `${first}.away`);
        renameSync(second, first);
        renameSync(`${first}.away`, killed ? `${second}.moved` : second);
      } else expect(folder).toBe('journal');
      await check(model, new Set(), `${folder}, killed ${killed}`);
      if (folder === 'reports')
        expect(model.told.join()).toMatch(/lay in the place of another segment; it was put back/);
      await model.remove();
    }
}, 60_000);

test('a spool that is gone is told with what was in it, and a new one begins', async () => {
  const model = await spoolAtWork(seedOf(0));
  rmSync(model.dir, { recursive: true });
  await check(model, new Set(model.messages.keys()), 'gone');
  expect(model.told.join('\n')).toMatch(/spool is gone/);
  expect(existsSync(`${model.dir}.json`)).toBe(true);
  await model.remove();
});

test('without journal and checkpoints everything that is there waits again: twice rather than lost', async () => {
  const model = await spoolAtWork(seedOf(1));
  for (const file of ['journal', 'checkpoint-a', 'checkpoint-b']) rmSync(join(model.dir, file), { recursive: true });
  rmSync(`${model.dir}.json`);
  model.pending.clear();
  const before = { ...model.delivered };
  model.delivered.a = [];
  model.delivered.b = [];
  await model.open();
  await model.drain();
  for (const sink of ['a', 'b']) {
    const got = new Set([...before[sink]!, ...model.delivered[sink]!]);
    expect([...model.messages.keys()].filter((one) => !got.has(one))).toEqual([]);
  }
  await model.remove();
});

test('damaged pieces are kept up to a quarter of a GiB in all, over restarts too, and those beyond are counted', () => {
  const dir = testFolder();
  const told: string[] = [];
  const ledger = () => new DamageLedger(dir, () => 1, { error: (message) => told.push(message) });
  const damage = (offset: number) =>
    ({ where: 'reports', file: 'f', offset, bytes: 1, messages: 0, entries: 0, what: 'is damaged' }) as const;
  ledger().tell(damage(0), Buffer.from('x'));
  // As large as what is kept in all; it takes no room.
  truncateSync(join(dir, 'f-0'), 256 * 1024 * 1024);
  const after = ledger();
  after.tell(damage(1), Buffer.from('y'));
  expect([existsSync(join(dir, 'f-0')), existsSync(join(dir, 'f-1'))]).toEqual([true, false]);
  expect(told.map((line) => line.includes('the piece is kept'))).toEqual([true, false]);
  expect([after.figures().pieces, ledger().figures().pieces]).toEqual([2, 2]);
});
