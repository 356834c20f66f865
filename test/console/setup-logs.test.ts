// What somebody does with set-up logs in the console, on a real server and engine.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { appPath, launchBrowser, visit, type Visitor } from './browser.js';

const syntheticLogs = fileURLToPath(new URL('../fixtures/synthetic-logs', import.meta.url));
const folder = testFolder();
const logs = join(folder, 'logs');
const long = 30_000;
const everything = 'from=now-20y&to=now';
let server: RunningServer;
let browser: Browser;
let visitor: Visitor;

function ccm(message: string, second: number, type = 1): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const time = `${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}.000+000`;
  return `<![LOG[${message}]LOG]!><time="${time}" date="11-20-2026" component="Made" context="" type="${type}" thread="12" file="made.cpp:1">\r\n`;
}

/** An MSI log whose clock goes back between the cause and what it leads to. */
const failedMsi = [
  '=== Verbose logging started: 11/20/2026  10:00:00  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\system32\\msiexec.exe ===',
  'MSI (s) (54:F8) [10:00:05:000]: Doing action: CreateIt',
  'Action start 10:00:05: CreateIt.',
  'MSI (s) (54:F8) [10:00:09:000]: Product: Made -- Error 25140. Setup was unable to create the directory. The error code is 80070005',
  'Action ended 10:00:07: CreateIt. Return value 3.',
  'MSI (s) (54:F8) [10:00:10:000]: Windows Installer installed the product. Product Name: Made. Product Version: 1.0. Product Language: 1033. Manufacturer: Made. Installation success or error status: 1603.',
  'MSI (s) (54:F8) [10:00:10:000]: MainEngineThread is returning 1603',
  '=== Verbose logging stopped: 11/20/2026  10:00:11 ===',
].join('\r\n');

beforeAll(async () => {
  mkdirSync(logs);
  writeFileSync(join(logs, 'clock-back-msi.log'), failedMsi);
  const longLog = join(logs, 'long.log');
  writeFileSync(longLog, '');
  for (let begin = 0; begin < long; begin += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, index) => {
      const number = begin + index;
      const text = number === 23_456 ? 'the needle, 0x80070005' : `Ordinary record ${number}`;
      return ccm(text, number, number === 23_456 ? 3 : 1);
    });
    appendFileSync(longLog, lines.join(''));
  }
  writeFileSync(
    join(logs, 'hostile.log'),
    [
      ccm('<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>', 1),
      ccm("\u001b[31mred \u202eevil\u202c ' OR 1=1 -- \\", 2),
      ccm('First\nsecond: access denied', 3),
      ccm('A'.repeat(1_000_000), 4),
      ccm('after the long one', 5),
    ].join(''),
  );
  server = await startServer(folder, { FSP_SITE_CODE: 'PS1' });
  const imported = await fsp(['import', syntheticLogs, logs], environment(folder));
  expect(imported.code, imported.stderr).toBe(0);
  browser = await launchBrowser();
  const { viewer } = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as { viewer: string };
  visitor = await visit(browser, server.management, viewer, '');
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

const grid = () => visitor.page.getByRole('grid', { name: 'Lines of the log' });
const details = () => visitor.page.getByLabel('Chosen line');
const openLog = (file: string, more = '') =>
  visitor.open(`${appPath}/setup-logs?${everything}&list=logs&product=${file}${more}`);

test('logs that were just imported are older than the range: what there is, is said and shown at a click', async () => {
  const { page } = visitor;
  await visitor.open(`${appPath}/setup-logs?from=now-1m&to=now&product=msi-1603`);
  await page.getByText(/Outside of this time: 1, from 2017-08-17/).waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByRole('button', { name: /msi-1603-custom-action.log/ }).waitFor();
  // Told is of when those are that are left out, not those that are shown.
  const [row] = await server.query<{ first: string }>(
    `SELECT formatDateTime(min(started_at), '%F %T', 'Europe/Paris') AS first FROM setup_runs WHERE toYear(started_at) != 2017`,
  );
  await visitor.go(`${appPath}/setup-logs?from=${Date.UTC(2017, 0)}&to=${Date.UTC(2018, 0)}`);
  await page.getByText(`from ${row?.first} to`).waitFor();
});

