import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { asWindowsWrites, syntheticLog } from '../synthetic-logs.js';
import { appPath, launchBrowser, visit, type Visitor } from './browser.js';

const syntheticLogs = fileURLToPath(new URL('../fixtures/synthetic-logs', import.meta.url));
const folder = testFolder();
let server: RunningServer;
let browser: Browser;
let visitor: Visitor;
let page: Page;

beforeAll(async () => {
  server = await startServer(folder);
  browser = await launchBrowser();
  visitor = await visit(browser, server.management, server.token, '');
  page = visitor.page;
});

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

/** Writes files for a test into a folder of its own. */
function files(name: string, contents: Record<string, Uint8Array | string>): string[] {
  const place = join(folder, name);
  return Object.entries(contents).map(([path, content]) => {
    mkdirSync(join(place, path, '..'), { recursive: true });
    writeFileSync(join(place, path), content);
    return join(place, path);
  });
}

async function zip(contents: Record<string, Uint8Array | string>, password?: string): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, content] of Object.entries(contents))
    await writer.add(name, new Uint8ArrayReader(typeof content === 'string' ? Buffer.from(content) : content), {
      ...(password === undefined ? {} : { password }),
    });
  return writer.close();
}

const openPage = () => visitor.open(`${appPath}/open-logs`);
const choose = (paths: string[]) => page.getByTestId('open-files').setInputFiles(paths);
const read = () => page.getByRole('progressbar').waitFor({ state: 'detached' });
const logList = () => page.getByRole('list', { name: 'Logs', exact: true });
const verdict = () => page.getByRole('alert').filter({ hasText: 'The set-up' });

/** Lets files fall on the page, as from the desktop. */
async function drop(contents: Record<string, Uint8Array | string>): Promise<void> {
  const list = Object.entries(contents).map(([name, content]) => ({
    name,
    base64: Buffer.from(content as Uint8Array).toString('base64'),
  }));
  await page.evaluate(
    `(() => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of ${JSON.stringify(list)})
        transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
      for (const kind of ['dragover', 'drop'])
        window.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    })()`,
  );
}

/** A log of CCM's format, of so many records. */
function ccmLog(records: number): string {
  const lines = Array.from({ length: records }, (_, index) => {
    const seconds = [Math.floor(index / 3600) % 24, Math.floor(index / 60) % 60, index % 60];
    const time = seconds.map((part) => String(part).padStart(2, '0')).join(':');
    return `<![LOG[Processing policy assignment ${index}]LOG]!><time="${time}.000-60" date="03-15-2026" component="PolicyAgent" context="" type="1" thread="7" file="policy.cpp:1">\r\n`;
  });
  return lines.join('');
}

const failed = {
  'SMSFSPSetup.log': syntheticLog('role-setup-1603.log'),
  'fspMSI.log': asWindowsWrites(syntheticLog('msi-1603-custom-action.log')),
};

test('two logs that are dropped give one verdict, with cause, evidence and advice, and open at the cause', async () => {
  visitor.complaints.length = 0;
  await openPage();
  await page.getByText('Drop logs here', { exact: false }).waitFor();
  await page.getByText('assumed: the zone of this browser').waitFor();
  await drop(failed);
  await verdict().getByText('CcmCreateIISVirtualDirectories', { exact: false }).first().waitFor();
  expect(await page.getByRole('list', { name: 'Runs' }).getByRole('listitem').count()).toBe(1);
  await verdict().getByText('Check the rights of the account', { exact: false }).waitFor();
  const evidence = page.getByRole('list', { name: 'Evidence' });
  await evidence.getByRole('button', { name: 'fspMSI.log line 10 cause' }).waitFor();
  const grid = page.getByRole('grid');
  await expect.poll(() => grid.locator('[aria-selected=true]').innerText()).toContain('Error 25140');
  await evidence.getByRole('button', { name: 'fspMSI.log line 14' }).click();
  await expect.poll(() => grid.locator('[aria-selected=true]').innerText()).toContain('Return value 3');
  await page.getByText('30 of 30 lines', { exact: false }).waitFor();
  // One of them alone.
  await logList()
    .getByRole('button', { name: /SMSFSPSetup/ })
    .click();
  await page.getByText('11 of 11 lines', { exact: false }).waitFor();
  expect(visitor.complaints).toEqual([]);
});

