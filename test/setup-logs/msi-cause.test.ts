import { adviceOn } from '../../server/src/catalog/advice.js';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../server/src/setup-logs/types.js';
import { failedAction, msiLog, only, result, runsOf, shown } from './verdict-logs.js';

describe('the cause of a failed installation', () => {
  const inFinalize = (lines: readonly string[]) =>
    msiLog([
      'Action start 10:00:02: INSTALL.',
      'Action start 10:00:03: InstallFinalize.',
      ...lines,
      'Action ended 10:00:20: InstallFinalize. Return value 3.',
      'MSI (s) (54:F8) [10:00:21:000]: Note: 1: 2265 2:  3: -2147287035',
      'Action 10:00:21: Rollback. Rolling back action:',
      'Rollback: Starting services',
      'Error 1921. Service “Other” (Other) could not be stopped.',
      'Action ended 10:00:22: INSTALL. Return value 3.',
      'MSI (s) (54:F8) [10:00:23:000]: Note: 1: 1708 ',
      'MSI (s) (54:F8) [10:00:23:100]: Product: FSP -- Installation failed.',
      '',
      ...result(1603),
    ]);

  test.each<[string, string[], RegExp, Partial<Run>]>([
    [
      'a statement over several lines',
      [
        'Compiling Sql CE script file: C:\\Windows\\CCM\\StateMessageStore.sqlce',
        'ERROR: Failed to execute SQL statement:',
        '',
        'DROP TABLE CCM_StateMsg;',
        '',
        'with error (0x80040e37).',
      ],
      /DROP TABLE CCM_StateMsg;.*0x80040e37/,
      { certainty: 'likely' },
    ],
    [
      'a service, by its message',
      [
        'Action 10:00:04: StartServices. Starting services',
        "Error 1920. Service 'SMS Agent Host' (CcmExec) failed to start.  Verify that you have sufficient privileges to start system services.",
      ],
      /SMS Agent Host.*CcmExec/,
      { certainty: 'certain', certaintyReason: 'error_message', nextStep: '' },
    ],
    [
      'a message with the number of a result that means something else',
      ['Error 1601. Out of disk space. Disk space on drive C must be at least 400 MB; 12 MB available.'],
      /12 MB available\.$/,
      { suggestion: adviceOn(['message 1307']) },
    ],
    [
      'a custom action and what it said',
      [
        'MSI (s) (54:F8) [10:00:04:000]: Executing op: CustomActionSchedule(Action=CcmRegisterWinTask,ActionType=3073)',
        'ERROR: Failed to register the task Configuration Manager Health Evaluation. Error 0x80070005',
        'CustomAction CcmRegisterWinTask returned actual error code 1603 (note this may not be 100% accurate if translation happened inside sandbox)',
      ],
      /custom action CcmRegisterWinTask: .*Health Evaluation.*0x80070005/,
      { certainty: 'likely', certaintyReason: 'custom_action_code' },
    ],
    [
      'a custom action alone',
      ['CustomAction CcmRegisterWinTask returned actual error code 1603'],
      /CcmRegisterWinTask/,
      { certainty: 'guess', nextStep: 'msi_event_log' },
    ],
    [
      'one whose failure counts, behind one whose failure is ignored',
      [
        'WixRemoveFoldersEx:  Error 0x80070057: Missing folder property: dd for row: x',
        'CustomAction WixRemoveFoldersEx returned actual error code 1603 but will be translated to success due to continue marking',
        'MSI (s) (54:F8) [10:00:05:000]: Executing op: CustomActionSchedule(Action=Second)',
        'CAQuietExec:  Error 0x80070002: Command failed to execute.',
        'CustomAction Second returned actual error code 1603',
      ],
      /custom action Second: CAQuietExec: +Error 0x80070002/,
      {},
    ],
    [
      'a file in use, not messages for people who make packages',
      [
        'DEBUG: Error 2826:  Control Line on dialog Dlg extends beyond the boundaries of the dialog',
        'Info 2898. For Text style, the system created a font, cannot be found.',
        'MSI (s) (54:F8) [10:00:05:000]: Note: 1: 2205 2:  3: Error',
        'SECREPAIR: Crypt Provider not initialized. Error:-2146892987',
        'Error 1306. Another application has exclusive access to the file C:\\Windows\\CCM\\CcmExec.exe.  Please shut down all other applications, then click Retry.',
      ],
      /C:\\Windows\\CCM\\CcmExec\.exe/,
      { certainty: 'certain' },
    ],
    ['nothing at all', [], /nothing before it tells why/, { certainty: 'guess', nextStep: 'msi_event_log' }],
  ])('%s', (_, lines, cause, expected) => {
    const run = only(runsOf(inFinalize(lines)));
    expect(run).toMatchObject({ verdict: 'failed', exitCode: 1603, ...expected });
    expect(run.cause).toMatch(cause);
    expect(run.cause).not.toContain('Other');
    expect(shown(run).some((one) => one.endsWith('failed_action'))).toBe(true);
  });

  test.each([
    ['Action 10:00:04: CopyFiles. Copying to disk 3', 'CcmCheck'],
    ['Action 10:00:04: CopyFiles. Step 3.', 'CcmCheck'],
  ])('what an action is about is not its end: %s', (line, name) => {
    const run = only(runsOf(msiLog(['Action 10:00:01: INSTALL. ', line, ...failedAction, ...result(1603)])));
    expect(run.cause).toContain(`Action ${name} failed`);
  });

  test.each([
    [1602, 'failed'],
    [1618, 'failed'],
    [1619, 'failed'],
    [1620, 'failed'],
    [1622, 'failed'],
    [1625, 'failed'],
    [1633, 'failed'],
    [1638, 'failed'],
    [1641, 'reboot_pending'],
    [3010, 'reboot_pending'],
    [0, 'succeeded'],
  ])('%i tells its own cause', (code, verdict) => {
    const run = only(runsOf(msiLog(result(code))));
    expect(run).toMatchObject({ verdict, exitCode: code, certainty: 'certain' });
    if (verdict === 'failed')
      expect([run.cause, run.suggestion]).toEqual([expect.stringContaining(String(code)), expect.stringMatching(/./)]);
    else expect(run.cause).toBe('');
  });

  test('a package that cannot be opened is named', () => {
    const run = only(
      runsOf(
        msiLog([
          'MSI (c) (2C:64) [10:00:01:000]: Note: 1: 2203 2: \\\\srv1\\share\\fsp.msi 3: -2147287038 ',
          'This installation package could not be opened.  Verify that the package exists and that you can access it.',
          '\\\\srv1\\share\\fsp.msi',
          ...result(1619),
        ]),
      ),
    );
    expect(run.cause).toContain('\\\\srv1\\share\\fsp.msi');
  });

  const own = 'Note: 1: 2203 2: C:\\Windows\\Installer\\inprogressinstallinfo.ipi 3: -2147287038 ';
  const source = [
    'SOURCEMGMT: Trying source C:\\1a2b\\.',
    'Note: 1: 2203 2: C:\\1a2b\\vc_red.msi 3: -2147287037 ',
    'Note: 1: 2203 2:  3: -2147287037 ',
    'SOURCEMGMT: Failed to resolve source',
  ];
  test.each<[number, string[], string, number, RegExp]>([
    [2, [own], '2: The file was not found (C:\\Pkg\\fsp.msi)', 4, /^Check that the package exists/],
    [53, [own], '53: The network path was not found (C:\\Pkg\\fsp.msi)', 4, /share/],
    [110, [own], '110: The file cannot be opened (C:\\Pkg\\fsp.msi)', 4, /^Check that the package exists/],
    [1619, [own], '1619: The package could not be opened (C:\\Pkg\\fsp.msi)', 4, /^Check that the package exists/],
    [
      1612,
      source,
      '1612: The installation source is not available (SOURCEMGMT: Failed to resolve source – C:\\1a2b\\vc_red.msi)',
      9,
      /folder/,
    ],
  ])('an installation that ends with %i before its first action names the file', (code, lines, cause, line, advice) => {
    const engine = (text: string) => `MSI (s) (54:F8) [10:00:01:000]: ${text}`;
    const run = only(
      runsOf(
        msiLog([
          engine('******* RunEngine:'),
          '           ******* Product: C:\\Pkg\\fsp.msi',
          '           ******* Action: ',
          ...lines.map(engine),
          ...result(code),
        ]),
      ),
    );
    expect(run).toMatchObject({ verdict: 'failed', exitCode: code, cause, causeLine: line, certainty: 'certain' });
    expect(run.suggestion).toMatch(advice);
  });

  test('a log without the verbose switch says so where it tells no reason', () => {
    const log =
      '=== Logging started: 1/15/2026  10:00:00 ===\nAction start 10:00:01: INSTALL.\nAction start 10:00:01: ExecuteAction.\nAction ended 10:00:01: ExecuteAction. Return value 3.\nAction ended 10:00:02: INSTALL. Return value 3.\n=== Logging stopped: 1/15/2026  10:00:02 ===\n';
    expect(only(runsOf(log))).toMatchObject({
      certainty: 'guess',
      certaintyReason: 'code_only',
      nextStep: 'msi_verbose_log',
    });
  });

  test('a log that is cut behind the action that failed tells why, and that its end is missing', () => {
    const whole = inFinalize(['Error 1920. Service “SMS Agent Host” (CcmExec) failed to start.']).split('\n');
    const failed = whole.findIndex((line) => line.includes('InstallFinalize. Return value 3'));
    const end = whole.findIndex((line) => line.includes('INSTALL. Return value 3'));
    for (let lines = failed + 1; lines <= end; lines++)
      expect(only(runsOf(whole.slice(0, lines).join('\n')))).toMatchObject({
        verdict: 'unfinished',
        exitCode: null,
        cause: expect.stringMatching(/^Action InstallFinalize failed: Error 1920\./) as string,
        certaintyReason: 'no_end',
        nextStep: 'wait_for_end',
      });
  });

  test('it is cut between characters, and evidence is bounded', () => {
    for (const shift of ['', 'x']) {
      const run = only(
        runsOf(
          inFinalize([
            `Error 25001. ${shift}${'😀'.repeat(900)}`,
            ...Array.from({ length: 100 }, (_, index) => `Error 2500${index % 9}. again ${index}`),
          ]),
        ),
      );
      expect(run.cause.length).toBeLessThanOrEqual(600);
      expect(run.evidence.length).toBeLessThanOrEqual(20);
      for (const text of [run.cause, ...run.evidence.map((one) => one.text)]) expect(text.isWellFormed()).toBe(true);
    }
  });
});
