import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeMessage } from '../../server/src/catalog/describe.js';
import { checkServer, connect } from '../../server/src/clickhouse/client.js';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import { migrate } from '../../server/src/clickhouse/migrate.js';
import type { Refused, Sink } from '../../server/src/delivery/sink.js';
import { createClickHouseSink } from '../../server/src/sinks/clickhouse.js';
import type { Batch, SetupLogRecordEntry, SpoolEntry } from '../../server/src/spool/entries.js';
import { entry } from '../entries.js';
import { startFaultProxy, type Fault, type FaultProxy } from '../fault-proxy.js';
import { eventually } from '../server-process.js';

const database = 'fsp';
const folder = mkdtempSync(join(tmpdir(), 'fsp-once-'));
let engine: Engine;
let writer: ClickHouseClient;
let proxy: FaultProxy;
let viaProxy: ClickHouseClient;
let sink: Sink;

beforeAll(async () => {
  engine = await startEngine({ dataDir: folder, port: 0, database });
  writer = connect({ url: engine.url, ...engine.writer, database: 'default' });
  await migrate(writer, { database });
});
afterAll(async () => {
  await writer.close();
  await engine.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  proxy = await startFaultProxy(engine.url);
  viaProxy = connect({ url: proxy.url, ...engine.writer, database: 'default', silenceMs: 1_500 });
  sink = createClickHouseSink({
    client: viaProxy,
    database,
    siteCode: 'PS1',
    serverName: 'FSP01',
    describe: ({ message }) => describeMessage(message),
  });
});
afterEach(async () => {
  await proxy.stop();
  await viaProxy.close();
});