test('what was opened stays while one looks at another page, and the page is in the navigation', async () => {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Set-up logs' }).click();
  await page.getByRole('heading', { name: 'Set-up logs' }).waitFor();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Open logs' }).click();
  await verdict().getByText('CcmCreateIISVirtualDirectories', { exact: false }).first().waitFor();
});

test('no request is made while logs are opened, and none is needed', async () => {
  // What the page itself is made of – its icons – is there once it has shown a log.
  await page.getByRole('button', { name: 'Close all' }).click();
  await page.waitForLoadState('networkidle');
  const requests: string[] = [];
  const note = (request: { url(): string }) => requests.push(request.url());
  page.context().on('request', note);
  await page.context().setOffline(true);
  await choose(files('offline', failed));
  await verdict().getByText('CcmCreateIISVirtualDirectories', { exact: false }).first().waitFor();
  await page.getByRole('grid').getByRole('row').first().waitFor();
  await page.context().setOffline(false);
  page.context().off('request', note);
  expect(requests).toEqual([]);
});

test('a zip of a folder: its logs are read, what is none is named, nothing is read twice', async () => {
  await openPage();
  const content = await zip({
    'Logs/SMSFSPSetup.log': failed['SMSFSPSetup.log'],
    'Logs/fspMSI.log': failed['fspMSI.log'],
    'Logs/fspMSI.log.LastError': failed['fspMSI.log'],
    '..\\..\\evil.log': ccmLog(3),
    'Logs/fsp.msi': Buffer.from([0xd0, 0xcf, 0x11, 0xe0]),
    'Logs/older.zip': await zip({ 'x.log': 'x' }),
  });
  await choose(files('zip', { 'Logs.zip': content }));
  await read();
  await verdict().getByText('CcmCreateIISVirtualDirectories', { exact: false }).first().waitFor();
  const notRead = page.getByRole('list', { name: 'Not read' });
  await notRead.getByText('a zip inside of a zip is not opened', { exact: false }).waitFor();
  await notRead.getByText('the same text as', { exact: false }).waitFor();
  await page.getByText('1 file is no log by its name', { exact: false }).waitFor();
  expect(await logList().getByRole('listitem').count()).toBe(3);
});

test('rubbish is told by name and with a reason, each for itself', async () => {
  await openPage();
  await choose(
    files('rubbish', {
      'empty.log': '',
      'picture.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]),
      'logs.7z': Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]),
      'cut.zip': (await zip({ 'a.log': ccmLog(100) })).subarray(0, 500),
      'locked.zip': await zip({ 'a.log': ccmLog(10) }, 'secret'),
      'poem.txt': 'Roses are red,\nviolets are blue.\n',
    }),
  );
  await read();
  const notRead = page.getByRole('list', { name: 'Not read' });
  for (const [name, reason] of [
    ['empty.log', 'it is empty'],
    ['picture.png', 'it is no text'],
    ['logs.7z', 'it is packed as 7z'],
    ['cut.zip', 'the zip is damaged or cut off'],
    ['locked.zip/a.log', 'it has a password'],
  ] as const)
    await notRead.getByRole('listitem').filter({ hasText: name }).getByText(reason, { exact: false }).waitFor();
  await page.getByText('poem.txt is no log that is known here').waitFor();
  await page.getByText('violets are blue').first().waitFor();
  expect(await visitor.accessibility()).toEqual([]);
});

test('another zone moves the times of logs that tell none', async () => {
  await openPage();
  await choose(files('zone', { 'fspMSI.log': failed['fspMSI.log'] }));
  await page.getByText('times: UTC+02:00', { exact: false }).waitFor();
  await page.getByLabel('Logs that tell no zone were written in').fill('America/New_York');
  await page.getByRole('option', { name: 'America/New_York' }).click();
  await page.getByText('times: UTC-04:00', { exact: false }).waitFor();
});

