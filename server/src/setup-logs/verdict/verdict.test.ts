import { describe, expect, test } from 'vitest';
import { joinStories } from './story.js';
import { asWindowsWrites, parseLog, syntheticLog } from '../../../../test/synthetic-logs.js';

const runsOf = (name: string) => parseLog(asWindowsWrites(syntheticLog(name))).runs;
const runOf = (name: string) => {
  const runs = runsOf(name);
  expect(runs).toHaveLength(1);
  return runs[0]!;
};

describe('fspMSI.log', () => {
  test('a success is told by the numbers, with product and version, whatever "Note: 1: 1708" seems to say', () => {
    expect(runOf('msi-success.log')).toMatchObject({
      action: 'install',
      verdict: 'succeeded',
      exitCode: 0,
      cause: '',
      productName: 'ConfigMgr Fallback Status Point',
      productVersion: '5.00.9096.1000',
      startedAt: Date.UTC(2017, 7, 17, 13, 9, 36),
      endedAt: Date.UTC(2017, 7, 17, 13, 9, 57),
    });
  });

  test('the cause of a 1603 is the first action that returned 3 and the message before it, with what to check', () => {
    const run = runOf('msi-1603-custom-action.log');
    expect(run).toMatchObject({ verdict: 'failed', exitCode: 1603, causeLine: 10 });
    expect(run.cause).toMatch(
      /^Action CcmCreateIISVirtualDirectories failed: .*Error 25140\. .*80070005 \[0x80070005: Access is denied\]/,
    );
    expect(run.suggestion).toContain('rights');
    // The blank line and what follows the end belong to the run; the run is one.
    expect(run.endedAt).toBe(Date.UTC(2017, 7, 17, 13, 9, 47, 205));
  });

  test('1618 has no failed action: the code and the line before it explain', () => {
    expect(runOf('msi-1618.log')).toMatchObject({
      verdict: 'failed',
      exitCode: 1618,
      cause:
        '1618: Another installation is already in progress (Failed to grab execution mutex. System error 258. [258: The wait timed out])',
      causeLine: 3,
    });
  });

  test('a cancelled installation names the action in which it was cancelled', () => {
    expect(runOf('msi-cancelled.log')).toMatchObject({ verdict: 'failed', exitCode: 1602, causeLine: 4 });
    expect(runOf('msi-cancelled.log').cause).toContain('InstallFiles');
  });

  test('3010 is a success with a restart to come', () => {
    expect(runOf('msi-reboot.log')).toMatchObject({ verdict: 'reboot_pending', exitCode: 3010, cause: '' });
  });

  test.each([
    ['msi-uninstall.log', 'uninstall'],
    ['msi-repair.log', 'repair'],
  ])('%s is a %s', (name, action) => {
    expect(runOf(name)).toMatchObject({ action, verdict: 'succeeded' });
  });

  test('two runs in one file have a verdict each', () => {
    expect(runsOf('msi-two-runs.log').map(({ verdict, line }) => [verdict, line])).toEqual([
      ['failed', 1],
      ['succeeded', 7],
    ]);
  });

  test('a log that ends in the middle is unfinished, never a success', () => {
    expect(runOf('msi-unfinished.log')).toMatchObject({ verdict: 'unfinished', exitCode: null });
  });

  test('a French log is judged by its numbers', () => {
    const run = runOf('msi-french.log');
    expect(run).toMatchObject({ verdict: 'failed', exitCode: 1603, productVersion: '5.00.9096.1000', causeLine: 4 });
    expect(run.cause).toContain('CcmRegisterPerfCounters failed');
    expect(run.startedAt).toBe(Date.UTC(2017, 7, 17, 13, 9, 36));
  });

  test('a German log is judged by its numbers, and its date is read day first', () => {
    expect(runOf('msi-german-day-first.log')).toMatchObject({
      verdict: 'succeeded',
      exitCode: 0,
      startedAt: Date.UTC(2017, 7, 3, 9, 5, 6),
    });
  });

  test('every prefix of a failed log is unfinished until the result is there, and failed from then on', () => {
    const lines = syntheticLog('msi-1603-custom-action.log').toString().split('\n');
    const first = lines.findIndex((line) => line.includes('INSTALL. Return value 3'));
    for (let count = 1; count < lines.length; count++) {
      const [run] = parseLog(Buffer.from(lines.slice(0, count).join('\n'))).runs;
      expect([count, run?.verdict]).toEqual([count, count > first ? 'failed' : 'unfinished']);
    }
  });
});

