import { describe, expect, test } from 'vitest';
import { connect } from '../../server/src/clickhouse/client.js';
import type { SpoolEntry } from '../../server/src/spool/entries.js';
import { faults, startFaultProxy, type Fault } from '../fault-proxy.js';
import { eventually } from '../server-process.js';
import { batchOf } from '../entries.js';
import { database, sinkOver } from '../shared-engine.js';
import { deliver, faultyWay, isInsert, messages, record, rowsOf } from './faulty-way.js';

const way = faultyWay();

describe('each entry becomes one row', () => {
  test.each(faults.filter((fault) => fault !== 'slow'))(
    'when the first two inserts meet this on their way: %s',
    async (fault) => {
      let left = 2;
      // Long after the second attempt, also on a busy machine: one that found the rows of the first would not insert.
      way.proxy.lateMs = 3_000;
      way.proxy.decide = (address) => (isInsert(address) && left-- > 0 ? fault : 'pass');
      const batch = batchOf(...messages(50));
      expect(await deliver(way, batch)).toEqual([]);
      await way.proxy.settled();
      // After what concerns the answer alone the rows are found to be there, and nothing is sent again.
      expect(way.proxy.done).toEqual(['cut-after', 'unknown'].includes(fault) ? [fault] : [fault, fault]);
      expect(await rowsOf(way, batch)).toEqual([50, 50]);
    },
  );

  test.each<Fault>(['page', 'empty', 'exception'])(
    'when everything is answered like this for a while, counts included: %s',
    async (fault) => {
      let left = 5;
      way.proxy.decide = () => (left-- > 0 ? fault : 'pass');
      const batch = batchOf(...messages(20));
      expect(await deliver(way, batch)).toEqual([]);
      expect(await rowsOf(way, batch)).toEqual([20, 20]);
    },
  );

  test('when ClickHouse knows its token for ever and has lost the rows, as after the disk of the only replica that had them', async () => {
    const batch = batchOf(...messages(50));
    expect(await deliver(way, batch)).toEqual([]);
    await way.writer.command({ query: `DELETE FROM ${database}.state_messages WHERE batch_id = '${batch.id}'` });
    expect(await rowsOf(way, batch)).toEqual([0, 0]);
    const first = new RegExp(`query_id=${batch.id}-(state_messages|keys-50)(&|$)`);
    way.proxy.decide = (address) => (first.test(address) ? 'unknown' : 'pass');
    expect(await way.sink.deliver(batch, true)).toEqual([]);
    expect(way.proxy.done).toEqual(['unknown', 'unknown']);
    expect(await rowsOf(way, batch)).toEqual([50, 50]);
  });

  test('and what is older than anything that is kept blocks nothing, however often it comes', async () => {
    const { writer } = way;
    const lifetime = (change: string) =>
      writer.command({ query: `ALTER TABLE ${database}.rejected_messages ${change}` });
    await lifetime('MODIFY TTL toDateTime(received_at) + toIntervalDay(365)');
    try {
      const refused = (receivedAt: number): SpoolEntry => ({
        kind: 'rejected_message',
        receivedAt,
        clientAddress: '10.1.2.3',
        reason: 'x',
        body: Buffer.from('x'),
      });
      const batch = batchOf(refused(Date.UTC(1971, 0)), refused(Date.now()));
      expect(await way.sink.deliver(batch, false)).toEqual([]);
      // As ClickHouse does by itself, some hours later.
      await writer.command({ query: `OPTIMIZE TABLE ${database}.rejected_messages FINAL` });
      expect(await way.sink.deliver(batch, true)).toEqual([]);
      await writer.command({ query: `OPTIMIZE TABLE ${database}.rejected_messages FINAL` });
      expect(await rowsOf(way, batch, 'rejected_messages')).toEqual([1, 1]);
    } finally {
      await lifetime('REMOVE TTL');
    }
  });

  test('when the first insert is under way still while it is tried again, and commits late', async () => {
    // The insert waits in ClickHouse itself, which lets one condition wait for three seconds at most.
    const slow = ['one', 'two', 'three'];
    for (const name of slow)
      await way.writer.command({
        query: `ALTER TABLE ${database}.state_messages ADD CONSTRAINT slow_${name} CHECK sleepEachRow(0.05) = 0`,
      });
    try {
      const batch = batchOf(...messages(50));
      const attempts: string[] = [];
      const impatient = connect({ url: way.engine.url, ...way.engine.writer, database: 'default', silenceMs: 500 });
      const own = sinkOver(impatient);
      for (let attempt = 0; attempt < 30; attempt++) {
        try {
          await own.deliver(batch, attempt > 0);
          break;
        } catch (error) {
          attempts.push((error as Error).message);
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
      await impatient.close();
      expect(attempts.length).toBeGreaterThan(0);
      expect(attempts.join('\n')).toMatch(/already running/);
      expect(await rowsOf(way, batch)).toEqual([50, 50]);
    } finally {
      for (const name of slow)
        await way.writer.command({ query: `ALTER TABLE ${database}.state_messages DROP CONSTRAINT slow_${name}` });
    }
  });

  test('when a batch of many months came through in part', async () => {
    const batch = batchOf(...Array.from({ length: 24 }, (_, index) => record(index, Date.UTC(2024, index, 5))));
    // One partition of the batch is gone, as a crash before its part was safe leaves it; its token is noted.
    await deliver(way, batch);
    await way.writer.command({ query: `ALTER TABLE ${database}.setup_log_records DROP PARTITION 202407` });
    expect(await rowsOf(way, batch, 'setup_log_records')).toEqual([23, 23]);
    expect(await way.sink.deliver(batch, true)).toEqual([]);
    expect(await rowsOf(way, batch, 'setup_log_records')).toEqual([24, 24]);
    expect(await way.sink.deliver(batch, true)).toEqual([]);
    expect(await rowsOf(way, batch, 'setup_log_records')).toEqual([24, 24]);
  });
});

describe('of several servers (here two ways to one engine)', () => {
  test.each<Fault>(['refuse', 'page', 'cut-before', 'hang', 'cut-after'])(
    'the next is used within one attempt or two when the near one does this, and the near one again once it works: %s',
    async (fault) => {
      const far = await startFaultProxy(way.engine.url);
      const client = connect({
        url: `${way.proxy.url}, ${far.url.replace('http://', '')}`,
        ...way.engine.writer,
        database: 'default',
        silenceMs: 1_500,
        needs: database,
      });
      const own = sinkOver(client);
      const asked: string[] = [];
      way.proxy.decide = (address) => {
        asked.push('near');
        return isInsert(address) || asked.length > 1 ? fault : 'pass';
      };
      far.decide = () => {
        asked.push('far');
        return 'pass';
      };
      try {
        const batch = batchOf(...messages(20));
        let attempts = 0;
        while (attempts < 5)
          try {
            expect(await own.deliver(batch, attempts++ > 0)).toEqual([]);
            break;
          } catch {
            // The delivery tries again.
          }
        expect(attempts).toBeLessThanOrEqual(2);
        expect(asked).toContain('far');
        expect(await rowsOf(way, batch)).toEqual([20, 20]);
        way.proxy.decide = () => {
          asked.push('near');
          return 'pass';
        };
        await eventually(
          async () => {
            await client.query({ query: 'SELECT 1' });
            return asked.at(-1);
          },
          (last) => last === 'near',
        );
      } finally {
        await client.close();
        await far.stop();
      }
    },
  );
});