test('a large log is read beside the page, tells how far it is, and can be cancelled', async () => {
  await openPage();
  const [small, large] = files('large', { 'small.log': ccmLog(5), 'large.log': ccmLog(120_000) }) as [string, string];
  await choose([small]);
  await read();
  await choose([large]);
  await page.getByText(/large\.log · records: [\d,]+/).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('cancelled before it was read', { exact: false }).waitFor();
  expect(await logList().getByRole('listitem').count()).toBe(1);
  await choose([large]);
  await logList()
    .getByRole('button', { name: /large\.log/ })
    .click({ timeout: 60_000 });
  await page.getByText('120,000 of 120,000 lines', { exact: false }).waitFor();
  const grid = page.getByRole('grid');
  await grid.focus();
  await page.keyboard.press('End');
  const last = grid.getByRole('row', { selected: true });
  await page.getByLabel('Chosen line').getByText('Processing policy assignment 119999').waitFor();
  // In view, above the details, which have come up in the meantime.
  await expect
    .poll(async () => {
      const [view, row] = await Promise.all([grid.boundingBox(), last.boundingBox()]);
      return row !== null && view !== null && row.y + row.height <= view.y + view.height;
    })
    .toBe(true);
  expect(await grid.getByRole('row').count()).toBeLessThan(150);
});

/** What the worker says of logs, spoken to as the page does. */
async function byWorker(names: readonly string[]) {
  const list = names.map((name) => ({ name, base64: syntheticLog(name).toString('base64') }));
  const state = await page.evaluate(
    `(async () => {
      const worker = new Worker('/public/plugins/fallbackstatuspoint-fsp-app/open-logs/worker.js');
      let state;
      const ask = (id, method, ...args) => new Promise((resolve, reject) => {
        worker.addEventListener('message', ({ data }) => {
          if (data.state !== undefined) state = data.state;
          if (data.id === id) data.error === undefined ? resolve(data.result) : reject(new Error(data.error));
        });
        worker.postMessage({ id, method, args });
      });
      await ask(1, 'setTimezone', 'Europe/Paris');
      const files = ${JSON.stringify(list)}.map(({ name, base64 }) => ({
        path: name,
        named: true,
        file: new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { lastModified: 0 }),
      }));
      await ask(2, 'add', files);
      worker.terminate();
      return state;
    })()`,
  );
  return state as {
    logs: { paths: string[]; records: number }[];
    installations: { run: Record<string, unknown>; path: string }[];
  };
}

test('the browser’s worker says of every fixture what fsp parse says', async () => {
  const names = readdirSync(syntheticLogs).filter((name) => name.endsWith('.log'));
  await openPage();
  // One by one: what does not belong together must not become one story by chance.
  for (const name of names) {
    const place = join(folder, 'one-by-one');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, name), syntheticLog(name));
    const { stdout } = await fsp(['parse', '--timezone', 'Europe/Paris', join(place, name)], environment(folder));
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const { logs, installations } = await byWorker([name]);
    expect(
      logs.map(({ records }) => records),
      name,
    ).toEqual([rows.filter(({ kind }) => kind === 'record').length]);
    const iso = (time: unknown) => (typeof time === 'number' ? new Date(time).toISOString() : null);
    const judged = installations
      .map(({ run }) => [run.verdict, run.exitCode, run.cause, run.causeLine, iso(run.startedAt), iso(run.endedAt)])
      .reverse();
    const expected = rows
      .filter(({ kind }) => kind === 'run')
      .map((row) => [row.verdict, row.exit_code, row.cause, row.cause_line, row.started_at, row.ended_at]);
    expect(judged, name).toEqual(expected);
  }
}, 180_000);

test('in French, on a telephone and on a wide screen, nothing objects', async () => {
  await openPage();
  await page.getByRole('radio', { name: 'Français' }).click({ force: true });
  await page.getByText('Déposez des journaux ici', { exact: false }).waitFor();
  await choose(files('french', { ...failed, 'empty.log': '' }));
  await page.getByText('L’installation a échoué', { exact: false }).or(page.getByText('a échoué')).first().waitFor();
  await page.getByText('il est vide', { exact: false }).waitFor();
  for (const width of [390, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    expect(
      await page.evaluate('document.querySelector("main, #reactRoot").scrollWidth <= innerWidth'),
      `${width}`,
    ).toBe(true);
    expect(await visitor.accessibility()).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('radio', { name: 'English' }).click({ force: true });
});