describe('SMSFSPSetup.log', () => {
  test('a success rests on the terminal lines, not on a failure in the middle', () => {
    expect(runOf('role-setup-success.log')).toMatchObject({
      action: 'install',
      verdict: 'succeeded',
      exitCode: 0,
      cause: '',
    });
  });

  test('a failure tells the code in words and its line', () => {
    expect(runOf('role-setup-1603.log')).toMatchObject({
      verdict: 'failed',
      exitCode: 1603,
      cause: 'fsp.msi ended with 1603: A fatal error occurred during installation',
      causeLine: 8,
    });
  });

  test('a removal is one', () => {
    expect(runOf('role-setup-deinstall.log')).toMatchObject({ action: 'uninstall', verdict: 'succeeded' });
  });

  test('a failed prerequisite is the cause', () => {
    const run = runOf('role-setup-prerequisite.log');
    expect(run).toMatchObject({ verdict: 'failed', exitCode: null, causeLine: 7 });
    expect(run.cause).toContain('Pre Req MSXML6');
  });

  test('one that ended before it ran its package has failed of what it said last', () => {
    const lines = [
      'SMSMP Setup Started....',
      'Installing the SMSMP',
      'IIS Service is not installed, or not installed correctly.  Cannot install SMSMP.',
      '~RoleSetup().',
    ];
    const log = lines.map((line, index) => `<03/15/26 10:11:1${index}> ${line}\n`).join('');
    expect(parseLog(Buffer.from(log)).runs).toMatchObject([
      { verdict: 'failed', exitCode: null, causeLine: 3, certainty: 'likely' },
    ]);
    const cut = log.slice(0, log.indexOf('~') - 20);
    expect(parseLog(Buffer.from(cut)).runs).toMatchObject([{ verdict: 'unfinished' }]);
  });

  const roleRun = (...lines: string[]) =>
    parseLog(Buffer.from(lines.map((line, index) => `<03/15/26 10:11:1${index}> ${line}\n`).join(''))).runs;

  test('what it did not find, with nothing in its place, is why it gave up', () => {
    const begin = ['SMSWSUS Setup Started....', 'Parameters: D:\\CM\\rolesetup.exe /install SMSWSUS 0'];
    const missing = 'Supported WSUS Server version (3.0.6000.273) is not found.';
    for (const end of [['~RoleSetup().'], ['Installation Failed. Error 4096', '~RoleSetup().']])
      expect(roleRun(...begin, missing, ...end)).toMatchObject([
        { verdict: 'failed', causeLine: 3, certainty: 'likely' },
      ]);
    expect(roleRun(...begin, missing, 'Found supported assembly X.', '~RoleSetup().')).toMatchObject([
      { verdict: 'unfinished', cause: '' },
    ]);
  });

  test('a removal that complains has failed only where it says so', () => {
    const begin = ['SMSFSP Setup Started....', 'Parameters: D:\\CM\\rolesetup.exe /deinstall SMSFSP 0'];
    const complaint = 'Failed to delete D:\\SMS\\fsp.dll. Error 5';
    expect(roleRun(...begin, complaint, 'Deinstallation was successful.', '~RoleSetup().')).toMatchObject([
      { action: 'uninstall', verdict: 'succeeded' },
    ]);
    expect(roleRun(...begin, complaint, '~RoleSetup().')).toMatchObject([{ verdict: 'unfinished', causeLine: 3 }]);
    expect(roleRun(...begin, complaint, 'Deinstallation failed.', '~RoleSetup().')).toMatchObject([
      { verdict: 'failed', causeLine: 3 },
    ]);
  });

  test('a run that is cut off is unfinished, and two in one file are told apart', () => {
    expect(runOf('role-setup-unfinished.log').verdict).toBe('unfinished');
    expect(runsOf('role-setup-two-runs.log').map(({ verdict }) => verdict)).toEqual(['failed', 'succeeded']);
  });

  test('an exit code of 0 alone, without the line that says so, is no success', () => {
    const cut = syntheticLog('role-setup-success.log').toString().split('\n').slice(0, 13).join('\n');
    expect(parseLog(Buffer.from(cut)).runs).toMatchObject([{ verdict: 'unfinished', exitCode: 0 }]);
  });
});

