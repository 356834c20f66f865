import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEngine, type Engine } from '../../server/src/clickhouse/engine.js';
import { readerGrants, writerGrants } from '../../server/src/clickhouse/grants.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';

interface Finding {
  subject: string;
  state: string;
  found: string;
  mend: string;
}

const folder = testFolder();
let engine: Engine;
let server: RunningServer;
let front: Server;
let tlsUrl: string;
const authority = join(folder, 'ca.pem');

const settings = () => ({
  FSP_CLICKHOUSE_URL: engine.url,
  FSP_CLICKHOUSE_USER: engine.writer.username,
  FSP_CLICKHOUSE_PASSWORD: engine.writer.password,
});
const doctor = async (more: Record<string, string>) => {
  const { stdout } = await fsp(
    ['doctor', '--json'],
    environment(join(folder, 'elsewhere'), { ...settings(), ...more }),
  );
  const findings = JSON.parse(stdout || '[]') as Finding[];
  return (subject: string) => findings.filter((one) => one.subject === subject);
};

beforeAll(async () => {
  engine = await startEngine({ dataDir: join(folder, 'engine'), port: 0, database: 'fsp' });
  makeCertificates(folder);
  front = createServer(
    { key: readFileSync(join(folder, 'server.key')), cert: readFileSync(join(folder, 'server.pem')) },
    (incoming, outgoing) => {
      const headers = { ...incoming.headers };
      delete headers.host;
      const onward = request(
        new URL(incoming.url ?? '/', engine.url),
        { method: incoming.method, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    },
  );
  await new Promise<void>((listening) => front.listen(0, '127.0.0.1', listening));
  tlsUrl = `https://localhost:${(front.address() as AddressInfo).port}`;
  // By TLS, with the authority named: everything that follows rests on it.
  server = await startServer(join(folder, 'data'), {
    ...settings(),
    FSP_CLICKHOUSE_URL: tlsUrl,
    FSP_CLICKHOUSE_CA_FILE: authority,
  });
  await eventually(
    () => server.status() as Promise<{ clickhouse: { prepared: boolean } }>,
    ({ clickhouse: { prepared } }) => prepared,
  );
});
afterAll(async () => {
  await server.kill('SIGKILL');
  front.closeAllConnections();
  await new Promise((closed) => front.close(closed));
  await engine.stop();
});

describe('TLS with an authority of the company', () => {
  test('that is not named is told with what names it, and one that is named is trusted', async () => {
    const unnamed = await doctor({ FSP_CLICKHOUSE_URL: tlsUrl });
    expect(unnamed('ClickHouse')[0]).toMatchObject({
      state: 'failure',
      mend: expect.stringContaining('FSP_CLICKHOUSE_CA_FILE') as string,
    });
    const named = await doctor({ FSP_CLICKHOUSE_URL: tlsUrl, FSP_CLICKHOUSE_CA_FILE: authority });
    expect(named('ClickHouse')[0]?.state).toBe('ok');
    const byNode = await doctor({ FSP_CLICKHOUSE_URL: tlsUrl, NODE_EXTRA_CA_CERTS: authority });
    expect(byNode('ClickHouse')[0]?.state).toBe('ok');
  });

  test('in a file that holds none is an error that names the file', async () => {
    const { code, stderr } = await fsp(
      ['query', 'SELECT 1'],
      environment(folder, {
        ...settings(),
        FSP_CLICKHOUSE_URL: tlsUrl,
        FSP_CLICKHOUSE_CA_FILE: join(folder, 'server.key'),
        FSP_CLICKHOUSE_READER_USER: 'x',
      }),
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/FSP_CLICKHOUSE_CA_FILE .*server\.key cannot be used: it holds no certificate/) as string,
    ]);
  });
});

