import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { report } from './reports.js';
import { eventually, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
let inbox = join(folder, 'incoming');
let server: RunningServer;

const start = async (data: string, settings: Record<string, string> = {}) => {
  server = await startServer(join(folder, data), { FSP_SITE_INBOX: inbox, ...settings });
};
const files = () => {
  try {
    return readdirSync(inbox).filter((name) => name.endsWith('.SMX'));
  } catch {
    return [];
  }
};
const sent = (n: number) => report({ client: `PC${n}`, state: 100, serial: n });
const contents = () => new Set(files().map((name) => readFileSync(join(inbox, name)).toString('hex')));
const expected = (count: number, first = 0) =>
  new Set(Array.from({ length: count }, (_, n) => Buffer.from(sent(first + n)).toString('hex')));

/** A report of several messages of one client. */
const several = (client: string, messages: readonly { state: number; serial: number; params?: string[] }[]) => {
  const [first, ...others] = messages.map((message) => report({ client, ...message }).toString('utf16le'));
  const bodyOf = (text: string) => /<ReportBody>(.*)<\/ReportBody>/s.exec(text)![1]!;
  return Buffer.from(
    first!.replace('</ReportBody>', () => `${others.map(bodyOf).join('')}</ReportBody>`),
    'utf16le',
  );
};

describe('a site that takes its files', () => {
  // Its share is away when the server starts.
  beforeAll(() => start('data'));
  afterAll(() => server.kill('SIGTERM'));
  afterEach(() => {
    rmSync(inbox, { recursive: true, force: true });
    mkdirSync(inbox);
  });

  test('a share that is away holds nothing else up, is said once, and gets all when it comes, goes and comes again', async () => {
    for (let n = 0; n < 20; n++) expect((await server.post(sent(n))).status).toBe(200);
    const stored = () => server.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM state_messages');
    await eventually(stored, (rows) => rows[0]?.n === 20);
    expect(server.output()).toContain('takes no files');
    expect(server.output().match(/takes no files \(ENOENT\)/g)).toHaveLength(1);
    mkdirSync(inbox);
    await eventually(
      () => Promise.resolve(files().length),
      (count) => count === 20,
      40_000,
    );
    renameSync(inbox, `${inbox}.away`);
    for (let n = 20; n < 40; n++) await server.post(sent(n));
    await eventually(stored, (rows) => rows[0]?.n === 40);
    renameSync(`${inbox}.away`, inbox);
    await eventually(
      () => Promise.resolve(files().length),
      (count) => count === 40,
      40_000,
    );
    expect(contents()).toEqual(expected(40));
  }, 120_000);

  test('every admitted report is there byte for byte, whole, and under a name of its own', async () => {
    for (let n = 0; n < 120; n++) await server.post(sent(1_000 + n));
    await eventually(
      () => Promise.resolve(files().length),
      (count) => count === 120,
    );
    expect(contents()).toEqual(expected(120, 1_000));
    expect(readdirSync(inbox).filter((name) => !name.endsWith('.SMX'))).toEqual([]);
  });

  test('a report whose first message was known goes to the site with what is new in it, however large it is', async () => {
    const known = { state: 308, serial: 1, params: ['http://dp1/ccm'] };
    const reports = [
      report({ client: 'PC1', ...known }),
      several('PC1', [known, { state: 313, serial: 2, params: ['1603'] }]),
      report({ client: 'PC2', ...known }),
      several('PC2', [known, ...Array.from({ length: 299 }, (_, n) => ({ state: 101, serial: n + 2 }))]),
    ];
    for (const one of reports) {
      expect((await server.post(one)).status).toBe(200);
      // Nothing of it is new: it is there once.
      expect((await server.post(one)).status).toBe(200);
    }
    await eventually(
      () => Promise.resolve(files().length),
      (count) => count === reports.length,
    );
    expect(contents()).toEqual(new Set(reports.map((one) => Buffer.from(one).toString('hex'))));
  });
});

test('something that is no folder in its place is no reason to lose a report, nor is a kill -9', async () => {
  inbox = join(folder, 'other');
  writeFileSync(inbox, 'a file');
  await start('killed');
  onTestFinished(() => server.kill('SIGTERM'));
  for (let n = 0; n < 10; n++) await server.post(sent(n));
  await eventually(
    () => Promise.resolve(server.output()),
    (text) => text.includes('it is no folder'),
  );
  await server.kill('SIGKILL');
  rmSync(inbox);
  mkdirSync(inbox);
  await start('killed');
  await eventually(
    () => Promise.resolve(files().length),
    (count) => count === 10,
    40_000,
  );
  expect(contents()).toEqual(expected(10));
});

test('a report goes to the site with its failure, which passes before what else it says', async () => {
  inbox = join(folder, 'failures');
  mkdirSync(inbox);
  await start('failures-first', {
    FSP_THROTTLE_MESSAGES: '100',
    FSP_THROTTLE_INTERVAL: '3600',
    FSP_THROTTLE_RESERVE: '0.9',
  });
  onTestFinished(() => server.kill('SIGTERM'));
  const reports = Array.from({ length: 60 }, (_, n) =>
    several(`PC${n}`, [
      { state: 100, serial: 1 },
      { state: 313, serial: 2, params: ['1603'] },
    ]),
  );
  for (const one of reports) await server.post(one);
  await eventually(
    () => Promise.resolve(files().length),
    (count) => count === reports.length,
  );
  expect(contents()).toEqual(new Set(reports.map((one) => Buffer.from(one).toString('hex'))));
});
