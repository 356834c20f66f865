import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, eventually, fsp, type RunningServer } from '../server-process.js';
import { appPath, visit, type Visitor } from './browser.js';
import { setStage, type Stage } from './stage.js';
import { testFolder } from '../test-folder.js';

const syntheticLogs = fileURLToPath(new URL('../fixtures/synthetic-logs', import.meta.url));
const settings = { FSP_THROTTLE_MESSAGES: '100000', FSP_SITE_CODE: 'PS1' };
const folder = testFolder();
let stage: Stage;
let server: RunningServer;
let browser: Browser;
let admin: Visitor;
let viewer: Visitor;
let tokens: Stage['tokens'];

async function simulate({ intake }: RunningServer, folder: string, clients: number, seed: number) {
  const url = `${intake}/SMS_FSP/.sms_fsp`;
  const options = ['--clients', String(clients), '--rate', '500', '--failure-rate', '0.4', '--seed', String(seed)];
  const result = await fsp(['simulate', '--url', url, ...options, '--over', '6h'], environment(folder, settings));
  expect(result.code, result.stderr).toBe(0);
}

beforeAll(async () => {
  stage = await setStage(folder, settings, [], async (started) => {
    const [, imported] = await Promise.all([
      simulate(started, folder, 80, 7),
      fsp(['import', syntheticLogs], environment(folder, settings)),
    ]);
    expect(imported.code, imported.stderr).toBe(0);
    await eventually(
      () => started.query<{ n: string }>('SELECT count() AS n FROM clients'),
      ([row]) => Number(row?.n) >= 80,
    );
  });
  ({ server, browser, admin, viewer, tokens } = stage);
});

afterAll(() => stage?.close());

/** Fills a page of the wizard and waits until the rules have answered. */
async function next({ page }: Visitor) {
  const button = page.getByRole('button', { name: 'Next' });
  await expect.poll(() => button.isEnabled()).toBe(true);
  await button.click();
}

test('a wrong token is refused, and nothing of the console is given out before signing in', async () => {
  const page = await browser.newPage();
  await page.goto(`${server.management}${appPath}/clients?search=a`);
  await page.getByLabel('Token').fill('not-the-token-at-all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('neither the admin nor the viewer token').waitFor();
  for (const path of ['/api/plugin-proxy/fallbackstatuspoint-fsp-app/read/status', '/api/preview/session'])
    expect((await page.request.get(server.management + path)).status()).toBe(401);
  await page.getByLabel('Token').fill(tokens.viewer);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/clients\?search=a/);
  await page.close();
});

test('the wizard for a new server refuses wrong names, says why, and creates the role', async () => {
  const { page } = admin;
  await admin.open(`${appPath}/roles`);
  await page.getByRole('link', { name: 'New site system server' }).click();
  await page.locator('#role-serverName').fill('not a name!');
  await page.getByText('is no short name of a server').first().waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isEnabled()).toBe(false);
  await page.locator('#role-serverName').fill('FSP02');
  await page.getByLabel('Support Internet-based clients').check({ force: true });
  await page.getByText('Internet-based clients need the Internet FQDN').first().waitFor();
  await page.locator('#role-internetFqdn').fill('fsp.contoso.com');
  await next(admin);
  await page.getByLabel('Management point').check({ force: true });
  await page.getByText('The server also holds a management point').waitFor();
  await next(admin);
  expect(await page.locator('#role-connections').inputValue()).toBe('Intranet and Internet connections');
  await page.getByText('Set automatically: the server has an Internet FQDN').waitFor();
  await page.getByLabel('Number of state messages').fill('99');
  await page.getByText('99 messages are outside of 100 to 100,000').first().waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isEnabled()).toBe(false);
  await page.getByLabel('Number of state messages').fill('20000');
  await next(admin);
  await page.getByText('ccmsetup.exe FSP=FSP02').waitFor();
  await page.getByRole('button', { name: 'Create the role' }).click();
  await page.waitForURL(/roles\/FSP02/);
  await page.getByText('changed', { exact: false }).getByText('by Ada').waitFor();
});