describe('the schema', () => {
  test('is told where somebody else has a table in its database, where one of ours is gone, and where one is in its way', async () => {
    const schema = async () => (await doctor({}))('ClickHouse schema');
    expect(await schema()).toMatchObject([{ state: 'ok', found: 'up to date' }]);
    await asWriter('CREATE TABLE fsp.hr_machines (client_name String) ENGINE = MergeTree ORDER BY tuple()');
    expect(await schema()).toMatchObject([
      {
        state: 'warning',
        found: 'fsp has hr_machines beside our tables',
        mend: expect.stringContaining('forget') as string,
      },
    ]);
    await asWriter('RENAME TABLE fsp.repeated_messages TO fsp.aside');
    expect(await schema()).toMatchObject([{ state: 'failure', found: 'repeated_messages is missing in fsp' }]);
    await asWriter('RENAME TABLE fsp.hr_machines TO fsp.repeated_messages');
    expect(await schema()).toMatchObject([
      { state: 'failure', found: expect.stringContaining('was not made by a fallback status point') as string },
    ]);
    await asWriter('DROP TABLE fsp.repeated_messages SYNC');
    await asWriter('RENAME TABLE fsp.aside TO fsp.repeated_messages');
    expect(await schema()).toMatchObject([{ state: 'ok' }]);
  });
});

describe('grants', () => {
  test('that are enough are found to be, for an account that has these and no others', async () => {
    const of = await doctor({
      FSP_CLICKHOUSE_READER_USER: engine.reader.username,
      FSP_CLICKHOUSE_READER_PASSWORD: engine.reader.password,
    });
    expect(of('ClickHouse rights')).toMatchObject([{ state: 'ok' }]);
    expect(of('ClickHouse reader')).toMatchObject([{ state: 'ok', found: 'fsp_reader may read fsp and nothing else' }]);
    for (const subject of ['ClickHouse replicas', 'ClickHouse DDL queue', 'ClickHouse disks', 'receivers'])
      expect(of(subject), subject).toMatchObject([{ state: 'ok' }]);
    // Another receiver would take the name of the one that runs.
    expect(of('server name')).toMatchObject([{ state: 'failure', found: expect.stringContaining('FSP01') as string }]);
  });

  test('that are missing are told as the very statements that give them', async () => {
    const of = await doctor({
      FSP_CLICKHOUSE_USER: engine.reader.username,
      FSP_CLICKHOUSE_PASSWORD: engine.reader.password,
    });
    const [rights] = of('ClickHouse rights');
    expect(rights?.state).toBe('failure');
    const statements = rights!.mend.split('; ');
    expect(statements).toContain(
      'GRANT INSERT, ALTER, CREATE TABLE, CREATE VIEW, DROP TABLE, DROP VIEW, TRUNCATE, OPTIMIZE ON fsp.* TO fsp_reader',
    );
    expect(statements).toContain('GRANT CREATE DATABASE ON fsp.* TO fsp_reader');
    // No more than an account has that does all of it.
    expect(writerGrants({ database: 'fsp' }).length).toBeGreaterThanOrEqual(statements.length);
    const [reader] = of('ClickHouse reader');
    expect(reader).toMatchObject({ state: 'warning' });
    for (const { rights: right, on } of readerGrants({ database: 'fsp' }))
      expect(reader!.mend).toContain(`GRANT ${right} ON ${on} TO fsp_reader`);
    for (const statement of [
      ...statements,
      ...reader!.mend.split('; ').filter((one) => /^(GRANT|CREATE USER)/.test(one)),
    ])
      expect(await parses(statement), statement).toBe(true);
  });
});

async function asWriter(statement: string): Promise<void> {
  const answer = await fetch(engine.url, {
    method: 'POST',
    body: statement,
    headers: { 'X-ClickHouse-User': engine.writer.username, 'X-ClickHouse-Key': engine.writer.password },
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(said);
}

/** Whether ClickHouse's own parser takes a statement. */
async function parses(statement: string): Promise<boolean> {
  const quoted = statement.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const answer = await fetch(engine.url, {
    method: 'POST',
    body: `SELECT formatQuery('${quoted}')`,
    headers: { 'X-ClickHouse-User': engine.reader.username, 'X-ClickHouse-Key': engine.reader.password },
  });
  await answer.text();
  return answer.ok;
}

/** An authority of our own, and by it a certificate for localhost. */
function makeCertificates(dir: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority');
  openssl(
    'req',
    ...key,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'server.pem',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
  );
}
