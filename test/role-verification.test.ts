import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { appPath, launchBrowser, visit } from './console/browser.js';
import { eventually, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
const data = join(folder, 'data');
const logs = join(folder, 'logs');
let stranger: Server;
let strangerAnswers = (): number => 200;
let server: RunningServer;
let admin: string;

/** The intake's port has to be known before it starts: it is the port that clients post to. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const start = async (settings: Record<string, string>) => {
  server = await startServer(data, { ...settings, FSP_SERVER_NAME: 'localhost' });
  admin = (JSON.parse(readFileSync(join(data, 'tokens.json'), 'utf8')) as { admin: string }).admin;
};
const call = async (method: string, path: string, body?: unknown, type = 'application/json', token = admin) => {
  const answer = await fetch(`${server.management}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

beforeAll(async () => {
  mkdirSync(logs);
  stranger = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(strangerAnswers(), { location: 'http://127.0.0.1:1/' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const port = String(await freePort());
  await start({ FSP_INTAKE_PORT: port, FSP_SITE_HTTP_PORT: port });
  const created = await call('POST', 'roles', { serverName: 'LOCALHOST' });
  expect(created.status).toBe(201);
});
afterAll(async () => {
  await server.kill('SIGTERM');
  stranger.close();
});

const testPost = (network = 'intranet', token = admin) =>
  call('POST', 'roles/LOCALHOST/test-post', { network }, 'application/json', token);

describe('a followed or dropped log, without a restart', () => {
  const follow = (path: string, token = admin) => call('POST', 'setup-logs', { path }, 'application/json', token);
  const line = (text: string) => `<${new Date().toLocaleDateString('en-US')} 10:00:00> ${text}\r\n`;
  const records = (file: string) =>
    server.query<{ message: string }>(`SELECT message FROM setup_log_records WHERE log_file = '${file}'`);

  test('a log that is added is read at once, also where it comes later', async () => {
    const path = join(logs, 'SMSFSPSetup.log');
    const { status, body } = await follow(path);
    expect([status, body.added]).toEqual([200, [path]]);
    writeFileSync(path, line('SMSFSP Setup Started....'));
    await eventually(
      () => records(path),
      (rows) => rows.length === 1,
    );
  });

  test('is followed after a restart too, and no more once it is given up', async () => {
    const path = join(logs, 'SMSFSPSetup.log');
    await server.kill('SIGKILL');
    const port = String(await freePort());
    await start({ FSP_INTAKE_PORT: port, FSP_SITE_HTTP_PORT: port });
    appendFileSync(path, line('Installing the SMSFSP'));
    await eventually(
      () => records(path),
      (rows) => rows.length === 2,
    );
    const { status, body } = await call('DELETE', `setup-logs?path=${encodeURIComponent(path)}`);
    expect([status, body.added]).toEqual([200, []]);
    await eventually(
      () => call('GET', 'setup-logs'),
      (answer) => (answer.body.followed as unknown[]).length === 0,
    );
  });

  test.each([
    ['a relative path', 'setup.log'],
    ['a path with steps back', `${logs}/../logs/x.log`],
    ['what is no log', '/etc/passwd'],
    ['a log of the server itself', join(data, 'clickhouse', 'x.log')],
    ['a folder', join(logs, 'folder.log')],
    ['a link to what is no log', join(logs, 'link.log')],
    ['a name with a line end', '/tmp/a\nb.log'],
  ])('%s is refused', async (_what, path) => {
    mkdirSync(join(logs, 'folder.log'), { recursive: true });
    if (path.endsWith('link.log')) symlinkSync('/etc/passwd', path);
    const { status } = await follow(path);
    expect(status).toBe(400);
    expect((await call('GET', 'setup-logs')).body.added).toEqual([]);
  });

  test('only an administrator adds one', async () => {
    expect((await follow(join(logs, 'x.log'), server.token)).status).toBe(403);
  });

  test('a log that is dropped is imported under its name, once', async () => {
    const log = line('SMSFSP Setup Started....') + line('Installing the SMSFSP');
    const drop = (name: string) =>
      call('POST', `setup-logs/upload?name=${encodeURIComponent(name)}&host=FSP09`, log, 'application/octet-stream');
    const first = await drop('SMSFSPSetup.log');
    expect([first.status, first.body.records]).toEqual([200, { added: 2, known: 0 }]);
    expect((await drop('SMSFSPSetup.log')).body.records).toEqual({ added: 0, known: 2 });
    expect(await records('SMSFSPSetup.log')).toHaveLength(2);
    expect((await drop('../../etc/x.log')).status).toBe(400);
  });
});

describe('a test message by the name and port that clients use', () => {
  test('arrives, and is kept nowhere', async () => {
    const { status, body } = await testPost();
    expect([status, body.verdict, body.status]).toEqual([200, 'arrived', 200]);
    const { throttle } = (await server.status()) as { throttle: { used: number; waiting: number } };
    expect([throttle.used, throttle.waiting]).toEqual([0, 0]);
    expect(await server.query("SELECT 1 FROM state_messages WHERE client_name = 'FSP-TEST'")).toEqual([]);
  });

  test('and both kinds of logs, from the tab of the role in the console', async () => {
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const visitor = await visit(browser, server.management, admin, 'Ada');
    const { page } = visitor;
    await visitor.go(`${appPath}/roles/LOCALHOST?tab=verification`);
    await page.getByRole('button', { name: 'Send a test message' }).click();
    await page.getByText('clients can report to this server, without signing in').waitFor();

    const followed = join(logs, 'fspMSI.log');
    await page.getByLabel('Follow a log').fill(followed);
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByText(followed).waitFor();
    writeFileSync(followed, '<04/14/26 10:00:00> SMSFSP Setup Started....\r\n');
    await page.getByText('Records since the start: 1').waitFor();
    await page.getByRole('button', { name: 'Follow no more' }).click();
    await page.getByText(followed).waitFor({ state: 'detached' });

    await page.getByLabel('Follow a log').fill('/etc/passwd');
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page
      .getByText(/FSP_REQUEST_INVALID|is no log|\.log/)
      .first()
      .waitFor();

    await page.locator('input[type=file]').setInputFiles({
      name: 'SMSFSPSetup dropped.log',
      mimeType: 'text/plain',
      buffer: Buffer.from(
        '<04/14/26 10:00:00> SMSFSP Setup Started....\r\n<04/14/26 10:00:01> Installing the SMSFSP\r\n',
      ),
    });
    await page.getByText('SMSFSPSetup dropped.log: 2 records taken, 0 known before').waitFor();
  });

  test('needs an administrator, a role, and a name of it', async () => {
    expect((await testPost('intranet', server.token)).status).toBe(403);
    expect((await call('POST', 'roles', { serverName: '0xA9FEA9FE' })).status).toBe(201);
    const spelt = await call('POST', 'roles/0xA9FEA9FE/test-post', { network: 'intranet' });
    expect(spelt.body).toMatchObject({ verdict: 'not_tried', status: null });
    expect((await call('POST', 'roles/NOBODY/test-post', { network: 'intranet' })).status).toBe(404);
    expect((await testPost('internet')).status).toBe(400);
    expect((await call('POST', 'roles/LOCALHOST/test-post', { network: 'intranet', name: 'example.org' })).status).toBe(
      400,
    );
  });

  test('tells what else answers there, and follows no redirection', async () => {
    await server.kill('SIGTERM');
    await start({ FSP_SITE_HTTP_PORT: String((stranger.address() as AddressInfo).port) });
    const verdicts: unknown[] = [];
    for (const status of [200, 401, 302, 404, 503, 500]) {
      strangerAnswers = () => status;
      verdicts.push((await testPost()).body.verdict);
    }
    expect(verdicts).toEqual(['other_server', 'not_anonymous', 'redirected', 'no_role', 'not_taken', 'unexpected']);
    const { body } = await call('GET', 'roles/LOCALHOST');
    expect((body.warnings as { code: string }[]).map(({ code }) => code)).toContain('ROLE_PORT_DIFFERS');
    stranger.close();
    stranger.closeAllConnections();
    await once(stranger, 'close');
    const refused = await testPost();
    expect([refused.body.verdict, refused.body.status]).toEqual(['refused', null]);
  });
});
