import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordOfRow, rowText, rowTextInBatch, setupLogRecordRow, type RowContext } from '../sinks/clickhouse-rows.js';
import { entryFromLine, entryToLine } from '../spool/state.js';
import { recordEntry, RecordRows } from './entries.js';
import { LogParser } from './log-parser.js';
import type { LogRecord } from './types.js';

const source = { hostName: 'CM01', logFile: 'C:\\SMS\\logs\\"odd" näme.log' };
const modifiedAt = Date.UTC(2026, 2, 15, 12);

function recordsOf(text: string): LogRecord[] {
  const records: LogRecord[] = [];
  const parser = new LogParser({ timezone: null, onRecord: (record) => records.push(record) });
  parser.push(Buffer.from(text));
  parser.end();
  return records;
}

const pieces = fc.constantFrom(
  ...[
    '"',
    '\\',
    '\\ud800',
    '\t',
    '\u0000',
    'é',
    '😀',
    ',"original":"',
    '{"kind":"setup_log_row","row":',
    'failed 0x80070005',
    'CcmSetup',
  ],
);
const message = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 6 });
const line = fc.record({
  message,
  component: message,
  second: fc.nat(59),
  date: fc.constantFrom('03-15-2026', '', '13-13-13'),
});
const logs = fc
  .array(line, { minLength: 1, maxLength: 8 })
  .map((lines) =>
    lines
      .map(
        ({ message: words, component, second, date }) =>
          `<![LOG[${words.join('')}]LOG]!><time="10:11:${String(second).padStart(2, '0')}.123+000" date="${date}" component="${component.join('')}" context="" type="1" thread="17" file="a.cpp:1">`,
      )
      .join('\n'),
  );

test('the row of a record is the one that its entry would become, whatever stands in it', () => {
  fc.assert(
    fc.property(logs, (text) => {
      const rows = new RecordRows(source, modifiedAt);
      for (const record of recordsOf(text)) {
        const entry = recordEntry(source, record, modifiedAt);
        const row = rows.rowOf(record);
        expect(JSON.parse(row.row)).toEqual(JSON.parse(rowText(setupLogRecordRow(entry))));
        expect(row.original).toBe(record.original);
      }
    }),
  );
});

test('times before and after those that a column holds, and half a character, become what they become elsewhere', () => {
  const [record] = recordsOf('\ud83d plain words');
  const rows = new RecordRows(source, modifiedAt);
  for (const time of [null, -1, 0, 999, -6e12, 7.9e12, 9e15, 1_767_323_045_678.25]) {
    const odd = { ...record!, time, message: 'half \ud83d', original: 'half \ud83d' };
    const row = rows.rowOf(odd);
    expect(JSON.parse(row.row)).toEqual(JSON.parse(rowText(setupLogRecordRow(recordEntry(source, odd, modifiedAt)))));
    expect(row.row).not.toContain('\\ud');
  }
});

test('a row stands on a line as it is, and comes back with all that an entry has', () => {
  fc.assert(
    fc.property(logs, (text) => {
      const rows = new RecordRows(source, modifiedAt);
      for (const record of recordsOf(text)) {
        const written = entryToLine(rows.rowOf(record));
        expect(written).not.toContain('\n');
        expect(JSON.parse(written)).toMatchObject({ kind: 'setup_log_row' });
        const read = entryFromLine(written);
        if (read.kind !== 'setup_log_row') throw new Error('it is no row any more');
        const entry = recordEntry(source, record, modifiedAt);
        const well = (one: object) =>
          JSON.parse(JSON.stringify(one), (_, value: unknown) =>
            typeof value === 'string' ? value.toWellFormed() : value,
          ) as object;
        expect(well(recordOfRow(read))).toEqual(well(entry));
        const inBatch = rowTextInBatch(read.row, 7, { batchId: 'ab', processedAt: 1_999 } as RowContext);
        expect(JSON.parse(inBatch)).toEqual({
          ...(JSON.parse(read.row) as object),
          stored_at: 1,
          batch_id: 'ab',
          row_id: 7,
        });
      }
    }),
  );
});

test('other entries stand on lines too, bytes and all', () => {
  const entry = {
    kind: 'rejected_message' as const,
    receivedAt: 1,
    clientAddress: '::1',
    reason: 'x\ny',
    body: Buffer.from([0, 10, 255]),
  };
  expect(entryFromLine(entryToLine(entry))).toEqual(entry);
});
