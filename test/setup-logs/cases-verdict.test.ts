import { describe, expect, test } from 'vitest';
import { LogParser } from '../../server/src/setup-logs/log-parser.js';
import type { Run } from '../../server/src/setup-logs/types.js';
import { parseLog } from '../synthetic-logs.js';
import { banner, caseLog, ccmLog, msiLog, only, result, runsOf } from './verdict-logs.js';

describe('logs of the shapes that administrators publish', () => {
  test.each<[string, Partial<Run>, RegExp, RegExp, string | null]>([
    [
      'msi-two-stops-failed.log',
      { verdict: 'failed', exitCode: 1603, causeLine: 7 },
      /Error 25140\..*Access is denied/,
      /rights/,
      null,
    ],
    [
      'msi-plain-l.log',
      { verdict: 'failed', exitCode: 1603, causeLine: 8 },
      /Error 25012\. IIS is not installed on this server\./,
      /^Install IIS/,
      null,
    ],
    [
      'msi-zh.log',
      { verdict: 'failed', exitCode: 1603, productVersion: '5.00.9096.1000' },
      /StartServices.*错误 1920/,
      /service that is named/,
      'Asia/Shanghai',
    ],
    ['msi-it.log', { verdict: 'failed', exitCode: 1603 }, /Errore 25140/, /rights/, null],
    ['msi-monthname.log', { verdict: 'succeeded', exitCode: 0, productName: 'X' }, /^$/, /^$/, null],
    ['thai-msi.log', { verdict: 'succeeded', exitCode: 0 }, /^$/, /^$/, null],
    [
      'ccmsetup-silverlight-1612.log',
      { verdict: 'failed', exitCode: 0x8007064c | 0, causeLine: 8 },
      /Silverlight\.exe.*1612/,
      /package's folder/,
      null,
    ],
    ['fspsetup-nocolon-fail.log', { verdict: 'failed', exitCode: 1603, causeLine: 5 }, /^fsp\.msi .*1603/, /./, null],
  ])('%s', (name, expected, cause, suggestion, timezone) => {
    const run = only(runsOf(caseLog(name).toString(), timezone));
    expect(run).toMatchObject(expected);
    expect(run.cause).toMatch(cause);
    expect(run.suggestion).toMatch(suggestion);
  });

  test('the name of a file that is backed up is no error', () => {
    const { records } = parseLog(caseLog('fspsetup-nocolon-fail.log'));
    expect(records.map(({ severity }) => severity)).toEqual(['INFO', 'INFO', 'INFO', 'INFO', 'ERROR', 'INFO']);
  });
});