test('the wizard for a new role offers the servers that are known and hold none', async () => {
  const { page } = admin;
  await admin.open(`${appPath}/roles`);
  await page.getByRole('link', { name: 'New site role' }).click();
  await page.getByLabel('Site system server').click();
  await page.getByRole('option', { name: 'FSP01' }).click();
  await next(admin);
  await next(admin);
  await next(admin);
  await page.getByRole('button', { name: 'Create the role' }).click();
  await page.waitForURL(/roles\/FSP01/);
  await page.getByText('Taking messages').waitFor();
  const status = (await server.status()) as { role: { changedBy: string } };
  expect(status.role.changedBy).toBe('Ada');
});

test('a change by somebody else is shown before anything is overwritten', async () => {
  const { page } = admin;
  await admin.open(`${appPath}/roles/FSP02?tab=throttle`);
  await page.getByLabel('Number of state messages').fill('15000');
  const role = `${server.management}/api/v1/roles/FSP02`;
  const headers = { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' };
  const seen = (await (await fetch(role, { headers })).json()) as { version: number; configuration: object };
  const theirs = await fetch(role, {
    method: 'PUT',
    headers: { ...headers, 'if-match': `"${seen.version}"`, 'x-grafana-context': '{"user":{"login":"Grace"}}' },
    body: JSON.stringify({ ...seen.configuration, throttleIntervalSeconds: 1800 }),
  });
  expect(theirs.status).toBe(200);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Grace changed this role meanwhile').waitFor();
  admin.complaints.length = 0; // The browser logs the 412 that this is about.
  await page.getByRole('button', { name: 'Put my changes on top, and look again' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved; in force at once').waitFor();
  const now = (await (await fetch(role, { headers })).json()) as { configuration: object };
  expect(now.configuration).toMatchObject({ messageCount: 15_000, throttleIntervalSeconds: 1_800 });
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('Number of state messages: 20,000 → 15,000').waitFor();
  await page.getByRole('cell', { name: 'Grace' }).waitFor();
});

test('lowering the throttle shows the backlog beforehand, and then holds messages back', async () => {
  const { page } = admin;
  await admin.open(`${appPath}/roles/FSP01?tab=throttle`);
  await page.getByLabel('Number of state messages').fill('100');
  const effect = page.getByRole('region', { name: 'What this setting would do' });
  await effect.getByText('Played through with the').waitFor();
  await effect.getByText('now 0', { exact: true }).first().waitFor();
  const most = await effect.getByText('Most waiting').locator('xpath=following-sibling::div[1]').innerText();
  expect(Number(most.replaceAll(',', ''))).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved; in force at once').waitFor();
  await simulate(server, stage.folder, 60, 8);
  await admin.open(`${appPath}/overview`);
  await page.getByText(/messages wait for the throttle; failures go first/).waitFor();
  await admin.photograph('overview-waiting');
});

test('from the overview one finds out in three clicks why a client failed, and what to check', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/overview`);
  await page.getByRole('link', { name: 'All failures' }).click();
  await page.getByPlaceholder('State, error or text').fill('1603');
  const row = page
    .getByRole('row')
    .filter({ hasText: '1603', has: page.getByRole('link', { name: /clients with this failure/ }) })
    .first();
  await row.getByText('Look at the lines before the first action that returned 3').waitFor();
  await row.getByRole('link', { name: /clients with this failure/ }).click();
  await page.waitForURL(/clients\?var-cause=800/);
  // Its address is there before the page is.
  await page.getByRole('heading', { name: 'Clients', level: 1 }).waitFor();
  await page.getByRole('cell').getByRole('link').first().click();
  await page.waitForURL(/client\?name=[A-Z]+-PC/);
  await page.getByText('What it said, and what its logs say, the newest first').waitFor();
  await page.getByText('Client.msi installation failed with MSI error 1603').first().waitFor();
  await page.getByRole('button', { name: 'Details' }).first().click();
  await page.getByText('<ReportHeader>', { exact: false }).first().waitFor();
});

test('a failed set-up says why, and its log opens at the cause', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/setup-logs?from=now-20y&to=now`);
  await page.getByRole('button', { name: /msi-1603-custom-action.log/ }).click();
  await page.getByRole('alert').getByText('The set-up failed:', { exact: false }).waitFor();
  const grid = page.getByRole('grid', { name: 'Lines of the log' });
  await expect.poll(() => grid.locator('[aria-selected=true]').count()).toBe(1);
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByLabel('Show only lines with').fill('return value 3');
  await page.getByText(/^\d+ of 19 lines/).waitFor();
  await expect.poll(() => grid.getByRole('row').count()).toBeLessThan(19);
  // Rows that are on their way have no text yet.
  await expect
    .poll(async () =>
      (await grid.getByRole('row').allInnerTexts()).every((text) => text.toLowerCase().includes('return value 3')),
    )
    .toBe(true);
});

test('what is typed is looked for as it is, with its dots, brackets and backslashes', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/clients`);
  await page.getByPlaceholder('Name, GUID, address, user, state or error').fill('127.0.0.1');
  await expect.poll(() => page.url()).toContain('search=127.0.0.1');
  await page
    .getByRole('link', { name: /^[A-Z]+-PC\d+$/ })
    .first()
    .waitFor();
  await viewer.open(`${appPath}/failures`);
  await page.getByPlaceholder('State, error or text').fill('client.msi');
  await expect.poll(() => page.url()).toContain('search=client.msi');
  await page.getByText('Client.msi installation failed with MSI error 1603').last().waitFor();
  await viewer.open(`${appPath}/setup-logs?from=now-20y&to=now`);
  await page.getByPlaceholder('Product or file').fill('custom-action.log');
  await page.getByRole('button', { name: /msi-1603-custom-action\.log/ }).click();
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByLabel('Show only lines with').fill('returned actual error code 1603 (note');
  await page.getByText(/^1 of 19 lines/).waitFor();
});

test('a list is narrowed down by what is shown above it, and has no page without rows', async () => {
  const { page } = admin;
  const total = async () => Number((await page.getByText(/^[\d,]+ clients$/).innerText()).replace(/[^\d]/g, ''));
  const [row] = await server.query<{ n: string }>('SELECT count() AS n FROM clients');
  for (const rubbish of [
    'page=99',
    'page=1e30',
    'page=1.5',
    'outcome=nonsense',
    'communication=none',
    'stuck=never',
    'https=0',
  ]) {
    await admin.go(`${appPath}/clients?${rubbish}`);
    expect([rubbish, await total()]).toEqual([rubbish, Number(row?.n)]);
  }
  await admin.open(`${appPath}/clients?https=failed`);
  expect(await page.getByLabel('Incapable of HTTPS').isChecked()).toBe(true);
  await page.getByText('Incapable of HTTPS').click();
  expect(await total()).toBe(Number(row?.n));
});

test('a viewer sees roles and cannot change them, by the page or past it', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/roles`);
  expect(await page.getByRole('link', { name: 'New site system server' }).count()).toBe(0);
  await viewer.open(`${appPath}/roles/FSP01?tab=throttle`);
  await page.getByText('You may look; changes need an administrator').waitFor();
  expect(await page.getByLabel('Number of state messages').isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  const proxy = `${server.management}/api/plugin-proxy/fallbackstatuspoint-fsp-app`;
  for (const [method, path] of [
    ['DELETE', 'admin/roles/FSP01'],
    ['POST', 'admin/roles'],
    ['DELETE', 'read/roles/FSP01'],
    ['GET', 'read/../admin/roles'],
    ['GET', 'read/%2e%2e/%2e%2e/healthz'],
  ] as const) {
    const answer = await page.request.fetch(`${proxy}/${path}`, { method, data: method === 'POST' ? {} : undefined });
    expect([403, 404], `${method} ${path}`).toContain(answer.status());
  }
  const settings = await page.request.post(`${server.management}/api/plugins/fallbackstatuspoint-fsp-app/settings`, {
    data: { jsonData: { apiUrl: 'http://127.0.0.1:1' } },
  });
  expect(settings.status()).toBe(403);
});

