import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Quarantine } from '../../server/src/quarantine/quarantine.js';
import { entry } from '../entries.js';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { appPath, launchBrowser, visit, type Visitor } from './browser.js';

// What a stranger can write into any field, shown by every page: it stays text.
const folder = testFolder();
let server: RunningServer;
let browser: Browser;
let admin: Visitor;
const dialogs: string[] = [];
const asked: string[] = [];

/** Markup, a script, an address and a template, of which each would show itself. `where` says whose it is. */
const hostile = (where: string) =>
  `${where}"'><img src="http://canary.invalid/${where}" onerror="globalThis.hit=1" data-hit><script data-hit>globalThis.hit=1</script><a data-hit href="javascript:globalThis.hit=1">x</a>{{7*7}}\${7*7}`;
const xml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const field = (where: string) => xml(hostile(where));

/** @param named the name of another machine */
function report(state: number, serial: number, named = field('name')): string {
  return `<Report><ReportHeader><Identification><Machine><ClientInstalled>0</ClientInstalled><ClientID>${field('clientid')}</ClientID><ClientVersion>${field('version')}</ClientVersion><NetBIOSName>${named}</NetBIOSName></Machine></Identification></ReportHeader><ReportBody><StateMessage MessageTime="20260102030405.000000+000" SerialNumber="${serial}"><Topic ID="${field('topic')}" Type="800" IDType="0" User="${field('user')}" UserSID="${field('sid')}"/><State ID="${state}" Criticality="0"/><StateDetails>${field('details')}</StateDetails><UserParameters Flags="0" Count="2"><Param>${field('param')}</Param><Param>1603</Param></UserParameters></StateMessage></ReportBody></Report>`;
}

const ccm = (message: string, second: number) =>
  `<![LOG[${message}]LOG]!><time="10:00:${String(second).padStart(2, '0')}.000+000" date="03-15-2026" component="${hostile('component').replaceAll('"', "'")}" context="${hostile('context').replaceAll('"', "'")}" type="3" thread="1" file="${hostile('file').replaceAll('"', "'")}">\r\n`;

