import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../server/src/clickhouse/client.js';
import { readEngineCredentials } from '../server/src/clickhouse/credentials.js';
import { describeApi } from '../server/src/management/management.js';
import { statusSchema } from '../server/src/management/status-schema.js';
import { normalised, type RoleConfiguration } from '../server/src/roles/role.js';
import { RoleStore } from '../server/src/roles/role-store.js';
import { report } from './reports.js';
import { eventually, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
let server: RunningServer;
let admin: string;

beforeAll(async () => {
  server = await startServer(folder, { FSP_THROTTLE_MESSAGES: '100', FSP_THROTTLE_RESERVE: '0' });
  admin = tokens().admin;
});
afterAll(async () => {
  await server.kill('SIGTERM');
});

const tokens = () => JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as { admin: string; viewer: string };

interface Answer {
  status: number;
  etag: string | null;
  body: Record<string, unknown>;
}

async function call(
  method: string,
  path: string,
  options: { body?: unknown; token?: string | null; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { body, token = admin, headers = {} } = options;
  const answer = await fetch(server.management + path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    etag: answer.headers.get('etag'),
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

const role = { serverName: 'FSP01', intranetFqdn: 'localhost.localdomain', throttleReserve: 0 };

const defaults: RoleConfiguration = {
  serverName: '',
  siteCode: 'PS1',
  intranetFqdn: '',
  internetFqdn: '',
  internetClients: false,
  installationAccount: null,
  messageCount: 10_000,
  throttleIntervalSeconds: 3_600,
  throttleReserve: 0.2,
  otherRoles: [],
};

interface Operation {
  summary?: string;
  security?: unknown[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, unknown>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
}

describe('the API, driven from its description', () => {
  const committed = JSON.parse(readFileSync(new URL('../server/openapi.json', import.meta.url), 'utf8')) as Description;
  const operations = Object.entries(committed.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path: path.replace('{server}', 'NOBODY'),
      operation,
    })),
  );
  const guarded = operations.filter(({ operation }) => operation.security?.length !== 0);

  test('the committed description is that of the code', async () => {
    expect(JSON.parse(JSON.stringify(await describeApi()))).toEqual(committed);
    expect(guarded.length).toBeGreaterThan(7);
  });

  test('the server gives it without a token, and a page to try it', async () => {
    expect((await call('GET', '/openapi.json', { token: null })).body).toEqual(committed);
    const page = await fetch(`${server.management}/docs/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });

  // Wrong tokens are answered later and later; several wait at a time.
  test.concurrent.each(guarded)('$name needs a token', async ({ method, path, operation }) => {
    for (const token of [null, 'wrong']) {
      const { status, body } = await call(method, path, { token });
      expect([status, body.code]).toEqual([401, 'FSP_UNAUTHORIZED']);
    }
    expect(Object.keys(operation.responses)).toContain('401');
  });

  test.each(guarded.filter(({ operation }) => '403' in operation.responses))(
    '$name is refused to a viewer',
    async ({ method, path, operation }) => {
      const { status, body } = await call(method, path, {
        token: tokens().viewer,
        ...(operation.requestBody === undefined ? {} : { body: role }),
      });
      expect([status, body.code]).toEqual([403, 'FSP_FORBIDDEN']);
    },
  );

  test.each(
    guarded
      .filter(({ operation }) => operation.requestBody !== undefined)
      .flatMap((operation) =>
        [
          '{',
          '[]',
          'null',
          '{"serverName":5}',
          '{"__proto__":{"x":1}}',
          '{"unknown":1}',
          '"text"',
          '{"serverName":"A","messageCount":"500"}',
        ].map((body) => ({ ...operation, body })),
      ),
  )('$name refuses $body', async ({ method, path, body }) => {
    const answer = await call(method, path, {
      body,
      headers: { 'content-type': 'application/json', 'if-match': '"1"' },
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status: 400, code: 'FSP_REQUEST_INVALID', type: 'about:blank' });
  });

  test.each(guarded.filter(({ operation }) => 'application/json' in (operation.requestBody?.content ?? {})))(
    '$name refuses what is too large or no JSON, as its description says',
    async ({ method, path, operation }) => {
      const largest = path.startsWith('/api/v1/quarantine') ? 2_097_152 : 262_144;
      const tooLarge = await call(method, path, { body: { siteCode: 'x'.repeat(largest) } });
      const noJson = await call(method, path, { body: '<a/>', headers: { 'content-type': 'application/xml' } });
      for (const { status, body } of [tooLarge, noJson]) {
        expect(body).toMatchObject({ status, code: 'FSP_REQUEST_INVALID', type: 'about:blank' });
        expect(Object.keys(operation.responses)).toContain(String(status));
      }
      expect([tooLarge.status, noJson.status]).toEqual([413, 415]);
      expect(tooLarge.body.title).toContain(`up to ${largest} bytes`);
      expect(noJson.body.title).toBe('A body of application/xml is not taken here; send it as application/json');
    },
  );

  test('the status is what the description says, and nothing of it is left out', async () => {
    const { body } = await call('GET', '/api/v1/status');
    expect([...Value.Errors(statusSchema, body)]).toEqual([]);
    expect(Object.keys(statusSchema.properties).sort()).toEqual(Object.keys(body).sort());
    for (const part of ['spool', 'throttle', 'clickhouse', 'quarantine', 'server'] as const)
      expect(Object.keys(statusSchema.properties[part].properties).sort(), part).toEqual(
        Object.keys(body[part] as object).sort(),
      );
  });

  test.each([
    ['no HTTP', 'NONSENSE\r\n\r\n', 400],
    ['too much of headers', `GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s is refused in the same form', async (_name, sent, status) => {
    const socket = createConnection(Number(new URL(server.management).port), '127.0.0.1');
    socket.write(sent);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    expect(head?.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(body ?? '')).toMatchObject({ status, code: 'FSP_REQUEST_INVALID', type: 'about:blank' });
  });

  test.each(['name=a%00.log&host=PC1', 'name=a.log&host=PC1%0A'])(
    'a log is of no machine and no file whose name has control characters: %s',
    async (query) => {
      const { status, body } = await call('POST', `/api/v1/setup-logs/upload?${query}`, {
        body: 'a line\n',
        headers: { 'content-type': 'application/octet-stream' },
      });
      expect([status, body.code]).toEqual([400, 'FSP_REQUEST_INVALID']);
    },
  );

  test.each(['setup-logs/upload?name=a.log&host=PC1', 'expected'])(
    'JSON is no file, also where it says nothing: %s asks for the file itself',
    async (path) => {
      for (const body of ['null', '{}']) {
        const answer = await call('POST', `/api/v1/${path}`, { body });
        expect([answer.status, answer.body]).toMatchObject([
          400,
          {
            code: 'FSP_REQUEST_INVALID',
            title: expect.stringMatching(/itself as application\/octet-stream/) as string,
          },
        ]);
      }
    },
  );

  test('an address that is none is refused like any other request', async () => {
    const { status, body } = await call('GET', '/api/v1/roles/%E0');
    expect(status).toBe(400);
    expect(body).toMatchObject({ status, code: 'FSP_REQUEST_INVALID', type: 'about:blank' });
  });
});

test('of several receivers that change one role at the same moment, one is first and the others are told', async () => {
  const engine = readEngineCredentials(join(folder, 'clickhouse'))!;
  const client = connect({ url: engine.url, ...engine.writer, database: 'fsp' });
  const stores = Array.from(
    { length: 6 },
    () => new RoleStore(client, { database: 'fsp', cluster: 'fsp', quorum: 'auto' }, () => Promise.resolve()),
  );
  for (let version = 1; version <= 5; version++) {
    const added = await Promise.all(
      stores.map((store, index) =>
        store.add({
          server: 'RACE01',
          version,
          changeId: `${version}-${index}`,
          // The clocks of receivers differ: they must not decide.
          changedAt: Date.now() - index * 1_000,
          changedBy: `receiver ${index}`,
          removed: true,
          configuration: normalised({ ...defaults, serverName: 'RACE01' }),
        }),
      ),
    );
    expect(added.filter(Boolean)).toHaveLength(1);
    const newest = await stores[0]?.newestOf('RACE01');
    expect([newest?.version, newest?.changeId]).toEqual([version, `${version}-${added.indexOf(true)}`]);
  }
  await client.close();
});

test('a role that is created at one receiver is in force at the other, over one ClickHouse', async () => {
  const engine = readEngineCredentials(join(folder, 'clickhouse'))!;
  const other = await startServer(join(folder, 'second'), {
    FSP_SERVER_NAME: 'fsp02.contoso.com',
    FSP_CLICKHOUSE_URL: engine.url,
    FSP_CLICKHOUSE_USER: engine.writer.username,
    FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
    FSP_CLICKHOUSE_READER_USER: engine.reader.username,
    FSP_CLICKHOUSE_READER_PASSWORD: engine.reader.password,
  });
  try {
    const { status } = await call('POST', '/api/v1/roles', { body: { serverName: 'FSP02', messageCount: 777 } });
    expect(status).toBe(201);
    await eventually(
      () => other.status() as Promise<{ throttle: { messageLimit: number } }>,
      ({ throttle }) => throttle.messageLimit === 777,
    );
    const { body } = await call('GET', '/api/v1/roles', { token: tokens().viewer });
    expect((body.roles as { server: string }[]).map(({ server: name }) => name)).toContain('FSP02');
  } finally {
    await other.kill('SIGTERM');
  }
});

describe('queries', () => {
  const query = (sql: string) => call('POST', '/api/v1/query', { body: { sql }, token: tokens().viewer });

  test('read, and say what is wrong with them', async () => {
    const { status, body } = await query('SELECT 1 AS one;');
    expect([status, body.data]).toEqual([200, [{ one: 1 }]]);
    const wrong = await query('SELECT nothing FROM nowhere');
    expect([wrong.status, wrong.body.code]).toEqual([400, 'FSP_QUERY_FAILED']);
  });

  test.each([
    'DROP TABLE fsp.state_messages',
    "INSERT INTO fsp.rejected_messages (reason) VALUES ('x')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    'SYSTEM SHUTDOWN',
    'SELECT * FROM system.users',
  ])('%s is refused', async (sql) => {
    expect((await query(sql)).status).toBe(400);
  });

  test('runs of set-up logs are listed, and a wrong id or limit is refused', async () => {
    expect((await call('GET', '/api/v1/setup-runs')).body).toEqual({ rows: [] });
    expect((await call('GET', `/api/v1/setup-runs/${'0'.repeat(32)}/records?after=5`)).body).toEqual({ rows: [] });
    for (const path of [
      '/api/v1/setup-runs?limit=x',
      '/api/v1/setup-runs?limit=99999',
      '/api/v1/setup-runs/abc/records',
    ])
      expect((await call('GET', path)).status).toBe(400);
  });
});

describe('a role and its receiver', () => {
  const stored = async () => {
    const sql = 'SELECT toUInt32(count()) AS n FROM state_messages';
    return ((await call('POST', '/api/v1/query', { body: { sql } })).body.data as { n: number }[])[0]?.n;
  };

  test('a change is in force at once: raising the count releases messages, lowering holds them', async () => {
    await Promise.all(Array.from({ length: 160 }, (_, n) => server.post(report({ client: `PC${n}`, state: 100 }))));
    await eventually(stored, (count) => count === 100);
    const created = await call('POST', '/api/v1/roles', {
      body: { ...role, messageCount: 130, throttleReserve: 0 },
      headers: { 'x-grafana-context': '{"user":{"login":"alice"}}' },
    });
    expect([created.status, created.etag, created.body.changedBy]).toEqual([201, '"1"', 'alice']);
    await eventually(stored, (count) => count === 130);
    const lowered = await call('PUT', '/api/v1/roles/FSP01', {
      body: { ...role, messageCount: 100, throttleReserve: 0 },
      headers: { 'if-match': '"1"' },
    });
    expect([lowered.status, lowered.etag]).toEqual([200, '"2"']);
    await server.post(report({ client: 'LATE', state: 100 }));
    const status = (await call('GET', '/api/v1/status')).body as {
      throttle: { messageLimit: number; used: number; waiting: number };
      role: { version: number };
    };
    expect(status.throttle).toMatchObject({ messageLimit: 100, used: 130, waiting: 31 });
    expect(status.role.version).toBe(2);
    expect(await stored()).toBe(130);
  });

  test('of two administrators the second is told, and nothing is overwritten', async () => {
    const stale = await call('PUT', '/api/v1/roles/FSP01', { body: role, headers: { 'if-match': '"1"' } });
    expect([stale.status, stale.body.code]).toEqual([412, 'FSP_ROLE_CHANGED']);
    const blind = await call('PUT', '/api/v1/roles/FSP01', { body: role });
    expect([blind.status, blind.body.code]).toEqual([428, 'FSP_PRECONDITION_REQUIRED']);
    const nonsense = await call('PUT', '/api/v1/roles/FSP01', { body: role, headers: { 'if-match': '*' } });
    expect(nonsense.status).toBe(400);
  });

  test('what the wizard shows is validated without being done', async () => {
    const { status, body } = await call('POST', '/api/v1/roles/validate', {
      body: { serverName: 'NEW01', internetClients: true },
      token: tokens().viewer,
    });
    expect([status, body.valid]).toEqual([200, false]);
    expect(body.findings).toMatchObject([{ code: 'ROLE_INTERNET_FQDN_MISSING', field: 'internetFqdn' }]);
    expect((await call('GET', '/api/v1/roles/NEW01')).status).toBe(404);
  });

  test('a removed role takes no message and delivers what it holds, across a restart; created again it resumes', async () => {
    const current = await call('GET', '/api/v1/roles/fsp01.contoso.com');
    const removed = await call('DELETE', '/api/v1/roles/FSP01', {
      headers: { 'if-match': current.etag ?? '', 'content-type': 'application/json' },
    });
    expect(removed.status).toBe(204);
    const refused = await fetch(`${server.intake}/SMS_FSP/.sms_fsp`, {
      method: 'POST',
      body: report({ client: 'PC900', state: 100 }) as Uint8Array<ArrayBuffer>,
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
    const ready = await fetch(`${server.management}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('the role was removed')]);

    await server.kill('SIGKILL');
    server = await startServer(folder, { FSP_THROTTLE_MESSAGES: '100', FSP_THROTTLE_RESERVE: '0' });
    expect((await server.post(report({ client: 'PC900', state: 100 }))).status).toBe(503);

    const again = await call('POST', '/api/v1/roles', { body: { ...role, messageCount: 1_000 } });
    expect(again.status).toBe(201);
    expect((await server.post(report({ client: 'PC900', state: 100 }))).status).toBe(200);
    await eventually(stored, (count) => count === 162);
    const { body } = await call('GET', '/api/v1/roles/FSP01/history');
    expect(
      (body.versions as { version: number; removed: boolean }[]).map(({ version, removed: gone }) => [version, gone]),
    ).toEqual([
      [4, false],
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  test('tokens are rotated without a restart', async () => {
    const before = tokens();
    const next = { admin: 'a-new-admin-token-1234', viewer: before.viewer };
    writeFileSync(join(folder, 'tokens.json'), JSON.stringify(next));
    expect((await call('GET', '/api/v1/roles', { token: before.admin })).status).toBe(401);
    expect((await call('GET', '/api/v1/roles', { token: next.admin })).status).toBe(200);
    // Whoever revokes a token by a file that cannot be read has to know that it holds on.
    writeFileSync(join(folder, 'tokens.json'), '{"admin":');
    for (let asked = 0; asked < 2; asked++)
      expect((await call('GET', '/api/v1/roles', { token: next.admin })).status).toBe(200);
    expect(server.output().match(/tokens\.json cannot be read: .*the former ones hold/g)).toHaveLength(1);
    rmSync(join(folder, 'tokens.json'));
    expect((await call('GET', '/api/v1/roles', { token: next.admin })).status).toBe(401);
    admin = tokens().admin;
    expect((await call('GET', '/api/v1/roles', { token: admin })).status).toBe(200);
  });
});
