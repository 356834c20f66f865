import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { describe, expect, test } from 'vitest';
import { collect, type Given } from './collect.js';
import { kindOf } from './kinds.js';
import type { ByteSource, LogFile } from './log-file.js';
import { isLogName, joinRotated } from './names.js';
import { readLog } from './read-log.js';
import type { Refusal } from './refusal.js';
import { zipLimits } from './zip.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const source = (content: Uint8Array): ByteSource => ({
  size: content.length,
  read: (at, length) => Promise.resolve(content.subarray(at, at + length)),
});
const given = (path: string, content: Uint8Array | string, named = true): Given => ({
  path,
  named,
  modifiedAt: Date.UTC(2026, 2, 15),
  source: source(typeof content === 'string' ? bytes(content) : content),
});

interface Entry {
  content: Uint8Array | string;
  password?: string;
}

async function zip(entries: Record<string, string | Uint8Array | Entry>): Promise<Uint8Array> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  for (const [name, entry] of Object.entries(entries)) {
    const { content, password } =
      typeof entry === 'string' || entry instanceof Uint8Array ? { content: entry, password: undefined } : entry;
    const reader = new Uint8ArrayReader(typeof content === 'string' ? bytes(content) : content);
    await writer.add(name, reader, password === undefined ? {} : { password, zipCrypto: true });
  }
  return writer.close();
}

async function textOf(file: LogFile): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of file.pieces()) text += decoder.decode(piece, { stream: true });
  return text;
}

const reasons = (refused: readonly Refusal[]) => Object.fromEntries(refused.map(({ path, reason }) => [path, reason]));

describe('which files of a folder are logs', () => {
  test.each([
    'ccmsetup.log',
    'C:\\Windows\\ccmsetup\\Logs\\client.msi.log',
    'fspmgr.lo_',
    'ccmsetup-20260315-081500.log',
    'fspMSI.log.LastError',
    'SMSFSPSetup.LOG',
    'ccmsetup.log.1',
    'ccmsetup.log.txt',
  ])('%s is one', (name) => {
    expect(isLogName(name)).toBe(true);
  });

  test.each(['ccmsetup.xml', 'log.exe', 'client.msi', 'logs.zip', 'ccmsetup.log.gz', 'log', 'catalog.dll'])(
    '%s is none',
    (name) => {
      expect(isLogName(name)).toBe(false);
    },
  );

  test('what is no log is named and skipped; a file that somebody named is read whatever it is called', async () => {
    const { files, refused } = await collect([
      given('Logs/a.log', 'x\n', false),
      given('Logs/b.xml', '<a/>', false),
      given('c.xml', 'y\n'),
    ]);
    expect(files.map(({ path }) => path)).toEqual(['Logs/a.log', 'c.xml']);
    expect(reasons(refused)).toEqual({ 'Logs/b.xml': 'other_file' });
  });
});

describe('what files are', () => {
  const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));
  test.each<[string, Uint8Array]>([
    ['UTF-8', bytes('Réussi: 成功 \u001b[31mred\n')],
    ['Windows-1252', Uint8Array.from([0x52, 0xe9, 0x75, 0x73, 0x73, 0x69, 10])],
    ['UTF-16 without a mark', utf16('=== Verbose logging started: 8/17/2017 ===\r\n')],
    ['Chinese UTF-16 with a mark', utf16('\ufeff安装成功或错误状态: 1603。\r\n')],
    ['a byte order mark that was never written', Uint8Array.from([0, 0, ...utf16('Property(S): A = 1\r\n')])],
    ['text with zeroes behind it', Uint8Array.from([...bytes('a line\r\n'), ...new Uint8Array(3000)])],
    ['text that begins like a program', bytes('MZ is how a program begins')],
  ])('%s is text', (_, content) => {
    expect(kindOf(content)).toEqual({ is: 'text' });
  });

  test.each<[string, Uint8Array]>([
    ['a program', Uint8Array.from([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4])],
    ['arbitrary bytes', Uint8Array.from({ length: 4096 }, (_, at) => (at * 7919 + (at >> 3) * 104_729) % 256)],
    ['nothing but zeroes', new Uint8Array(4096)],
  ])('%s is not', (_, content) => {
    expect(kindOf(content).is).toBe('binary');
  });

  test('each file that cannot be read is refused with its own reason, and the rest is read', async () => {
    const { files, refused } = await collect([
      given('empty.log', ''),
      given('a.7z', Uint8Array.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4])),
      given('a.exe', Uint8Array.from([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4])),
      { ...given('locked.log', 'x'), source: { size: 1, read: () => Promise.reject(new Error('EBUSY')) } },
      given('good.log', 'good\n'),
      given('copy of good.log', 'good\n'),
      given('other.log', 'goof\n'),
    ]);
    expect(files.map(({ path }) => path)).toEqual(['good.log', 'other.log']);
    expect(reasons(refused)).toEqual({
      'empty.log': 'empty',
      'a.7z': 'archive',
      'a.exe': 'binary',
      'locked.log': 'unreadable',
      'copy of good.log': 'same_text',
    });
  });

  test('a file that cannot be read any more in its middle is refused by its name', async () => {
    let locked = false;
    const text = bytes('a line\n'.repeat(200_000));
    const source = {
      size: text.length,
      read: (at: number, length: number) =>
        locked ? Promise.reject(new Error('EBUSY')) : Promise.resolve(text.subarray(at, at + length)),
    };
    const { files } = await collect([{ ...given('locked.log', 'x'), source }]);
    const read = async () => {
      for await (const piece of files[0]!.pieces()) locked = piece.length > 0;
    };
    await expect(read()).rejects.toMatchObject({ refusal: { path: 'locked.log', reason: 'unreadable' } });
  });
});

