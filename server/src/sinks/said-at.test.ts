// When a client said something: by its clock, its report's and ours.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOf, state } from '../../../test/entries.js';
import { sharedEngine, sinkOver } from '../../../test/shared-engine.js';
import type { StateMessageEntry } from '../spool/entries.js';
import { saidAt } from './clickhouse-rows.js';

const shared = sharedEngine();
const deliver = (...entries: StateMessageEntry[]) => sinkOver(shared.writer).deliver(batchOf(...entries), false);

const day = 86_400_000;
const hour = 3_600_000;
const now = Date.parse('2026-06-01T12:00:00Z');
const at = (ago: number) => new Date(now - ago).toISOString();

/** What a client said some time ago by its own clock, in a report that was sent by that clock, and received now. */
const said = (name: string, id: number, ago: number, sentAgo: number | null, more: Partial<StateMessageEntry> = {}) =>
  state(name, id, at(ago), { receivedAt: now, reportTime: sentAgo === null ? null : now - sentAgo, ...more });

test('server and ClickHouse agree, whatever the clocks say', async () => {
  const clock = fc.oneof(
    fc.integer({ min: -10, max: 10 }).map((minutes) => now + minutes * 60_000),
    fc.integer({ min: -800, max: 800 }).map((days) => now + days * day),
    fc.constantFrom(0, 1, Date.UTC(2001, 0), Date.UTC(2100, 1, 28), Date.UTC(2262, 3, 10)),
  );
  const seed = Date.now();
  const given = fc.sample(fc.tuple(clock, fc.option(clock)), { numRuns: 2_000, seed });
  const entries = given.map(([messageTime, reportTime], index) => {
    const one = state(`AGREE${index}`, 100, new Date(messageTime).toISOString(), { receivedAt: now, reportTime });
    return { ...one, messageId: index.toString(16).padStart(32, '0') };
  });
  await deliver(...entries);
  const rows = await shared.rows<{ client_name: string; said: string }>(
    "SELECT client_name, toUnixTimestamp64Milli(said_at) AS said FROM state_messages WHERE client_name LIKE 'AGREE%'",
  );
  expect(Object.fromEntries(rows.map((row) => [row.client_name, Number(row.said)])), `seed ${seed}`).toEqual(
    Object.fromEntries(entries.map((one) => [one.machine.netbiosName, saidAt(one)])),
  );
});

describe('the newest word of a client', () => {
  const wordOf = async (name: string) => {
    const [row] = await shared.rows<{ outcome: string; is_clock_off: number }>(
      `SELECT outcome, is_clock_off FROM clients WHERE client_name = '${name}'`,
    );
    return row;
  };

  test.each<[string, StateMessageEntry[], string, number]>([
    ['a backlog of weeks, in one report', [said('A1', 313, 35 * day, 0), said('A1', 400, 10 * day, 0)], 'succeeded', 0],
    [
      'a failure of before yesterday’s success that comes late',
      [said('A2', 400, day, 0), said('A2', 313, 40 * day, 0)],
      'succeeded',
      0,
    ],
    ['an old backlog in reverse', [said('A3', 400, 44 * day, 0), said('A3', 313, 45 * day, 0)], 'succeeded', 0],
    ['a message that was late, by a right clock', [said('A4', 400, 5 * hour, 0)], 'succeeded', 0],
    [
      'a clock of 2001',
      [said('A5', 313, 9_000 * day, 9_000 * day - hour), said('A5', 400, 9_000 * day - hour, 9_000 * day - hour)],
      'succeeded',
      1,
    ],
    [
      'a clock that is days ahead',
      [said('A6', 313, -3 * day, -3 * day - hour), said('A6', 400, -3 * day - hour, -3 * day - hour)],
      'succeeded',
      1,
    ],
    ['no time of the report', [said('A7', 313, 2 * hour, null), said('A7', 400, hour, null)], 'succeeded', 0],
    ['no time of the report, and a clock of 2001', [said('A8', 400, 9_000 * day, null)], 'succeeded', 1],
    ['no time of the report, and a clock that is ahead', [said('A9', 400, -hour, null)], 'succeeded', 1],
    [
      'a clock that is behind, and a report without a time in the same hour',
      [said('A10', 313, 2 * hour, hour), said('A10', 400, hour, null)],
      'succeeded',
      1,
    ],
  ])('is right after %s', async (_, entries, outcome, clockOff) => {
    await deliver(...entries);
    expect(await wordOf(entries[0]!.machine.netbiosName)).toEqual({ outcome, is_clock_off: clockOff });
  });
});
