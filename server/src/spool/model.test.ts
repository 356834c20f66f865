import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelledSpool, filesOf, name, randomFrom } from '../../../test/spool-model.js';
import { testFolder } from '../../../test/test-folder.js';

const place = testFolder();
const seeds = Number(process.env.FSP_TEST_SEEDS ?? 3);
const seedOf = (round: number) => Number(process.env.FSP_TEST_SEED ?? 1_000 + round);
const sorted = (names: Iterable<string>) => [...names].sort();

test('whatever is done to it in whatever order, a sink gets every entry once, and none is told damaged', async () => {
  for (let round = 0; round < seeds; round++) {
    const seed = seedOf(round);
    const model = new ModelledSpool(randomFrom(seed), place);
    await model.open();
    for (let step = 0; step < 150; step++) await model.step();
    const { waiting, waitingFailed } = model.spool.stats();
    const admitted = model.messages.size - waiting;
    await model.drain();
    const all = sorted([...model.messages.keys(), ...model.inline]);
    expect([sorted(model.delivered.a!), seed]).toEqual([all, seed]);
    expect([sorted(model.delivered.b!), seed]).toEqual([all, seed]);
    expect([model.told, waitingFailed <= waiting && admitted >= 0, seed]).toEqual([[], true, seed]);
    await model.reopen();
    expect(model.spool.stats()).toMatchObject({ waiting: 0, admitted: 0, oldestWaitingAt: null });
    await model.remove();
  }
}, 120_000);

test('what was acknowledged before a crash is there whole, what was on its way is whole or not there, and neither is damage', async () => {
  for (let round = 0; round < seeds; round++) {
    const seed = seedOf(round);
    const random = randomFrom(seed);
    const model = new ModelledSpool(random, place);
    await model.open();
    for (let step = 0; step < 20 + random.below(80); step++) await model.step();
    const before = model.snapshot();
    const acknowledged = [...model.messages.keys(), ...model.inline];
    const onTheWay = Array.from({ length: 1 + random.below(6) }, () => model.report());
    const pending = new Map(model.pending);
    await Promise.all([model.spool.append(onTheWay[0]!), ...onTheWay.slice(1).map((one) => model.spool.append(one))]);
    const after = model.snapshot();
    await model.remove();

    // Of what was written last, any sectors may have reached the disk.
    for (const file of filesOf(join(after, 'spool'))) {
      if (!file.startsWith('reports')) continue;
      const [old, fresh] = [before, after].map((one) => {
        try {
          return readFileSync(join(one, 'spool', file));
        } catch {
          return null;
        }
      });
      if (!old || !fresh || old.equals(fresh)) continue;
      for (let at = 0; at < fresh.length; at += 512) if (random.chance(0.5)) fresh.copy(old, at, at, at + 512);
      if (random.chance(0.3)) fresh.copy(old, 0, 0, random.below(fresh.length));
      writeFileSync(join(before, 'spool', file), old);
    }
    const crashed = new ModelledSpool(random, place);
    rmSync(crashed.root, { recursive: true });
    cpSync(before, crashed.root, { recursive: true });
    Object.assign(crashed.delivered, model.delivered);
    for (const [sink, batch] of pending) crashed.pending.set(sink, batch);
    crashed.now = model.now;
    await crashed.open();
    await crashed.drain();
    for (const sink of ['a', 'b']) {
      const got = crashed.delivered[sink]!;
      expect([new Set(got).size, seed]).toEqual([got.length, seed]);
      expect([acknowledged.filter((one) => !got.includes(one)), seed]).toEqual([[], seed]);
      for (const report of onTheWay) {
        const there = report.filter((one) => got.includes(name(one))).length;
        expect([there === 0 || there === report.length, seed]).toEqual([true, seed]);
      }
    }
    expect([crashed.told, seed]).toEqual([[], seed]);
    // And the client, which heard nothing, sends it again.
    for (const report of onTheWay) await crashed.append([report]);
    await crashed.drain();
    expect([new Set(crashed.delivered.a).size, seed]).toEqual([crashed.delivered.a!.length, seed]);
    expect(onTheWay.flat().filter((one) => !crashed.delivered.a!.includes(name(one)))).toEqual([]);
    await crashed.remove();
    for (const one of [before, after]) rmSync(one, { recursive: true });
  }
}, 120_000);
