import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startOtlpReceiver } from '../otlp-receiver.js';
import { report, reportFixture } from '../reports.js';
import { environment, eventually, fsp, startServer, type RunningServer } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { asWindowsWrites, syntheticLog } from '../synthetic-logs.js';
import { banner, ccmLog } from './verdict-logs.js';

let folder: string;
let server: RunningServer | undefined;
let logs: string;

beforeEach(() => {
  folder = testFolder();
  logs = join(folder, 'logs');
  mkdirSync(logs);
  server = undefined;
});
afterEach(async () => {
  await server?.kill('SIGTERM');
});

const dataDir = () => join(folder, 'data');
const start = async (more: Record<string, string> = {}) => {
  server = await startServer(dataDir(), { FSP_SETUP_LOGS: logs, FSP_SETUP_LOGS_TIMEZONE: 'Europe/Paris', ...more });
  return server;
};

interface RunRow {
  log_file: string;
  verdict: string;
  cause: string;
  installation_id: string;
  run_id: string;
}

test('a failed installation that two logs tell of is one story in ClickHouse, while it happens, and an import of what is followed adds nothing', async () => {
  const running = await start();
  const runs = () => running.query<RunRow>('SELECT * FROM setup_runs ORDER BY log_file');
  const msi = asWindowsWrites(syntheticLog('msi-1603-custom-action.log'));
  const role = syntheticLog('role-setup-1603.log').toString().split('\n');
  // rolesetup.exe starts; the installer writes half of its log, up to within a character; then all ends.
  writeFileSync(join(logs, 'SMSFSPSetup.log'), `${role.slice(0, 7).join('\r\n')}\r\n`);
  writeFileSync(join(logs, 'fspMSI.log'), msi.subarray(0, 841));
  const begun = await eventually(runs, (rows) => rows.length === 2);
  expect(begun.map(({ verdict }) => verdict)).toEqual(['unfinished', 'unfinished']);
  appendFileSync(join(logs, 'fspMSI.log'), msi.subarray(841));
  appendFileSync(join(logs, 'SMSFSPSetup.log'), role.slice(7).join('\r\n'));
  const [first, second] = await eventually(runs, (rows) => rows.every(({ verdict }) => verdict === 'failed'));
  expect(first?.installation_id).toBe(second?.installation_id);
  for (const run of [first, second]) expect(run?.cause).toContain('CcmCreateIISVirtualDirectories');

  const [counts] = await eventually(
    () =>
      running.query<{ n: number; distinct: number; error: string }>(
        `SELECT toUInt32(count()) AS n, toUInt32(uniq(record_id)) AS distinct, anyIf(error_text, error_code = '1603') AS error FROM setup_log_records`,
      ),
    (rows) => (rows[0]?.n ?? 0) >= 30,
  );
  expect(counts).toMatchObject({ n: counts?.distinct, error: 'A fatal error occurred during installation' });
  const api = async (path: string) => {
    const answer = await fetch(`${running.management}/api/v1/${path}`, {
      headers: { authorization: `Bearer ${running.token}` },
    });
    interface Row {
      run_id: string;
      log_format: string;
      verdict: string;
      line_number: string;
      evidence: { line: number; shows: string; text: string }[];
      certainty: string;
      certainty_reason: string;
    }
    return ((await answer.json()) as { rows: Row[] }).rows;
  };
  const listed = await api('setup-runs');
  expect(listed.map(({ verdict }) => verdict)).toEqual(['failed', 'failed']);
  const installer = listed.find(({ log_format }) => log_format === 'msi');
  expect(installer?.evidence.map(({ line, shows }) => [line, shows]).slice(0, 3)).toEqual([
    [10, 'cause'],
    [13, 'detail'],
    [14, 'failed_action'],
  ]);
  expect(installer).toMatchObject({
    certainty: 'certain',
    certainty_reason: 'An error message stands where it failed',
  });
  const records = await api(`setup-runs/${installer?.run_id}/records?limit=5&after=3`);
  expect(records.map(({ line_number }) => Number(line_number))).toEqual([4, 5, 6, 7, 10]);

  const [begin] = await running.query<{ at: string }>(
    `SELECT toString(min(logged_at)) AS at FROM setup_log_records WHERE log_format = 'role_setup'`,
  );
  expect(begin?.at).toBe('2017-08-17 11:09:30.000');

  // Whichever name it has by then.
  const copies = join(folder, 'copies');
  mkdirSync(copies);
  writeFileSync(join(copies, 'fspMSI.lo_'), msi);
  const { stdout } = await fsp(['import', copies, '--timezone', 'Europe/Paris'], environment(dataDir()));
  expect(stdout).toMatch(/log records +0 added, 19/);
});