test('test connection says what is wrong with a URL and with a token', async () => {
  const other = await visit(browser, server.management, tokens.admin, 'Ada');
  const { page } = other;
  await other.open('/plugins/fallbackstatuspoint-fsp-app');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.getByText('The admin token is accepted').waitFor();
  await page.getByText(/messages are stored/).waitFor();
  const url = await page.getByLabel('Management URL').inputValue();
  await page.getByLabel('Management URL').fill('http://127.0.0.1:1');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved. Test connection shows').waitFor();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page
    .getByText(/Nothing answers there/)
    .first()
    .waitFor();
  await page.getByLabel('Management URL').fill(url);
  await page.getByRole('button', { name: 'Reset' }).first().click();
  await page.getByLabel('Viewer token').fill('a-token-that-is-wrong');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved. Test connection shows').waitFor();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await page.getByText(/The server refused the token/).waitFor();
  expect(await page.content()).not.toContain('a-token-that-is-wrong');
  const restored = await page.request.post(`${server.management}/api/plugins/fallbackstatuspoint-fsp-app/settings`, {
    data: { secureJsonData: { viewerToken: tokens.viewer } },
  });
  expect(restored.ok()).toBe(true);
  await page.context().close();
});

test('removing a role asks for its name, and says what it means', async () => {
  const { page } = admin;
  await admin.open(`${appPath}/roles/FSP02?tab=remove`);
  const remove = page.getByRole('button', { name: 'Remove the role' });
  await remove.click();
  await page.keyboard.press('Escape');
  // Whoever thinks better of it goes on where they were.
  await page.locator('button:focus', { hasText: 'Remove the role' }).waitFor();
  // Somebody else changes it while it is looked at.
  const role = `${server.management}/api/v1/roles/FSP02`;
  const headers = { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' };
  const seen = (await (await fetch(role, { headers })).json()) as { version: number; configuration: object };
  const body = JSON.stringify({ ...seen.configuration, messageCount: 12_345 });
  await fetch(role, { method: 'PUT', headers: { ...headers, 'if-match': `"${seen.version}"` }, body });
  await page.getByText(`Version ${seen.version + 1}, changed`).waitFor();
  await remove.click();
  await page.getByText('takes no more messages', { exact: false }).waitFor();
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true });
  expect(await confirm.isDisabled()).toBe(true);
  await page.getByRole('dialog').getByRole('textbox').fill('FSP02');
  await confirm.click();
  await page.waitForURL(/\/roles$/);
  await page.getByRole('row').filter({ hasText: 'FSP02' }).getByText('Role removed').waitFor();
  // By whom, and when, is still there to be read.
  await page.getByRole('link', { name: 'FSP02' }).click();
  await page.getByText('FSP02 holds no fallback status point').waitFor();
  await page.getByRole('row').filter({ hasText: 'Removed' }).getByText('Ada').waitFor();
});

