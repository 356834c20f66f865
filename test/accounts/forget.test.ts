import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patternOf, subjectOf } from '../../server/src/forget/subject.js';
import { ForgottenInSpool, withoutSubject } from '../../server/src/forget/in-spool.js';
import type { Forgets } from '../../server/src/forget/forget.js';
import { readEngineCredentials } from '../../server/src/clickhouse/credentials.js';
import { Quarantine } from '../../server/src/quarantine/quarantine.js';
import { batchOf, entry } from '../entries.js';
import { report } from '../reports.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';

const folder = testFolder();
const data = join(folder, 'data');
let server: RunningServer;
let env: Record<string, string>;
const writer = () => readEngineCredentials(join(data, 'clickhouse'))!;

/** As the server itself asks; rows of any table. */
const ask = async <Row>(sql: string): Promise<Row[]> => {
  const { url, writer: account } = writer();
  const answer = await fetch(`${url}/?default_format=JSONEachRow&mutations_sync=2`, {
    method: 'POST',
    body: sql,
    headers: { 'X-ClickHouse-User': account.username, 'X-ClickHouse-Key': account.password },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
};
/** In how many rows of which tables a text stands, in whatever column, roll-ups too: what the engine's own files show. */
const mentions = async (text: string): Promise<string[]> => {
  const tables = await ask<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = 'fsp' AND engine LIKE '%MergeTree' AND name NOT IN ('receiver_status', 'state_catalog', 'error_catalog')",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await ask<{ n: number }>(
      `SELECT toUInt32(count()) AS n FROM (SELECT formatRow('JSONEachRow', *) AS row FROM fsp.${name}) WHERE positionCaseInsensitive(row, '${text}') > 0`,
    );
    if (row!.n > 0) found.push(name);
  }
  return found;
};
const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
  const { admin } = JSON.parse(readFileSync(join(data, 'tokens.json'), 'utf8')) as { admin: string };
  const answer = await fetch(`${server.management}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const told = (await answer.json()) as T;
  if (!answer.ok) throw new Error(JSON.stringify(told));
  return told;
};
const forget = (kind: string, name: string, dryRun = false) => call<Forgets>('POST', '/forget', { kind, name, dryRun });
/** Passes on all that waits. */
const drain = async () => {
  await call('POST', '/drain', {});
  await eventually(
    () => call<{ done: boolean }>('GET', '/drain'),
    ({ done }) => done,
    40_000,
  );
  await call('DELETE', '/drain');
};

beforeAll(async () => {
  // The least that may pass: what is more waits in the spool.
  server = await startServer(data, {
    FSP_THROTTLE_MESSAGES: '100',
    FSP_THROTTLE_INTERVAL: '86400',
    FSP_THROTTLE_RESERVE: '0',
  });
  env = environment(data);
  const statuses = await Promise.all([
    ...Array.from({ length: 97 }, (_, index) => server.post(report({ client: `KEEP${index}`, state: 100 }))),
    server.post(report({ client: 'FORGETME', state: 313, params: ['1603', 'C:\\Users\\jdoe\\x.log', 'CORP\\jdoe'] })),
    server.post(report({ client: 'FORGETME2', state: 100 })),
    server.post(report({ client: 'OTHER', state: 313, params: ['CORP\\jdoe', 'jdoes', 'by JDOE'] })),
  ]);
  expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
  await server.post('<nonsense>FORGETME and others</nonsense>');
  await eventually(
    () => ask<{ n: number }>('SELECT toUInt32(count()) AS n FROM fsp.state_messages'),
    ([row]) => row?.n === 100,
  );
  await server.post(report({ client: 'FORGETME', state: 100, serial: 2 }));
  await server.post(report({ client: 'STAYS', state: 100, serial: 2 }));
  await eventually(
    () => ask<{ n: number }>('SELECT toUInt32(count()) AS n FROM fsp.rejected_messages'),
    ([row]) => row?.n === 1,
  );
});
afterAll(async () => {
  await (server as RunningServer | undefined)?.kill('SIGKILL');
});

describe('a machine', () => {
  test('is shown first and then removed everywhere, its neighbours stay, and what waits never arrives', async () => {
    const would = await forget('machine', 'forgetme', true);
    expect(would).toMatchObject({ dryRun: true, spool: 1 });
    expect(would.tables).toContainEqual({ table: 'state_messages', rowsRemoved: 1, rowsBlanked: 0 });
    expect(would.tables).toContainEqual({ table: 'rejected_messages', rowsRemoved: 1, rowsBlanked: 0 });
    expect(await ask("SELECT client_name FROM fsp.clients WHERE client_name = 'FORGETME'")).toHaveLength(1);
    const unasked = await fsp(['forget', 'forgetme'], env);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('say --yes') as string]);
    const asked = await fsp(['forget', 'forgetme', '--yes', '--json'], env);
    const removed = JSON.parse(asked.stdout) as Forgets;
    expect({ ...removed, dryRun: true }).toEqual(would);
    expect(await mentions('"FORGETME"')).toEqual([]);
    expect(await ask("SELECT client_name FROM fsp.clients WHERE client_name LIKE 'FORGETME%'")).toEqual([
      { client_name: 'FORGETME2' },
    ]);
    // All that waits is passed on now.
    await drain();
    expect(await ask("SELECT client_name FROM fsp.state_messages WHERE client_name IN ('FORGETME', 'STAYS')")).toEqual([
      { client_name: 'STAYS' },
    ]);
    expect(await mentions('"FORGETME"')).toEqual([]);
    expect(await forget('machine', 'forgetme')).toMatchObject({ tables: [], spool: 0, quarantine: 0 });
  }, 180_000);

  test('of an image, whose id many machines have, goes alone', async () => {
    const id = 'A9006D0E-CF56-41D1-A006-6330EFC39381';
    for (const client of ['IMAGED1', 'IMAGED2', 'IMAGED3', 'IMAGED4']) {
      const body = report({ client, state: 400 }).toString('utf16le');
      const imaged = body.replace('00000000-0000-0000-0000-000000000000', id);
      expect((await server.post(Buffer.from(imaged, 'utf16le'))).status).toBe(200);
    }
    // By its name alone, as before it had a client.
    expect((await server.post(report({ client: 'IMAGED1', state: 100, serial: 9 }))).status).toBe(200);
    await drain();
    const byId = await forget('machine', id, true);
    expect(byId.alsoKnownAs).toEqual([]);
    expect(byId.tables).toContainEqual({ table: 'state_messages', rowsRemoved: 4, rowsBlanked: 0 });
    expect(await forget('machine', 'imaged2')).toMatchObject({ alsoKnownAs: [] });
    expect(
      await ask(
        "SELECT DISTINCT client_name FROM fsp.state_messages WHERE client_name LIKE 'IMAGED%' ORDER BY client_name",
      ),
    ).toEqual(['IMAGED1', 'IMAGED3', 'IMAGED4'].map((client_name) => ({ client_name })));
  });

  test('is forgotten under an earlier name of the same GUID too, also where that still waits', async () => {
    const id = 'B9006D0E-CF56-41D1-A006-6330EFC39382';
    const post = async (client: string) => {
      const body = report({ client, state: 400 }).toString('utf16le');
      const own = body.replace('00000000-0000-0000-0000-000000000000', id);
      expect((await server.post(Buffer.from(own, 'utf16le'))).status).toBe(200);
    };
    await post('NEWNAME');
    await drain();
    await post('OLDNAME');
    expect(await forget('machine', 'newname', true)).toMatchObject({ spool: 1 });
    expect(await forget('machine', 'newname')).toMatchObject({ spool: 1 });
    await drain();
    expect(await mentions(id)).toEqual([]);
  });

  test('is forgotten by its GUID where it reported without a name too, and nobody else is; an id that is no GUID names nobody', async () => {
    const id = 'C9006D0E-CF56-41D1-A006-6330EFC39383';
    const post = async (client: string, clientId: string) => {
      const body = report({ client, state: 400 }).toString('utf16le');
      const own = body.replace('00000000-0000-0000-0000-000000000000', clientId);
      expect((await server.post(Buffer.from(own, 'utf16le'))).status).toBe(200);
    };
    await post('NAMED', id);
    await post('', id);
    await post('ODD', 'KEPT');
    await drain();
    await post('KEPT', '00000000-0000-0000-0000-000000000000');
    const rowsOf = ({ tables }: Forgets) => tables.find(({ table }) => table === 'state_messages')?.rowsRemoved;
    const would = await forget('machine', id, true);
    expect([would.alsoKnownAs, rowsOf(would), would.spool]).toEqual([['NAMED'], 2, 0]);
    const odd = await forget('machine', 'odd', true);
    expect([rowsOf(odd), odd.spool]).toEqual([1, 0]);
    await drain();
  });

  test('that reports anew is known again', async () => {
    await server.post(report({ client: 'FORGETME', state: 100, serial: 3 }));
    await drain();
    expect(await ask("SELECT client_name FROM fsp.clients WHERE client_name = 'FORGETME'")).toHaveLength(1);
    expect(readFileSync(join(data, 'forgotten.json'), 'utf8')).toBe('[]');
  });
});

describe('a user', () => {
  test('is blanked where the name stands; machines keep their states, and longer names stay', async () => {
    const removed = await forget('user', 'CORP\\jdoe');
    expect(removed.tables.map(({ table }) => table)).toContain('state_messages');
    expect(await ask("SELECT params FROM fsp.state_messages WHERE client_name = 'OTHER'")).toEqual([
      { params: ['(forgotten)', 'jdoes', 'by (forgotten)'] },
    ]);
    expect(await ask("SELECT outcome FROM fsp.clients WHERE client_name = 'OTHER'")).toEqual([{ outcome: 'failed' }]);
    expect((await forget('user', 'CORP\\jdoe', true)).tables).toEqual([]);
  });

  test('is blanked in what waits, in every text of it', () => {
    const subject = subjectOf('user', 'CORP\\jdoe');
    const base = entry('PC1');
    const message = { ...base.message, params: ['jdoe', 'x'], details: 'for CORP\\jdoe jdoe.' };
    expect(withoutSubject({ ...base, message }, subject)).toMatchObject({
      message: { params: ['(forgotten)', 'x'], details: 'for (forgotten) (forgotten).' },
      raw: new Uint8Array(),
    });
    expect(withoutSubject(base, subject)).toBe(base);
  });

  test('stays out of the quarantine, also where it is forgotten while its batch is under way', async () => {
    const place = testFolder();
    const forgotten = new ForgottenInSpool(place, { warn: expect.unreachable });
    const quarantine = await Quarantine.open({ dir: join(place, 'quarantine') });
    const base = entry('PC1');
    const message = { ...base.message, params: ['jdoe'] };
    const batch = batchOf({ ...base, message }, entry('PC2'));
    await forgotten.add([subjectOf('user', 'CORP\\jdoe')]);
    await forgotten.add([subjectOf('machine', 'PC2')]);
    const refused = [0, 1].map((index) => ({ index, code: '', reason: 'no' }));
    await quarantine.setAside('otlp', forgotten.passedOn(batch), refused);
    expect(quarantine.list()).toHaveLength(1);
    const kept = await quarantine.read(quarantine.list()[0]!.id);
    expect(kept.entry).toMatchObject({ message: { params: ['(forgotten)'] } });
  });
});

test('a list of what is forgotten that somebody damaged is told and put aside, also where it is JSON of another kind', () => {
  for (const damaged of ['[{"kind":"machine","name":"PC1"', '[null]', '{}', '']) {
    const place = testFolder();
    const path = join(place, 'forgotten.json');
    writeFileSync(path, damaged);
    const told: string[] = [];
    const list = new ForgottenInSpool(place, { warn: (message) => told.push(message) });
    expect(told).toEqual([expect.stringMatching(/cannot be read.*kept as .*forgotten\.json\.damaged.*once more$/)]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(damaged);
    const batch = batchOf(entry('PC1'));
    expect(list.passedOn(batch)).toBe(batch);
  }
});

test.each(['', '*', '%', '.', "x' OR 1 --", 'a'.repeat(300), '__', '(a+)+'])('%j is no name', (name) => {
  expect(() => subjectOf('machine', name)).toThrow(/is no name of a machine/);
});

test.each(['00000000-0000-0000-0000-000000000000', ' {GUID:00000000-0000-0000-0000-000000000000} '])(
  '%j is the id of all who have no client, and of no machine',
  (name) => {
    expect(() => subjectOf('machine', name)).toThrow(/every machine without a client/);
  },
);

test('what is no name is refused, and nothing is removed', async () => {
  const { code, stderr } = await fsp(['forget', '--yes', '--', '%'], env);
  expect([code, stderr]).toEqual([2, expect.stringContaining('is no name of a machine') as string]);
});

test('names are taken as they are, never as a pattern', () => {
  const pattern = new RegExp(patternOf(subjectOf('machine', 'PC.1')), 'i');
  expect(pattern.test('xx PC.1 yy')).toBe(true);
  expect(pattern.test('xx PCA1 yy')).toBe(false);
});