describe('role set-up', () => {
  const role = (...lines: string[]) =>
    [
      '='.repeat(68),
      'SMSFSP Setup Started....',
      'Parameters: C:\\SMS\\bin\\x64\\rolesetup.exe /install /siteserver:CM01 SMSFSP 0',
      ...lines,
      '',
    ]
      .map((line, index) => (line === '' ? '' : `<06/12/26 09:00:${String(index).padStart(2, '0')}> ${line}`))
      .join('\n');

  test.each<[string, string[], Partial<Run>, RegExp]>([
    [
      'success whose package asked for a restart',
      ['fsp.msi exited with return code: 3010', 'Installation was successful.'],
      { verdict: 'reboot_pending', exitCode: 3010 },
      /^$/,
    ],
    [
      'success whose prerequisite asked for a restart',
      [
        'vcredist_x64.exe exited with return code: 3010',
        'fsp.msi exited with return code: 0',
        'Installation was successful.',
      ],
      { verdict: 'reboot_pending', exitCode: 0 },
      /^$/,
    ],
    [
      'a prerequisite with its code',
      ['Installing Pre Reqs for SMSFSP', 'vcredist_x64.exe exited with return code 1638', 'Installation failed.'],
      { verdict: 'failed', exitCode: 1638 },
      /vcredist_x64\.exe.*1638/,
    ],
    [
      'success in spite of a prerequisite that is there in another version',
      [
        'Installing Pre Reqs for SMSFSP',
        '        ======== Installing Pre Reqs for Role SMSFSP ========',
        'sqlncli.msi exited with return code: 1638',
        '        ======== Completed Installation of Pre Reqs for Role SMSFSP ========',
        'Installing the SMSFSP',
        'fsp.msi exited with return code: 0',
        'Installation was successful.',
      ],
      { verdict: 'succeeded', exitCode: 0, certainty: 'certain' },
      /^$/,
    ],
    [
      'success of a role without a package, in spite of such a prerequisite',
      [
        'Installing Pre Reqs for SMSWSUS',
        'sqlncli.msi exited with return code: 1638',
        'Installing the SMSWSUS',
        'Installation was successful.',
      ],
      { verdict: 'succeeded' },
      /^$/,
    ],
    [
      'a failure behind a prerequisite that went well',
      [
        'Installing Pre Reqs for SMSFSP',
        'sqlncli.msi exited with return code: 0',
        'Installing the SMSFSP',
        'Failed to register DLL E:\\x.dll',
        'Installation failed.',
      ],
      { verdict: 'failed', exitCode: null, certainty: 'likely' },
      /x\.dll/,
    ],
    [
      'nothing yet behind a prerequisite',
      ['Installing Pre Reqs for SMSFSP', 'sqlncli.msi exited with return code: 0'],
      { verdict: 'unfinished', exitCode: null },
      /^$/,
    ],
    [
      'a restart that was asked for before the role could be installed',
      ['Installing Pre Reqs for SMSFSP', 'vcredist_x64.exe exited with return code: 3010'],
      { verdict: 'reboot_pending', exitCode: null, certainty: 'likely', nextStep: '' },
      /^$/,
    ],
    [
      'a prerequisite that failed, and nothing behind it',
      ['Installing Pre Reqs for SMSFSP', 'vcredist_x64.exe exited with return code: 1603'],
      { verdict: 'failed', exitCode: 1603, nextStep: 'prerequisite_log' },
      /vcredist_x64\.exe.*1603/,
    ],
    [
      'a prerequisite that failed without a result, and nothing behind it but what comes of that',
      [
        'Installing Pre Reqs for SMSMP',
        'ERROR: Failed to install .NET Framework 4.8 (0x80070643)',
        'Failed to install the prerequisites of SMSMP',
      ],
      { verdict: 'failed', exitCode: null, certainty: 'likely', nextStep: 'prerequisite_log' },
      /\.NET Framework 4\.8/,
    ],
    [
      'a removal whose lines mail has wrapped',
      [
        'Parameters: D:\\Program Files\\SMS\\bin\\x64\\rolesetup.exe\n/deinstall /siteserver:SRV1 SMSFSP 0',
        'fsp.msi exited with\nreturn code: 1603',
      ],
      { verdict: 'failed', exitCode: 1603, action: 'uninstall' },
      /fsp\.msi.*1603/,
    ],
    [
      'a package that went well, and no word on the role',
      ['Installing the SMSFSP', 'fsp.msi exited with return code: 0'],
      { verdict: 'unfinished', exitCode: 0, nextStep: 'fsp_msi_log' },
      /^$/,
    ],
    [
      'a result that names no package',
      ['Installing C:\\SMS\\bin\\x64\\fsp.msi', 'Installation failed with error code 1603'],
      { verdict: 'failed', exitCode: 1603, nextStep: 'fsp_msi_log' },
      /1603/,
    ],
    [
      'IIS that is missing, before the package',
      ['Failed to detect IIS. IIS may not be installed.', 'Installation failed with error code 0x80070490'],
      {
        verdict: 'failed',
        exitCode: -2147023728,
        nextStep: '',
        suggestion: expect.stringContaining('metabase') as string,
      },
      /IIS/,
    ],
    [
      'a package’s result in hexadecimal',
      ['fsp.msi exited with return code: 0x80070643', 'Installation was successful.'],
      { verdict: 'failed', exitCode: -2147023293 },
      /fsp\.msi ended with 0x80070643: Windows Installer 1603/,
    ],
    [
      'a restart in hexadecimal',
      ['fsp.msi exited with return code: 0x80070BC2', 'Installation was successful.'],
      { verdict: 'reboot_pending', exitCode: -2147021886 },
      /^$/,
    ],
    [
      'another role’s package',
      ['Installing the SMSMP', 'mp.msi exited with return code: 1603'],
      { verdict: 'failed', exitCode: 1603, nextStep: 'role_msi_log' },
      /mp\.msi/,
    ],
    [
      'a failure that is made good by another try',
      ['fsp.msi exited with return code: 1618', 'fsp.msi exited with return code: 0', 'Installation was successful.'],
      { verdict: 'succeeded', exitCode: 0 },
      /^$/,
    ],
    [
      'trouble on the way to success',
      [
        'Failed to register C:\\x.dll with .Net Fx 2.0',
        'fsp.msi exited with return code: 0',
        'Installation was successful.',
      ],
      { verdict: 'succeeded', cause: '' },
      /^$/,
    ],
    [
      'words alone',
      ['Failed to create the folder C:\\SMS\\logs. Error 0x80070005', 'Installation failed.'],
      { verdict: 'failed', exitCode: null, certainty: 'likely' },
      /C:\\SMS\\logs.*0x80070005/,
    ],
    [
      'nothing but the end',
      ['Fatal MSI Error - fsp.msi could not be installed.'],
      { verdict: 'failed', nextStep: 'fsp_msi_log', certainty: 'guess' },
      /fsp\.msi could not be installed/,
    ],
  ])('%s', (_, lines, expected, cause) => {
    const run = only(runsOf(role(...lines, '~RoleSetup().')));
    expect(run).toMatchObject(expected);
    expect(run.cause).toMatch(cause);
  });

  test('a frame around the heading is one run, and a tail without an end is none', () => {
    const line = '='.repeat(68);
    const framed = [line, 'SMSFSP Setup Started....', line, 'Installation was successful.', '']
      .map((text) => (text === '' ? '' : `<06/12/26 09:00:01> ${text}`))
      .join('\n');
    expect(runsOf(framed)).toHaveLength(1);
    expect(runsOf('<06/12/26 09:00:01> Installing the SMSFSP\n<06/12/26 09:00:02> Found 1 Pre Reqs\n')).toEqual([]);
    expect(
      runsOf('<06/12/26 09:00:01> Installing the SMSFSP\n<06/12/26 09:00:02> fsp.msi exited with return code 1603\n'),
    ).toMatchObject([{ verdict: 'failed' }]);
  });
});

