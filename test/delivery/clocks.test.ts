import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { migrate } from '../../server/src/clickhouse/migrate.js';
import { createDelivery, type Delivery } from '../../server/src/delivery/delivery.js';
import { withOwnTimes } from '../../server/src/delivery/own-times.js';
import { Quarantine } from '../../server/src/quarantine/quarantine.js';
import { QuarantineRetries } from '../../server/src/quarantine/retry.js';
import { openSpool } from '../../server/src/spool/open.js';
import type { Spool } from '../../server/src/spool/spool.js';
import { batchOf, entry } from '../entries.js';
import { eventually } from '../server-process.js';
import { database, sharedEngine, sinkOver } from '../shared-engine.js';
import { testFolder } from '../test-folder.js';

const dayMs = 86_400_000;
const engine = sharedEngine();
const rightNow = Date.now;

/** How far this receiver's clock is from ClickHouse's, which nobody moves here. */
let offMs = 0;
beforeAll(async () => {
  await migrate(engine.writer, { database, retention: { days: 30, rawDays: 30 } });
  vi.spyOn(Date, 'now').mockImplementation(() => rightNow() + offMs);
});
afterEach(() => {
  offMs = 0;
});
afterAll(() => {
  vi.restoreAllMocks();
});

async function spoolWith(name: string): Promise<Spool> {
  const spool = await openSpool({ dir: join(testFolder(), 'spool') });
  onTestFinished(() => spool.close());
  await spool.sinks.register(['clickhouse']);
  await spool.append([entry(name, { receivedAt: Date.now() })]);
  const window = { start: 0, limit: 1000, intervalMs: 1000, used: 0, received: 0, rejected: 0 };
  await spool.admit(500, 'arrival', () => window);
  return spool;
}

function deliveryOf(spool: Spool): Delivery {
  const delivery = createDelivery({
    spool,
    sink: withOwnTimes(sinkOver(engine.writer)),
    setAside: () => Promise.reject(new Error('nothing here is refused')),
    limits: { lingerMs: 1, firstRetryMs: 5, lastRetryMs: 20 },
  });
  onTestFinished(() => delivery.stop());
  delivery.start();
  return delivery;
}

/** What is left of a client once ClickHouse has deleted what is too old, as it does by itself some hours later. */
async function leftOf(name: string) {
  for (const table of ['state_messages', 'client_facts', 'message_keys'])
    await engine.writer.command({ query: `OPTIMIZE TABLE ${database}.${table} FINAL` });
  return engine.rows(
    `SELECT (SELECT toUInt32(count()) FROM clients WHERE client_name = '${name}') AS clients,
       toUInt32(count()) AS messages,
       toUInt32(countIf(abs(dateDiff('hour', processed_at, now())) < 24)) AS processedToday,
       toUInt32(countIf(abs(dateDiff('hour', received_at, now())) < 24)) AS receivedToday
     FROM state_messages WHERE client_name = '${name}'`,
  );
}
const wholeAndOfToday = [{ clients: 1, messages: 1, processedToday: 1, receivedToday: 1 }];

test.each([
  ['BEHIND', -100 * dayMs, /is 100 days behind ClickHouse's/],
  ['AHEAD', 25_000 * dayMs, /is 25000 days ahead of ClickHouse's/],
  ['UNSET', -rightNow(), /says 1970-01-01, before this program was written/],
])(
  'while our clock is wrong (%s) messages wait and it is told; set right, they are there to stay and of today',
  async (name, off, told) => {
    offMs = off;
    const delivery = deliveryOf(await spoolWith(name));
    const status = await eventually(
      () => Promise.resolve(delivery.status()),
      ({ lastError, lag }) => lastError !== null || lag === 0,
      20_000,
    );
    expect(status.lastError?.message).toMatch(told);
    offMs = 0;
    await eventually(
      () => Promise.resolve(delivery.status()),
      ({ lag }) => lag === 0,
      20_000,
    );
    expect(await leftOf(name)).toEqual(wholeAndOfToday);
  },
  60_000,
);

test('a time zone taken for UTC holds nothing up', async () => {
  for (const hours of [-12, 14]) {
    offMs = hours * 3_600_000;
    const delivery = deliveryOf(await spoolWith(`ZONE${hours}`));
    const { lastError } = await eventually(
      () => Promise.resolve(delivery.status()),
      ({ lastError, lag }) => lastError !== null || lag === 0,
      20_000,
    );
    expect(lastError).toBeNull();
  }
}, 60_000);

test('a clock that leaps after it was right is noticed at the next batch', async () => {
  const spool = await spoolWith('LEAPS');
  const delivery = deliveryOf(spool);
  const settled = () =>
    eventually(
      () => Promise.resolve(delivery.status()),
      ({ lastError, lag }) => lastError !== null || lag === 0,
      20_000,
    );
  expect((await settled()).lastError).toBeNull();
  offMs = -100 * dayMs;
  await spool.append([entry('LEAPT', { receivedAt: Date.now() })]);
  await spool.admit(500, 'arrival', () => ({ start: 0, limit: 9, intervalMs: 9, used: 0, received: 0, rejected: 0 }));
  expect((await settled()).lastError?.message).toMatch(/behind ClickHouse's/);
}, 60_000);

test('nor is anything stored by a clock that leaps between a look at it and the batch', async () => {
  const sink = withOwnTimes(sinkOver(engine.writer));
  await sink.ready?.();
  offMs = 365 * dayMs;
  const batch = { ...batchOf(entry('BETWEEN', { receivedAt: Date.now() })), createdAt: Date.now() };
  await expect(sink.deliver(batch, false)).rejects.toThrow(/ahead of ClickHouse's/);
  offMs = 0;
  await sink.deliver(batch, true);
  expect(await leftOf('BETWEEN')).toEqual(wholeAndOfToday);
}, 60_000);

test('a batch that was written down by a wrong clock, or long ago, is not deleted as it comes', async () => {
  offMs = -1_000 * dayMs;
  const spool = await spoolWith('PENDING');
  await spool.sinks.nextBatch('clickhouse', { maxEntries: 10, maxBytes: 1_000_000 });
  offMs = 0;
  const delivery = deliveryOf(spool);
  await eventually(
    () => Promise.resolve(delivery.status()),
    ({ lag }) => lag === 0,
    20_000,
  );
  expect(await leftOf('PENDING')).toEqual(wholeAndOfToday);
}, 60_000);

test('what was in quarantine for longer than anything is kept stays when it is taken at last', async () => {
  const quarantine = await Quarantine.open({
    dir: join(testFolder(), 'quarantine'),
    now: () => rightNow() - 100 * dayMs,
  });
  const batch = batchOf(entry('QUARANTINED', { receivedAt: rightNow() }));
  await quarantine.setAside('clickhouse', batch, [{ index: 0, code: '1', reason: 'once' }]);
  const [one] = quarantine.list();
  await new QuarantineRetries(quarantine, [sinkOver(engine.writer)]).send([one!.id]);
  expect(await leftOf('QUARANTINED')).toEqual(wholeAndOfToday);
}, 60_000);
