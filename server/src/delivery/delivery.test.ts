import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { entry } from '../../../test/entries.js';
import { testFolder } from '../../../test/test-folder.js';
import { openSpool } from '../spool/open.js';
import type { Spool } from '../spool/spool.js';
import { createDelivery, type Delivery } from './delivery.js';
import type { Batch } from '../spool/entries.js';
import type { Refused, Sink } from './sink.js';

let dir: string;
let spool: Spool;
let delivery: Delivery;
const warnings: string[] = [];
const logger = { info: () => undefined, warn: (message: string) => warnings.push(message) };
const window = { start: 0, limit: 1000, intervalMs: 1000, used: 0, received: 0, rejected: 0 };

/** A sink in memory that fails as it is told: a stand-in for a ClickHouse or a collector that is away. */
class FailingSink implements Sink {
  readonly name = 'sink';
  readonly attempts: { id: string; redelivery: boolean; names: string[] }[] = [];
  failures = 0;
  refused: Refused[] = [];
  deliver(batch: Batch, redelivery: boolean): Promise<Refused[]> {
    const names = batch.entries.map((one) => (one.kind === 'state_message' ? one.machine.netbiosName : one.kind));
    this.attempts.push({ id: batch.id, redelivery, names });
    return this.failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve(this.refused);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

let sink: FailingSink;
let quarantineFails = 0;
const setAside: { batch: string; refused: readonly Refused[] }[] = [];
const begin = (maxLag?: number) => {
  delivery = createDelivery({
    spool,
    sink,
    logger,
    setAside: (_sink, batch, refused) => {
      if (quarantineFails > 0) {
        quarantineFails--;
        return Promise.reject(new Error('the disk is full'));
      }
      setAside.push({ batch: batch.id, refused });
      return Promise.resolve();
    },
    limits: { lingerMs: 1, firstRetryMs: 5, lastRetryMs: 20, maxEntries: 10 },
    ...(maxLag === undefined ? {} : { maxLag }),
  });
  delivery.start();
};
const feed = async (...names: string[]) => {
  for (const name of names) await spool.append([entry(name)]);
  await spool.admit(500, 'arrival', () => window);
};
const until = async (condition: () => boolean) => {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 400) throw new Error(`never: ${JSON.stringify(delivery.status())}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

beforeEach(async () => {
  dir = join(testFolder(), 'spool');
  spool = await openSpool({ dir });
  sink = new FailingSink();
  warnings.length = 0;
  setAside.length = 0;
  await spool.sinks.register(['sink']);
});
afterEach(async () => {
  await delivery.stop();
  await spool.close();
});

test('what is admitted is delivered, also what comes while nothing was there', async () => {
  begin();
  await feed('one');
  await until(() => sink.attempts.length === 1);
  await feed('two');
  await until(() => delivery.status().lag === 0 && delivery.status().batches === 2);
  expect(sink.attempts.map(({ names, redelivery }) => [names, redelivery])).toEqual([
    [['one'], false],
    [['two'], false],
  ]);
});

test('a full batch is made ready while the one before it is under way, and is the very one that the sink gets next', async () => {
  const got: Batch[] = [];
  const ready: Batch[] = [];
  const readyBefore: number[] = [];
  sink = Object.assign(new FailingSink(), {
    prepare: (batch: Batch) => Promise.resolve(void ready.push(batch)),
    deliver: async (batch: Batch) => {
      got.push(batch);
      // The first waits until the second is ready.
      if (got.length === 1) await until(() => ready.length > 0);
      readyBefore.push(ready.length);
      return [];
    },
  });
  await feed(...Array.from({ length: 25 }, (_unused, index) => `n${index}`));
  begin();
  await until(() => delivery.status().lag === 0);
  expect(got.map(({ entries }) => entries.length)).toEqual([10, 10, 5]);
  // The third is not full, and may become so.
  expect(ready).toHaveLength(1);
  expect(ready[0]).toBe(got[1]);
  expect(readyBefore[0]).toBe(1);
});

test('what was made ready behind a batch that fails comes after that batch, each once and in order', async () => {
  let failures = 2;
  const got: string[][] = [];
  const ready: Batch[] = [];
  sink = Object.assign(new FailingSink(), {
    prepare: (batch: Batch) => {
      ready.push(batch);
      return Promise.reject(new Error('not now'));
    },
    deliver: async ({ entries }: Batch) => {
      got.push(entries.map((one) => (one.kind === 'state_message' ? one.machine.netbiosName : one.kind)));
      await until(() => ready.length > 0);
      return failures-- > 0 ? Promise.reject(new Error('away')) : [];
    },
  });
  const names = Array.from({ length: 20 }, (_unused, index) => `n${index}`);
  await feed(...names);
  begin();
  await until(() => delivery.status().lag === 0);
  expect(got).toEqual([names.slice(0, 10), names.slice(0, 10), names.slice(0, 10), names.slice(10)]);
});

test('a failed batch comes again, the same and marked, until the sink has it, and the cause is said once', async () => {
  sink.failures = 3;
  await feed('one');
  begin();
  await until(() => delivery.status().batches === 1);
  expect(sink.attempts.map(({ redelivery }) => redelivery)).toEqual([false, true, true, true]);
  expect(new Set(sink.attempts.map(({ id }) => id)).size).toBe(1);
  expect(warnings).toEqual(['sink: away; messages wait in the spool']);
  expect(delivery.status()).toMatchObject({ failures: 3, batches: 1, lastError: null });
});

test('a batch under way when the server stops comes again at the next start, marked', async () => {
  sink.failures = Infinity;
  await feed('one');
  begin();
  await until(() => sink.attempts.length > 0);
  await delivery.stop();
  const [before] = sink.attempts;
  sink = new FailingSink();
  begin();
  await until(() => delivery.status().lag === 0);
  expect(sink.attempts).toEqual([{ ...before, redelivery: true }]);
});

test('past the limit of lag the oldest are given up, counted and reported', async () => {
  sink.failures = 2;
  await feed(...Array.from({ length: 8 }, (_unused, index) => `n${index}`));
  begin(5);
  await until(() => delivery.status().batches === 1);
  expect(delivery.status().dropped).toBe(3);
  expect(sink.attempts.at(-1)?.names).toEqual(['n3', 'n4', 'n5', 'n6', 'n7']);
  expect(warnings).toContain('sink was away for too long: its oldest 3 entries were given up, 3 in all');
});

test('what the sink refuses for good is set aside before the batch counts as delivered, and the rest goes on', async () => {
  sink.refused = [{ index: 1, code: '27', reason: 'a number' }];
  quarantineFails = 1;
  await feed('one', 'two', 'three');
  begin();
  await until(() => delivery.status().batches === 1);
  // The quarantine could not be written at first: the batch came again.
  expect(sink.attempts.map(({ redelivery }) => redelivery)).toEqual([false, true]);
  expect(setAside).toEqual([{ batch: sink.attempts[0]?.id, refused: sink.refused }]);
  expect(delivery.status()).toMatchObject({ lag: 0, refused: 1 });
});
