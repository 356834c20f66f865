import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { report, reportFixture, reportFixtures } from './reports.js';
import { eventually, fsp, environment, startServer, type RunningServer } from './server-process.js';
import { testFolder } from './test-folder.js';

const folder = testFolder();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer(folder);
});
afterAll(async () => {
  await server.kill('SIGTERM');
});

const count = async (where: string) => {
  const [row] = await server.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM state_messages WHERE ${where}`);
  return row?.n ?? 0;
};

describe('a message on its way from a client to ClickHouse', () => {
  test('every shape of report is answered 200 with an empty body and becomes a row', async () => {
    onTestFailed(async () => {
      console.error(server.output(), JSON.stringify(await server.status()));
      console.error(await server.query('SELECT topic_type, batch_id, row_id, received_at FROM state_messages'));
    });
    for (const name of reportFixtures)
      expect(await server.post(reportFixture(name))).toEqual({ status: 200, text: '' });
    // The first is one message in two encodings: a retransmission, stored once.
    await eventually(
      () => count('topic_type IN (500, 902, 9003)'),
      (n) => n === 3,
    );
    const rows = await server.query<Record<string, unknown>>(
      'SELECT * EXCEPT (raw, details, batch_id, message_id, received_at, processed_at) FROM state_messages WHERE topic_type IN (500, 902, 9003) ORDER BY topic_type',
    );
    expect(rows[0]).toMatchObject({
      message_time: '2026-03-02 09:14:58.125',
      site_code: 'PS1',
      fsp_server: 'FSP01',
      client_id: '7C1F0A52-93D4-4E0B-8A66-0D2B5E9F1C34',
      client_name: 'PC0117',
      client_fqdn: '',
      client_version: '5.00.9096.1000',
      client_installed: true,
      client_address: '127.0.0.1',
      topic_name: 'SUM_UPDATE_DETECTION',
      topic_id: '3f0e7b1c-55aa-4c1e-9d0a-6b8c2f4e7d10',
      state_id: 2,
      outcome: 'unknown',
      serial_number: 41,
      params: ['200'],
    });
    expect(rows[1]).toMatchObject({
      client_id: '00000000-1111-2222-3333-444444444444',
      client_name: 'DP01',
      client_fqdn: 'DP01.CORP.EXAMPLE',
      client_installed: false,
      topic_name: 'topic 902',
      state_text: 'state 1',
      phase: 'other',
      params: [
        'LAB0000A',
        '["Display=\\\\DP01.CORP.EXAMPLE\\"]MSWNET:["SMS_SITE=LAB"]\\\\DP01.CORP.EXAMPLE\\',
        '{5E0C1B7D-2A94-4C7F-B1D3-8F6A0E4C9D21}',
        '',
      ],
    });
    expect(rows[2]).toMatchObject({ client_name: 'PC0231', serial_number: null, topic_name: 'topic 9003' });
  });

  test('a failed installation says its cause in words, and the client is seen as failed', async () => {
    await server.post(report({ client: 'PC042', state: 313, params: ['1603'] }));
    await eventually(
      () => count("client_name = 'PC042'"),
      (n) => n === 1,
    );
    const [row] = await server.query<Record<string, unknown>>(
      "SELECT * FROM state_messages WHERE client_name = 'PC042'",
    );
    expect(row).toMatchObject({
      state_text: 'Client.msi installation failed with MSI error 1603',
      outcome: 'failed',
      phase: 'deployment',
      error_code: '1603',
      error_text: 'A fatal error occurred during installation',
    });
    // The client that a row rolls up into is there a moment after the row.
    const [client] = await eventually(
      () => server.query<Record<string, unknown>>("SELECT * FROM clients WHERE client_name = 'PC042'"),
      (found) => found.length === 1,
    );
    expect(client).toMatchObject({ outcome: 'failed', last_state_id: 313, last_error_code: '1603' });
  });

  test('CCM_POST, the verb of management points, is taken too', async () => {
    const body = report({ client: 'CCMPOST', state: 100 });
    const answer = await new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(server.intake);
      const socket = connect(Number(port), hostname);
      let text = '';
      socket
        .on('data', (chunk) => (text += chunk.toString()))
        .on('end', () => {
          resolve(text);
        })
        .on('error', reject);
      socket.write(
        `CCM_POST /SMS_FSP/.sms_fsp HTTP/1.1\r\nHost: fsp\r\nUser-Agent: ccmhttp\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    await eventually(
      () => count("client_name = 'CCMPOST'"),
      (n) => n === 1,
    );
  });

  test('rubbish is refused on one line and kept as evidence, and honest messages still pass', async () => {
    const refused = await server.post('<html>hello</html>');
    expect(refused.status).toBe(400);
    expect(refused.text.trim().split('\n')).toHaveLength(1);
    expect((await server.post('')).status).toBe(400);
    // As real clients encode what they send.
    expect((await server.post(Buffer.from('\ufeff<Report>hello é</Reprt>', 'utf16le'))).status).toBe(400);
    expect((await server.post(report({ client: 'HONEST', state: 100 }))).status).toBe(200);
    const rows = await eventually(
      () =>
        server.query<{ reason: string; body: string }>(
          "SELECT reason, body FROM rejected_messages WHERE body LIKE '%hello%'",
        ),
      (found) => found.length === 2,
    );
    expect(rows.map(({ body }) => body).sort()).toEqual(['<Report>hello é</Reprt>', '<html>hello</html>']);
    expect(rows.find(({ body }) => body.startsWith('<html'))?.reason).toContain('FSP_REPORT_WRONG_ROOT');
  });

  test('of a report whose messages cannot all be read the others are taken, and why these were not is kept', async () => {
    const good = report({ client: 'INPART', state: 313, params: ['1603'] }).toString('utf16le');
    const odd = '<StateMessage><Topic Type="abc"/><State ID="1"/></StateMessage></ReportBody>';
    const body = Buffer.from(good.replace('</ReportBody>', odd), 'utf16le');
    expect(await server.post(body)).toEqual({ status: 200, text: '' });
    await eventually(
      () => count("client_name = 'INPART' AND state_id = 313"),
      (n) => n === 1,
    );
    const reasons = () =>
      server.query<{ reason: string }>("SELECT reason FROM rejected_messages WHERE reason LIKE '%left out%'");
    expect(await eventually(reasons, (found) => found.length === 1)).toEqual([
      {
        reason:
          'FSP_REPORT_INCOMPLETE: 1 of 2 state messages were left out, the others were taken: message 2 has a Topic/@Type that is no number',
      },
    ]);
  });

  test('other paths and verbs are answered 404', async () => {
    expect((await fetch(server.intake + '/SMS_FSP/.sms_fsp')).status).toBe(404);
    expect((await fetch(server.intake + '/', { method: 'POST', body: 'x' })).status).toBe(404);
  });
});

