import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programName } from '../../server/src/commands/invocation.js';
import { loadConfig } from '../../server/src/config.js';
import { readServerTls } from '../../server/src/management/tls.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';

// One server for all: TLS for management by a certificate that nobody signed, a token from a file, ports left to chance.
const folder = testFolder();
const [cert, key, secret] = ['cert.pem', 'key.pem', 'token'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const dataDir = join(folder, 'data');
const token = 'a-token-out-of-a-file';
const settings = { FSP_MANAGEMENT_TLS_CERT: cert, FSP_MANAGEMENT_TLS_KEY: key, FSP_ADMIN_TOKEN_FILE: secret };
let server: RunningServer;

beforeAll(async () => {
  certify();
  writeFileSync(secret, `${token}\n`);
  server = await startServer(dataDir, {
    ...settings,
    FSP_MANAGEMENT_HOST: '0.0.0.0',
    FSP_CLICKHOUSE_URL: 'http://127.0.0.1:9',
  });
});

afterAll(async () => {
  await server.kill('SIGTERM');
});

/** An answer of the management port, which a client that knows the certificate gets. */
const ask = (path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
  new Promise<{ status: number | undefined; cookie: string; text: string; serial: string }>((answered, failed) => {
    request(server.management + path, {
      agent: false,
      ca: readFileSync(cert),
      servername: 'fsp.example.com',
      method: options.method ?? 'GET',
      headers: options.headers ?? { authorization: `Bearer ${token}` },
    })
      .on('response', (answer) => {
        const serialNumber = answer.socket instanceof TLSSocket ? answer.socket.getPeerCertificate().serialNumber : '';
        const cookie = answer.headers['set-cookie']?.[0] ?? '';
        void text(answer).then((said) => {
          answered({ status: answer.statusCode, cookie, text: said, serial: serialNumber });
        }, failed);
      })
      .on('error', failed)
      .end(options.body);
  });
const certify = () => {
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, '-subj', '/CN=fsp.example.com', '-keyout', key, '-out', cert], { stdio: 'ignore' });
};
/** The environment of a command on this machine; an empty variable counts as not set. */
const command = () => environment(dataDir, { ...settings, FSP_INTAKE_PORT: '', FSP_MANAGEMENT_PORT: '' });

test('the management API speaks TLS with the certificate of its settings and takes the token of a file', async () => {
  expect(server.management).toMatch(/^https:/);
  expect((await ask('/api/v1/status')).status).toBe(200);
  await expect(fetch(`${server.management}/healthz`)).rejects.toThrow();
  expect((await fetch(`${server.management.replace('https:', 'http:')}/healthz`).catch(() => null))?.ok ?? false).toBe(
    false,
  );
});

/** What the console does: signs in, and asks the API through its proxy by the session's cookie. */
const throughConsole = async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: server.management };
  const signedIn = await ask('/login', { method: 'POST', headers, body: `token=${token}` });
  const cookie = signedIn.cookie.split(';')[0]!;
  const proxied = (path: string, method = 'GET') =>
    ask(`/api/plugin-proxy/fallbackstatuspoint-fsp-app/${path}`, { method, headers: { cookie } });
  return { signedIn, read: await proxied('read/status'), admin: await proxied('admin/quarantine') };
};

test('the console beside it reaches the API through that very certificate, with a cookie that stays on TLS', async () => {
  const { signedIn, read, admin } = await throughConsole();
  expect([signedIn.status, signedIn.cookie]).toEqual([303, expect.stringMatching(/HttpOnly; Secure; SameSite=Strict/)]);
  expect([read.status, JSON.parse(read.text)]).toMatchObject([200, { throttle: { used: 0 } }]);
  expect(admin.status).toBe(200);
});

test('fsp doctor asks the server through that very certificate', async () => {
  const { stdout } = await fsp(['doctor', '--json'], command());
  const findings = JSON.parse(stdout) as { subject: string; found: string }[];
  expect(findings.find(({ subject }) => subject === 'role')?.found).toMatch(/the settings of the start hold/);
});

test('files that were renewed are in force soon, for the console too; what does not fit changes nothing', async () => {
  const before = (await ask('/healthz')).serial;
  const earlier = readFileSync(cert);
  certify();
  const after = await eventually(
    () =>
      ask('/healthz').then(
        ({ serial }) => serial,
        () => before,
      ),
    (serial) => serial !== before,
  );
  expect((await throughConsole()).read.status).toBe(200);
  const renewed = readFileSync(cert);
  // A renewal that is half done: a certificate for another key.
  writeFileSync(cert, earlier);
  await eventually(
    () => Promise.resolve(server.output()),
    (said) => said.includes('the earlier certificate stays'),
  );
  writeFileSync(cert, renewed);
  expect((await ask('/healthz')).serial).toBe(after);
  expect((await throughConsole()).read.status).toBe(200);
});

