import { describe, expect, test } from 'vitest';
import type { Run } from '../../server/src/setup-logs/types.js';
import { banner, ccmLog, only, runsOf, shown, type CcmLine } from './verdict-logs.js';

describe('the cause of a failed ccmsetup', () => {
  const begin: CcmLine[] = [
    banner,
    'Ccmsetup version: 5.0.9096.1000',
    ['Failed to connect to policy namespace. Error 0x8004100e', 3],
    ["Couldn't find an MP source through AD. Error 0x80004005", 3],
    ['GetADInstallParams failed with 0x80004005', 3],
    'Command line parameters for ccmsetup have been specified.  No registry lookup for command line parameters is required.',
    'Client OS is not a supported Windows Embedded Platform',
    ['Failed to get client version for sending state messages. Error 0x8004100e', 2],
  ];
  const after: CcmLine[] = [
    "Sending Fallback Status Point message to 'fsp01', STATEID='313'.",
    'State message with TopicType 800 and TopicId {11111111-2222-3333-4444-555555555555} has been sent to the FSP',
    ['Failed to delete ccmsetup scheduled task. Error 0x80070002', 3],
    ['Failed to restore the power scheme, HRESULT=80004005', 3],
    ['Setup could not find the window. Error 0x80070578', 3],
  ];

  test.each<[string, CcmLine[], string, RegExp, Partial<Run>]>([
    [
      'a package with its exit code',
      [
        ["File 'C:\\Windows\\ccmsetup\\vcredist_x64.exe' returned failure exit code 1603. Fail the installation.", 3],
        ['InstallFromManifest failed 0x80070643', 3],
      ],
      '0x80070643',
      /vcredist_x64\.exe.*1603/,
      { certainty: 'certain', nextStep: 'package_log' },
    ],
    [
      'the same, logged as information',
      [["File 'C:\\Windows\\ccmsetup\\NDP48.exe' returned failure exit code 5100. Fail the installation.", 1]],
      '0x800713ec',
      /NDP48\.exe/,
      {},
    ],
    [
      'client.msi over several lines',
      [
        [
          'File C:\\Windows\\ccmsetup\\{CA43}\\client.msi installation failed. Error text: ExitCode: 1603\nAction: CcmCreateWmiNamespaces.\nErrorMessages:\nSetup was unable to create the WMI namespace CCM\nThe error code is 80041002',
          3,
        ],
        ['InstallFromManifest failed 0x80070643', 3],
      ],
      '0x80070643',
      /client\.msi.*CcmCreateWmiNamespaces.*WMI namespace CCM/,
      { certainty: 'certain', nextStep: '' },
    ],
    [
      'client.msi with what it had said before',
      [
        ['MSI: Setup was unable to compile Sql CE script file StateMessageStore.sqlce. The error code is 87D00244.', 3],
        'MSI: Action 15:32:38: Rollback. Rolling back action:',
        ['File C:\\Windows\\ccmsetup\\{CA43}\\client.msi installation failed. Error text: ExitCode: 1603', 3],
      ],
      '0x80070643',
      /client\.msi.*StateMessageStore\.sqlce/,
      {},
    ],
    [
      'client.msi without a word',
      [['File C:\\Windows\\ccmsetup\\{CA43}\\client.msi installation failed. Error text: ExitCode: 1603', 3]],
      '0x80070643',
      /client\.msi/,
      { nextStep: 'client_msi_log' },
    ],
    [
      'a message of the installer, then the bare code',
      [
        ['MSI: Setup failed due to unexpected circumstances\nThe error code is 80070534', 3],
        ['Installation failed with error code 1603', 3],
      ],
      '0x80070643',
      /unexpected circumstances.*80070534/,
      { nextStep: 'client_msi_log' },
    ],
    ['another installation in progress', [['Installation failed with error code 1618', 3]], '0x80070652', /1618/, {}],
    [
      'a requirement',
      [['This operating system does not contain the correct version of BITS. BITS 2.5 or later is required.', 3]],
      '0x80004005',
      /BITS 2\.5/,
      { certainty: 'certain' },
    ],
    [
      'BITS that does not start',
      [['CreateInstance of CLSID_BackgroundCopyManager failed with 8007042C. Unable to check BITS version', 3]],
      '0x8007042c',
      /BackgroundCopyManager.*8007042C/,
      {},
    ],
    [
      'an operating system that is not supported',
      [['The client is not supported on this operating system.', 3]],
      '0x80004005',
      /not supported/,
      {},
    ],
    [
      'a signature',
      [
        [
          "Couldn't verify 'C:\\Windows\\ccmsetup\\MicrosoftPolicyPlatformSetup.msi' authenticode signature. Return code 0x800b0101",
          3,
        ],
        ['InstallFromManifest failed 0x800b0101', 3],
      ],
      '0x800b0101',
      /MicrosoftPolicyPlatformSetup\.msi.*0x800b0101/,
      { certainty: 'certain' },
    ],
    [
      'a hash',
      [
        [
          "File 'C:\\Windows\\ccmsetup\\SCEPInstall.exe' with hash 'AB' from manifest doesn't match with the file hash 'CD'",
          3,
        ],
      ],
      '0x80091007',
      /SCEPInstall\.exe/,
      {},
    ],
    [
      'no source',
      [
        [
          'No valid source or MP locations could be identified to download content from. Ccmsetup.exe cannot continue.',
          3,
        ],
      ],
      '0x80004005',
      /No valid source or MP locations/,
      {},
    ],
    [
      'WMI',
      [['CheckAndLogOSInformation failed with 0x87d00215', 3]],
      '0x87d00215',
      /CheckAndLogOSInformation/,
      { certainty: 'likely' },
    ],
    [
      'a name that is not resolved',
      [
        ['Failed to send HTTP request (Error at WinHttpSendRequest: 12007)', 3],
        ["DownloadFileByWinHTTP failed with error 0x80072ee7 for 'http://dp1/ccmsetup.cab'", 3],
      ],
      '0x80072ee7',
      /DownloadFileByWinHTTP.*0x80072ee7/,
      { certainty: 'likely', certaintyReason: 'same_code' },
    ],
    [
      'a certificate',
      [
        ['GetSSLCertificateContext failed with error 0x87d00454', 3],
        ["GetHttpRequestObjects failed for verb: 'GET', url: 'https://mp1/SMS_MP/.sms_aut'. Error 0x87d00454", 3],
      ],
      '0x87d00454',
      /GetSSLCertificateContext/,
      {},
    ],
    [
      'a certificate that is not in the store',
      [['Failed to find the certificate in the store, retcode = 0x80092004', 3]],
      '0x80092004',
      /0x80092004/,
      {},
    ],
    [
      'locations that are not found',
      [["Failed to get DP locations as the expected version from MP 'mp1'. Error 0x87d00215", 3]],
      '0x87d00215',
      /DP locations/,
      { nextStep: 'ccmsetup_locations' },
    ],
    [
      'a disk that is full',
      [['There is not enough disk space to install the client: 50 MB free, 500 MB required', 3]],
      '0x80070070',
      /disk space/,
      {},
    ],
    ['a command line', [['SMSMP cannot be specified without SMSSITECODE', 3]], '0x80004005', /SMSSITECODE/, {}],
    [
      'a source that cannot be reached',
      [['Source \\\\srv1\\Client is inaccessible (53)', 3]],
      '0x80070035',
      /\\\\srv1\\Client/,
      {},
    ],
    [
      'a newer version',
      [['A newer version of the client is already installed: 5.00.9106 cannot be downgraded to 5.00.9096', 3]],
      '0x80070666',
      /newer version/,
      {},
    ],
  ])('%s', (_, lines, code, cause, expected) => {
    const text = ccmLog([
      ...begin,
      ...lines,
      ...after,
      [`CcmSetup failed with error code ${code}`, 1],
      ['Failed to delete the folder. Error 0x80070005', 3],
    ]);
    const run = only(runsOf(text));
    expect(run).toMatchObject({ verdict: 'failed', exitCode: Number(code) | 0, ...expected });
    expect(run.cause).toMatch(cause);
    const line = text.slice(0, text.indexOf(lines[0]![0].split('\n')[0]!)).split('\n').length;
    expect(run.causeLine).toBeGreaterThanOrEqual(line);
    expect(shown(run)).toContain(`${run.causeLine} cause`);
    expect(shown(run).at(-1)).toMatch(/ result$/);
  });

  test('of several packages the first that failed', () => {
    const fail = (name: string): CcmLine => [
      `File 'C:\\Windows\\ccmsetup\\${name}' returned failure exit code 1612. Fail the installation.`,
      3,
    ];
    const run = only(
      runsOf(
        ccmLog([...begin, fail('first.exe'), fail('second.exe'), ['CcmSetup failed with error code 0x8007064c', 1]]),
      ),
    );
    expect(run.cause).toContain('first.exe');
  });

  test('an error that was made good is not the cause', () => {
    const run = only(
      runsOf(
        ccmLog([
          ...begin,
          ['Failed to download the manifest by BITS. Error 0x80200013', 3],
          'Successfully downloaded the manifest ccmsetup.cab',
          ['Could not open the service manager. Error 0x8007045b', 3],
          ['CcmSetup failed with error code 0x8007045b', 1],
        ]),
      ),
    );
    expect(run.cause).toContain('service manager');
    expect(shown(run)).toContain('9 recovered');
  });

  test('after a retry the last attempt counts, and what follows the announcement at once belongs to the one before', () => {
    const attempt = (name: string, seconds: number): CcmLine[] => [
      [`File 'C:\\Windows\\ccmsetup\\${name}' returned failure exit code 1618. Fail the installation.`, 3, seconds],
      ['Next retry in 120 minute(s)...', 1, seconds + 1],
      ['Failed to restore the power scheme, HRESULT=80004005', 3, seconds + 2],
    ];
    const once = ccmLog([...begin, ...attempt('first.exe', 20), ['CcmSetup failed with error code 0x80070652', 1, 23]]);
    expect(only(runsOf(once)).cause).toContain('first.exe');
    const waiting = only(runsOf(ccmLog([...begin, ...attempt('first.exe', 20)])));
    expect(waiting).toMatchObject({ verdict: 'unfinished', exitCode: null, causeLine: 9 });
    expect(waiting.cause).toContain('first.exe');
    expect(shown(waiting)).toEqual(['9 cause']);
    const twice = ccmLog([
      ...begin,
      ...attempt('first.exe', 20),
      ['Installing version 5.00.9096', 1, 8_000],
      ...attempt('second.exe', 8_010),
      ['CcmSetup failed with error code 0x80070652', 1, 8_020],
    ]);
    expect(only(runsOf(twice)).cause).toContain('second.exe');
    const healed = ccmLog([
      ...begin,
      ...attempt('first.exe', 20),
      ['Installation succeeded.', 1, 8_000],
      ['CcmSetup is exiting with return code 0', 1, 8_001],
    ]);
    expect(only(runsOf(healed))).toMatchObject({ verdict: 'succeeded', cause: '', certainty: 'certain' });
  });

  test.each([
    [9, 'failed'],
    [8, 'failed'],
    [7, 'reboot_pending'],
    [0, 'succeeded'],
    [3010, 'reboot_pending'],
  ])('return code %i is %s', (code, verdict) => {
    expect(only(runsOf(ccmLog([...begin, `CcmSetup is exiting with return code ${code}`]))).verdict).toBe(verdict);
  });

  test.each([
    ['1603', /ended with 1603: A fatal error/],
    ['-2147023293', /ended with 0x80070643: Windows Installer 1603/],
  ])('return code %s is told in words, with what to check', (code, cause) => {
    const run = only(runsOf(ccmLog([banner, `CcmSetup is exiting with return code ${code}`])));
    expect(run).toMatchObject({ verdict: 'failed', exitCode: Number(code) });
    expect(run.cause).toMatch(cause);
    expect(run.suggestion).not.toBe('');
  });

  test('a run that has its banner and ends well is not said to begin in the middle', () => {
    const lines: CcmLine[] = ['The same client version is installed', 'CcmSetup is exiting with return code 0'];
    expect(only(runsOf(ccmLog([banner, ...lines])))).toMatchObject({ certainty: 'certain', nextStep: '' });
    expect(only(runsOf(ccmLog(lines)))).toMatchObject({ certainty: 'likely', nextStep: 'ccmsetup_whole_log' });
  });

  test('the log of client.msi is asked for only where that was begun', () => {
    const failing = (...lines: CcmLine[]) =>
      only(
        runsOf(
          ccmLog([
            ...begin,
            ...lines,
            ['Failed to obtain a client certificate. Error 0x87d00283', 3],
            ['CcmSetup failed with error code 0x87d00283', 1],
          ]),
        ),
      ).nextStep;
    expect(failing('MSI: Action 10:00:10: INSTALL. ')).toBe('client_msi_log');
    expect(failing()).toBe('');
    expect(failing(['DownloadFileByWinHTTP failed with error 0x87d00283', 3])).toBe('ccmsetup_locations');
  });

  test.each([
    ['A newer version of the client is already installed. Downgrade is not supported.', '0x80004004', /^$/],
    ['No valid source or MP locations could be identified to download content from.', '0x80004005', /boundary group/],
    ['Another instance of ccmsetup is already running.', '0x80004005', /other installation has ended/],
  ])('of "%s" the advice is not that on %s, which says nothing of it', (line, code, advice) => {
    const log = ccmLog([banner, [line, 3], `CcmSetup failed with error code ${code}`]);
    expect(only(runsOf(log)).suggestion).toMatch(advice);
  });

  test('a log that begins in the middle still tells the cause, and says that something is missing', () => {
    const run = only(
      runsOf(
        ccmLog([
          ['Could not open the service manager. Error 0x8007045b', 3],
          ['CcmSetup failed with error code 0x8007045b', 1],
        ]),
      ),
    );
    expect(run).toMatchObject({ verdict: 'failed', causeLine: 1, nextStep: 'ccmsetup_whole_log' });
  });

  describe('one run for each installation', () => {
    const first: CcmLine[] = [
      [banner, 1, 0, 10],
      ['Command line: "C:\\Temp\\ccmsetup.exe" /mp:mp01', 1, 1, 10],
      ['Successfully started the ccmsetup service', 1, 2, 10],
    ];
    const second: CcmLine[] = [
      [banner, 1, 4, 20],
      ['Command line: "C:\\Windows\\ccmsetup\\ccmsetup.exe" /runservice /mp:mp01', 1, 5, 20],
    ];
    const end: CcmLine = ['CcmSetup is exiting with return code 0', 1, 3, 10];

    test('the process that hands over and its service are one, in whatever order they write', () => {
      const last: CcmLine = ['CcmSetup failed with error code 0x80070643', 1, 60, 20];
      for (const lines of [
        [...first, end, ...second, last],
        [...first, ...second, end, last],
      ])
        expect(only(runsOf(ccmLog(lines)))).toMatchObject({ verdict: 'failed', line: 1 });
    });

    test.each([
      ['that it reported to the fallback status point', "Sending Fallback Status Point message, STATEID='313'."],
      ['that it tells with a code alone', 'Installation failed with error code 1603'],
    ])('a failure %s and ends with has its cause, though no line says that it ended', (_, last) => {
      const told: CcmLine = ['MSI: Setup was unable to compile the file x.mof The error code is 80041003', 3];
      expect(only(runsOf(ccmLog([...begin, told, last, 'Deleted file C:\\x'])))).toMatchObject({
        verdict: 'unfinished',
        certainty: 'guess',
        cause: told[0],
      });
    });

    test('the end of the process that handed over is no success yet', () => {
      expect(only(runsOf(ccmLog([...first, end])))).toMatchObject({
        verdict: 'unfinished',
        exitCode: null,
        nextStep: 'wait_for_end',
      });
    });

    test('another one later is another run, and late lines belong to the one before', () => {
      const runs = runsOf(
        ccmLog([
          ...begin,
          'CcmSetup is exiting with return code 7',
          ['Deleted file C:\\Windows\\ccmsetup\\ccmsetup.xml', 1],
          [banner, 1, 900],
          ['CcmSetup is exiting with return code 0', 1, 905],
        ]),
      );
      expect(runs.map(({ verdict }) => verdict)).toEqual(['reboot_pending', 'succeeded']);
    });

    test('one that is refused while another goes on takes nothing from it', () => {
      const runs = runsOf(
        ccmLog([
          [banner, 1, 0, 10],
          ['Command line: "C:\\Temp\\ccmsetup.exe" /mp:mp01', 1, 1, 10],
          [banner, 1, 2, 20],
          ['Downloading file C:\\Windows\\ccmsetup\\client.msi', 1, 3, 10],
          ['Another instance of ccmsetup is already running.', 3, 4, 20],
          ['CcmSetup is exiting with return code 8', 1, 5, 20],
          ['CcmSetup is exiting with return code 0', 1, 90, 10],
        ]),
      );
      expect(runs).toMatchObject([
        { verdict: 'succeeded', line: 1, endedAt: Date.UTC(2026, 0, 15, 10, 1, 30) },
        { verdict: 'failed', exitCode: 8, line: 3, causeLine: 5 },
      ]);
    });

    test('of three at once the first two that are refused take nothing from it', () => {
      const runs = runsOf(
        ccmLog([
          [banner, 1, 0, 10],
          [banner, 1, 3, 20],
          [banner, 1, 4, 30],
          ['Another instance of ccmsetup is already running.', 3, 5, 30],
          ['Another instance of ccmsetup is already running.', 3, 6, 20],
          ['CcmSetup is exiting with return code 8', 1, 7, 30],
          ['CcmSetup is exiting with return code 8', 1, 8, 20],
          ['Installation succeeded.', 1, 89, 10],
          ['CcmSetup is exiting with return code 0', 1, 90, 10],
        ]),
      );
      expect(runs.map(({ verdict, line, causeLine }) => [verdict, line, causeLine])).toEqual([
        ['succeeded', 1, 0],
        ['failed', 2, 5],
        ['failed', 3, 4],
      ]);
    });

    test.each(['CCMSetup failed with 1603', 'CcmSetup failed with exit code 1603'])(
      'a good end behind "%s" is no success',
      (line) => {
        const lines: CcmLine[] = [banner, line, 'CcmSetup is exiting with return code 0'];
        expect(only(runsOf(ccmLog(lines)))).toMatchObject({ verdict: 'failed', exitCode: 1603 });
      },
    );

    test.each([317, 401])(
      'a return code of 0 after %i, a restart, was reported is one with that restart to come',
      (state) => {
        const lines = [
          ...begin,
          `Sending Fallback Status Point message to 'fsp01', STATEID='${state}'.`,
          'CcmSetup is exiting with return code 0',
        ];
        expect(only(runsOf(ccmLog(lines)))).toMatchObject({ verdict: 'reboot_pending', exitCode: 0 });
      },
    );

    test.each([
      ['in an attempt before', 'Next retry in 10 minute(s)...', 'Downloading file C:\\Windows\\ccmsetup\\client.msi'],
      ['before it was done', "Sending Fallback Status Point message to 'fsp01', STATEID='400'."],
    ])('a restart that was reported %s is none to come', (_, ...after) => {
      const lines: CcmLine[] = [
        [banner, 0, 0],
        ["Sending Fallback Status Point message to 'fsp01', STATEID='317'.", 1, 1],
        ...after.map((text, index): CcmLine => [text, 1, 2 + index * 900]),
        ['CcmSetup is exiting with return code 0', 1, 1_000],
      ];
      expect(only(runsOf(ccmLog(lines)))).toMatchObject({ verdict: 'succeeded', certainty: 'certain' });
    });

    test('a second line that tells the end makes no second run', () => {
      const lines: CcmLine[] = [
        ...begin,
        ['CcmSetup failed with error code 0x80070643', 1, 20],
        ['CcmSetup is exiting with return code 1603', 1, 21],
      ];
      expect(only(runsOf(ccmLog(lines))).verdict).toBe('failed');
    });
  });
});
