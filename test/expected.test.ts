import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../server/src/clickhouse/client.js';
import { readEngineCredentials } from '../server/src/clickhouse/credentials.js';
import { ExpectedLists } from '../server/src/expected/expected-lists.js';
import { readExpectedList } from '../server/src/expected/read-list.js';
import { report } from './reports.js';
import { environment, eventually, fsp, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const namesOf = async (text: string | Buffer) =>
  (await readExpectedList(Buffer.from(text as string))).machines.map(({ clientName }) => clientName);

describe('a list of machines is read as directories and sites write it', () => {
  const powershell = [
    '#TYPE Microsoft.ActiveDirectory.Management.ADComputer',
    '"DistinguishedName","DNSHostName","Enabled","LastLogonDate","Name","ObjectClass","OperatingSystem","SamAccountName"',
    '"CN=PC001,OU=Paris,OU=Workstations,DC=contoso,DC=com","PC001.contoso.com","True","11/20/2026 8:01:02 AM","PC001","computer","Windows 11 Enterprise","PC001$"',
    '"CN=PC002,OU=Lyon\\, centre,OU=Workstations,DC=contoso,DC=com","","True","","PC002","computer","","PC002$"',
    '"CN=PC003,CN=Computers,DC=contoso,DC=com","pc003.contoso.com","False","","PC003","computer","","PC003$"',
  ].join('\r\n');

  test('Get-ADComputer | Export-Csv, disabled accounts left out', async () => {
    const { machines, disabled, unreadable } = await readExpectedList(Buffer.from(powershell));
    expect(machines).toEqual([
      {
        clientName: 'PC001',
        clientFqdn: 'pc001.contoso.com',
        organisationalUnit: 'Workstations/Paris',
        operatingSystem: 'Windows 11 Enterprise',
        lastLogon: '11/20/2026 8:01:02 AM',
      },
      expect.objectContaining({ clientName: 'PC002', clientFqdn: '', organisationalUnit: 'Workstations/Lyon, centre' }),
    ]);
    expect({ disabled, unreadable: unreadable.rows }).toEqual({ disabled: 1, unreadable: 0 });
  });

  test.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${powershell}`)],
    ['UTF-16', Buffer.from(`\ufeff${powershell}`, 'utf16le')],
    ['big-endian UTF-16', Buffer.from(`\ufeff${powershell}`, 'utf16le').swap16()],
    ['semicolons', Buffer.from('sep=;\r\nNom;Système\r\npc001;Windows\r\nPC002;Windows\r\n', 'latin1')],
    [
      'tabs, as Users and Computers exports',
      Buffer.from('Name\tType\tDescription\npc001\tComputer\t\npc002\tComputer\tx'),
    ],
    ['names only', Buffer.from('pc001\r\n\r\n  PC002 \r\n')],
    ['full names only', Buffer.from('pc001.contoso.com\npc002.contoso.com')],
    ['dsquery', Buffer.from('"CN=PC001,OU=Paris,DC=contoso,DC=com"\n"CN=PC002,DC=contoso,DC=com"\n')],
    [
      'csvde',
      Buffer.from('DN,sAMAccountName\n"CN=PC001,DC=contoso,DC=com",PC001$\n"CN=PC002,DC=contoso,DC=com",PC002$'),
    ],
    ['the site’s view', Buffer.from('ResourceID,Netbios_Name0,Operating_System_Name_and0\n1,PC001,x\n2,PC002,x')],
    ['accounts with their domain', Buffer.from('Computer\nCONTOSO\\pc001\nCONTOSO\\PC002$\n')],
  ])('%s', async (_name, file) => {
    expect(await namesOf(file)).toEqual(['PC001', 'PC002']);
  });

  test('a machine that stands there twice counts once, and rows that name none are told', async () => {
    const list = await readExpectedList(
      Buffer.from('Name,DNSHostName\nPC1,\npc1,pc1.a.com\nPC2,\nPC3,\nhas a space,\n'),
    );
    expect(list.machines.map(({ clientName, clientFqdn }) => [clientName, clientFqdn])).toEqual([
      ['PC1', 'pc1.a.com'],
      ['PC2', ''],
      ['PC3', ''],
    ]);
    expect(list.repeated).toBe(1);
    expect(list.unreadable).toEqual({ rows: 1, examples: [{ row: 6, text: 'has a space, ' }] });
  });

  test.each([
    ['nothing', ''],
    ['blank lines', '\r\n\r\n'],
    ['a header alone', 'Name,DNSHostName\r\n'],
    ['a workbook', 'PK\u0003\u0004 rubbish'],
    ['bytes', Buffer.from([0, 1, 2, 3, 255, 254, 0, 0])],
    ['a page', '<html><body>Sign in</body></html>'],
    ['columns that tell no machine', 'Price,Colour\n1,red\n2,blue'],
    ['prose', 'Dear colleagues,\nplease find the list attached.\nKind regards\n'],
    ['a quote that never ends', `Name\n"${'x,'.repeat(100_000)}`],
  ])('%s is refused with a reason', async (_name, file) => {
    await expect(readExpectedList(Buffer.from(file as string))).rejects.toMatchObject({
      code: 'FSP_LIST_UNREADABLE',
      message: expect.stringMatching(/\. Nothing was changed: send a CSV file/) as string,
    });
  });
});