test('to ask again is no step: the way back leads to where one came from', async () => {
  const { page } = visitor;
  await visitor.open(`${appPath}/setup-logs?${everything}&product=msi-1603`);
  const steps = () => page.evaluate('history.length');
  const before = await steps();
  for (let time = 0; time < 2; time++) await page.getByRole('button', { name: 'Refresh', exact: true }).click();
  await page.getByRole('button', { name: /msi-1603-custom-action.log/ }).waitFor();
  expect(await steps()).toBe(before);
});

test('a link to a log that is not listed says so', async () => {
  await visitor.open(`${appPath}/setup-logs?${everything}&list=logs&log=0123456789ABCDEF`);
  await visitor.page.getByText('A log that was asked for is not in this list', { exact: false }).waitFor();
});

test('a failed run shows verdict and evidence, its log opens at the cause, and stays in the order of the file', async () => {
  const { page } = visitor;
  await visitor.open(`${appPath}/setup-logs?${everything}&product=clock-back`);
  const verdict = page.getByRole('alert');
  await verdict.getByText('The set-up failed', { exact: false }).waitFor();
  await verdict.getByText('exit code 1603 (ERROR_INSTALL_FAILURE)', { exact: false }).waitFor();
  await details().getByText('Error 25140', { exact: false }).first().waitFor();
  const rows = await grid().getByRole('row').allInnerTexts();
  const at = (text: string) => rows.findIndex((row) => row.includes(text));
  expect(at('Error 25140')).toBeGreaterThan(0);
  expect(at('Error 25140')).toBeLessThan(at('Return value 3'));
  await verdict.getByRole('button', { name: /Return value 3/ }).click();
  await details().getByText('line 5', { exact: false }).first().waitFor();
  await page.waitForURL(/line=5/);
});

test('runs are narrowed down by verdict, host and product', async () => {
  const { page } = visitor;
  await visitor.open(`${appPath}/setup-logs?${everything}&verdict=succeeded`);
  const runs = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  await runs.first().waitFor();
  for (const text of await runs.allInnerTexts()) expect(text).toContain('Succeeded');
  await visitor.open(`${appPath}/setup-logs?${everything}&host=no-such-host`);
  await page.getByText('Nothing matches').waitFor();
  expect(await runs.count()).toBe(0);
});

