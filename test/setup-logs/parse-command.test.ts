import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventually, fsp } from '../server-process.js';
import { testFolder } from '../test-folder.js';
import { asWindowsWrites, syntheticLog } from '../synthetic-logs.js';

const program = fileURLToPath(new URL('../../server/bin/fsp.js', import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/synthetic-logs/${name}`, import.meta.url));
const env = { PATH: process.env.PATH ?? '' };
const parse = (...args: string[]) => fsp(['parse', ...args], env);
const rows = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let folder: string;
beforeEach(() => {
  folder = testFolder();
});

/** Runs a command on a terminal: util-linux's script gives it one. */
async function onTerminal(args: string[], columns: number, more: Record<string, string> = {}): Promise<string> {
  const command = `stty cols ${columns}; ${[process.execPath, program, 'parse', ...args].map((arg) => `'${arg}'`).join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...env, TERM: 'xterm-256color', ...more } });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.replaceAll('\r\n', '\n');
}

describe('in a pipe', () => {
  test('records and then runs come as NDJSON with the columns of the tables', async () => {
    const { code, stdout, stderr } = await parse(fixture('msi-1603-custom-action.log'), '--timezone', 'Europe/Paris');
    const all = rows(stdout);
    expect([code, stderr]).toEqual([1, '']);
    expect(all[0]).toMatchObject({
      kind: 'record',
      logged_at: '2017-08-17T11:09:36.000Z',
      log_format: 'msi',
      line_number: 1,
    });
    expect(all.at(-1)).toMatchObject({
      kind: 'run',
      verdict: 'failed',
      exit_code: 1603,
      cause_line: 10,
      certainty: 'certain',
      certainty_reason_id: 'error_message',
      next_step: '',
    });
    expect(all.at(-1)?.evidence).toContainEqual({
      line: 14,
      shows: 'failed_action',
      text: 'Action ended 13:09:44: CcmCreateIISVirtualDirectories. Return value 3.',
    });
    expect(all.at(-1)?.run_id).toBe(all[0]?.run_id);
  });

  test.each([
    ['msi-success.log', 0],
    ['msi-reboot.log', 0],
    ['role-setup-1603.log', 1],
    ['msi-unfinished.log', 3],
    ['msi-two-runs.log', 0],
  ])('%s ends with %i', async (name, expected) => {
    expect((await parse(fixture(name))).code).toBe(expected);
  });

  test('a log without any run is no success', async () => {
    writeFileSync(join(folder, 'x.log'), 'nothing of interest\n');
    expect((await parse(join(folder, 'x.log'))).code).toBe(3);
  });

  test('an empty file is no success either, and said to be empty', async () => {
    writeFileSync(join(folder, 'x.log'), '');
    const { code, stdout, stderr } = await parse(join(folder, 'x.log'));
    expect([code, stdout, stderr]).toEqual([3, '', `fsp: ${join(folder, 'x.log')}: it is empty\n`]);
  });

  test('several files are merged by time, and the verdict is that of the whole installation', async () => {
    const { code, stdout } = await parse(fixture('msi-1603-custom-action.log'), fixture('role-setup-1603.log'));
    const times = rows(stdout)
      .filter(({ kind }) => kind === 'record')
      .map(({ logged_at }) => String(logged_at).slice(0, 19));
    expect(times).toEqual([...times].sort());
    expect(
      new Set(
        rows(stdout)
          .filter(({ kind }) => kind === 'run')
          .map(({ installation_id }) => installation_id),
      ).size,
    ).toBe(1);
    expect(code).toBe(1);
  });

  test('a folder and a zip of it say the same: one installation, its logs read once, what is no log named', async () => {
    const logs = join(folder, 'Logs');
    mkdirSync(join(logs, 'more'), { recursive: true });
    const contents = {
      'SMSFSPSetup.log': syntheticLog('role-setup-1603.log'),
      'more/fspMSI.log': asWindowsWrites(syntheticLog('msi-1603-custom-action.log')),
      'more/fspMSI.log.LastError': asWindowsWrites(syntheticLog('msi-1603-custom-action.log')),
      'readme.md': Buffer.from('nothing of interest'),
    };
    const writer = new ZipWriter(new Uint8ArrayWriter());
    for (const [name, content] of Object.entries(contents)) {
      writeFileSync(join(logs, name), content);
      await writer.add(`Logs/${name}`, new Uint8ArrayReader(content));
    }
    writeFileSync(`${logs}.zip`, await writer.close());
    for (const path of [logs, `${logs}.zip`]) {
      const { code, stdout, stderr } = await parse(path);
      const runs = rows(stdout).filter(({ kind }) => kind === 'run');
      expect([code, runs.length], path).toEqual([1, 2]);
      expect(new Set(runs.map(({ installation_id }) => installation_id)).size).toBe(1);
      for (const { cause } of runs) expect(cause).toContain('CcmCreateIISVirtualDirectories');
      expect(stderr).toMatch(/readme\.md: skipped, its name is none of a log/);
      expect(stderr).toMatch(/LastError: the same text as \S+fspMSI\.log; read once/);
    }
  });

  test.each([
    ['x.7z', Uint8Array.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4]), 'packed as 7z'],
    ['x.zip', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), 'the zip is damaged or cut off'],
    ['x.exe', Uint8Array.from([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0]), 'it is no text'],
  ])('where there is only %s, nothing is judged and the reason is told', async (name, content, reason) => {
    writeFileSync(join(folder, name), content);
    const { code, stdout, stderr } = await parse(join(folder, name));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('FSP_LOG_UNREADABLE');
  });

  test('--errors leaves the errors', async () => {
    const { stdout } = await parse('--errors', fixture('msi-1603-custom-action.log'));
    const records = rows(stdout).filter(({ kind }) => kind === 'record');
    expect(records.length).toBeGreaterThan(3);
    expect(records.every(({ severity, error_code }) => severity === 'ERROR' || error_code !== '')).toBe(true);
  });

  test.each([
    [['nothere.log'], 'FSP_LOG_UNREADABLE'],
    [['--timezone', 'Mars/Olympus', fixture('msi-success.log')], 'FSP_USAGE'],
    [['--format', 'word', fixture('msi-success.log')], "'word' is invalid"],
    [[], 'missing required argument'],
  ])('%j is wrong usage, said in words', async (args, text) => {
    const { code, stderr } = await parse(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  test('a reader that goes away ends it in silence', async () => {
    const big = join(folder, 'big.log');
    writeFileSync(big, syntheticLog('msi-success.log').toString().repeat(3_000));
    const child = spawn('sh', ['-c', `"${process.execPath}" "${program}" parse "${big}" | head -1`], { env });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child, 'close');
    expect(stderr).toBe('');
  });
});

