import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Given } from '../../../server/src/setup-logs/files/collect.js';
import type { Scope } from '../log-view/source.js';
import { OpenedLogs } from './opened-logs.js';
import type { OpenedState, Progress } from './protocol.js';

const fixtures = join(import.meta.dirname, '../../../test/fixtures/synthetic-logs');
const fixture = (name: string) => readFileSync(join(fixtures, name));
const everything: Scope = { order: 'file', least: 'trace', containing: '' };

function given(path: string, content: Uint8Array | string, named = true): Given {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  return {
    path,
    named,
    modifiedAt: Date.UTC(2017, 7, 17, 11),
    // As a browser gives bytes: later, and not all at once.
    source: {
      size: bytes.length,
      read: (at, length) =>
        new Promise((resolve) => {
          setTimeout(() => {
            resolve(bytes.slice(at, at + Math.min(length, 4096)));
          });
        }),
    },
  };
}

function openedLogs(limits?: { text: number }) {
  const told: { state?: OpenedState; progress?: Progress | null }[] = [];
  const logs = new OpenedLogs(
    { state: (state) => told.push({ state }), progress: (progress) => told.push({ progress }) },
    'Europe/Paris',
    limits,
  );
  return { logs, told };
}

const ccm = (text: string, second: number, component = 'A') =>
  `<![LOG[${text}]LOG]!><time="08:00:${String(second).padStart(2, '0')}.000-60" date="03-15-2026" component="${component}" context="" type="1" thread="1" file="a.cpp:1">\r\n`;

test('one verdict for an installation that two logs tell of, with the cause from the log that proves it', async () => {
  const { logs } = openedLogs();
  await logs.add([given('SMSFSPSetup.log', fixture('role-setup-1603.log'))]);
  await logs.add([given('fspMSI.log', fixture('msi-1603-custom-action.log'))]);
  const { installations } = logs.state();
  expect(installations).toHaveLength(1);
  const [{ run, causeAt, logs: tellers, evidence }] = installations as [OpenedState['installations'][0]];
  expect(run).toMatchObject({ verdict: 'failed', exitCode: 1603 });
  expect(run.cause).toContain('CcmCreateIISVirtualDirectories');
  expect(causeAt).toEqual({ path: 'fspMSI.log', line: 10 });
  expect(tellers).toEqual([1, 2]);
  expect(evidence[0]).toMatchObject({ path: 'fspMSI.log' });
  // Telling it again does not change it.
  expect(logs.state().installations).toEqual(installations);
});

test('records come in windows with all that the view shows, and whole', async () => {
  const { logs } = openedLogs();
  const long = 'x'.repeat(5_000);
  await logs.add([
    given('a.log', ccm('first', 1) + ccm(`second\r\nerror 5: failed\r\n${long}`, 2) + ccm('dritter – ü', 3)),
  ]);
  expect(await logs.open('v', [1], everything)).toEqual({ total: 3, all: 3 });
  const [first, second] = logs.view('v').window(0, 2);
  expect(first).toMatchObject({
    position: 0,
    file: 0,
    time: Date.UTC(2026, 2, 15, 7, 0, 1),
    utcOffset: 60,
    severity: 'info',
    component: 'A',
    thread: '1',
    source: 'a.cpp:1',
    line: 1,
    message: 'first',
  });
  expect(second).toMatchObject({ line: 2, lines: 3, trouble: true, cut: 5_023 - 4_000 });
  const [whole] = logs.view('v').whole([1]);
  expect(whole?.message).toBe(`second\nerror 5: failed\n${long}`);
  expect(whole?.original).toContain('<![LOG[second');
  expect(logs.view('v').window(2, 10)).toMatchObject([{ message: 'dritter – ü' }]);
  expect(logs.view('v').window(5, 10)).toEqual([]);
});

test('what is scoped, found and looked up is the same as by looking at each record', async () => {
  const { logs } = openedLogs();
  await logs.add([given('b.log', ccm('b1', 2) + ccm('needle b2', 1) + ccm('b3', 6))]);
  await logs.add([given('a.log', ccm('a1', 1) + ccm('a2 NEEDLE', 3, 'Other') + ccm('a3', 5))]);
  await logs.open('v', [1, 2], { ...everything, order: 'time' });
  const view = logs.view('v');
  // Never re-ordered within a log: b2 stands behind b1, which is later.
  expect(view.window(0, 9).map(({ message }) => message)).toEqual(['a1', 'b1', 'needle b2', 'a2 NEEDLE', 'a3', 'b3']);
  expect([...(await view.search({ text: 'needle', matchCase: false, regex: false }))]).toEqual([2, 3]);
  expect([...(await view.search({ text: '^a\\d$', matchCase: true, regex: true }))]).toEqual([0, 4]);
  await expect(view.search({ text: '(', matchCase: true, regex: true })).rejects.toThrow();
  expect(view.find({ file: 1, line: 3 })).toBe(4);
  expect(view.find({ file: 0, line: 99 })).toBe(5);
  expect(view.find({ time: Date.UTC(2026, 2, 15, 7, 0, 5) })).toBe(4);
  await logs.open('v', [2], { ...everything, containing: 'other' });
  expect(
    logs
      .view('v')
      .window(0, 9)
      .map(({ message }) => message),
  ).toEqual(['a2 NEEDLE']);
});