test('a hundred thousand lines are scrolled without laying out more than is seen', async () => {
  const { page } = admin;
  await admin.open('/panel/fallbackstatuspoint-setuplog-panel?rows=100000');
  const grid = page.getByRole('grid');
  await page.getByText('100,000 of 100,000 lines').waitFor();
  await grid.focus();
  await page.keyboard.press('End');
  await page.getByText('Record 99999 of a made-up log').first().waitFor();
  expect(await grid.getByRole('row').count()).toBeLessThan(100);
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Next error' }).click();
  await page.getByText('thread').or(page.getByLabel('Chosen line')).first().waitFor();
  await page
    .getByLabel('Chosen line')
    .getByText('ERROR_ACCESS_DENIED', { exact: false })
    .or(page.getByLabel('Chosen line').getByText('0x80070005'))
    .first()
    .waitFor();
});

test('a query that fails is told in the panel', async () => {
  const { page } = viewer;
  await viewer.open('/panel/fallbackstatuspoint-setuplog-panel?sql=SELECT nonsense');
  await page.getByRole('alert').getByText('The query failed').waitFor();
});

test('French users read French', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/failures`);
  await page.getByRole('radio', { name: 'Français' }).click({ force: true });
  await page.getByRole('heading', { name: 'Échecs' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr-FR');
});

test('a code is looked up as it is typed, in both languages, and from its address', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/look-up?code=0x80070643`);
  await page.getByRole('radio', { name: 'English' }).first().click({ force: true });
  await page.getByText('HRESULT 0x80070643').waitFor();
  await page.getByText('Windows Installer 1603: a fatal error').first().waitFor();
  const field = page.getByLabel('Code or state');
  await field.fill('-2146885628');
  await page.getByText('CRYPT_E_NOT_FOUND').waitFor();
  await page.waitForURL(/look-up\?code=-2146885628/);
  await page.getByRole('radio', { name: 'Français' }).last().check({ force: true });
  await page.getByText('Le certificat ou la propriété est introuvable').waitFor();
  await field.fill('disque plein');
  await page.getByText('Neither a code nor a state that is known').waitFor();
  await page.getByText('800/312').first().click();
  await page.getByText('State 800/312').waitFor();
});
