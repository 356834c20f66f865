// What the alert rules say of receivers whose truth is known, over hours and days that a test cannot wait for.
import { expect, test } from 'vitest';
import { day, hour, many, minute, storedAlerts, type Labels } from './stored-alerts.js';

const { firing, insert, sign, store } = storedAlerts();

test('a receiver that lags, one that differs and one whose spool was damaged stay one alert each as their figures move', async () => {
  const now = Date.now();
  const seen: Record<string, Labels[]> = {};
  for (const step of [0, 1, 2]) {
    const at = now - (3 - step) * minute;
    await sign('FSP01', at, {
      lag: 20_000 + step,
      failing_sinks: step === 1 ? ['clickhouse'] : [],
      lost_messages: 5 + step,
      version: '1.0',
    });
    await sign('FSP02', at, { version: `1.${step + 1}` });
    for (const uid of ['fsp-receiver-lags', 'fsp-receiver-differs', 'fsp-spool-damage'])
      (seen[uid] ??= []).push(...(await firing(uid)).map(({ labels }) => labels));
  }
  const [lags, differs, damage] = Object.values(seen);
  expect(lags).toEqual(many(3, () => ({ fsp_server: 'FSP01' })));
  expect(differs).toEqual(many(3, () => ({ what: 'versions' })));
  expect(damage).toEqual(many(3, () => ({ fsp_server: 'FSP01' })));
});

test('a receiver is told as silent until it comes back or somebody took it away, for 30 days at the most', async () => {
  const now = Date.now();
  const silent = async (later = 0) =>
    (await firing('fsp-receiver-silent', later)).map(({ labels }) => labels.fsp_server).sort();
  await sign('WELL', now - minute);
  await sign('GONE8', now - 8 * day);
  await sign('GONE29', now - 29 * day);
  await sign('REMOVED', now - 2 * hour, { taking_messages: false });
  await sign('DRAINED', now - 2 * hour, { taking_messages: false, draining: true });
  await sign('LEFT', now - 2 * day, { taking_messages: false, draining: true });
  expect(await silent()).toEqual(['GONE29', 'GONE8', 'LEFT']);
  expect(await silent(2 * day)).toEqual(['DRAINED', 'GONE8', 'LEFT']);
  await sign('GONE8', now - minute);
  expect(await silent()).toEqual(['GONE29', 'LEFT']);
});

test('each receiver that passes nothing on for a day is told of: also one that never did, or not for a month', async () => {
  const now = Date.now();
  const quiet = async () =>
    (await firing('fsp-silence')).map(({ labels, value }) => [labels.fsp_server, Math.round(value / 86_400)]).sort();
  const heard = (receiver: string, at: number) => store([{ name: receiver, state: 400, at, receiver }]);
  for (const receiver of ['BUSY', 'NEVER', 'MONTH', 'DAYS'])
    for (const at of [now - 29 * day, now - minute]) await sign(receiver, at);
  await sign('FRESH', now - 2 * hour);
  await sign('REMOVED', now - 5 * day, { taking_messages: false });
  await heard('BUSY', now - hour);
  await heard('DAYS', now - 3 * day);
  await heard('MONTH', now - 31 * day);
  await heard('REMOVED', now - 5 * day);
  expect(await quiet()).toEqual([
    ['DAYS', 3],
    ['MONTH', 29],
    ['NEVER', 29],
  ]);
});

test('what is in quarantine or was damaged is told of while its receiver is silent too', async () => {
  await sign('GONE', Date.now() - 8 * day, { quarantined: 3, damaged_pieces: 2 });
  for (const uid of ['fsp-quarantine', 'fsp-spool-damage'])
    expect((await firing(uid)).map(({ labels }) => labels.fsp_server)).toEqual(['GONE']);
});

/** Figures of a window as a receiver tells them. */
const refused = (receiver: string, windowStart: number, at: number, rejected: number, seconds = 3_600) =>
  insert('throttle_window_updates', [
    {
      updated_at: at,
      window_start: windowStart,
      fsp_server: receiver,
      message_limit: 10_000,
      interval_seconds: seconds,
      rejected,
      batch_id: `${receiver}${at}`,
    },
  ]);
const kept = (reason: string, at: number, count: number) =>
  insert(
    'rejected_messages',
    many(count, (index) => ({ received_at: at, client_address: '10.1.1.1', reason, body: 'x', row_id: index })),
  );

test('bodies that are refused are counted, also those of which none is kept', async () => {
  const now = Date.now();
  const begin = now - 40 * minute;
  await refused('FSP01', begin, now - 10 * minute, 400);
  await kept('The report is no XML', now - 20 * minute, 60);
  await kept('The report is empty', now - 10 * minute, 40);
  expect(await firing('fsp-rejects')).toEqual([
    { fires: true, value: 400, labels: { fsp_server: 'FSP01', reason: 'The report is no XML' } },
  ]);
  // Where no reason is that of more than half, none is named, and it stays one alert.
  await kept('The report is empty', now - 5 * minute, 20);
  expect((await firing('fsp-rejects')).map(({ labels }) => labels.reason)).toEqual(['several reasons']);
});

test('what a window of a day refused hours ago is not told, and what two windows of an hour refused is', async () => {
  const now = Date.now();
  await refused('LONG', now - 10 * hour, now - 3 * hour, 5_000, 86_400);
  await refused('LONG', now - 10 * hour, now - 30 * minute, 5_050, 86_400);
  await refused('LONG', now - 10 * hour, now - minute, 5_100, 86_400);
  await refused('TWO', now - 80 * minute, now - 70 * minute, 40);
  await refused('TWO', now - 80 * minute, now - 21 * minute, 100);
  await refused('TWO', now - 20 * minute, now - 10 * minute, 70);
  expect((await firing('fsp-rejects')).map(({ labels, value }) => [labels.fsp_server, value])).toEqual([['TWO', 130]]);
  await refused('LONG', now - 10 * hour, now, 5_101, 86_400);
  expect((await firing('fsp-rejects')).map(({ value }) => value).sort()).toEqual([101, 130]);
});