describe('ccmsetup.log', () => {
  const ccm = (message: string, type = 1) =>
    `<![LOG[${message}]LOG]!><time="10:00:00.000+000" date="03-15-2026" component="ccmsetup" context="" type="${type}" thread="1" file="x.cpp:1">\n`;
  const start =
    ccm('==========[ ccmsetup started in process 1234 ]==========') + ccm('Ccmsetup version: 5.0.9096.1000');

  test.each([
    [0, 'succeeded'],
    [7, 'reboot_pending'],
    [9, 'failed'],
  ])('return code %i is %s', (code, verdict) => {
    const { runs } = parseLog(Buffer.from(start + ccm(`CcmSetup is exiting with return code ${code}`)));
    expect(runs).toMatchObject([{ verdict, exitCode: code, productVersion: '5.0.9096.1000' }]);
  });

  test('the cause is the error before the end', () => {
    const log =
      start + ccm('Failed to get the content 0x80072ee7', 3) + ccm('CcmSetup failed with error code 0x80004005', 3);
    const [run] = parseLog(Buffer.from(log)).runs;
    expect(run).toMatchObject({ verdict: 'failed', causeLine: 3, exitCode: -2147467259 });
    expect(run?.suggestion).toContain('DNS');
  });

  test.each(['Failed t', 'Failed to re', 'Unable to', 'Could not'])(
    'a line that was torn after “%s” is no cause where another one tells of it',
    (torn) => {
      const told = 'Failed to find accessible source. Error 0x80070035 (\\\\srv1\\Client)';
      const log = start + ccm(torn, 3) + ccm(told, 3) + ccm('CcmSetup failed with error code 0x80070035', 3);
      expect(parseLog(Buffer.from(log)).runs[0]?.cause).toContain('accessible source');
      // Where there is nothing else, it is what is known.
      const alone = start + ccm(torn, 3) + ccm('CcmSetup failed with error code 0x80070035', 3);
      expect(parseLog(Buffer.from(alone)).runs[0]?.cause).toContain(torn);
    },
  );

  test('a message of Windows Installer that was torn before it said anything is none either', () => {
    const told = ccm('MSI: Setup was unable to compile Sql CE script file', 3);
    const log = start + '<![LOG[MSI: A<![LOG[Failed' + ccm('Launch from folder C:\\') + told;
    expect(parseLog(Buffer.from(log + ccm('CcmSetup failed with error code 0x80070643'))).runs[0]?.causeLine).toBe(4);
  });
});

describe('one story', () => {
  test("the role's run takes the cause and the version from the installer's log, and says where they stand", () => {
    const role = runOf('role-setup-1603.log');
    const installer = runOf('msi-1603-custom-action.log');
    const located = [
      { id: 'msi', logFile: 'fspMSI.log', run: installer },
      { id: 'role', logFile: 'SMSFSPSetup.log', run: role },
    ];
    expect(Object.fromEntries(joinStories(located))).toEqual({ msi: 'role', role: 'role' });
    expect(role.cause).toMatch(/^Action CcmCreateIISVirtualDirectories failed.*\(fspMSI\.log, line 10\)$/);
    expect(role.productVersion).toBe('5.00.9096.1000');
    // Told again, nothing changes.
    const cause = role.cause;
    joinStories(located);
    expect(role.cause).toBe(cause);
  });

  test('runs that do not overlap stay apart', () => {
    const role = runOf('role-setup-deinstall.log');
    const installer = runOf('msi-success.log');
    const located = [
      { id: 'msi', logFile: 'fspMSI.log', run: installer },
      { id: 'role', logFile: 'SMSFSPSetup.log', run: role },
    ];
    expect(Object.fromEntries(joinStories(located))).toEqual({ msi: 'msi', role: 'role' });
  });
});