test('kill -9 in the middle of following loses no record and doubles none, across a rotation while nobody follows', async () => {
  const log = join(logs, 'ccm.log');
  const lines = (from: number, to: number) =>
    Array.from(
      { length: to - from + 1 },
      (_, index) =>
        `<![LOG[line ${from + index}]LOG]!><time="10:00:00.000+000" date="03-15-2026" component="w" context="" type="1" thread="1" file="">\n`,
    ).join('');
  let next = 1;
  const stored = (running: RunningServer) =>
    running.query<{ message: string; n: number }>(
      'SELECT message, toUInt32(count()) AS n FROM setup_log_records GROUP BY message',
    );
  for (let round = 0; round < 3; round++) {
    const running = await start();
    // The next rotation puts this log in the place of the one before, which would be gone for any reader.
    await eventually(
      () => stored(running),
      (rows) => rows.length >= next - 1,
      40_000,
    );
    for (let piece = 0; piece < 10; piece++, next += 200) {
      appendFileSync(log, lines(next, next + 199));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await running.kill('SIGKILL');
    appendFileSync(log, lines(next, next + 99));
    next += 100;
    renameSync(log, log.replace('.log', '.lo_'));
    writeFileSync(log, '');
  }
  const running = await start();
  const rows = await eventually(
    () => stored(running),
    (found) => found.length >= next - 1,
    40_000,
  );
  expect(rows).toHaveLength(next - 1);
  expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
});

test('records and runs leave as OpenTelemetry logs with their attributes, and no secret is in them', async () => {
  const receiver = await startOtlpReceiver();
  try {
    writeFileSync(join(logs, 'fspMSI.log'), asWindowsWrites(syntheticLog('msi-secrets.log')));
    writeFileSync(join(logs, 'client.log'), syntheticLog('ccm-many-writers.log'));
    writeFileSync(join(logs, 'SMSFSPSetup.log'), syntheticLog('role-setup-1603.log'));
    await start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await eventually(
      () => Promise.resolve(receiver.records),
      (records) => records.length >= 9 + 10 + 11 + 2,
    );
    const record = receiver.records.find(({ body }) => body === 'A script has begun.');
    expect(record).toMatchObject({
      eventName: 'configmgr.setup_log',
      severityNumber: 9,
      timeMs: Date.parse('2026-03-15T08:52:13.827Z'),
    });
    expect(record?.attributes).toMatchObject({
      'log.file.name': 'client.log',
      'log.file.path': join(logs, 'client.log'),
      'thread.id': 2612,
      'code.file.path': 'peersource.cpp',
      'code.line.number': 217,
      'configmgr.component': 'PeerDPAgent',
      'log.record.original': expect.stringContaining('<![LOG[') as string,
      'log.record.uid': expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    const run = receiver.records.find(
      ({ eventName, severityNumber }) => eventName === 'configmgr.setup_run' && severityNumber === 17,
    );
    expect(run?.body).toBe(
      'SMSFSP: install failed: fsp.msi ended with 1603: A fatal error occurred during installation',
    );
    const text = JSON.stringify(receiver.records);
    for (const secret of ['Sommer2017', 'tok-556677', 'old-secret', 'new-secret', 'hidden-value'])
      expect(text).not.toContain(secret);
  } finally {
    await receiver.stop();
  }
});

describe('otel_logs', () => {
  /** The shapes in which Grafana's ClickHouse data source asks in Explore (grafana/clickhouse-datasource, sqlGenerator, logsVolumeSql). */
  const select =
    'SELECT Timestamp as "timestamp", Body as "body", SeverityText as "level", LogAttributes as "labels" FROM "fsp"."otel_logs"';
  const range = '( timestamp >= toDateTime(1400000000) AND timestamp <= toDateTime(1900000000) )';

  test("answers Explore's queries: rows, levels, histogram, filters, attribute names", async () => {
    writeFileSync(join(logs, 'SMSFSPSetup.log'), syntheticLog('role-setup-1603.log'));
    const running = await start();
    await running.post(report({ client: 'PC042', state: 313, params: ['1603'] }));
    const rows = await eventually(
      () =>
        running.query<{ level: string; labels: Record<string, string> }>(
          `${select} WHERE ${range} ORDER BY timestamp DESC LIMIT 1000`,
        ),
      (found) => found.length >= 13,
    );
    expect(rows).toHaveLength(13);
    expect(new Set(rows.map(({ level }) => level))).toEqual(new Set(['INFO', 'ERROR']));

    const filtered = await running.query<{ body: string }>(
      `${select} WHERE ${range} AND ( SeverityText = 'ERROR' ) AND ( LogAttributes['log.file.name'] = 'SMSFSPSetup.log' ) AND (body LIKE '%1603%') LIMIT 1000`,
    );
    expect(filtered.map(({ body }) => body)).toEqual(
      expect.arrayContaining([
        'fsp.msi exited with return code: 1603',
        expect.stringMatching(/^SMSFSP: install failed/),
      ]),
    );

    const level = (names: string[]) =>
      `sum(ifNull(toString(toString("level")), '') IN (${names.map((name) => `'${name}'`).join(',')}))`;
    const histogram = await running.query<Record<string, string>>(
      `SELECT toStartOfInterval("timestamp", INTERVAL 86400 second) AS "time", ${level(['error', 'ERROR', 'Error'])} AS "error", ${level(['info', 'INFO', 'Info'])} AS "info"
       FROM (${select} WHERE ${range}) WHERE "timestamp" >= toDateTime(1400000000) AND "timestamp" <= toDateTime(1900000000) GROUP BY "time" ORDER BY "time" ASC`,
    );
    expect(histogram.map((row) => [Number(row.error), Number(row.info)])).toEqual([
      // The name of the file that is backed up, fspMSI.log.LastError, is no error.
      [3, 9],
      [1, 0],
    ]);

    const names = await running.query<{ name: string }>(
      'SELECT DISTINCT arrayJoin(mapKeys(LogAttributes)) AS name FROM "fsp"."otel_logs" LIMIT 1000',
    );
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['log.record.uid', 'configmgr.run.verdict', 'error.type']),
    );
    const columns = await running.query<{ name: string; type: string }>('DESCRIBE TABLE "fsp"."otel_logs"');
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toMatchObject({
      Timestamp: "DateTime64(9, 'UTC')",
      SeverityText: 'String',
      SeverityNumber: 'UInt8',
      Body: 'String',
      LogAttributes: 'Map(String, String)',
      EventName: 'String',
    });
  });
});

describe('fsp import', () => {
  const env = () => environment(dataDir());

  /** A log that was imported is followed from now on, and grows by a line: that one is new, and no other. */
  async function followsWithoutDoubling(path: string): Promise<void> {
    const { admin } = JSON.parse(readFileSync(join(dataDir(), 'tokens.json'), 'utf8')) as { admin: string };
    const counted = async () => {
      const sql = 'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(record_id)) AS ids FROM setup_log_records';
      const [row] = await server!.query<{ n: number; ids: number }>(sql);
      return row!;
    };
    const before = await counted();
    const answer = await fetch(`${server!.management}/api/v1/setup-logs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ path }),
    });
    expect(answer.status).toBe(200);
    appendFileSync(
      path,
      Buffer.from('MSI (s) (A0:B0) [09:00:00:000]: A line behind the import\r\n'.repeat(2), 'utf16le'),
    );
    const after = await eventually(counted, ({ n }) => n >= before.n + 2);
    expect(after).toEqual({ n: before.n + 2, ids: before.ids + 2 });
  }

  /** A report that was copied has the time that it says, not that of the copy. */
  async function datesACopiedReport(): Promise<void> {
    const sent = new Date(Math.trunc(Date.now() / 1_000) * 1_000 - 50 * 86_400_000).toISOString();
    const text = reportFixture('installed-client.utf16le.smx').toString('utf16le');
    // Another machine's.
    const other = text.replaceAll('PC0117', 'PC0118').replace('5E9F1C34', '5E9F1C35');
    const date = `<Date>${sent.replaceAll(/[-:TZ]/g, '')}000+000</Date>`;
    const copy = join(folder, 'copy.SMX');
    writeFileSync(copy, Buffer.from(other.replace(/<Date>.*<\/Date>/, date), 'utf16le'));
    expect((await fsp(['import', copy], env())).stdout).toMatch(/state messages +1 added/);
    expect(
      await server!.query("SELECT toString(received_at) AS received FROM state_messages WHERE client_name = 'PC0118'"),
    ).toEqual([{ received: sent.replace('T', ' ').replace('Z', '') }]);
  }

  test('takes logs and reports into the server that runs, and a second time changes nothing', async () => {
    writeFileSync(join(logs, 'fspMSI.log'), asWindowsWrites(syntheticLog('msi-two-runs.log')));
    writeFileSync(join(logs, 'SMSFSPSetup.lo_'), syntheticLog('role-setup-two-runs.log'));
    // One installation, in the middle of which its log was rotated.
    const lines = ccmLog([
      banner,
      'Ccmsetup version: 5.0.9106.1000',
      ['CcmSetup failed with error code 0x8007045b', 1],
    ]);
    const cut = lines.lastIndexOf('<![LOG[');
    writeFileSync(join(logs, 'ccmsetup.lo_'), lines.slice(0, cut));
    writeFileSync(join(logs, 'ccmsetup.log'), lines.slice(cut));
    writeFileSync(join(logs, 'a.SMX'), reportFixture('installed-client.utf16le.smx'));
    writeFileSync(join(logs, 'b.smx'), 'no report');
    server = await startServer(dataDir(), { FSP_SETUP_LOGS_TIMEZONE: 'Europe/Paris' });
    const first = await fsp(['import', logs, '--timezone', 'Europe/Paris'], env());
    expect([first.code, first.stderr]).toEqual([1, '']);
    expect(first.stdout).toMatch(/4 logs and 1 report read/);
    expect(first.stdout).toMatch(/set-up runs +5 added, 0/);
    expect(first.stdout).toMatch(/state messages +1 added, 0/);
    expect(first.stdout).toMatch(/not taken: .*b\.smx: .*FSP_REPORT_/);
    const before = await server.query('SELECT count(), uniq(record_id) FROM setup_log_records');
    const second = await fsp(['import', logs, '--timezone', 'Europe/Paris'], env());
    expect(second.stdout).toMatch(/log records +0 added/);
    expect(second.stdout).toMatch(/set-up runs +0 added, 5/);
    expect(second.stdout).toMatch(/state messages +0 added, 1/);
    expect(await server.query('SELECT count(), uniq(record_id) FROM setup_log_records')).toEqual(before);
    await followsWithoutDoubling(join(logs, 'fspMSI.log'));
    expect(await server.query('SELECT verdict FROM setup_runs ORDER BY started_at')).toHaveLength(5);
    const rotated = "SELECT verdict, product_version FROM setup_runs WHERE log_file LIKE '%ccmsetup.lo%'";
    expect(await server.query(rotated)).toEqual([{ verdict: 'failed', product_version: '5.0.9106.1000' }]);
    const [client] = await server.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM clients');
    expect(client?.n).toBe(1);
    await datesACopiedReport();
  });

  test('a path that is not there is refused in one line', async () => {
    const { code, stderr } = await fsp(['import', join(folder, 'nothere')], env());
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('FSP_LOG_UNREADABLE');
  });
});
