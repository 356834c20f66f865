// What boards tell of receivers and their throttles.
import { beforeAll, expect, test } from 'vitest';
import { sharedEngine } from '../shared-engine.js';
import { day, hour, minute, now, toldTo } from './told.js';

const shared = sharedEngine();
const { panel, figures } = toldTo(shared);
const time = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
const insert = (table: string, values: object[]) =>
  shared.writer.insert({ table: `fsp.${table}`, values, format: 'JSONEachRow' });

beforeAll(async () => {
  const sign = (fsp_server: string, at: number, waiting: number, oldest: number) => ({
    at: time(at),
    written_at: time(at),
    fsp_server,
    waiting,
    oldest_waiting_at: time(oldest),
    disk_total_bytes: 100,
    disk_free_bytes: fsp_server === 'DEAD8' ? 1 : 15,
  });
  await insert('receiver_status', [
    sign('FSP01', Date.now(), 104, now - hour),
    sign('FSP02', Date.now(), 0, now),
    sign('DEAD8', now - 8 * day, 5000, now - 9 * day),
  ]);
  await insert('throttle_window_updates', [
    // Begun half an hour ago, for an hour.
    {
      window_start: time(now - hour / 2),
      updated_at: time(now),
      fsp_server: 'FSP01',
      interval_seconds: 3600,
      message_limit: 1000,
      processed: 500,
      waiting: 104,
      rejected: 400,
    },
    {
      window_start: time(now - 1.5 * hour),
      updated_at: time(now),
      fsp_server: 'FSP01',
      interval_seconds: 3600,
      message_limit: 1000,
      processed: 10,
      waiting: 0,
      rejected: 7,
    },
  ]);
});

test('what a receiver held that is silent now is no part of what is held, and told apart', async () => {
  const held = { waiting: 104, waiting_silent: 5000 };
  expect(await figures('overview', 'Held back')).toEqual(held);
  expect(await figures('operations', 'Waiting for the throttle')).toEqual(held);
  expect(await figures('receivers', 'Held by all')).toEqual(held);
  const { age } = await figures('operations', 'Oldest message that waits');
  expect(age! / 3600).toBeCloseTo(1, 1);
});

test('a range that is shorter than a window of the throttle has the window that it lies in', async () => {
  const scope = { from: now - 5 * minute, to: Date.now() + minute };
  expect(await figures('operations', 'Refused', scope)).toEqual({ rejected: 400 });
  for (const [title, value] of [
    ['Use of the throttle', { used: 0.5 }],
    ['Queue of the throttle', { waiting: 104 }],
  ] as const) {
    const rows = await panel('operations', title, scope);
    expect(rows).toHaveLength(1);
    expect(Object.fromEntries(Object.entries(rows[0]!).map(([name, one]) => [name, Number(one)]))).toMatchObject(value);
    // Where the chart can show it.
    expect(Date.parse(`${String(rows[0]!.time).replace(' ', 'T')}Z`)).toBeGreaterThanOrEqual(scope.from - 1000);
  }
  expect(await figures('operations', 'Refused', { from: now - 3 * hour })).toEqual({ rejected: 407 });
});
