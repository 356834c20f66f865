import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { report } from '../reports.js';
import { eventually, type RunningServer } from '../server-process.js';
import { appPath, drop, type Visitor } from './browser.js';
import { setStage, type Stage } from './stage.js';
import { testFolder } from '../test-folder.js';

const alerts = parse(
  readFileSync(fileURLToPath(new URL('../../dashboards/generated/alerts.yaml', import.meta.url)), 'utf8'),
) as {
  groups: { rules: { uid: string; annotations: Record<string, string>; data: { model: { rawSql: string } }[] }[] }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);
const folder = testFolder();
let stage: Stage;
let server: RunningServer;
let admin: Visitor;
let viewer: Visitor;

beforeAll(async () => {
  stage = await setStage(folder, { FSP_THROTTLE_MESSAGES: '100000', FSP_SITE_CODE: 'PS1' }, [], async (started) => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const client = `NIGHT${index + 10}`;
        await started.post(report({ client, state: 100 }));
        await started.post(report({ client, state: 313, params: ['1639'] }));
      }),
    );
    await started.post(report({ client: 'WELL1', state: 400 }));
    await started.post(report({ client: 'R&amp;D%41#1', state: 400 }));
    await eventually(
      () =>
        started.query<{ n: number }>(
          "SELECT toUInt32(countIf(outcome = 'failed') + countIf(outcome = 'succeeded')) AS n FROM clients",
        ),
      ([row]) => row?.n === 32,
    );
  });
  ({ server, admin, viewer } = stage);
});
afterAll(() => stage?.close());

/** A link of an alert as Grafana fills it in for an instance with these labels, at this console. */
const filled = (template: string, labels: Record<string, string>) =>
  template
    .replace('{{ reReplaceAll "/$" "" externalURL }}', '')
    .replaceAll(/\{\{ urlquery \$labels\.(\w+) \}\}/g, (_all, name: string) => encodeURIComponent(labels[name]!));

test('from the alert to its clients, to the acknowledgement, and to the runbook', async () => {
  const { annotations, data } = rules.find(({ uid }) => uid === 'fsp-failure-burst')!;
  const [burst] = await server.query<Record<string, string>>(data[0]!.model.rawSql);
  expect(burst).toMatchObject({ cause: '800/313/1639', site_code: 'PS1' });
  await admin.open(filled(annotations.selection_url!, burst!));
  await admin.page.getByText('30 clients', { exact: true }).waitFor();
  await admin.page.getByRole('button', { name: 'Copy retry commands' }).click();
  await expect
    .poll(() => admin.page.evaluate('navigator.clipboard.readText()'))
    .toMatch(/^Invoke-Command -ComputerName 'NIGHT10','NIGHT11'.* SMSSITECODE=PS1 FSP=/);

  // As over plain HTTP, where a browser has no clipboard to write to.
  await admin.page.evaluate(
    "Object.defineProperty(globalThis, 'isSecureContext', { value: false }); navigator.clipboard.writeText = undefined",
  );
  await admin.page.getByRole('button', { name: 'Copy names' }).click();
  await expect.poll(() => admin.page.evaluate('navigator.clipboard.readText()')).toMatch(/^NIGHT10\r?\nNIGHT11\r?\n/);
  await admin.page.evaluate('document.execCommand = () => false');
  await admin.page.getByRole('button', { name: 'Copy names' }).click();
  await admin.page.getByText('Nothing was copied').waitFor();

  await admin.go(`${appPath}/failures`);
  await admin.page.getByRole('button', { name: 'Acknowledge', exact: true }).first().click();
  await admin.page.getByLabel('Note').fill('Package is rebuilt');
  await admin.page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }).click();
  await admin.page.getByText(/^Taken care of by Ada until .*: Package is rebuilt$/).waitFor();
  expect(await server.query(data[0]!.model.rawSql)).toEqual([]);
  await viewer.open(`${appPath}/clients?search=NIGHT10`);
  await viewer.page.getByText('Acknowledged').first().waitFor();
  await viewer.open(`${appPath}/failures`);
  expect(await viewer.page.getByRole('button', { name: 'Take back' }).count()).toBe(0);
  await admin.page.getByRole('button', { name: 'Take back' }).click();
  await expect.poll(async () => (await server.query(data[0]!.model.rawSql)).length).toBe(1);
});

test('a machine whose name means something in an address has its page all the same', async () => {
  const { page } = viewer;
  await viewer.open(`${appPath}/clients?outcome=succeeded`);
  await page.getByRole('link', { name: 'R&D%41#1' }).click();
  await page.getByRole('heading', { name: 'R&D%41#1', level: 1 }).waitFor();
  await page.getByText('What it said, and what its logs say, the newest first').waitFor();
  expect(new URL(page.url()).searchParams.get('name')).toBe('R&D%41#1');
});

test('every alert leads to a runbook that the console has, in both languages', async () => {
  await admin.open(`${appPath}/runbook`);
  await admin.page.getByRole('link', { name: 'A burst of failed installations' }).click();
  await admin.page.getByRole('heading', { name: 'What to do' }).waitFor();
  for (const { uid, annotations } of rules) {
    await admin.go(filled(annotations.runbook_url!, {}));
    const [, title = ''] = /^# (.+)$/m.exec(
      readFileSync(fileURLToPath(new URL(`../../dashboards/runbooks/${uid}.md`, import.meta.url)), 'utf8'),
    )!;
    await admin.page.getByRole('heading', { name: title, exact: true }).waitFor();
  }
  await admin.prefer('light', 'fr-FR');
  await admin.open(`${appPath}/runbook?name=fsp-failure-burst`);
  await admin.page.getByRole('heading', { name: 'Que faire' }).waitFor();
  await admin.prefer('dark', 'en-US');
});