beforeAll(async () => {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  writeFileSync(
    join(logs, `ccmsetup ${hostile('x').replaceAll('/', '').slice(0, 100)}.log`),
    ccm('==========[ ccmsetup started in process 1 ]==========', 0) +
      ccm(`Command line: ${hostile('command')}`, 1) +
      ccm(`Failed to download ${hostile('line')}. Error 0x80070005`, 2) +
      ccm('CcmSetup failed with error code 0x80070643', 3) +
      ccm('CcmSetup is exiting with return code 1603', 4),
  );
  writeFileSync(
    join(logs, 'fspMSI.log'),
    `=== Verbose logging started: 3/15/2026  10:00:00  Build type: SHIP UNICODE 5.00.10011.00  Calling process: ${hostile('process')} ===\r\n` +
      `MSI (s) (1:2) [10:00:01:000]: Product: ${hostile('product')} -- Error 1722. ${hostile('msi')}\r\n` +
      'MSI (s) (1:2) [10:00:02:000]: MainEngineThread is returning 1603\r\n=== Logging stopped: 3/15/2026  10:00:02 ===\r\n',
  );
  const data = join(folder, 'data');
  const quarantine = await Quarantine.open({ dir: join(data, 'quarantine') });
  const bad = entry(hostile('quarantined'));
  await quarantine.setAside('clickhouse', { id: 'a'.repeat(32), createdAt: Date.now(), entries: [bad] }, [
    { index: 0, code: '27', reason: hostile('reason') },
  ]);
  server = await startServer(data, {
    FSP_SETUP_LOGS: logs,
    FSP_THROTTLE_MESSAGES: '100000',
    FSP_SERVER_NAME: 'FSP01',
    FSP_SITE_CODE: 'PS1',
  });
  for (const [serial, state] of [100, 301, 313, 318, 400, 700].entries())
    expect((await server.post(report(state, serial + 1))).status).toBe(200);
  const formula = xml('=HYPERLINK("http://canary.invalid/csv","x")');
  expect((await server.post(report(313, 7, formula))).status).toBe(200);
  expect((await server.post(`<Report>${hostile('rejected')}`)).status).toBe(400);
  await eventually(
    async () => (await server.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM state_messages'))[0]?.n,
    (n) => n === 7,
  );
  await eventually(
    async () => (await server.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM setup_runs'))[0]?.n ?? 0,
    (n) => n >= 2,
  );
  const tokens = JSON.parse(readFileSync(join(data, 'tokens.json'), 'utf8')) as { admin: string };
  browser = await launchBrowser();
  admin = await visit(browser, server.management, tokens.admin, hostile('person').slice(0, 100));
  admin.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  admin.page.on('request', (request) => asked.push(request.url()));
});

afterAll(async () => {
  await browser?.close();
  await server?.kill('SIGTERM');
});

/** What came of it: elements that somebody put in, scripts that ran, addresses that were asked. */
async function harm(): Promise<object> {
  const found = await admin.page.evaluate(() => {
    const { document, hit } = globalThis as unknown as {
      document: { querySelectorAll(selector: string): { length: number } };
      hit?: number;
    };
    return {
      elements: document.querySelectorAll('[data-hit], [onerror], img[src*="canary"], a[href^="javascript:" i]').length,
      ran: hit ?? 0,
    };
  });
  return { ...found, dialogs, asked: asked.filter((url) => new URL(url).hostname.startsWith('canary')) };
}
const none = { elements: 0, ran: 0, dialogs: [], asked: [] };
const client = () => encodeURIComponent(hostile('name'));

// The text that must be there: a page that shows nothing proves nothing.
test.each<[string, () => string, string | null]>([
  ['the overview', () => '/overview', null],
  ['the clients', () => '/clients', 'data-hit'],
  ['clients looked for by such a text', () => `/clients?search=${client()}`, 'data-hit'],
  ['one client', () => `/client?name=${client()}`, 'data-hit'],
  ['the failures', () => '/failures', 'data-hit'],
  ['the set-up logs', () => '/setup-logs', null],
  ['a look-up of such a text', () => `/look-up?code=${client()}&q=${client()}`, null],
  ['the roles, with the quarantine', () => '/roles', 'data-hit'],
  ['a role of such a name', () => `/roles/${client()}`, null],
  ['the wizard', () => `/roles/new/${client()}`, null],
])('on the page of %s, hostile values stay text', async (_name, path, shown) => {
  await admin.open(appPath + path());
  if (shown !== null) await admin.page.getByText(shown).first().waitFor();
  expect(await harm()).toEqual(none);
});

test.each([
  ['overview', 'data-hit'],
  ['failures', 'data-hit'],
  ['communication', 'data-hit'],
  ['operations', null],
  ['receivers', null],
  ['setup', null],
  ['client', 'data-hit'],
] as const)('on the dashboard %s, hostile values stay text', async (name, shown) => {
  const address = (language: string) =>
    `/d/fsp-${language}${name}?from=now-20y&to=now&var-client=${client()}&var-subnet=${client()}&var-site=${client()}&var-cause=${client()}`;
  await admin.open(name === 'client' ? address('') : `/d/fsp-${name}?from=now-20y&to=now`);
  if (shown !== null) await admin.page.getByText(shown).first().waitFor();
  expect(await harm()).toEqual(none);
  // The same as values that somebody is lured into choosing.
  await admin.go(address('fr-'));
  expect(await harm()).toEqual(none);
});

test('a hostile name that is clicked on a dashboard leads to that client, and nowhere else', async () => {
  await admin.open('/d/fsp-failures?from=now-20y&to=now');
  // A name ends at its first dot.
  await admin.page.getByRole('main').getByRole('link', { name: '=HYPERLINK' }).first().click();
  await admin.page.waitForURL(/fallbackstatuspoint-fsp-app\/client\?/);
  expect(new URL(admin.page.url()).searchParams.get('name')).toBe('=HYPERLINK("HTTP://CANARY');
  await admin.page.getByText('=HYPERLINK("HTTP://CANARY').first().waitFor();
  expect(await harm()).toEqual(none);
});

test('the list of clients as CSV holds no formula', async () => {
  await admin.open(`${appPath}/clients?from=now-20y&to=now`);
  const [download] = await Promise.all([
    admin.page.waitForEvent('download'),
    admin.page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  const file = readFileSync(await download.path(), 'utf8');
  expect(file).toContain('HYPERLINK');
  expect(file).toContain('data-hit');
  const cells = file.slice(1).split(/\r\n|,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  expect(cells.filter((cell) => /^"?[\s]*[=+@]|^"?-(?!\d)/.test(cell))).toEqual([]);
  // That something was done is told, here as in Grafana.
  await admin.page.getByRole('button', { name: 'Copy names' }).click();
  await admin.page.getByText(/names? copied/).waitFor();
});

test('the lines of a hostile log, its file name and its cause stay text', async () => {
  await admin.open(`${appPath}/setup-logs`);
  const runs = await server.query<{ run_id: string }>('SELECT run_id FROM setup_runs');
  expect(runs.length).toBeGreaterThanOrEqual(2);
  for (const { run_id: run } of runs) {
    await admin.open(`${appPath}/setup-logs?from=now-20y&to=now&run=${encodeURIComponent(run)}`);
    await admin.page.getByText('data-hit').first().waitFor();
    expect(await harm()).toEqual(none);
  }
});

test('what would have been put into a page, would have been found', async () => {
  await admin.page.evaluate((markup) => {
    const { document } = globalThis as unknown as { document: { body: { innerHTML: string } } };
    document.body.innerHTML = markup;
  }, hostile('control'));
  expect(await harm()).not.toEqual(none);
});
