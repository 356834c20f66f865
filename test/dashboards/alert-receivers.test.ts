// What the alert rules say of receivers whose truth is known, over hours and days that a test cannot wait for.
import { expect, test } from 'vitest';
import { expectedCountsSql } from '../../grafana-plugin/src/queries/expected.js';
import { day, hour, many, minute, storedAlerts, type Labels } from './stored-alerts.js';

const { firing, insert, rows, sign, store } = storedAlerts();

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

test('a receiver that was given another name is missed under none, and what it holds counts once; a copy of it is its own', async () => {
  const now = Date.now();
  const silent = async () => (await firing('fsp-receiver-silent')).map(({ labels }) => labels.fsp_server).sort();
  const folder = { instance_id: 'one folder', waiting: 7 };
  for (const ago of [2 * hour, hour]) await sign('FORMER', now - ago, folder);
  await sign('NEW', now - minute, folder);
  const held = () =>
    rows('SELECT toUInt32(sum(waiting)) AS held, arraySort(groupArray(toString(fsp_server))) AS names FROM receivers');
  expect([await silent(), await held()]).toEqual([[], [{ held: 7, names: ['NEW'] }]]);
  // A copy that ran beside it, and ended, is missed though the first one lives.
  for (const ago of [3 * hour, 2 * hour, 2 * hour - minute]) await sign('FIRST', now - ago, { instance_id: 'copied' });
  await sign('COPY', now - 2 * hour + 2 * minute, { instance_id: 'copied' });
  for (const ago of [2 * hour - 2 * minute, minute]) await sign('FIRST', now - ago, { instance_id: 'copied' });
  expect(await silent()).toEqual(['COPY']);
});

test('a receiver that had another name for a moment, as somebody mistyped it, is missed under none', async () => {
  const now = Date.now();
  const folder = (began: number) => ({ instance_id: 'mistyped', waiting: 7, started_at: began });
  for (const ago of [60, 59]) await sign('MEANT', now - ago * minute, folder(now - day));
  for (const ago of [57, 56]) await sign('TYPED', now - ago * minute, folder(now - 57 * minute));
  for (const ago of [55, 54, 1]) await sign('MEANT', now - ago * minute, folder(now - 55 * minute));
  expect(await firing('fsp-receiver-silent')).toEqual([]);
  expect(await rows('SELECT toUInt32(sum(waiting)) AS held FROM receivers')).toEqual([{ held: 7 }]);
});

test('a receiver whose clock was ahead is told by its newest sign, and missed when it gives none', async () => {
  const now = Date.now();
  await sign('AHEAD', now + 8 * hour, { written_at: now - 5 * minute, waiting: 900 });
  await sign('AHEAD', now - 3 * minute, { waiting: 3 });
  await sign('DEAD', now + 7 * hour, { written_at: now - hour });
  expect(await rows("SELECT toUInt32(waiting) AS waiting FROM receivers WHERE fsp_server = 'AHEAD'")).toEqual([
    { waiting: 3 },
  ]);
  expect((await firing('fsp-receiver-silent')).map(({ labels }) => labels.fsp_server)).toEqual(['DEAD']);
});

test('a receiver whose clock is behind is alive while its signs come, and one that died before its signs came is not', async () => {
  const now = Date.now();
  for (const ago of [3, 2, 1])
    await sign('BEHIND', now - (ago + 20) * minute, { written_at: now - ago * minute, waiting: ago });
  for (const ago of [63, 62, 61]) await sign('ENDED', now - (ago + 20) * minute, { written_at: now - ago * minute });
  // They had waited for ClickHouse, and came all at once.
  for (const ago of [23, 22, 21])
    await sign('WAITED', now - ago * minute, { written_at: now - minute + (23 - ago) * 100 });
  expect(
    await rows('SELECT toString(fsp_server) AS name, is_alive, toUInt32(waiting) AS waiting FROM receivers ORDER BY 1'),
  ).toEqual([
    { name: 'BEHIND', is_alive: 1, waiting: 1 },
    { name: 'ENDED', is_alive: 0, waiting: 0 },
    { name: 'WAITED', is_alive: 0, waiting: 0 },
  ]);
  expect((await firing('fsp-receiver-silent')).map(({ labels }) => labels.fsp_server).sort()).toEqual([
    'ENDED',
    'WAITED',
  ]);
});