/** A file for a test, under a name of its own. */
function file(name: string, content: Uint8Array | string): string {
  const path = join(stage.folder, name);
  writeFileSync(path, content);
  return path;
}

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]);
let machines = 20;

test('a log that falls on the page of a client is on its time line with its cause; what is none is refused by name, and the others go on', async () => {
  const { page } = admin;
  // A machine of its own for each try: a log that was taken is known.
  const name = `NIGHT${machines++}`;
  await admin.open(`${appPath}/client?name=${name}`);
  await page.getByText('What it said, and what its logs say, the newest first').waitFor();
  await page.getByRole('button', { name: 'Collect its logs' }).click();
  const zone = page.getByTestId('dropzone');
  // Of the day of what the machine reports.
  const log = file(
    'msi-1603-custom-action.log',
    readFileSync(
      fileURLToPath(new URL('../fixtures/synthetic-logs/msi-1603-custom-action.log', import.meta.url)),
      'utf8',
    ).replaceAll('8/17/2017', '1/2/2026'),
  );
  const huge = file('huge.log', Buffer.alloc(33 * 1024 * 1024, 'x'));
  await drop(zone, [
    file('picture.png', png),
    file('nothing.log', ''),
    huge,
    file('notes.log', `Called ${name}.\n`),
    log,
  ]);
  await page.getByText(/^msi-1603-custom-action\.log: \d+ records taken, 0 known before$/).waitFor();
  const refused = page.getByRole('alert').filter({ hasText: 'The server refused it' });
  await refused.getByText('picture.png was not taken: it is no text', { exact: false }).waitFor();
  await refused.getByText('nothing.log was not taken: it is empty', { exact: false }).waitFor();
  await refused.getByText('huge.log: It is larger than 32 MB', { exact: false }).waitFor();
  await page.getByText('notes.log: 1 record taken, 0 known before').waitFor();
  await page.getByText('notes.log: no log of a known format', { exact: false }).waitFor();
  expect(await page.getByText(/: 0 records taken/).count()).toBe(0);

  const line = page.getByRole('listitem').filter({ hasText: 'msi-1603-custom-action.log' });
  await line.getByText('CcmCreateIISVirtualDirectories', { exact: false }).first().waitFor();
  await line.getByText('Error 25140', { exact: false }).first().waitFor();
  // Beside what it said itself, and on top as the proven cause.
  await page.getByRole('listitem').filter({ hasText: '1639' }).first().waitFor();
  const verdict = page.getByRole('alert').filter({ hasText: 'The set-up failed' }).first();
  await verdict.waitFor();
  expect(await page.getByRole('alert').first().innerText()).toContain('The set-up failed');
  // All of its evidence is there to be read: nothing in it is scrolled or cut.
  expect(await verdict.getByRole('list', { name: 'Evidence' }).getByRole('listitem').count()).toBeGreaterThan(5);
  const cut = await page.evaluate(
    `[...document.querySelectorAll('[role=alert] *')].filter((one) => getComputedStyle(one).overflowY !== 'visible' && one.scrollHeight > one.clientHeight + 1).length`,
  );
  expect(cut).toBe(0);
  const [run] = await server.query<Record<string, string>>(
    `SELECT verdict, log_file FROM setup_runs WHERE host_name = '${name}'`,
  );
  expect(run).toEqual({ verdict: 'failed', log_file: 'msi-1603-custom-action.log' });

  await drop(zone, [log]);
  await page.getByText(/^msi-1603-custom-action\.log: 0 records taken, \d+ known before$/).waitFor();
});

test('a list that falls on the page of expected machines shows who never spoke; what is none changes nothing', async () => {
  const { page } = admin;
  await admin.open(`${appPath}/expected`);
  const zone = page.getByTestId('dropzone');
  await drop(zone, [
    file(
      'machines.csv',
      'Name,DNSHostName\r\nNIGHT11,night11.contoso.com\r\nWELL1,\r\nMUTE1,mute1.contoso.com\r\nMUTE2,\r\n',
    ),
  ]);
  await page.getByText('4 machines are expected').waitFor();
  await page.getByRole('link', { name: /Never a word/ }).click();
  const mute = async () => (await page.getByRole('row').allInnerTexts()).filter((text) => text.includes('MUTE')).length;
  await page.getByText('2 machines', { exact: true }).waitFor();
  await expect.poll(mute).toBe(2);
  expect(await page.getByRole('cell', { name: 'NIGHT11' }).count()).toBe(0);

  const kept = () => server.query('SELECT client_name, standing FROM expected_clients ORDER BY client_name');
  const before = await kept();
  expect(before).toHaveLength(4);
  for (const [name, content, reason] of [
    ['prices.csv', 'Price,Colour\r\n1,red\r\n2,blue\r\n', "No column of the list tells a machine's name"],
    ['bytes.csv', png, 'This is no text, and no list of machines'],
    ['workbook.csv', 'PK\u0003\u0004 rubbish', 'This is a workbook or a zip'],
  ] as const) {
    await drop(zone, [file(name, content)]);
    await page.getByRole('alert').getByText(reason, { exact: false }).waitFor();
    await page.getByText('Nothing was changed', { exact: false }).first().waitFor();
  }
  expect(await page.getByText('4 machines are expected').count()).toBe(0);
  expect(await kept()).toEqual(before);
  await page.getByText('4 machines of machines.csv', { exact: false }).waitFor();
  await expect.poll(mute).toBe(2);
});
