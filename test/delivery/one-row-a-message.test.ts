import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findFiles } from '../../server/src/import/find-files.js';
import { importFiles } from '../../server/src/import/import.js';
import type { Batch } from '../../server/src/spool/entries.js';
import type { Fault } from '../fault-proxy.js';
import { batchOf } from '../entries.js';
import { database, sinkOver } from '../shared-engine.js';
import { syntheticLog } from '../synthetic-logs.js';
import { deliver, faultyWay, messages, rowsOf } from './faulty-way.js';
import { testFolder } from '../test-folder.js';

const way = faultyWay();

describe('a message that two receivers took is one row', () => {
  const sinkOf = (serverName: string, alone = false) => sinkOver(way.writer, { serverName, alone });
  /** Rows of messages, different messages among them, and how many were set aside. */
  const counted = async (...some: Batch[]) => {
    const answer = await way.writer.query({
      query: `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(message_id)) AS messages,
        (SELECT toUInt32(uniqExact(batch_id, row_id)) FROM ${database}.repeated_messages WHERE batch_id IN {ids: Array(String)}) AS aside
        FROM ${database}.state_messages WHERE batch_id IN {ids: Array(String)}`,
      query_params: { ids: some.map(({ id }) => id) },
      format: 'JSONEachRow',
    });
    return (await answer.json())[0];
  };

  test('when one comes after the other, in part, and again after a crash', async () => {
    const first = messages(30);
    const [one, two] = [batchOf(...first), batchOf(...first.slice(10), ...messages(5))];
    expect(await sinkOf('FSP01').deliver(one, false)).toEqual([]);
    expect(await sinkOf('FSP02').deliver(two, false)).toEqual([]);
    const truth = { rows: 35, messages: 35, aside: 20 };
    expect(await counted(one, two)).toEqual(truth);
    for (const batch of [two, one]) expect(await sinkOf('FSP02').deliver(batch, true)).toEqual([]);
    expect(await counted(one, two)).toEqual(truth);
  });

  test('also where a receiver is alone, and looks for it behind the rows only', async () => {
    const own = sinkOf('FSP01', true);
    const first = messages(30);
    const [one, again, other] = [batchOf(...first), batchOf(...first.slice(20), ...messages(5)), batchOf(...first)];
    for (const batch of [one, again, other]) expect(await own.deliver(batch, false)).toEqual([]);
    const truth = { rows: 35, messages: 35, aside: 40 };
    expect(await counted(one, again, other)).toEqual(truth);
    for (const batch of [other, again, one]) await sinkOf('FSP01', true).deliver(batch, true);
    expect(await counted(one, again, other)).toEqual(truth);
  });

  test.each([2, 4])('when %i deliver it at the same moment', async (receivers) => {
    const same = messages(40);
    const batchesOfAll = Array.from({ length: receivers }, () => batchOf(...same));
    await Promise.all(batchesOfAll.map((batch, index) => sinkOf(`FSP0${index}`).deliver(batch, false)));
    const truth = { rows: 40, messages: 40, aside: 40 * (receivers - 1) };
    expect(await counted(...batchesOfAll)).toEqual(truth);
    // What was taken out is not missing to the batch that brought it.
    for (const batch of batchesOfAll) expect(await sinkOf('FSP09').deliver(batch, true)).toEqual([]);
    expect(await counted(...batchesOfAll)).toEqual(truth);
  });

  test.each<Fault>(['cut-before', 'cut-after', 'exception'])(
    'when each step of the second one meets this once: %s',
    async (fault) => {
      const same = messages(12);
      const [one, two] = [batchOf(...same), batchOf(...same.slice(4), ...messages(3))];
      await deliver(way, one);
      let requests = 0;
      // Each attempt comes one request further.
      way.proxy.decide = () => (requests++ % 12 === Math.floor(requests / 12) % 12 ? fault : 'pass');
      await deliver(way, two, 40);
      expect(await counted(one, two)).toEqual({ rows: 15, messages: 15, aside: 8 });
    },
  );

  test('and none is taken out whole because its row and its key are there twice', async () => {
    const batch = batchOf(...messages(3));
    await sinkOf('FSP01').deliver(batch, false);
    // As an insert that commits again behind the tokens that ClickHouse remembers.
    for (const table of ['state_messages', 'message_keys'])
      await way.writer.command({
        query: `INSERT INTO ${database}.${table} SELECT * FROM ${database}.${table} ${table === 'state_messages' ? 'WHERE batch_id = {id: String}' : ''}`,
        query_params: { id: batch.id },
        clickhouse_settings: { insert_deduplicate: 0 },
      });
    await sinkOf('FSP01').deliver(batch, true);
    expect(await rowsOf(way, batch)).toEqual([6, 3]);
  });

  test('but one whose row was forgotten is one anew', async () => {
    const [one, two] = [batchOf(...messages(3)), batchOf(...messages(0))];
    two.entries.push(...one.entries);
    await sinkOf('FSP01').deliver(one, false);
    await way.writer.command({
      query: `DELETE FROM ${database}.state_messages WHERE batch_id = {id: String} AND row_id = 1`,
      query_params: { id: one.id },
    });
    await sinkOf('FSP02').deliver(two, false);
    expect(await counted(one, two)).toEqual({ rows: 3, messages: 3, aside: 2 });
  });
});

describe('a record of a log is one row', () => {
  const folder = testFolder();
  const bring = async (hostName: string) => {
    const path = join(folder, 'fspMSI.log');
    writeFileSync(path, syntheticLog('msi-1603-custom-action.log'));
    const { writer: client } = way;
    return importFiles(await findFiles([path]), {
      client,
      sink: sinkOver(client),
      database,
      hostName,
      timezone: 'UTC',
    });
  };
  const counted = (hostName: string) =>
    way.rows(
      `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(record_id)) AS records FROM ${database}.setup_log_records WHERE host_name = '${hostName}'`,
    );

  test('when imports bring it at the same moment', async () => {
    await Promise.all([bring('TWICE'), bring('TWICE'), bring('TWICE')]);
    expect(await counted('TWICE')).toEqual([{ rows: 19, records: 19 }]);
  });

  test('and comes back when it is imported again after it was forgotten', async () => {
    await bring('BACK');
    await way.writer.command({ query: `DELETE FROM ${database}.setup_log_records WHERE host_name = 'BACK'` });
    expect((await bring('BACK')).records).toEqual({ added: 19, known: 0 });
    expect(await counted('BACK')).toEqual([{ rows: 19, records: 19 }]);
  });
});