test('two receivers under one name are told, each of a folder of its own or both of copies, and one that started again is one', async () => {
  const now = Date.now();
  const named = async () => (await firing('fsp-receiver-name')).map(({ labels, value }) => [labels.fsp_server, value]);
  const began = (ago: number) => ({ started_at: now - ago });
  await sign('OWN', now - 2 * minute, { instance_id: 'a', ...began(hour) });
  await sign('OWN', now - minute, { instance_id: 'b', ...began(hour) });
  for (const ago of [3, 2, 1]) {
    await sign('COPIED', now - ago * minute, began(2 * hour));
    await sign('COPIED', now - ago * minute + 1_000, began(hour));
  }
  await sign('AGAIN', now - 4 * minute, began(hour));
  await sign('AGAIN', now - 3 * minute, began(3 * minute));
  await sign('AGAIN', now - minute, began(minute + 1_000));
  expect((await named()).sort()).toEqual([
    ['COPIED', 2],
    ['OWN', 2],
  ]);
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
test('bodies that are refused are counted, also those of which none is kept', async () => {
  const now = Date.now();
  const begin = now - 40 * minute;
  await refused('FSP01', begin, now - 10 * minute, 400);
  expect(await firing('fsp-rejects')).toEqual([{ fires: true, value: 400, labels: { fsp_server: 'FSP01' } }]);
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

/** A list with machines, loaded at a moment. */
async function list(name: string, at: number, machines: readonly string[], mode = 'replace') {
  const loadId = `${name}${at}`;
  // ClickHouse takes no insert of nothing.
  if (machines.length > 0)
    await insert(
      'expected_machines',
      machines.map((machine) => ({ load_id: loadId, client_name: machine })),
    );
  await insert('expected_loads', [
    { list_name: name, changed_at: at, mode, load_id: loadId, machines: machines.length },
  ]);
}

test('machines that were never heard of are told for each list, whatever other lists have them too', async () => {
  const now = Date.now();
  const machines = many(100, (index) => `PC${index}`);
  const found = async () => (await firing('fsp-never-heard')).map(({ labels, value }) => [labels.list, value]).sort();
  await list('A', now - 2 * day, machines);
  await list('B, and more', now - 2 * day, machines.slice(0, 30));
  await list('C', now - 2 * day, machines.slice(30, 60));
  const silent = (index: number) => index % 30 < 9 && index < 90;
  await store(machines.flatMap((name, index) => (silent(index) ? [] : [{ name, state: 400, at: now - hour }])));
  expect(await found()).toEqual([['A', 0.27]]);
  // The page that the alert leads to finds the machines of a list whose name has a comma.
  const ofList = async (name: string) => (await rows<{ machines: string }>(expectedCountsSql(name, 0)))[0]!.machines;
  expect([await ofList('A'), await ofList('B, and more'), await ofList('B')].map(Number)).toEqual([100, 30, 0]);
});

test('a list is judged a day after it was first loaded, whatever is loaded since', async () => {
  const now = Date.now();
  const names = (list: string) => many(200, (index) => `${list}${index}`);
  const found = async () => (await firing('fsp-never-heard')).map(({ labels }) => labels.list).sort();
  await list('OLD', now - 2 * day, names('OLD').slice(0, 50));
  await list('OLD', now - hour, names('OLD'));
  await list('YOUNG', now - 1_000, names('YOUNG'));
  await list('AGAIN', now - 9 * day, names('AGAIN'));
  await list('AGAIN', now - 3 * day, [], 'remove');
  await list('AGAIN', now - hour, names('AGAIN'));
  expect(await found()).toEqual(['OLD']);
});