let batches = 0;
const batchOf = (entries: SpoolEntry[]): Batch => ({
  id: `${Date.now().toString(16)}${(++batches).toString(16)}`.padStart(32, '0'),
  createdAt: Date.parse('2026-01-02T03:05:00Z'),
  entries,
});
const messages = (count: number) => Array.from({ length: count }, (_, index) => entry(`M${batches}N${index}`));
const record = (index: number, loggedAt: number): SetupLogRecordEntry => ({
  kind: 'setup_log_record',
  recordId: `${batches}-${index}`,
  runId: '',
  hostName: 'FSP01',
  logFile: 'x.log',
  logFormat: 'msi',
  loggedAt,
  lineNumber: index + 1,
  byteOffset: index,
  severity: 'INFO',
  component: '',
  thread: '',
  sourceFile: '',
  message: `line ${index}`,
  errorCode: '',
  errorText: '',
  remarks: [],
  original: '',
});
/** Rows of a batch, and how many different ones: both are the debt where each is there once. */
const rowsOf = async (batch: Batch, table = 'state_messages') => {
  const answer = await writer.query({
    query: `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(row_id)) AS different FROM ${database}.${table} WHERE batch_id = {id: String}`,
    query_params: { id: batch.id },
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ rows: number; different: number }>();
  return [row?.rows, row?.different];
};
const isInsert = (address: string) => /INSERT(%20|\+| )INTO(%20|\+| )\w+\.state_messages/i.test(address);
/** Delivers as the delivery does: the same batch again until the sink has it. */
const deliver = async (batch: Batch, tries = 12): Promise<Refused[]> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sink.deliver(batch, attempt > 0);
    } catch (error) {
      if (attempt >= tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

describe('each entry becomes one row', () => {
  test.each<Fault>(['refuse', 'page', 'empty', 'exception', 'hang', 'cut-before', 'cut-during', 'cut-after', 'late'])(
    'when the first two inserts meet this on their way: %s',
    async (fault) => {
      let left = 2;
      proxy.lateMs = 700;
      proxy.decide = (address) => (isInsert(address) && left-- > 0 ? fault : 'pass');
      const batch = batchOf(messages(50));
      expect(await deliver(batch)).toEqual([]);
      await proxy.settled();
      // After a cut in the answer's way the rows are found to be there, and nothing is sent again.
      expect(proxy.done).toEqual(fault === 'cut-after' ? [fault] : [fault, fault]);
      expect(await rowsOf(batch)).toEqual([50, 50]);
    },
  );

  test.each<Fault>(['page', 'empty', 'exception'])(
    'when everything is answered like this for a while, counts included: %s',
    async (fault) => {
      let left = 5;
      proxy.decide = () => (left-- > 0 ? fault : 'pass');
      const batch = batchOf(messages(20));
      expect(await deliver(batch)).toEqual([]);
      expect(await rowsOf(batch)).toEqual([20, 20]);
    },
  );

  test('when the first insert is under way still while it is tried again, and commits late', async () => {
    // The insert waits in ClickHouse itself: its rows come slowly.
    await writer.command({
      query: `ALTER TABLE ${database}.state_messages ADD CONSTRAINT slow CHECK sleepEachRow(0.05) = 0`,
    });
    try {
      const batch = batchOf(messages(50));
      const attempts: string[] = [];
      const impatient = connect({ url: engine.url, ...engine.writer, database: 'default', silenceMs: 500 });
      const own = createClickHouseSink({
        client: impatient,
        database,
        siteCode: 'PS1',
        serverName: 'FSP01',
        describe: ({ message }) => describeMessage(message),
      });
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
      expect(await rowsOf(batch)).toEqual([50, 50]);
    } finally {
      await writer.command({ query: `ALTER TABLE ${database}.state_messages DROP CONSTRAINT slow` });
    }
  });

  test('when a batch of many months came through in part', async () => {
    const batch = batchOf(Array.from({ length: 24 }, (_, index) => record(index, Date.UTC(2024, index, 5))));
    // One partition of the batch is gone, as a crash before its part was safe leaves it; its token is noted.
    await deliver(batch);
    await writer.command({ query: `ALTER TABLE ${database}.setup_log_records DROP PARTITION 202407` });
    expect(await rowsOf(batch, 'setup_log_records')).toEqual([23, 23]);
    expect(await sink.deliver(batch, true)).toEqual([]);
    expect(await rowsOf(batch, 'setup_log_records')).toEqual([24, 24]);
    expect(await sink.deliver(batch, true)).toEqual([]);
    expect(await rowsOf(batch, 'setup_log_records')).toEqual([24, 24]);
  });
});

describe('of several servers (here two ways to one engine)', () => {
  test.each<Fault>(['refuse', 'page', 'cut-before', 'hang', 'cut-after'])(
    'the next is used within one attempt or two when the near one does this, and the near one again once it works: %s',
    async (fault) => {
      const far = await startFaultProxy(engine.url);
      const client = connect({
        url: `${proxy.url}, ${far.url.replace('http://', '')}`,
        ...engine.writer,
        database: 'default',
        silenceMs: 1_500,
        needs: database,
      });
      const own = createClickHouseSink({
        client,
        database,
        siteCode: 'PS1',
        serverName: 'FSP01',
        describe: ({ message }) => describeMessage(message),
      });
      const asked: string[] = [];
      proxy.decide = (address) => {
        asked.push('near');
        return isInsert(address) || asked.length > 1 ? fault : 'pass';
      };
      far.decide = () => {
        asked.push('far');
        return 'pass';
      };
      try {
        const batch = batchOf(messages(20));
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
        expect(await rowsOf(batch)).toEqual([20, 20]);
        proxy.decide = () => {
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

describe('a message that two receivers took is one row', () => {
  const sinkOf = (serverName: string, client: ClickHouseClient = writer, alone = false) =>
    createClickHouseSink({
      client,
      database,
      siteCode: 'PS1',
      serverName,
      alone,
      describe: ({ message }) => describeMessage(message),
    });
  /** Rows of messages, different messages among them, and how many were set aside. */
  const counted = async (...some: Batch[]) => {
    const answer = await writer.query({
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
    const [one, two] = [batchOf(first), batchOf([...first.slice(10), ...messages(5)])];
    expect(await sinkOf('FSP01').deliver(one, false)).toEqual([]);
    expect(await sinkOf('FSP02').deliver(two, false)).toEqual([]);
    const truth = { rows: 35, messages: 35, aside: 20 };
    expect(await counted(one, two)).toEqual(truth);
    for (const batch of [two, one]) expect(await sinkOf('FSP02').deliver(batch, true)).toEqual([]);
    expect(await counted(one, two)).toEqual(truth);
  });

  test('also where a receiver is alone, and looks for it behind the rows only', async () => {
    const own = sinkOf('FSP01', writer, true);
    const first = messages(30);
    const [one, again, other] = [batchOf(first), batchOf([...first.slice(20), ...messages(5)]), batchOf(first)];
    for (const batch of [one, again, other]) expect(await own.deliver(batch, false)).toEqual([]);
    const truth = { rows: 35, messages: 35, aside: 40 };
    expect(await counted(one, again, other)).toEqual(truth);
    for (const batch of [other, again, one]) await sinkOf('FSP01', writer, true).deliver(batch, true);
    expect(await counted(one, again, other)).toEqual(truth);
  });

  test.each([2, 4])('when %i deliver it at the same moment', async (receivers) => {
    const same = messages(40);
    const batchesOfAll = Array.from({ length: receivers }, () => batchOf(same));
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
      const [one, two] = [batchOf(same), batchOf([...same.slice(4), ...messages(3)])];
      await deliver(one);
      let requests = 0;
      // Each attempt comes one request further.
      proxy.decide = () => (requests++ % 12 === Math.floor(requests / 12) % 12 ? fault : 'pass');
      await deliver(two, 40);
      expect(await counted(one, two)).toEqual({ rows: 15, messages: 15, aside: 8 });
    },
  );

  test('and none is taken out whole because its row and its key are there twice', async () => {
    const batch = batchOf(messages(3));
    await sinkOf('FSP01').deliver(batch, false);
    // As an insert that commits again behind the tokens that ClickHouse remembers.
    for (const table of ['state_messages', 'message_keys'])
      await writer.command({
        query: `INSERT INTO ${database}.${table} SELECT * FROM ${database}.${table} ${table === 'state_messages' ? 'WHERE batch_id = {id: String}' : ''}`,
        query_params: { id: batch.id },
        clickhouse_settings: { insert_deduplicate: 0 },
      });
    await sinkOf('FSP01').deliver(batch, true);
    expect(await rowsOf(batch)).toEqual([6, 3]);
  });

  test('but one whose row was forgotten is one anew', async () => {
    const [one, two] = [batchOf(messages(3)), batchOf(messages(0))];
    two.entries.push(...one.entries);
    await sinkOf('FSP01').deliver(one, false);
    await writer.command({
      query: `DELETE FROM ${database}.state_messages WHERE batch_id = {id: String} AND row_id = 1`,
      query_params: { id: one.id },
    });
    await sinkOf('FSP02').deliver(two, false);
    expect(await counted(one, two)).toEqual({ rows: 3, messages: 3, aside: 2 });
  });
});

test.each<Fault>(['page', 'empty', 'exception'])(
  'a schema that is made while this answers every other request is whole: %s',
  async (fault) => {
    await writer.command({ query: `TRUNCATE TABLE ${database}.schema_migrations` });
    let requests = 0;
    let attempts = 0;
    proxy.decide = () => (++requests % 7 === 0 ? fault : 'pass');
    for (; attempts < 60; attempts++) {
      try {
        await migrate(viaProxy, { database, receiver: 'FSP01' });
        break;
      } catch (error) {
        expect((error as Error).message).toContain("Something answered in ClickHouse's place");
      }
    }
    expect(proxy.done.length).toBeGreaterThan(0);
    proxy.decide = () => fault;
    await expect(checkServer(viaProxy)).rejects.toThrow("Something answered in ClickHouse's place");
  },
);

/** An entry of each kind with every field that a client, a log or a clock can fill. */
const samples = (): SpoolEntry[] => [
  entry('SAMPLE', { reportTime: 1 }),
  {
    kind: 'rejected_message',
    receivedAt: 1,
    clientAddress: '10.1.2.3',
    reason: 'x',
    body: Buffer.from([0, 0xff, 0xd8]),
  },
  {
    kind: 'throttle_window',
    updatedAt: 2,
    windowStart: 1,
    messageLimit: 1,
    intervalSeconds: 1,
    received: 1,
    processed: 1,
    waiting: 1,
    oldestWaitingAt: 1,
    rejected: 1,
  },
  {
    kind: 'receiver_status',
    at: 1,
    siteCode: 'PS1',
    version: '1',
    takingMessages: true,
    roleVersion: 1,
    waiting: 1,
    oldestWaitingAt: 1,
    lag: 1,
    failingSinks: ['x'],
    quarantined: 1,
    lostMessages: 1,
    damagedPieces: 1,
    instanceId: 'x',
    hostName: 'x',
    startedAt: 1,
    draining: false,
    messageLimit: 1,
    intervalSeconds: 1,
    lastMessageAt: 1,
    diskTotalBytes: 1,
    diskFreeBytes: 1,
    spoolBytes: 1,
    clickhouseTotalBytes: 1,
    clickhouseFreeBytes: 1,
  },
  { ...record(1, 1), thread: '1', remarks: ['x'] },
  {
    kind: 'setup_run',
    updatedAt: 1,
    runId: 'x',
    installationId: 'x',
    hostName: 'x',
    logFile: 'x',
    logFormat: 'msi',
    action: 'install',
    startedAt: 1,
    endedAt: 1,
    verdict: 'failed',
    exitCode: 1,
    cause: 'x',
    causeLine: 1,
    suggestion: 'x',
    evidence: [{ line: 1, shows: 'x', text: 'x' }],
    certainty: 'x',
    certaintyReason: 'x',
    nextStep: 'x',
    productName: 'x',
    productVersion: 'x',
  },
];
const extremes: Record<string, readonly unknown[]> = {
  number: [Number.NaN, Infinity, -Infinity, 1e300, -1e300, 2 ** 53, 2 ** 64, 2 ** 32, -1, 0.5, -0, 8.64e15, 8.65e15],
  string: [
    '',
    '\ud800',
    'cut \ud83d',
    '\udc00x',
    '\0',
    '\\N',
    '\\',
    "'",
    '"',
    '\u2028\u202e',
    '\x1b[31m',
    '😀',
    'x'.repeat(70_000),
  ],
};
/** The value with one of its leaves at and beyond its range, for each leaf and each extreme. */
function* beyond(value: unknown): Generator {
  if (value === null || typeof value !== 'object') yield* extremes[typeof value] ?? [];
  else if (!(value instanceof Uint8Array))
    for (const [key, leaf] of Object.entries(value)) {
      // What the server itself makes is no matter of chance.
      if (key === 'kind' || key === 'messageId') continue;
      for (const other of beyond(leaf))
        yield Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other };
    }
}

describe('what ClickHouse refuses for good', () => {
  test('is none of what any field of any kind can hold: values are brought into the range of their columns', async () => {
    const huge = entry('HUGE', { raw: Buffer.from('<Report/>'.padEnd(4_000_000)) });
    huge.message.details = '\ud800'.repeat(4_000_000);
    const entries = [...samples().flatMap((sample) => [...beyond(sample)]), huge] as SpoolEntry[];
    // Each is a message of its own: what is the same message counts once.
    for (const [index, one] of entries.entries())
      if (one.kind === 'state_message') one.messageId = `5a${index.toString(16).padStart(30, '0')}`;
    expect(entries.length).toBeGreaterThan(800);
    const batch = batchOf(entries);
    expect(await deliver(batch)).toEqual([]);
    // Of the other tables the newest row of a window, a receiver, a run is what counts.
    for (const [table, kind] of [
      ['state_messages', 'state_message'],
      ['rejected_messages', 'rejected_message'],
      ['setup_log_records', 'setup_log_record'],
    ] as const) {
      const count = entries.filter((one) => one.kind === kind).length;
      expect(await rowsOf(batch, table), table).toEqual([count, count]);
    }
  });

  test('is narrowed down to the entries at fault, and all others are there once, also when it is cut and tried again', async () => {
    await writer.command({
      query: `ALTER TABLE ${database}.state_messages ADD CONSTRAINT poison CHECK NOT startsWith(client_name, 'POISON')`,
    });
    try {
      const entries = messages(100);
      for (const index of [0, 41, 42, 99])
        entries[index] = entry(`x${index}`, { machine: { ...entries[0]!.machine, netbiosName: `POISON${index}` } });
      const batch = batchOf(entries);
      let inserts = 0;
      proxy.decide = (address) => (isInsert(address) && [4, 9].includes(++inserts) ? 'cut-after' : 'pass');
      const refused = await deliver(batch);
      expect(refused.map(({ index, code }) => [index, code])).toEqual([0, 41, 42, 99].map((index) => [index, '469']));
      expect(refused[0]?.reason).toContain('poison');
      expect(await rowsOf(batch)).toEqual([96, 96]);
      expect((await sink.deliver(batch, true)).map(({ index }) => index)).toEqual([0, 41, 42, 99]);
      expect(await rowsOf(batch)).toEqual([96, 96]);
    } finally {
      await writer.command({ query: `ALTER TABLE ${database}.state_messages DROP CONSTRAINT poison` });
    }
  });

  test('is told apart from a table that is away: everything waits, nothing is refused', async () => {
    await writer.command({ query: `RENAME TABLE ${database}.state_messages TO ${database}.elsewhere` });
    const batch = batchOf(messages(3));
    try {
      await expect(sink.deliver(batch, false)).rejects.toThrow('code 60');
    } finally {
      await writer.command({ query: `RENAME TABLE ${database}.elsewhere TO ${database}.state_messages` });
    }
    expect(await deliver(batch)).toEqual([]);
    expect(await rowsOf(batch)).toEqual([3, 3]);
  });

  test('an entry of no kind that is known is set aside, whatever it stands among', async () => {
    const batch = batchOf([entry('good'), { kind: 'stat\u0000' } as unknown as SpoolEntry, entry('good too')]);
    expect(await deliver(batch)).toMatchObject([{ index: 1, reason: expect.stringContaining('kind') as string }]);
    expect(await rowsOf(batch)).toEqual([2, 2]);
  });
});
