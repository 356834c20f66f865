import { describe, expect, test } from 'vitest';
import { decodeBytes } from '../../server/src/setup-logs/formats/encodings.js';
import { Surveyor } from '../../server/src/setup-logs/survey.js';
import type { Run } from '../../server/src/setup-logs/types.js';
import { parseLog } from '../synthetic-logs.js';
import { banner, ccmLog, msiLog, only, result, runsOf, type CcmLine } from './verdict-logs.js';

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

describe('lines that CMTrace copied', () => {
  const copied = (between: string, stamps: readonly string[]) =>
    [
      banner,
      "File 'C:\\Windows\\ccmsetup\\Silverlight.exe' returned failure exit code 1612. Fail the installation.",
      'InstallFromManifest failed 0x8007064c',
      'CcmSetup failed with error code 0x8007064c',
    ]
      .map((message, index) => [message, 'ccmsetup', stamps[index], '580 (0x0244)'].join(between))
      .join('\n');
  const french = ['03/02/2018 15:34:01', '03/02/2018 15:34:20', '21/02/2018 15:34:21', '21/02/2018 15:34:23'];
  const american = ['2/3/2018 3:34:01 PM', '2/3/2018 3:34:20 PM', '2/21/2018 3:34:21 PM', '2/21/2018 3:34:23 PM'];

  test.each([
    ['tabs', '\t', french],
    ['the blanks of a forum', ' ', french],
    ['tabs and a clock of twelve hours', '\t', american],
  ])('with %s have their times, components and threads, and a clean cause', (_name, between, stamps) => {
    const log = Buffer.from(copied(between, stamps));
    const surveyor = new Surveyor(0);
    surveyor.push(log);
    surveyor.end();
    const { records, runs, format } = parseLog(log, { timezone: 'UTC', survey: surveyor.survey() });
    expect(format).toBe('simple');
    expect(records.map(({ time }) => iso(time))).toEqual([
      '2018-02-03T15:34:01.000Z',
      '2018-02-03T15:34:20.000Z',
      '2018-02-21T15:34:21.000Z',
      '2018-02-21T15:34:23.000Z',
    ]);
    expect(records.map(({ component, thread, remarks }) => [component, thread, remarks])).toEqual(
      records.map(() => ['ccmsetup', '580', []]),
    );
    const run = only(runs);
    expect(run.verdict).toBe('failed');
    expect(run.causeLine).toBe(2);
    expect(run.cause).toMatch(
      /^File '.*Silverlight\.exe' returned failure exit code 1612\. Fail the installation\. \(/,
    );
  });

  test('a thread whose two numbers differ is text like any other', () => {
    const { records } = parseLog(Buffer.from('It ran on x 1/2/2018 10:00:00 580 (0x9999)\n'), { format: 'simple' });
    expect(records[0]).toMatchObject({ time: null, component: '', remarks: ['no_stamp'] });
  });
});

describe('a failed ccmsetup', () => {
  test.each<[string, CcmLine[], string, number]>([
    [
      'the request that WinHTTP could not make, not what it says of its status',
      [
        [
          '[CCMHTTP] ERROR: URL=http://mp1/ccmsetup.cab, Port=80, Options=480, Code=12029, Text: ERROR_WINHTTP_CANNOT_CONNECT',
          3,
        ],
        ['[CCMHTTP] ERROR INFO: StatusCode=600 StatusText=', 3],
        ['DownloadFileByWinHTTP failed with error 0x80072efd', 3],
      ],
      '0x80072efd',
      2,
    ],
    [
      'the flag of a certificate, not the rules around it',
      [
        ['[CCMHTTP] AsyncCallback(): ----------------------------------------', 3],
        ['[CCMHTTP] AsyncCallback(): WINHTTP_CALLBACK_STATUS_SECURE_FAILURE Encountered', 3],
        ['[CCMHTTP]                : dwStatusInformationLength is 4', 3],
        ['[CCMHTTP]            : WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA is set', 3],
      ],
      '0x80072f8f',
      5,
    ],
    [
      'the first of two lines on a certificate that is missing',
      [
        ['Unable to find PKI certificate matching SCCM certificate selection criteria. 0x87d00215', 3],
        ['Error getting client cert from store. 0x87d00215', 3],
      ],
      '0x87d00215',
      2,
    ],
  ])('has for its cause %s', (_name, lines, code, line) => {
    const run = only(runsOf(ccmLog([banner, ...lines, `CcmSetup failed with error code ${code}`])));
    expect([run.verdict, run.causeLine]).toEqual(['failed', line]);
  });
});

describe('an installation whose failed step speaks of no trouble', () => {
  test.each<[string, string, string[], RegExp]>([
    [
      'the condition of a launch',
      'LaunchConditions',
      ['A newer version of this product is already installed.'],
      /LaunchConditions failed: A newer version of this product is already installed\./,
    ],
    [
      'a custom action in its own language',
      'CcmDetect',
      ['Zugriff auf C:\\SMS_CCM verweigert.', 'CustomAction CcmDetect returned actual error code 1603'],
      /CcmDetect failed: CustomAction CcmDetect returned actual error code 1603 .*– Zugriff auf C:\\SMS_CCM verweigert\./,
    ],
  ])('is explained by what it said last: %s', (_name, action, lines, cause) => {
    const run: Run = only(
      runsOf(
        msiLog([
          'Action start 10:00:02: INSTALL.',
          `Action start 10:00:03: ${action}.`,
          ...lines,
          `Action ended 10:00:05: ${action}. Return value 3.`,
          'Action ended 10:00:05: INSTALL. Return value 3.',
          ...result(1603),
        ]),
      ),
    );
    expect(run.cause).toMatch(cause);
    expect([run.certainty, run.certaintyReason]).toEqual(['guess', 'said_in_step']);
  });
});

test('the result of a role in brackets is its result', () => {
  const [run] = runsOf(
    [
      '====================================================================',
      'SMSFSP Setup Started....',
      'fsp.msi exited with return code [1618]',
      'Fatal MSI Error - fsp.msi could not be installed.',
    ]
      .map((line, index) => `<08/14/24 08:00:0${index}> ${line}\n`)
      .join(''),
  );
  expect([run?.verdict, run?.exitCode]).toEqual(['failed', 1618]);
});

describe('a code page of Windows', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  test.each<[string, Buffer, string]>([
    ['Russian', hex('ce f8 e8 e1 ea e0 20 31 39 32 30 2e'), 'Ошибка 1920.'],
    ['Greek', hex('d3 f6 dc eb ec e1 20 31 39 32 30 2e'), 'Σφάλμα 1920.'],
    ['Japanese', hex('83 47 83 89 81 5b 20 31 39 32 30 81 42'), 'エラー 1920。'],
    ['Simplified Chinese', hex('b4 ed ce f3 20 31 39 32 30 a1 a3'), '错误 1920。'],
    ['Korean', hex('bf c0 b7 f9 20 31 39 32 30 2e'), '오류 1920.'],
    ['Hebrew', hex('f9 e2 e9 e0 e4 20 e4 e4 fa f7 f0 e4 20 f0 eb f9 ec e4'), 'שגיאה ההתקנה נכשלה'],
    ['Polish', hex('42 b3 b9 64 20 31 39 32 30 2e'), 'Błąd 1920.'],
    ['French', hex('44 e9 62 75 74 20 ab 20 e9 74 e9 20 bb 20 6e b0 33'), 'Début « été » n°3'],
    ['Dutch, with its quotation marks', hex('93 66 6f 75 74 94 20 96 20 80 35'), '“fout” – €5'],
    ['German', hex('67 72 f6 df 65 20 c4 d6 dc 2e'), 'größe ÄÖÜ.'],
    ['what has no letters', hex('a9 20 32 30 32 36 20 82 2c 82 2c'), '© 2026 ‚,‚,'],
  ])('is found by its letters: %s', (_language, bytes, text) => {
    expect(decodeBytes(bytes)).toBe(text);
  });

  test('is not what a broken character of UTF-8 makes of a line', () => {
    const line = Buffer.concat([Buffer.from('Ошибка при установке'), hex('d0')]);
    expect(decodeBytes(line)).toContain('Ð');
  });

  test('of a megabyte is read in a moment', () => {
    const line = Buffer.alloc(1_000_000, 0xce);
    expect(decodeBytes(line)).toHaveLength(1_000_000);
  });
});