describe('an operator', () => {
  test('sees the state of everything behind a token, and nothing without one', async () => {
    const refused = await Promise.all(
      [{}, { authorization: 'Bearer somebody-elses' }].map(async (headers) => {
        const answer = await fetch(`${server.management}/api/v1/status`, { headers });
        return [answer.status, ((await answer.json()) as { title: string }).title];
      }),
    );
    expect(refused).toEqual([
      [401, expect.stringContaining('A token is needed')],
      [401, expect.stringContaining('not a token of this server')],
    ]);
    expect(await server.status()).toMatchObject({
      server: { name: 'FSP01', siteCode: 'PS1' },
      clickhouse: { prepared: true },
    });
    expect((await fetch(`${server.management}/readyz`)).status).toBe(200);
  });

  test('is told that the data folder is taken by a second server', async () => {
    const second = await fsp(['serve'], environment(folder));
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/FSP_DATA_DIR_LOCKED/);
  });

  test('cannot write or read files with fsp query', async () => {
    const env = environment(folder);
    for (const sql of [
      'DROP TABLE fsp.state_messages',
      "SELECT file('/etc/passwd')",
      "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
    ]) {
      const answer = await fsp(['query', sql], env);
      expect(answer, sql).toMatchObject({ code: 1, stdout: '' });
      expect(answer.stderr).toContain('FSP_QUERY_FAILED');
    }
  });

  test('never finds a token in the output', () => {
    expect(server.output()).not.toContain(server.token);
  });
});