test('standard output carries NDJSON alone, the banner goes to the other stream, and nothing comes before it', () => {
  const { stdout, stderr } = server.said();
  for (const line of stdout.split('\n').filter(Boolean)) expect(() => JSON.parse(line) as unknown).not.toThrow();
  expect(stderr).toMatch(/^\n {2}Fallback status point\n/);
  expect(stderr.trim().split('\n').length).toBeLessThan(16);
  expect(stdout + stderr).not.toContain(token);
});

test('commands find the server of the folder on the ports that it took, through its certificate', async () => {
  const env = command();
  const sent = await fsp(['simulate', '--clients', '2', '--rate', '0'], env);
  expect(sent.code).toBe(0);
  expect(sent.stdout).toMatch(/^2 clients, \d+ messages sent .* 0 refused/);
  const { stdout, stderr } = await fsp(['quarantine', 'retry', 'nothing'], env);
  // Whatever the server thinks of that name, it is the server that says so, and it knows who asks.
  expect(stdout + stderr).toMatch(/^refused|\(FSP_(?:REQUEST_INVALID|NOT_FOUND)\)/);
  expect(stderr).not.toContain(' 401');
});

test.each([
  ['a certificate without its key', { managementTlsKey: '' }, /belong together; set both/],
  ['a key that is none', { managementTlsKey: cert }, /cannot be used .*PEM files that belong together/],
  ['a certificate that is not there', { managementTlsCert: '/nowhere.pem' }, /is \/nowhere\.pem, which cannot be read/],
])('%s is refused on one line', (_name, wrong, told) => {
  const read = () => readServerTls({ managementTlsCert: cert, managementTlsKey: key, ...wrong });
  expect(read).toThrow(told);
  expect(read).not.toThrow(/\n/);
});

test('a secret out of a file is told apart from one that is not there, and from one given twice', () => {
  const load = (env: Record<string, string>) => loadConfig({ env, flags: {} });
  const { config, sources, warnings } = load({ FSP_ADMIN_TOKEN_FILE: secret });
  expect([config.adminToken, sources.adminToken, warnings]).toEqual([token, 'FSP_ADMIN_TOKEN_FILE', []]);
  expect(() => load({ FSP_ADMIN_TOKEN_FILE: '/nowhere' })).toThrow(
    /^FSP_ADMIN_TOKEN_FILE is "\/nowhere", which cannot/,
  );
  expect(() => load({ FSP_ADMIN_TOKEN_FILE: '/dev/zero' })).toThrow(/it is no small file/);
  const twice = { FSP_ADMIN_TOKEN_FILE: secret, FSP_ADMIN_TOKEN: 'x'.repeat(20) };
  expect(() => load(twice)).toThrow(/are both set; allowed: one of them/);
  expect(load({ FSP_SITE_CODE_FILE: secret }).warnings).toHaveLength(1);
});

test('a FIFO and a device as file end with a word, and - is standard input', async () => {
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  for (const file of [fifo, '/dev/zero']) {
    const query = await fsp(['query', '-f', file], environment(dataDir));
    expect([query.code, query.stderr]).toEqual([2, expect.stringMatching(/cannot be read: it is no file/)]);
    const parsed = await fsp(['parse', file], environment(dataDir));
    expect([parsed.code, parsed.stderr]).toEqual([
      2,
      expect.stringMatching(/name a file, or pipe it into fsp parse -/),
    ]);
  }
  const log = new URL('../fixtures/synthetic-logs/msi-1603-custom-action.log', import.meta.url);
  const piped = await fsp(['parse', '-'], environment(dataDir), readFileSync(log));
  expect(piped.code).toBe(1);
  expect(piped.stdout).toMatch(/"kind":"run".*"verdict":"failed"/);
  const asked = await fsp(['query', '-f', '-'], environment(join(folder, 'none')), Buffer.from('SELECT 1'));
  expect(asked.stderr).toMatch(/^fsp: No embedded ClickHouse runs/);
});

test('what is proposed is called as it was called', () => {
  const at = (packageDir: string, cwd: string, path: string[] = []) => programName({ packageDir, cwd, path });
  const repository = new URL('../../server', import.meta.url).pathname;
  expect(at(repository, new URL('../..', import.meta.url).pathname)).toBe('npx fsp');
  expect(at('/home/me/.npm/_npx/abc/node_modules/fallback-status-point', '/tmp')).toBe('npx fallback-status-point');
  expect(at('/opt/my fsp', '/tmp')).toBe('node "/opt/my fsp/bin/fsp.js"');
});
