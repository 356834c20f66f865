import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { report } from './reports.js';
import { eventually, startServer, temporaryFolder, type RunningServer } from './server-process.js';

let folder: ReturnType<typeof temporaryFolder>;
let inbox: string;
let server: RunningServer;

beforeEach(() => {
  folder = temporaryFolder();
  inbox = join(folder.path, 'incoming');
});
afterEach(async () => {
  await server.kill('SIGTERM');
  folder.remove();
});

const start = async () => {
  server = await startServer(join(folder.path, 'data'), { FSP_SITE_INBOX: inbox });
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
const expected = (count: number) =>
  new Set(Array.from({ length: count }, (_, n) => Buffer.from(sent(n)).toString('hex')));

test('every admitted report is there byte for byte, whole, and under a name of its own', async () => {
  mkdirSync(inbox);
  await start();
  for (let n = 0; n < 120; n++) await server.post(sent(n));
  await eventually(
    () => Promise.resolve(files().length),
    (count) => count === 120,
  );
  expect(contents()).toEqual(expected(120));
  expect(readdirSync(inbox).filter((name) => !name.endsWith('.SMX'))).toEqual([]);
});

test('a share that is away holds nothing else up, is said once, and gets all when it comes, goes and comes again', async () => {
  await start();
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

test('something that is no folder in its place is no reason to lose a report, nor is a kill -9', async () => {
  writeFileSync(inbox, 'a file');
  await start();
  for (let n = 0; n < 10; n++) await server.post(sent(n));
  await eventually(
    () => Promise.resolve(server.output()),
    (text) => text.includes('it is no folder'),
  );
  await server.kill('SIGKILL');
  rmSync(inbox);
  mkdirSync(inbox);
  await start();
  await eventually(
    () => Promise.resolve(files().length),
    (count) => count === 10,
    40_000,
  );
  expect(contents()).toEqual(expected(10));
});

/** A report of several messages of one client. */
const several = (client: string, messages: readonly { state: number; serial: number; params?: string[] }[]) => {
  const [first, ...others] = messages.map((message) => report({ client, ...message }).toString('utf16le'));
  const bodyOf = (text: string) => /<ReportBody>(.*)<\/ReportBody>/s.exec(text)![1]!;
  return Buffer.from(
    first!.replace('</ReportBody>', () => `${others.map(bodyOf).join('')}</ReportBody>`),
    'utf16le',
  );
};

test('a report whose first message was known goes to the site with what is new in it, however large it is', async () => {
  mkdirSync(inbox);
  await start();
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

test('a report goes to the site with its failure, which passes before what else it says', async () => {
  mkdirSync(inbox);
  server = await startServer(join(folder.path, 'data'), {
    FSP_SITE_INBOX: inbox,
    FSP_THROTTLE_MESSAGES: '100',
    FSP_THROTTLE_INTERVAL: '3600',
    FSP_THROTTLE_RESERVE: '0.9',
  });
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