test('a log without runs opens; finding, jumping and the end reach every line of it', async () => {
  const { page } = visitor;
  await openLog('long.log');
  await page.getByText('30,000 of 30,000 lines', { exact: false }).waitFor();
  await page.getByLabel('Find', { exact: true }).fill('NEEDLE');
  await page.getByText('1 found').waitFor();
  await page.keyboard.press('F3');
  await details().getByText('the needle', { exact: false }).waitFor();
  await page.getByText('1 of 1 found').waitFor();
  await page.waitForURL(/line=23457.*find=NEEDLE|find=NEEDLE.*line=23457/);
  await page.reload();
  await details().getByText('the needle', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Go to' }).click();
  await page.getByLabel('Line number').fill('12345');
  await page.getByRole('button', { name: 'Go to the line' }).click();
  await details().getByText('Ordinary record 12344').waitFor();
  await page.getByRole('button', { name: 'First error' }).click();
  await details().getByText('the needle', { exact: false }).waitFor();
  await page.getByLabel('Time', { exact: true }).first().fill('2026-11-20T02:46:41');
  await page.getByRole('button', { name: 'Go to the time' }).click();
  await details().getByText('Ordinary record 6401').waitFor();
  await grid().focus();
  await page.keyboard.press('End');
  await details().getByText('Ordinary record 29999').waitFor();
  expect(await grid().getByRole('row').count()).toBeLessThan(100);
});

test('a regular expression is searched by the engine, one that is none is told', async () => {
  const { page } = visitor;
  await openLog('long.log');
  await page.getByRole('button', { name: 'Regular expression' }).click();
  await page.getByLabel('Find', { exact: true }).fill('record 1999\\d$|needle');
  await page.getByText('11 found').waitFor();
  await page.getByLabel('Find', { exact: true }).fill('record (1999');
  await page.getByText(/No regular expression: missing closing/).waitFor();
});

test('what a log holds is a text, in the page and in the query: markup, control characters, quotes, a megabyte', async () => {
  const { page } = visitor;
  await openLog('hostile.log');
  await grid().getByText('<img src=x onerror="window.hacked=1">', { exact: false }).waitFor();
  await grid().getByText('⟨U+202E⟩evil⟨U+202C⟩', { exact: false }).waitFor();
  expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined();
  await page.getByLabel('Find', { exact: true }).fill("' OR 1=1 -- \\");
  await page.getByText('1 found').waitFor();
  await page.getByLabel('Find', { exact: true }).fill('$__timeFilter(x) /* ${a}');
  await page.getByText('not found').waitFor();
  const fold = grid().getByRole('button', { name: '2 lines, trouble among them' });
  expect(await grid().getByText('second: access denied').count()).toBe(0);
  await fold.click();
  await grid().getByText('second: access denied', { exact: false }).waitFor();
  await grid().getByText('more characters, in the details', { exact: false }).click();
  await page.getByRole('button', { name: 'Copy this line' }).click();
  await expect.poll(() => clipboard().then(({ length }) => length)).toBe(1_000_000);
});

test('a selection is copied and downloaded, in its order', async () => {
  const { page } = visitor;
  await openLog('long.log', '&line=101');
  await details().getByText('Ordinary record 100').waitFor();
  await grid().focus();
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('selected: 2').waitFor();
  await page.keyboard.press('Control+c');
  await expect.poll(() => clipboard()).toBe('Ordinary record 100\nOrdinary record 101');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download selection' }).click(),
  ]);
  const text = readFileSync(await download.path(), 'utf8');
  expect(
    text
      .trim()
      .split('\r\n')
      .map((line) => line.split('\t').at(-1)),
  ).toEqual(['Ordinary record 100', 'Ordinary record 101']);
});

test('logs are read together, and merged by time by a switch', async () => {
  const { page } = visitor;
  await openLog('');
  await page.getByRole('checkbox', { name: 'Read hostile.log together with others' }).first().check({ force: true });
  await openLog('l', `&log=${await idOf('hostile.log')},${await idOf('long.log')}`);
  await page.getByText('30,005 of 30,005 lines', { exact: false }).waitFor();
  const first = async () =>
    (await grid().getByRole('row').allInnerTexts()).slice(0, 3).map((row) => row.split('\n')[0]);
  await expect.poll(first).toEqual(['hostile.log', 'hostile.log', 'hostile.log']);
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByLabel('Merge by time').check({ force: true });
  await expect.poll(first).toEqual(['long.log', 'hostile.log', 'long.log']);
});

function clipboard(): Promise<string> {
  return visitor.page.evaluate(() =>
    (
      globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
    ).navigator.clipboard.readText(),
  );
}

async function idOf(name: string): Promise<string> {
  const rows = await server.query<{ id: string }>(
    `SELECT DISTINCT hex(sipHash64(host_name, log_file, log_part)) AS id FROM setup_log_records WHERE endsWith(log_file, '${name}')`,
  );
  return rows[0]!.id;
}

test.each(['1440x900', '390x844', '1920x1080'])(
  'at %s nothing is cut off, and axe objects to nothing',
  async (size) => {
    const { page } = visitor;
    const [width, height] = size.split('x').map(Number) as [number, number];
    await page.setViewportSize({ width, height });
    visitor.complaints.length = 0;
    await visitor.open(`${appPath}/setup-logs?${everything}&product=msi-1603`);
    await details().waitFor();
    for (const panel of ['Go to', 'View', 'Highlights']) {
      await page.getByRole('button', { name: panel, exact: true }).click();
      expect(await visitor.accessibility(), panel).toEqual([]);
    }
    await visitor.photograph(`setup-logs-${size}`);
    expect(visitor.complaints).toEqual([]);
  },
);
