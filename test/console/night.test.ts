import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { report } from '../reports.js';
import { eventually, type RunningServer } from '../server-process.js';
import { syntheticLog } from '../synthetic-logs.js';
import { appPath, type Visitor } from './browser.js';
import { setStage, type Stage } from './stage.js';

const alerts = parse(
  readFileSync(fileURLToPath(new URL('../../dashboards/generated/alerts.yaml', import.meta.url)), 'utf8'),
) as {
  groups: { rules: { uid: string; annotations: Record<string, string>; data: { model: { rawSql: string } }[] }[] }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);
let stage: Stage;
let server: RunningServer;
let admin: Visitor;
let viewer: Visitor;

beforeAll(async () => {
  stage = await setStage({ FSP_THROTTLE_MESSAGES: '100000', FSP_SITE_CODE: 'PS1' }, [], async (started) => {
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const client = `NIGHT${index + 10}`;
        await started.post(report({ client, state: 100 }));
        await started.post(report({ client, state: 313, params: ['1639'] }));
      }),
    );
    await started.post(report({ client: 'WELL1', state: 400 }));
    await eventually(
      () => started.query<{ n: number }>("SELECT toUInt32(countIf(outcome = 'failed')) AS n FROM clients"),
      ([row]) => row?.n === 30,
    );
  });
  ({ server, admin, viewer } = stage);
}, 120_000);
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

test('a log that is dropped on the page of a client proves the cause, on one time line with what it said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-night-'));
  const log = join(folder, 'client.msi.log');
  writeFileSync(log, syntheticLog('msi-1603-custom-action.log'));
  await admin.open(`${appPath}/client?name=NIGHT12`);
  await admin.page
    .getByText(/^Deployment: /)
    .first()
    .waitFor();
  await admin.page.getByRole('button', { name: 'Install again' }).click();
  await admin.page.getByText('\\\\NIGHT12\\admin$\\ccmsetup\\Logs\\client.msi.log').waitFor();
  await admin.page.getByRole('button', { name: 'Collect its logs' }).click();
  await admin.page.getByText('FSP_COLLECT_LOGS=on').waitFor();
  await admin.page.locator('input[type=file]').setInputFiles(log);
  await admin.page.getByText(/records taken/).waitFor();
  await admin.page
    .getByText(/The set-up failed: .*CcmCreateIISVirtualDirectories/)
    .first()
    .waitFor();
  await admin.page.getByText('Everything', { exact: true }).waitFor();
  await admin.photograph('client-with-logs');
  expect(await admin.accessibility()).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('a list of machines is loaded on the page, and tells who never spoke', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fsp-night-'));
  const list = join(folder, 'computers.csv');
  writeFileSync(list, '\ufeffNom;DNSHostName\r\nnight10;night10.contoso.com\r\nSILENT1;\r\nSILENT2;\r\n');
  await admin.open(`${appPath}/expected`);
  await admin.page.getByText('No machines are expected yet').waitFor();
  await admin.page.locator('input[type=file]').setInputFiles(list);
  await admin.page.getByText('3 machines are expected').waitFor();
  await admin.page.getByText('SILENT2').waitFor();
  await admin.page.getByRole('link', { name: /Never a word/ }).click();
  await admin.page.getByText('2 machines', { exact: true }).waitFor();
  await admin.photograph('expected');
  expect(await admin.accessibility()).toEqual([]);
  await viewer.open(`${appPath}/expected`);
  await viewer.page.getByText('SILENT1').waitFor();
  expect(await viewer.page.locator('input[type=file]').count()).toBe(0);
  rmSync(folder, { recursive: true });
});
