import { describe, expect, test } from 'vitest';
import type { SpoolEntry } from '../../server/src/spool/entries.js';
import { batchOf, entry } from '../entries.js';
import { database } from '../shared-engine.js';
import { deliver, faultyWay, isInsert, messages, record, rowsOf } from './faulty-way.js';

const way = faultyWay();

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
    const batch = batchOf(...entries);
    expect(await deliver(way, batch)).toEqual([]);
    // Of the other tables the newest row of a window, a receiver, a run is what counts.
    for (const [table, kind] of [
      ['state_messages', 'state_message'],
      ['rejected_messages', 'rejected_message'],
      ['setup_log_records', 'setup_log_record'],
    ] as const) {
      const count = entries.filter((one) => one.kind === kind).length;
      expect(await rowsOf(way, batch, table), table).toEqual([count, count]);
    }
  });

  test('is narrowed down to the entries at fault, and all others are there once, also when it is cut and tried again', async () => {
    await way.writer.command({
      query: `ALTER TABLE ${database}.state_messages ADD CONSTRAINT poison CHECK NOT startsWith(client_name, 'POISON')`,
    });
    try {
      const entries = messages(100);
      for (const index of [0, 41, 42, 99])
        entries[index] = entry(`x${index}`, { machine: { ...entries[0]!.machine, netbiosName: `POISON${index}` } });
      const batch = batchOf(...entries);
      let inserts = 0;
      way.proxy.decide = (address) => (isInsert(address) && [4, 9].includes(++inserts) ? 'cut-after' : 'pass');
      const refused = await deliver(way, batch);
      expect(refused.map(({ index, code }) => [index, code])).toEqual([0, 41, 42, 99].map((index) => [index, '469']));
      expect(refused[0]?.reason).toContain('poison');
      expect(await rowsOf(way, batch)).toEqual([96, 96]);
      expect((await way.sink.deliver(batch, true)).map(({ index }) => index)).toEqual([0, 41, 42, 99]);
      expect(await rowsOf(way, batch)).toEqual([96, 96]);
    } finally {
      await way.writer.command({ query: `ALTER TABLE ${database}.state_messages DROP CONSTRAINT poison` });
    }
  });

  test('is told apart from a table that is away: everything waits, nothing is refused', async () => {
    await way.writer.command({ query: `RENAME TABLE ${database}.state_messages TO ${database}.elsewhere` });
    const batch = batchOf(...messages(3));
    try {
      await expect(way.sink.deliver(batch, false)).rejects.toThrow('code 60');
    } finally {
      await way.writer.command({ query: `RENAME TABLE ${database}.elsewhere TO ${database}.state_messages` });
    }
    expect(await deliver(way, batch)).toEqual([]);
    expect(await rowsOf(way, batch)).toEqual([3, 3]);
  });

  test('an entry of no kind that is known is set aside, whatever it stands among', async () => {
    const batch = batchOf(entry('good'), { kind: 'stat\u0000' } as unknown as SpoolEntry, entry('good too'));
    expect(await deliver(way, batch)).toMatchObject([{ index: 1, reason: expect.stringContaining('kind') as string }]);
    expect(await rowsOf(way, batch)).toEqual([2, 2]);
  });
});