describe('a log that is read while it grows', () => {
  const statement = msiLog([
    'Action start 10:00:02: INSTALL.',
    'Action start 10:00:03: InstallFinalize.',
    'ERROR: Failed to execute SQL statement:',
    '',
    'DROP TABLE CCM_StateMsg;',
    'with error (0x80040e37).',
    'Action ended 10:00:20: InstallFinalize. Return value 3.',
    ...result(1603),
  ]);
  test.each([
    ['msi-plain-l.log', caseLog('msi-plain-l.log').toString()],
    ['msi-zh.log', caseLog('msi-zh.log').toString()],
    ['msi-two-stops-failed.log', caseLog('msi-two-stops-failed.log').toString()],
    ['a statement over several lines', statement],
  ])('%s: silence after each line changes no judgement', (_, log) => {
    const runs = new Set<Run>();
    const parser = new LogParser({
      onRecord: ({ run }) => {
        if (run !== null) runs.add(run);
      },
    });
    for (const line of log.split('\n')) {
      parser.push(Buffer.from(`${line}\n`));
      parser.flush();
    }
    parser.end();
    expect([...runs]).toEqual(parseLog(Buffer.from(log)).runs);
  });
});

describe('whatever stands in a log, reading takes no longer than its length', () => {
  const million = 1_000_000;
  const summary = (filling: string) =>
    `MSI (s) (54:F8) [10:00:05:000]: Windows Installer installed. A: ${filling}. B: 1.2.3. C: 1033. D: M. E: 1603.`;
  test.each([
    ['a long summary', msiLog([summary('a: b. '.repeat(million / 6)), summary('x. '.repeat(30_000))])],
    ['a line of blanks', msiLog([`Action${' '.repeat(million)}`, `a${' '.repeat(million)}10:00:00: X.`])],
    ['a line of letters', msiLog(['a '.repeat(million / 2), `Action start 10:00:02: ${'A.'.repeat(million / 2)}`])],
    [
      '5,000 lines that go on',
      msiLog([
        'Action start 10:00:02: X.',
        ...Array<string>(5_000).fill('ERROR: it failed, error code 1603. C:\\x.msi'),
        'Action ended 10:00:03: X. Return value 3.',
        ...result(1603),
      ]),
    ],
    [
      'long lines that go on',
      msiLog([
        'Action start 10:00:02: X.',
        ...Array<string>(100).fill('Error 1 -- '.repeat(1_000)),
        'Action ended 10:00:03: X. Return value 3.',
        ...result(1603),
      ]),
    ],
    [
      'a custom action',
      msiLog([`CustomAction ${'X'.repeat(million)} returned actual error code 1603`, 'CustomAction '.repeat(70_000)]),
    ],
    ['a heading', `=== ${'started 10:'.repeat(90_000)} ===\n${msiLog(result(0))}`],
    [
      'a line of ccmsetup',
      ccmLog([
        banner,
        ['x.msi failed disk space '.repeat(20_000), 3],
        ['MSI: '.repeat(100_000), 3],
        ['CcmSetup failed with error code 0x80004005', 1],
      ]),
    ],
    [
      'a line of rolesetup',
      `<06/12/26 09:00:01> ${'='.repeat(million)}\n<06/12/26 09:00:01> Parameters: ${'x /'.repeat(300_000)}\n${'fsp.msi '.repeat(125_000)}\n`,
    ],
    ['5,000 lines of rolesetup', `<06/12/26 09:00:01> Started\n${'Pre Req failed with error\n'.repeat(5_000)}`],
  ])('%s', (_, log) => {
    // A pattern that looks at each place again and again would take hours here: the test's own time is the limit.
    expect(parseLog(Buffer.from(log)).records.length).toBeGreaterThan(0);
  });
});