describe('on a terminal', () => {
  test('a table with wrapped messages, and the verdict in a box at the end', async () => {
    const text = await onTerminal([fixture('msi-1603-custom-action.log')], 90, { NO_COLOR: '1' });
    expect(text).not.toContain('\u001b[');
    const lines = text.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(lines[0]).toMatch(/^2017-08-17 13:09:36\.000 {3}INFO {8}1 {2}MSI/);
    expect(lines.at(-1)).toMatch(/^╰─+╯$/);
    expect(text).toMatch(/│ install of ConfigMgr Fallback Status Point 5\.00\.9096\.1000: FAILED \(return code 1603\)/);
    expect(text).toContain('What to do:');
    expect(text).toContain('How sure: certain. An error message stands where it failed');
    expect(text).toMatch(/14 {2}failed action: Action ended 13:09:44/);
  });

  test('errors are red, and NO_COLOR is respected', async () => {
    expect(await onTerminal([fixture('msi-1603-custom-action.log')], 120)).toContain('\u001b[31m');
  });

  test('what a log holds cannot move the cursor or turn the text', async () => {
    writeFileSync(
      join(folder, 'x.log'),
      'a\u001b[2Jb\u202ec\u0007 $$<A><03-15-2026 08:00:00.123+000><thread=1 (0x1)>\n',
    );
    const text = await onTerminal([join(folder, 'x.log')], 120, { NO_COLOR: '1' });
    expect(text).toContain('a\ufffd[2Jb\ufffdc\ufffd');
  });
});

test('--follow waits for the file, prints as it grows, and judges when it is told to stop', async () => {
  const log = join(folder, 'fspMSI.log');
  const child = spawn(process.execPath, [program, 'parse', '--follow', log], { env });
  const ended = once(child, 'close');
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => setTimeout(resolve, 700));
  const bytes = asWindowsWrites(syntheticLog('msi-success.log'));
  writeFileSync(log, bytes.subarray(0, 701));
  await eventually(
    () => Promise.resolve(text),
    (printed) => printed.includes('Resetting cached'),
  );
  appendFileSync(log, bytes.subarray(701));
  await eventually(
    () => Promise.resolve(text),
    (printed) => printed.includes('stopped'),
  );
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(rows(text).at(-1)).toMatchObject({ kind: 'run', verdict: 'succeeded' });
});