describe('who never spoke', () => {
  const folder = testFolder();
  let server: RunningServer;
  let admin: string;
  const settings = { FSP_THROTTLE_MESSAGES: '100000' };
  beforeAll(async () => {
    server = await startServer(folder, settings);
    ({ admin } = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8')) as { admin: string });
    for (const state of [
      { client: 'WELL1', state: 100 },
      { client: 'WELL1', state: 400 },
      { client: 'BEGUN1', state: 100 },
      { client: 'BAD1', state: 313, params: ['1603'] },
      { client: 'FIFTEENLETTERSX', state: 400 },
    ])
      await server.post(report(state));
    await eventually(
      () => server.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM clients'),
      ([row]) => row?.n === 4,
    );
  }, 60_000);
  afterAll(async () => {
    await server?.kill('SIGTERM');
  });

  const standings = async () =>
    Object.fromEntries(
      (
        await server.query<{ client_name: string; standing: string }>(
          'SELECT client_name, standing FROM expected_clients ORDER BY client_name',
        )
      ).map(({ client_name, standing }) => [client_name, standing]),
    );
  const api = (path: string, method: string, token: string, body?: string) =>
    fetch(`${server.management}/api/v1/expected${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
      ...(body === undefined ? {} : { body }),
    });

  test('who was renamed since is heard of; who waits for a restart, or for a download, has not ended', async () => {
    const as = (id: string, body: Buffer) =>
      Buffer.from(body.toString('utf16le').replace('00000000-0000-0000-0000-000000000000', id), 'utf16le');
    const id = 'A1006D0E-CF56-41D1-A006-6330EFC39381';
    for (const body of [
      as(id, report({ client: 'OLDNAME1', state: 400 })),
      as(id, report({ client: 'NEWNAME1', state: 700, serial: 2 })),
      report({ client: 'RESTART1', state: 100 }),
      report({ client: 'RESTART1', state: 317, serial: 2 }),
      report({ client: 'LOADS1', state: 101 }),
      report({ client: 'DONE1', state: 401 }),
      report({ client: 'ENROLS1', state: 100, topicType: 810 }),
    ])
      expect((await server.post(body)).status).toBe(200);
    expect((await api('?list=Moved', 'POST', admin, 'OldName1\nrestart1\nloads1\ndone1\nenrols1')).status).toBe(200);
    await eventually(standings, (found) => found.ENROLS1 === 'heard');
    expect(await standings()).toMatchObject({
      OLDNAME1: 'heard',
      RESTART1: 'never_ended',
      LOADS1: 'never_ended',
      DONE1: 'heard',
      ENROLS1: 'heard',
    });
    expect((await api('?list=Moved', 'DELETE', admin)).status).toBe(200);
  });

  const listed = async () => ((await (await api('', 'GET', server.token)).json()) as { lists: object[] }).lists;

  test('a list is held against what was heard, replaced at once, merged and removed', async () => {
    const file = join(folder, 'machines.csv');
    writeFileSync(file, 'Name\nwell1.contoso.com\nBegun1\nbad1\nFifteenLettersXAndMore\nGONE1\n');
    const first = await fsp(['expect', file], environment(folder, settings));
    expect(first, first.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^5 machines are expected \(list expected\)\nWho never spoke: .*\n.*'never_heard'"\n$/,
      ) as string,
    });
    expect(await standings()).toEqual({
      BAD1: 'failed',
      BEGUN1: 'never_ended',
      FIFTEENLETTERSXANDMORE: 'heard',
      GONE1: 'never_heard',
      WELL1: 'heard',
    });
    // Twice, as a task that merges each night.
    for (const name of ['more.csv', 'again.csv'])
      expect((await api(`?mode=merge&name=${name}`, 'POST', admin, 'gone2\nWELL1')).status).toBe(200);
    expect(await listed()).toEqual([
      expect.objectContaining({ list: 'expected', machines: 6, loads: 3, fileName: 'again.csv' }),
    ]);
    expect((await api('?list=Lyon', 'POST', admin, 'gone2\ngone3')).status).toBe(200);
    expect(Object.keys(await standings())).toEqual(
      expect.arrayContaining(['GONE1', 'GONE2', 'GONE3', 'WELL1']) as string[],
    );
    const [both] = await server.query<{ lists: string }>(
      `SELECT lists FROM expected_clients WHERE client_name = 'GONE2'`,
    );
    expect(both?.lists).toBe('Lyon, expected');
    // What cannot be read changes nothing.
    for (const file of ['<html>', '']) {
      const refused = await api('', 'POST', admin, file);
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([400, 'FSP_LIST_UNREADABLE']);
    }
    expect(Object.keys(await standings())).toHaveLength(7);
    for (const names of ['only1\nonly2', 'only2', 'only3'])
      expect((await api('', 'POST', admin, names)).status).toBe(200);
    expect(Object.keys(await standings())).toEqual(['GONE2', 'GONE3', 'ONLY3']);
    expect((await api('', 'DELETE', admin)).status).toBe(400);
    expect((await api('?list=Lyon', 'DELETE', admin)).status).toBe(200);
    expect(Object.keys(await standings())).toEqual(['ONLY3']);
    expect((await api('?list=Lyon', 'DELETE', admin)).status).toBe(404);
    expect(await listed()).toEqual([
      expect.objectContaining({ list: 'expected', machines: 1, loads: 1, by: 'admin token' }),
    ]);
    // Of what was replaced, the last one alone is still there, for those who read at that moment.
    const [loads] = await server.query<{ n: number }>('SELECT toUInt32(uniq(load_id)) AS n FROM expected_machines');
    expect(loads?.n).toBeLessThanOrEqual(4);
  });

  test('what somebody was killed over while it was loaded counts for nothing, and is freed by a load a day later', async () => {
    const engine = readEngineCredentials(join(folder, 'clickhouse'))!;
    const client = connect({ url: engine.url, ...engine.writer, database: 'fsp' });
    const lists = (abandonedAfter?: number) =>
      new ExpectedLists(
        client,
        { database: 'fsp', cluster: 'fsp', quorum: 'auto' },
        () => Promise.resolve(),
        abandonedAfter,
      );
    const load = { list: 'night', mode: 'replace', fileName: 'x', by: 'x' } as const;
    const left = async () =>
      (
        await server.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM expected_machines WHERE load_id = 'half'`)
      )[0]!.n;
    await client.insert({
      table: 'fsp.expected_machines',
      format: 'JSONEachRow',
      values: [{ load_id: 'half', client_name: 'HALF1' }],
    });
    await lists().load(Buffer.from('n1'), load);
    expect(await left()).toBe(1);
    await lists(0).load(Buffer.from('n2'), load);
    expect(await left()).toBe(0);
    expect(Object.keys(await standings())).toEqual(expect.arrayContaining(['N2']) as string[]);
    await lists().remove('night', 'x');
    await client.close();
  });

  test('who may only read changes nothing', async () => {
    expect((await api('', 'POST', server.token, 'x1')).status).toBe(403);
    expect((await api('?list=expected', 'DELETE', server.token)).status).toBe(403);
    expect((await api('', 'POST', 'wrong', 'x1')).status).toBe(401);
  });

  test('a file that is not there, a folder, and a FIFO that nobody writes to are told in one line', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const told = [
      ['/nowhere.csv', /^fsp: The list \/nowhere\.csv cannot be read: ENOENT.*\n$/],
      [folder, /cannot be read: it is a folder; name a file, or - and pipe it in/],
      [fifo, /cannot be read: it is no file; name a file, or - and pipe it in/],
    ] as const;
    for (const [file, reason] of told) {
      const { code, stderr } = await fsp(['expect', file], environment(folder, settings));
      expect([code, stderr]).toEqual([2, expect.stringMatching(reason)]);
    }
  });
});