test('a file that is dropped twice counts once; one of the same name and another text is another', async () => {
  const { logs } = openedLogs();
  await logs.add([given('a.log', ccm('one', 1))]);
  await logs.add([given('a.log', ccm('one', 1)), given('b.log', ccm('one', 1))]);
  await logs.add([given('a.log', ccm('two', 1))]);
  const { logs: opened, notRead } = logs.state();
  expect(opened.map(({ paths }) => paths)).toEqual([['a.log'], ['(2)/a.log']]);
  expect(notRead).toEqual([
    { path: 'a.log', reason: 'same_text', detail: 'a.log' },
    { path: 'b.log', reason: 'same_text', detail: 'a.log' },
  ]);
});

test('what was rotated away joins its log whenever it comes', async () => {
  const { logs } = openedLogs();
  await logs.add([given('L/a.log', ccm('new', 2), false)]);
  await logs.add([given('L/a.lo_', ccm('old', 1), false), given('L/readme.md', 'x', false)]);
  const { logs: opened, notRead } = logs.state();
  expect(opened).toMatchObject([{ paths: ['L/a.lo_', 'L/a.log'], records: 2 }]);
  expect(notRead).toMatchObject([{ path: 'L/readme.md', reason: 'other_file' }]);
  await logs.open('v', [opened[0]!.id], everything);
  expect(
    logs
      .view('v')
      .window(0, 2)
      .map(({ file, line, message }) => [file, line, message]),
  ).toEqual([
    [0, 1, 'old'],
    [1, 1, 'new'],
  ]);
});

test('another zone moves the times of logs that tell none, and of no others', async () => {
  const { logs } = openedLogs();
  await logs.add([given('msi.log', fixture('msi-success.log')), given('ccm.log', ccm('one', 1))]);
  const firsts = () => new Map(logs.state().logs.map(({ paths, first }) => [paths[0], first]));
  const inParis = firsts();
  await logs.setTimezone('America/New_York');
  const inNewYork = firsts();
  expect(inNewYork.get('msi.log')! - inParis.get('msi.log')!).toBe(6 * 3_600_000);
  expect(inNewYork.get('ccm.log')).toBe(inParis.get('ccm.log'));
  await logs.open('v', [1], everything);
  expect(logs.view('v').window(0, 1)).toMatchObject([{ utcOffset: -240 }]);
});

test('what is cancelled is named, may come again, and what was read before stays', async () => {
  const { logs, told } = openedLogs();
  await logs.add([given('small.log', ccm('one', 1))]);
  const big = ccm('a line', 1).repeat(20_000);
  const reading = logs.add([given('big.log', big), given('next.log', ccm('two', 2))]);
  while (!told.some(({ progress }) => (progress?.records ?? 0) > 0)) await new Promise((go) => setTimeout(go, 5));
  logs.cancel();
  await reading;
  expect(logs.state().logs.map(({ paths }) => paths[0])).toEqual(['small.log']);
  expect(logs.state().notRead.map(({ path, reason }) => [path, reason])).toEqual([
    ['big.log', 'cancelled'],
    ['next.log', 'cancelled'],
  ]);
  expect(told.at(-1)).toEqual({ progress: null });
  await logs.add([given('next.log', ccm('two', 2))]);
  expect(logs.state().logs.map(({ paths }) => paths[0])).toEqual(['small.log', 'next.log']);
});

test('a text without any time is told to be no log, and still shown', async () => {
  const { logs } = openedLogs();
  await logs.add([given('poem.txt', 'Roses are red,\nviolets are blue.\n')]);
  expect(logs.state().logs).toMatchObject([{ plain: true, records: 2, stage: 'read' }]);
  expect(logs.state().installations).toEqual([]);
});

test('a log that is larger than the memory for it is read up to there, and told to be cut', async () => {
  const { logs } = openedLogs({ text: 100_000 });
  await logs.add([given('big.log', ccm('a line', 1).repeat(5_000))]);
  const [log] = logs.state().logs;
  expect(log?.stage).toBe('cut');
  expect(log?.records).toBeGreaterThan(500);
  expect(log?.records).toBeLessThan(5_000);
});

test('all that is closed is gone, and what is on its way does not come', async () => {
  const { logs } = openedLogs();
  const reading = logs.add([given('big.log', ccm('a line', 1).repeat(5_000))]);
  const queued = logs.add([given('next.log', ccm('two', 2))]);
  await new Promise((go) => setTimeout(go, 20));
  logs.clear();
  await Promise.all([reading, queued]);
  expect(logs.state()).toMatchObject({ logs: [], notRead: [], installations: [] });
});

test('every log of the fixtures opens at once, whatever it is', async () => {
  const names = readdirSync(fixtures).filter((name) => name.endsWith('.log'));
  const { logs } = openedLogs();
  await logs.add(names.map((name) => given(name, fixture(name))));
  const { logs: opened, notRead } = logs.state();
  expect(opened.map(({ paths }) => paths[0]).sort()).toEqual(names.sort());
  expect(opened.every(({ stage, records }) => stage === 'read' && records > 0)).toBe(true);
  expect(notRead).toEqual([]);
});