describe('zips', () => {
  test('logs come out of folders in it; what is no log, packed again or locked is named', async () => {
    const content = await zip({
      'Logs/ccmsetup.log': 'one\n',
      'Logs/client.msi.log': 'two\n',
      'Logs/copy/ccmsetup.log': 'one\n',
      'Logs/readme.txt': 'no',
      'Logs/inner.zip': await zip({ 'x.log': 'x' }),
      'Logs/renamed.log': await zip({ 'x.log': 'x' }),
      'Logs/empty.log': '',
      'Logs/picture.log': Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]),
      'Logs/secret.log': { content: 'secret\n', password: 'x' },
    });
    const { files, refused } = await collect([given('L.zip', content)]);
    expect(files.map(({ path }) => path)).toEqual(['L.zip/Logs/ccmsetup.log', 'L.zip/Logs/client.msi.log']);
    expect(await Promise.all(files.map(textOf))).toEqual(['one\n', 'two\n']);
    expect(reasons(refused)).toEqual({
      'L.zip/Logs/copy/ccmsetup.log': 'same_text',
      'L.zip/Logs/readme.txt': 'other_file',
      'L.zip/Logs/inner.zip': 'nested_zip',
      'L.zip/Logs/renamed.log': 'nested_zip',
      'L.zip/Logs/empty.log': 'empty',
      'L.zip/Logs/picture.log': 'binary',
      'L.zip/Logs/secret.log': 'encrypted',
    });
  });

  test('a name leads nowhere and hides nothing', async () => {
    const content = await zip({ '..\\..\\Windows\\x.log': 'a\n', '/etc/y.log': 'b\n', 'a\u202egol.log': 'c\n' });
    const { files, refused } = await collect([given('L.zip', content)]);
    expect(refused).toEqual([]);
    expect(files.map(({ path }) => path)).toEqual([
      'L.zip/../../Windows/x.log',
      'L.zip//etc/y.log',
      'L.zip/a\ufffdgol.log',
    ]);
  });

  test('a zip that was cut off, or is none, is told to be damaged', async () => {
    const content = await zip({ 'a.log': 'a line\n'.repeat(1000), 'b.log': 'b line\n'.repeat(1000) });
    const cut = await collect([given('cut.zip', content.subarray(0, content.length - 30))]);
    expect(reasons(cut.refused)).toEqual({ 'cut.zip': 'zip_damaged' });
    const none = await collect([given('none.zip', Uint8Array.from([0x50, 0x4b, 3, 4, ...bytes('nothing of a zip')]))]);
    expect(reasons(none.refused)).toEqual({ 'none.zip': 'zip_damaged' });
  });

  test('of a zip with one damaged file the others are read', async () => {
    const content = await zip({ 'a.log': 'a line\n'.repeat(1000), 'b.log': 'b line\n'.repeat(1000) });
    // Inside the packed bytes of the first.
    for (let at = 50; at < 60; at++) content[at]! ^= 0xff;
    const { files, refused } = await collect([given('L.zip', content)]);
    expect(files.map(({ path }) => path)).toEqual(['L.zip/b.log']);
    expect(reasons(refused)).toEqual({ 'L.zip/a.log': 'zip_damaged' });
  });

  test.each([
    ['too many files', { files: 2 }, { 'L.zip': 'too_many' }, false],
    ['a file that is too large', { fileBytes: 5_000 }, { 'L.zip/a.log': 'too_large' }, true],
    ['more than all may have', { allBytes: 5_000 }, { 'L.zip/a.log': 'too_large' }, false],
    ['what comes out far larger than it went in', { smallBytes: 5_000, ratio: 20 }, { 'L.zip/a.log': 'bomb' }, true],
  ])('%s is not opened', async (_, limits, expected, othersAreRead) => {
    const content = await zip({ 'a.log': 'the same line\n'.repeat(10_000), 'b.log': 'b\n', 'c.log': 'c\n' });
    const { files, refused } = await collect([given('L.zip', content)], { limits: { ...zipLimits, ...limits } });
    const told = [...refused];
    for (const file of files)
      await textOf(file).catch((error: unknown) => told.push((error as { refusal: Refusal }).refusal));
    expect(reasons(told)).toMatchObject(expected);
    expect(files.some(({ path }) => path === 'L.zip/b.log')).toBe(othersAreRead);
  });
});

