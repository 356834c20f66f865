import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { eventually, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { report } from './intake/attacks.mjs';
import { record } from './strength.js';

const admin = 'the-admin-token-1234';
const viewer = 'the-viewer-token-123';

interface Operation {
  security?: unknown[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
}

const folder = testFolder();
let running: RunningServer;

beforeAll(async () => {
  running = await startServer(folder, { FSP_ADMIN_TOKEN: admin, FSP_VIEWER_TOKEN: viewer });
});
afterAll(async () => {
  await running.kill('SIGTERM');
});

const ask = (path: string, init: RequestInit = {}) => fetch(running.management + path, { redirect: 'manual', ...init });

const engine = () => {
  const credentials = readEngineCredentials(join(folder, 'clickhouse'));
  if (credentials === null) throw new Error('no engine runs');
  return credentials;
};
/** The engine is the server's only child. */
const enginePid = () =>
  Number(readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').trim().split(' ')[0]);
/** Memory of a process in MiB. */
const resident = (pid: number) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

const credentials: Record<string, Record<string, string>> = {
  'no token': {},
  'a wrong token': { authorization: 'Bearer wrong-token-of-somebody' },
  'no bearer': { authorization: `Basic ${Buffer.from(`admin:${admin}`).toString('base64')}` },
  'a session that is over': { cookie: 'fsp_preview=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  'the viewer token': { authorization: `Bearer ${viewer}` },
  'the admin token': { authorization: `Bearer ${admin}` },
};

/** Questions that are posted. Whatever else is no GET changes something. */
const forViewers = new Set(['/api/v1/query', '/api/v1/roles/validate', '/api/v1/roles/convert']);

/** What may be answered, by who asks. Bodies are wrong on purpose: who may not act is not told what is wrong. */
function allowed(who: string, open: boolean, changes: boolean): (status: number) => boolean {
  if (open) return (status) => status === 200;
  if (who === 'the admin token') return (status) => [200, 400, 404, 428].includes(status);
  if (who === 'the viewer token')
    return changes ? (status) => status === 403 : (status) => [200, 400, 404].includes(status);
  // Who tries tokens is slowed down.
  if (who === 'a wrong token' || who === 'no bearer') return (status) => status === 401 || status === 429;
  return (status) => status === 401;
}

test('every route answers every kind of asker as it should, and gives no browser anything to run', async () => {
  const description = (await (await ask('/openapi.json')).json()) as Description;
  const routes = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  expect(routes.length).toBeGreaterThanOrEqual(11);
  const wrong: string[] = [];
  const all: Promise<void>[] = [];
  for (const { path, method, operation } of routes) {
    const open = operation.security?.length === 0;
    const changes = method !== 'GET' && !forViewers.has(path);
    const asked = Object.entries(credentials).map(async ([who, headers]) => {
      const answer = await ask(path.replaceAll(/\{\w+\}/g, 'NOWHERE'), {
        method,
        headers: { ...headers, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
        ...(method === 'GET' ? {} : { body: '{"nonsense": 1}' }),
      });
      const text = await answer.text();
      const type = answer.headers.get('content-type') ?? '';
      const safe =
        answer.headers.get('x-content-type-options') === 'nosniff' &&
        (answer.headers.get('content-security-policy') ?? '').includes("frame-ancestors 'none'") &&
        (path === '/metrics' ? /^text\/plain;/ : /^application\/(problem\+)?json/).test(type);
      const { responses } = operation;
      const described = Object.keys((responses[answer.status] ?? responses.default)?.content ?? {}).some(
        (one) => one.split(';')[0] === type.split(';')[0],
      );
      if (!allowed(who, open, changes)(answer.status) || !safe || !described)
        wrong.push(`${method} ${path} with ${who}: ${answer.status} ${type} ${text.slice(0, 200)}`);
    });
    all.push(...asked);
  }
  await Promise.all(all);
  expect(wrong).toEqual([]);
});

test('as many entries as a quarantine may have can be named at a time', async () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `clickhouse-${'0'.repeat(32)}-${index}`);
  const answer = await ask('/api/v1/quarantine/drop', {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ids }),
  });
  expect(answer.status, await answer.text()).toBe(404);
});

test('wrong bearer tokens are answered ever more slowly, a few at a time, and a right one is not held up by them', async () => {
  const status = async (token: string) =>
    (await ask('/api/v1/status', { headers: { authorization: `Bearer ${token}` } })).status;
  const tried = Array.from({ length: 40 }, (_, index) => status(`guess-${index}-of-somebody`));
  expect(await status(viewer)).toBe(200);
  expect(new Set(await Promise.all(tried))).toEqual(new Set([401, 429]));
});

describe('the console', () => {
  const signIn = (body: string, type = 'application/x-www-form-urlencoded') =>
    ask('/login', { method: 'POST', headers: { 'content-type': type }, body });

  test.each([
    ['without a body', {}, 401],
    ['with an empty form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' }, 401],
    ['with JSON that is null', { headers: { 'content-type': 'application/json' }, body: 'null' }, 401],
    ['with a token that is a number', { headers: { 'content-type': 'application/json' }, body: '{"token":1}' }, 400],
    ['with a list', { headers: { 'content-type': 'application/json' }, body: '[]' }, 400],
    ['with rubbish', { headers: { 'content-type': 'application/json' }, body: '{' }, 400],
    ['with a body of 1 MB', { headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(1 << 20)}"` }, 413],
    ['with a type that nobody knows', { headers: { 'content-type': 'x/y' }, body: 'x' }, 415],
  ])('refuses a sign-in %s', async (_name, init, status) => {
    expect((await ask('/login', { method: 'POST', ...init })).status).toBe(status);
  });

  test('answers wrong tokens ever more slowly, at most a few at a time, and the right one at once', async () => {
    const many = await Promise.all(
      Array.from({ length: 60 }, () => signIn('token=wrong').then(({ status }) => status)),
    );
    expect(many.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(new Set(many)).toEqual(new Set([401, 429]));
    expect((await signIn(`token=${viewer}`)).status).toBe(303);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sandboxed frame', { origin: 'null' }],
  ])('does nothing for %s, whatever cookie the browser sends', async (_name, headers) => {
    const signedIn = await signIn(`token=${admin}`);
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(cookie).not.toBe('');
    const act = (more: Record<string, string>) =>
      ask('/api/preview/session', {
        method: 'PUT',
        headers: { cookie, 'content-type': 'application/json', ...more },
        body: '{"actingAs":"viewer"}',
      });
    expect((await act(headers)).status).toBe(403);
    expect((await act({})).status).toBe(204);
  });

  test.each([
    '/../tokens.json',
    '/%2e%2e/tokens.json',
    '/public/host/../../../tokens.json',
    '/public/host/%2e%2e%2f%2e%2e%2ftokens.json',
    '/docs/static/..%2f..%2fpackage.json',
    '/public/host/..%5c..%5ctokens.json',
  ])('gives out nothing beside its own files: %s', async (path) => {
    const { hostname, port } = new URL(running.management);
    // Written as it stands: fetch would resolve the dots.
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      connect(Number(port), hostname)
        .on('data', (chunk) => (text += chunk.toString()))
        .once('close', () => {
          resolve(text);
        })
        .write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1.1 (302|400|401|403|404)/);
    expect(answer).not.toContain('"version"');
  });
});

describe('queries', () => {
  const query = (sql: string, signal?: AbortSignal) =>
    ask('/api/v1/query', {
      method: 'POST',
      headers: { authorization: `Bearer ${viewer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
      ...(signal === undefined ? {} : { signal }),
    });

  test.each([
    'SYSTEM STOP MERGES',
    '/* a */ SYSTEM STOP MERGES',
    '-- a\n(SYSTEM STOP MERGES)',
    'SET max_memory_usage = 1',
    "INSERT INTO fsp.state_messages VALUES ('x')",
    'KILL QUERY WHERE 1',
    'DROP TABLE fsp.state_messages',
    '/* never ends',
    '',
  ])('%j is refused', async (sql) => {
    expect((await query(sql)).status).toBe(400);
  });

  test.each([
    'SELECT 1',
    ' \n-- why\nSELECT 1;',
    '(SELECT 1)',
    '/* a */ WITH 1 AS x SELECT x',
    'SHOW TABLES',
    'DESCRIBE fsp.clients',
    'EXPLAIN SELECT 1',
    'EXISTS TABLE fsp.clients',
  ])('%j is answered', async (sql) => {
    const answer = await query(sql);
    expect([answer.status, Array.isArray(((await answer.json()) as { data: unknown }).data)]).toEqual([200, true]);
  });

  test('a question that fails behind its first rows is refused with the reason, and not as a ClickHouse that is away', async () => {
    const answer = await query('SELECT throwIf(number = 20000) FROM numbers(25000) SETTINGS max_block_size = 1000');
    expect(await answer.json()).toMatchObject({
      status: 400,
      code: 'FSP_QUERY_FAILED',
      title: expect.stringContaining('throwIf') as string,
    });
  });

  test('an answer that is too large is never one that looks whole', async () => {
    const answer = await query("SELECT repeat('x', 1000) AS x FROM numbers(200000)");
    await expect(answer.text().then((text) => JSON.parse(text) as unknown)).rejects.toThrow();
  });

  test("SYSTEM straight to the engine's port, as the reader, is refused or stops nothing", async () => {
    const { url, reader, writer } = engine();
    const asks = async ({ username, password }: { username: string; password: string }, sql: string) => {
      const headers = { 'x-clickhouse-user': username, 'x-clickhouse-key': password };
      const answer = await fetch(url, { method: 'POST', headers, body: sql });
      return { status: answer.status, text: await answer.text() };
    };
    for (const sql of ['SYSTEM STOP MERGES fsp.state_messages', 'SYSTEM FLUSH LOGS', 'SYSTEM SHUTDOWN'])
      expect((await asks(reader, sql)).status, sql).toBeGreaterThanOrEqual(400);
    // Without a table, the engine may answer with success, and stops what the asker may stop: nothing.
    await asks(reader, 'SYSTEM STOP MERGES');
    for (let serial = 1; serial <= 2; serial++) {
      expect((await running.post(report({ serial }))).status).toBe(200);
      await eventually(
        () => asks(reader, 'SELECT count() FROM fsp.state_messages'),
        ({ text }) => Number(text) === serial,
      );
    }
    // Where merges are stopped, this fails.
    expect(await asks(writer, 'OPTIMIZE TABLE fsp.state_messages FINAL')).toEqual({ status: 200, text: '' });
    const parts = "SELECT count() FROM system.parts WHERE active AND database = 'fsp' AND table = 'state_messages'";
    expect((await asks(writer, parts)).text.trim()).toBe('1');
  });

  test('eight large ones at a time leave server and engine small, and all that is too large is told', async () => {
    const memory = () => ({ server: resident(running.pid), engine: resident(enginePid()) });
    const before = memory();
    let most = before;
    const watch = setInterval(() => {
      const now = memory();
      most = { server: Math.max(most.server, now.server), engine: Math.max(most.engine, now.engine) };
    }, 50);
    const asked = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const answer = await query("SELECT repeat('x', 1000) AS x FROM numbers(400000)");
        let bytes = 0;
        try {
          for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
          return { whole: true, status: answer.status, bytes };
        } catch {
          return { whole: false, status: answer.status, bytes };
        }
      }),
    );
    clearInterval(watch);
    // Refused in words, or cut: no answer looks whole and is not.
    expect(asked.filter(({ whole, status }) => whole && status === 200)).toEqual([]);
    expect(Math.max(...asked.map(({ bytes }) => bytes))).toBeLessThanOrEqual(64 * 1024 * 1024);
    record('large-queries', {
      'server MiB': `${before.server} to ${most.server}`,
      'engine MiB': `${before.engine} to ${most.engine}`,
    });
    // 400 MB each would be 3,200 in the server; the engine's account may take 3,000.
    expect(most.server - before.server).toBeLessThan(500);
    expect(most.engine - before.engine).toBeLessThan(3_000);
  });

  test('a query ends when its asker goes away, and many large ones leave the server small', async () => {
    const before = (await running.query<{ n: number }>('SELECT 1 AS n')).length;
    expect(before).toBe(1);
    const gone = new AbortController();
    const asked = Array.from({ length: 8 }, () =>
      query("SELECT repeat('x', 1000) AS x FROM numbers(400000)", gone.signal).then(async (answer) => {
        await answer.body?.pipeTo(new WritableStream()).catch(() => undefined);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    gone.abort();
    await Promise.allSettled(asked);
    // All turns are free again.
    const after = await Promise.all(Array.from({ length: 4 }, () => query('SELECT 1').then(({ status }) => status)));
    expect(after).toEqual([200, 200, 200, 200]);
  });
});
