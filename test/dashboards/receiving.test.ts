// What boards tell of receivers and their throttles.
import { beforeAll, expect, test } from 'vitest';
import { sharedEngine } from '../shared-engine.js';
import { day, hour, now, toldTo } from './told.js';

const shared = sharedEngine();
const { figures } = toldTo(shared);
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
});

test('what a receiver held that is silent now is no part of what is held, and told apart', async () => {
  const held = { waiting: 104, waiting_silent: 5000 };
  expect(await figures('overview', 'Held back')).toEqual(held);
  expect(await figures('operations', 'Waiting for the throttle')).toEqual(held);
  expect(await figures('receivers', 'Held by all')).toEqual(held);
  const { age } = await figures('operations', 'Oldest message that waits');
  expect(age! / 3600).toBeCloseTo(1, 1);
});