describe('logs that were rotated', () => {
  const file = (path: string): LogFile => ({
    path,
    size: 1,
    modifiedAt: 0,
    pieces: () => {
      throw new Error('not read');
    },
  });

  test('what was rotated away stands before its successor, oldest first, folder by folder', () => {
    const names = [
      'A/ccmsetup.log',
      'A/ccmsetup-20260301-000000.log',
      'B/ccmsetup.log',
      'A/CCMSETUP-20250301-000000.LOG',
      'A/fspmgr.lo_',
      'A/fspmgr.log',
      'A/fspMSI.log.LastError',
      'A/fspMSI.log',
    ];
    const logs = joinRotated(names.map(file)).map(({ parts }) => parts.map(({ path }) => path));
    expect(logs).toEqual([
      ['A/CCMSETUP-20250301-000000.LOG', 'A/ccmsetup-20260301-000000.log', 'A/ccmsetup.log'],
      ['B/ccmsetup.log'],
      ['A/fspmgr.lo_', 'A/fspmgr.log'],
      ['A/fspMSI.log.LastError'],
      ['A/fspMSI.log'],
    ]);
  });

  test('an installation across a rotation is one run, and each record has the line of its own file', async () => {
    const line = (text: string, minute: number, type = 1) =>
      `<![LOG[${text}]LOG]!><time="08:${String(minute).padStart(2, '0')}:00.000+000" date="03-15-2026" component="ccmsetup" context="" type="${type}" thread="1" file="a.cpp:1">\r\n`;
    const before = [
      line('==========[ ccmsetup started in process 4711 ]==========', 0),
      line('Ccmsetup version: 5.0.9096.1000', 1),
    ].join('');
    // In another encoding, as an editor may have saved it, and without an end of its last line.
    const after = [
      line('Working', 2),
      line("File 'C:\\x\\vcredist_x64.exe' returned failure exit code 1612. Fail the installation.", 3, 3),
      line('CcmSetup failed with error code 0x8007064c', 4),
    ].join('');
    const { files } = await collect([
      given('x/ccmsetup.log', new Uint8Array(Buffer.from(`\ufeff${after}`, 'utf16le'))),
      given('x/ccmsetup-20260315-080130.log', before.trimEnd()),
    ]);
    const [log] = joinRotated(files);
    const placed = [];
    for await (const some of readLog(log!, { timezone: null })) placed.push(...some);
    expect(placed.map(({ path, record }) => [path, record.line])).toEqual([
      ['x/ccmsetup-20260315-080130.log', 1],
      ['x/ccmsetup-20260315-080130.log', 2],
      ['x/ccmsetup.log', 1],
      ['x/ccmsetup.log', 2],
      ['x/ccmsetup.log', 3],
    ]);
    const runs = new Set(placed.map(({ found }) => found));
    expect(runs.size).toBe(1);
    const [found] = runs;
    expect(found).toMatchObject({
      path: 'x/ccmsetup.log',
      run: { verdict: 'failed', startedAt: Date.UTC(2026, 2, 15, 8), productVersion: '5.0.9096.1000', causeLine: 2 },
    });
    expect(found?.run.evidence.map((one) => one.line)).toContain(2);
    expect(Math.max(...(found?.run.evidence.map((one) => one.line) ?? []))).toBeLessThanOrEqual(3);
    for (const { record, found: of } of placed) expect(record.run).toBe(of?.run);
  });
});
