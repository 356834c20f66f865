import { describe, expect, test } from 'vitest';
import { parseLog } from '../synthetic-logs.js';
import { banner, ccmLog, failedAction, msiLog, only, result, runsOf, type CcmLine } from './verdict-logs.js';

/** Lines broken at a blank, as mail and forums do. */
const wrapped = (text: string, width: number) =>
  text
    .split('\n')
    .map((line) => line.replaceAll(new RegExp(`(.{1,${width}}(?:\\s|$)|\\S{${width}})`, 'g'), '$1\n').trimEnd())
    .join('\n');

describe('a ccmsetup.log of which the beginning is lost', () => {
  const bootstrap: CcmLine[] = [
    [banner, 1, 0, 10],
    ['Ccmsetup command line: "C:\\Temp\\ccmsetup.exe" /mp:mp01', 1, 1, 10],
    ['Successfully created the ccmsetup service', 1, 2, 10],
    ['Successfully started the ccmsetup service', 1, 3, 10],
    ['CcmSetup is exiting with return code 0', 1, 4, 10],
  ];
  const service: CcmLine[] = [
    [banner, 1, 5, 20],
    ['Ccmsetup command line: "C:\\Windows\\ccmsetup\\ccmsetup.exe" /runservice /mp:mp01', 1, 6, 20],
    ['File C:\\Windows\\ccmsetup\\client.msi installation failed. Error text: ExitCode: 1603', 3, 7, 20],
    ['CcmSetup failed with error code 0x80070643', 1, 8, 20],
  ];
  const whole = [...bootstrap, ...service];

  test.each([0, 1, 2, 3, 5, 6])('is one failed installation without its first %i lines', (lost) => {
    const run = only(runsOf(ccmLog(whole.slice(lost))));
    expect(run).toMatchObject({ verdict: 'failed', certainty: 'certain' });
    expect(run.cause).toContain('client.msi');
  });

  test('is one failed installation where its banners are lost', () => {
    expect(only(runsOf(ccmLog(whole.filter(([text]) => text !== banner)))).verdict).toBe('failed');
  });

  test('and of which nothing but a good end is left is likely a success, and asks for the whole log', () => {
    expect(only(runsOf(ccmLog(bootstrap.slice(-1))))).toMatchObject({
      verdict: 'succeeded',
      certainty: 'likely',
      nextStep: 'ccmsetup_whole_log',
    });
  });

  test.each([
    ['Installation succeeded.', 'install'],
    ['Uninstall succeeded.', 'uninstall'],
  ])('ends for certain where a line says it: %s; the next is another', (told, action) => {
    const runs = runsOf(
      ccmLog([
        [told, 1, 0, 5],
        ['CcmSetup is exiting with return code 0', 1, 1, 5],
        ...whole.slice(0, 1),
        ...whole.slice(1),
      ]),
    );
    expect(runs.map(({ verdict }) => verdict)).toEqual(['succeeded', 'failed']);
    expect(runs[0]).toMatchObject({ action, certainty: 'certain' });
  });
});

describe('a log that was wrapped', () => {
  test.each([40, 60, 80, 120])('at %i columns fails as it did', (width) => {
    const log = ccmLog([
      banner,
      ["File 'C:\\Windows\\ccmsetup\\vcredist_x64.exe' returned failure exit code 1603. Fail the installation.", 3],
      'CcmSetup failed with error code 0x80070643',
    ]);
    expect(only(runsOf(wrapped(log, width)))).toMatchObject({ verdict: 'failed' });
  });
});

describe('a log of Windows Installer with few flags', () => {
  const log = (...lines: string[]) =>
    ['=== Logging started: 1/15/2026  10:00:00 ===', ...lines, '=== Logging stopped: 1/15/2026  10:00:05 ===', ''].join(
      '\n',
    );

  test('has failed where it holds an error, likely, and asks for all words', () => {
    const text = log('Error 1925. You do not have sufficient privileges to complete this installation.');
    expect(only(runsOf(text))).toMatchObject({
      verdict: 'failed',
      exitCode: null,
      certainty: 'likely',
      causeLine: 2,
      nextStep: 'msi_verbose_log',
      cause: 'Error 1925. You do not have sufficient privileges to complete this installation.',
    });
    expect(parseLog(Buffer.from(text)).records.map(({ severity }) => severity)).toEqual(['INFO', 'ERROR', 'INFO']);
  });

  test.each([
    ['Installation failed.', 'failed', 'install'],
    ['Installation operation completed successfully.', 'succeeded', 'install'],
    ['Removal completed successfully.', 'succeeded', 'uninstall'],
  ])('ends as its words say: %s', (words, verdict, action) => {
    expect(only(runsOf(log(`Product: SMS Advanced Client -- ${words}`)))).toMatchObject({
      verdict,
      action,
      certainty: 'likely',
    });
  });

  test('tells the error and not its echo', () => {
    const run = only(
      runsOf(
        log(
          'Product: FSP -- Error 25140. Setup was unable to create the Internet virtual directory SMS_FSP',
          'The error code is 80070005',
          'Product: FSP -- Installation failed.',
        ),
      ),
    );
    expect(run.verdict).toBe('failed');
    expect(run.cause).toMatch(/^Product: FSP -- Error 25140\. .* 80070005 \[0x80070005: Access is denied\]$/);
  });

  test('of which nothing tells the result has ended all the same: all words are asked for', () => {
    expect(only(runsOf(log()))).toMatchObject({ verdict: 'unfinished', nextStep: 'msi_verbose_log' });
  });
});

describe('a log of Windows Installer as others print it', () => {
  const refused = (engine: string) =>
    [
      '=== Verbose logging started: 2/24/2006  12:44:30  Build type: SHIP UNICODE 3.01.4000.2435  Calling process: C:\\windows\\system32\\msiexec.exe ===',
      `${engine} Note: 1: 2203 2: C:\\x\\fsp.msi 3: -2147287038 `,
      `${engine} MainEngineThread is returning 1619`,
      '=== Verbose logging stopped: 2/24/2006  12:44:34 ===',
      '',
    ].join('\n');

  test.each([
    'MSI (c) (1C:B8) [12:44:33:065]:',
    'MSI © (1C:B8) [12:44:33:065]:',
    'MSI ©) (1C:B8) [12:44:33:065]:',
    'MSI &copy;) (1C:B8) [12:44:33:065]:',
    'MSI (c) (1C:B8):',
    'MSI (c) (1C:B8) [Time]:',
  ])('is read with %s before its lines', (engine) => {
    expect(only(runsOf(refused(engine)))).toMatchObject({ verdict: 'failed', exitCode: 1619, certainty: 'certain' });
  });

  const tail = [
    'MSI (s) (8C:AC) [10:28:20:208]: Executing op: FileRemove(,FileName=a.dll,,)',
    'Action ended 10:28:21: INSTALL. Return value 1.',
    'Property(N): REMOVE = ALL',
    'MSI (s) (8C:AC) [10:28:21:208]: Windows Installer removed the product. Product Name: Foo. Product Version: 1.0.0. Product Language: 1033. Manufacturer: F. Removal success or error status: 0.',
    'Action ended 10:28:22: RemoveExistingProducts. Return value 1.',
    'Action start 10:28:22: InstallFiles.',
  ];
  const end = [
    'Action ended 10:28:23: InstallFiles. Return value 1.',
    'Action ended 10:28:25: INSTALL. Return value 1.',
    'MSI (s) (8C:AC) [10:28:25:208]: Windows Installer installed the product. Product Name: Foo. Product Version: 2.0.0. Product Language: 1033. Manufacturer: F. Installation success or error status: 0.',
    'MSI (s) (8C:AC) [10:28:25:408]: MainEngineThread is returning 0',
  ];

  test('is an upgrade where it begins within the removal of the earlier version, and no end before its own', () => {
    const [whole, cut] = [[...tail, ...end], tail].map((lines) => only(runsOf(`${lines.join('\n')}\n`)));
    expect(whole).toMatchObject({ action: 'upgrade', verdict: 'succeeded', productVersion: '2.0.0' });
    expect(cut).toMatchObject({ action: 'upgrade', verdict: 'unfinished', exitCode: null, productVersion: '' });
  });
});

describe('a log with something before each line, or with its signs escaped', () => {
  const each = (change: (line: string, index: number) => string) => (text: string) =>
    text
      .split('\n')
      .map((line, index, all) => (index === all.length - 1 ? line : change(line, index)))
      .join('\n');
  const decorated: [string, (text: string) => string][] = [
    ['a block of code', each((line) => `    ${line}`)],
    [
      'a block of code that lost the blanks of its first line',
      each((line, index) => (index === 0 ? line : `    ${line}`)),
    ],
    ['a quote', each((line) => `> ${line}`)],
    ['a quote of a quote', each((line) => `> > ${line}`)],
    ['numbers of lines', each((line, index) => `${String(index + 1).padStart(4)}: ${line}`)],
    ['numbers as an editor shows them', each((line, index) => `${index + 1}\t${line}`)],
    ['a search in files', each((line, index) => `C:\\Windows\\ccmsetup\\Logs\\x.log:${index + 1}:${line}`)],
    ['syslog', each((line) => `<13>Jan  5 10:28:34 srv01.example.org fsp[12]: ${line}`)],
    ['times of a build server', each((line) => `2026-01-15T10:28:34.1234567Z ${line}`)],
    [
      'a page in HTML',
      (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ],
    ['Markdown', (text) => text.replaceAll(/[\\[\]_*]/g, '\\$&')],
    ['a quote of Markdown', each((line) => `> ${line.replaceAll(/[\\[\]_*<]/g, '\\$&')}  `)],
    [
      'a quote of Markdown that escapes every other line',
      each((line, index) => `> ${index % 2 === 0 ? line.replaceAll(/[\\[\]_*<]/g, '\\$&') : line}`),
    ],
    ['a quote of a page in HTML', each((line) => `> ${line.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`)],
    ['a block of code in a quote', each((line) => `>     ${line}`)],
    ['tabs for blanks', each((line) => line.replace(/^(<[\d/]+) ([\d:]+>) /, '$1\t$2\t'))],
    ['a collector', each((line) => `2026-01-15 10:28:34.123 CM01 filebeat ${line}`)],
    ['a container', each((line) => `installer_1  | ${line}`)],
    ['a list', each((line) => `- ${line}`)],
    ['numbers without a blank', each((line, index) => `${index + 1}:${line}`)],
    ['an object of JSON a line', each((line) => JSON.stringify({ host: 'cm01', message: line }))],
    ['a list of texts in JSON', each((line) => `  ${JSON.stringify(line)},`)],
    ['a page that ends its lines', (text) => text.replaceAll('\n', '<br />\n')],
    ['blanks that do not break', (text) => text.replaceAll(' ', '\u00a0')],
    ['CR alone for the ends of lines', (text) => text.replaceAll('\n', '\r')],
    ['angle brackets taken for markup', each((line) => line.replace(/^<([\d/]+ [\d:]+)>/, '$1'))],
  ];
  const logs: [string, string][] = [
    ['Windows Installer', msiLog([...failedAction, ...result(1603)])],
    [
      'ccmsetup',
      ccmLog([
        banner,
        ["File 'C:\\x\\NDP48.exe' returned failure exit code 1603. Fail the installation.", 3],
        'CcmSetup failed with error code 0x80070643',
      ]),
    ],
    [
      'a role',
      [
        '<02/14/20 10:11:02> SMSFSP Setup Started....',
        '<02/14/20 10:11:02> Installing D:\\new\\rolesetup\\fsp.msi CCMINSTALLDIR="C:\\SMS"',
        '<02/14/20 10:11:10> fsp.msi exited with return code: 1603',
        '<02/14/20 10:11:14> ~RoleSetup().',
        '',
      ].join('\n'),
    ],
  ];

  // The heading of Windows Installer has no sign that Markdown escapes, and a record of ccmsetup shows its format wherever
  // it begins: what is escaped in the others stays so.
  const pairs = logs
    .flatMap(([of, log]) => decorated.map(([by, change]) => ({ of, by, log, change })))
    .filter(({ of, by }) => !(of === 'Windows Installer' && by.includes('Markdown')))
    .filter(({ of, by }) => of === 'a role' || !by.endsWith('every other line'))
    // What nobody knows may be the end of a torn record before the first of ccmsetup's.
    .filter(({ of, by }) => of !== 'ccmsetup' || by !== 'a collector');

  test.each(pairs)('$of, by $by, is judged as it was', ({ log, change }) => {
    const [{ verdict, cause, causeLine, startedAt, endedAt }] = [only(runsOf(log))];
    expect(verdict).toBe('failed');
    expect(only(runsOf(change(log)))).toMatchObject({ verdict, cause, causeLine, startedAt, endedAt });
    const [records, plain] = [change(log), log].map((text) => parseLog(Buffer.from(text)).records);
    expect(records!.map(({ severity }) => severity)).toEqual(plain!.map(({ severity }) => severity));
  });

  test.each(decorated.slice(2, 4).concat(decorated.filter(([by]) => /search|syslog|build server/.test(by))))(
    'lines copied out of CMTrace, by %s, are those of ccmsetup',
    (_, change) => {
      const copied = [
        'Failed to connect to machine policy name space. 0x8004100e',
        'CcmSetup failed with error code 0x8004100e',
      ]
        .map((text, index) => `${text}\tccmsetup\t7/3/2026 9:10:1${index} AM\t4120 (0x1018)\n`)
        .join('');
      const [{ verdict, cause, causeLine }] = [only(runsOf(copied))];
      expect(verdict).toBe('failed');
      expect(only(runsOf(change(copied)))).toMatchObject({ verdict, cause, causeLine });
    },
  );

  test('messages of ccmsetup alone, as a quote, are judged as without', () => {
    const messages =
      'Failed to connect to machine policy name space. 0x8004100e\nCcmSetup failed with error code 0x8004100e\n';
    const [{ verdict, cause, causeLine }] = [only(runsOf(messages))];
    expect(verdict).toBe('failed');
    expect(only(runsOf(messages.replaceAll(/^(?=.)/gm, '> ')))).toMatchObject({ verdict, cause, causeLine });
  });

  test('ccmsetup, by a collector, has what is put before its lines as a record once', () => {
    const [, log] = logs[1]!;
    const changed = log.replaceAll(/^(?=.)/gm, '2026-01-15 10:28:34.123 CM01 filebeat ');
    const { records, runs } = parseLog(Buffer.from(changed));
    expect(records.map(({ remarks }) => remarks.includes('damaged'))).toEqual([true, false, false, false]);
    expect(only(runs)).toMatchObject({ verdict: 'failed', causeLine: 2 });
  });

  test.each(
    logs.flatMap(([of, log]) =>
      [
        ['a page on one line', log.replaceAll('\n', '<br>')],
        ['what a ticket folds', `<details><pre>${log.replaceAll('\n', '<br>')}</pre></details>`],
        ['one text of JSON', JSON.stringify(log)],
        ['line ends that are escaped', log.replaceAll('\n', '\\r\\n')],
      ].map(([by, changed]) => ({ of, by, log, changed: changed! })),
    ),
  )('$of, as $by, has the same records and has failed as it had', ({ log, changed }) => {
    const [{ verdict, cause, causeLine, certainty, startedAt, endedAt }] = [only(runsOf(log))];
    expect(only(runsOf(changed))).toMatchObject({ verdict, cause, causeLine, certainty, startedAt, endedAt });
    const [records, plain] = [changed, log].map((text) => parseLog(Buffer.from(text)).records);
    expect(records!.map(({ message, line }) => [line, message])).toEqual(
      plain!.map(({ message, line }) => [line, message]),
    );
  });

  test.each(logs.filter(([of]) => of !== 'ccmsetup'))('%s, in italics of Markdown, has failed as it had', (_, log) => {
    const [{ verdict, cause }] = [only(runsOf(log))];
    expect(only(runsOf(log.replaceAll(/(.+)\n/g, '*$1*\n\n')))).toMatchObject({ verdict, cause });
  });

  test.each(decorated)('shows no secret, by %s', (_, change) => {
    const log = msiLog([
      'MSI (s) (54:F8) [10:00:01:000]: Command Line: MsiHiddenProperties=ACCOUNT;DBKEY ',
      'Property(S): DBKEY = s3cr3t-one',
      'Property(S): SMSPASSWORD = s3cr3t-two',
      ...result(1603),
    ]);
    const { records } = parseLog(Buffer.from(change(log)));
    expect(records.length).toBeGreaterThan(3);
    expect(JSON.stringify(records)).not.toContain('s3cr3t');
  });

  test('text that only looks a little like it is text', () => {
    const { records, runs } = parseLog(Buffer.from('> a quote\n    indented\n12: numbered\n&lt;b&gt;\n'));
    expect(runs).toEqual([]);
    expect(records.map(({ message }) => message).join('\n')).toContain('&lt;b&gt;');
  });

  const simple = (message: string) => `${message}  $$<SMS_FSP><03-15-2026 10:00:00.123+000><thread=1 (0x1)>\n`;

  test.each([
    ['>>> begins', 'went on', 'ended'],
    ['Reading x.log: 5 lines', 'Reading sinv.log: 6 lines', 'ended'],
    ['2026-03-15T10:00:00Z is when it begins', 'went on', 'ended'],
  ])('words with which one line begins or ends are its own: %s', (...messages) => {
    const { records } = parseLog(Buffer.from(messages.map(simple).join('')));
    expect(records.map(({ message }) => message)).toEqual(messages);
  });

  test('a message of several lines whose first ends as one of a page does keeps its tags', () => {
    const log = ccmLog(['Mail:<br>\n<b>Hello</b>', 'See <b>this</b>', 'c', 'd', 'e']);
    expect(parseLog(Buffer.from(log)).records.map(({ message }) => message)).toEqual([
      'Mail:<br>\n<b>Hello</b>',
      'See <b>this</b>',
      ...['c', 'd', 'e'],
    ]);
  });

  test('a CR within a message is no end of a line', () => {
    const stamp = '  $$<SMS_FSP><03-15-2026 10:00:00.123+000><thread=1 (0x1)>\r\n';
    const { records } = parseLog(Buffer.from(`Copied 1 %\rCopied 2 %${stamp}next${stamp}`));
    expect(records.map(({ message, line }) => [line, message])).toEqual([
      [1, 'Copied 1 %\rCopied 2 %'],
      [2, 'next'],
    ]);
  });

  test.each([
    ['behind another message', (line: string) => ({ msg: 'read', message: line })],
    ['before another message', (line: string) => ({ log: line, message: 'read' })],
    ['in a field that nobody knows', (line: string) => ({ message: 'read', data: line })],
  ])('a line of a log in JSON is not lost, %s', (_, change) => {
    const lines = ccmLog([banner, 'CcmSetup failed with error code 0x80070643']).trimEnd().split('\n');
    const { records } = parseLog(Buffer.from(lines.map((line) => `${JSON.stringify(change(line))}\n`).join('')));
    expect(records.map(({ message }) => message).join('\n')).toContain('failed with error code 0x80070643');
  });

  test('a path that ends a line is no end of a line that was written out', () => {
    const messages = ['Parameters: D:\\SMS\\rolesetup.exe /install SMSFSP \\n', 'Copying D:\\new\\n', 'a', 'b', 'c'];
    const log = messages.map((message) => `<03/15/26 10:11:12> ${message}\n`).join('');
    expect(parseLog(Buffer.from(log)).records.map(({ message }) => message)).toEqual(messages);
  });
});

describe('several logs in one file or paste', () => {
  const msi = msiLog([...failedAction, ...result(1603)]);
  const ccm = ccmLog([banner, 'Installation succeeded.', 'CcmSetup is exiting with return code 0']);
  const role = [
    '<01/15/26 09:59:50> ====================================================================',
    '<01/15/26 09:59:50> SMSFSP Setup Started....',
    '<01/15/26 10:00:20> fsp.msi exited with return code: 1603',
    '<01/15/26 10:00:21> ~RoleSetup().',
    '',
  ].join('\n');
  const verdictsOf = (text: string) => runsOf(text).map(({ format, verdict }) => `${format} ${verdict}`);

  test.each([
    ['the set-up of a role, and its package', [role, msi], ['role_setup failed', 'msi failed']],
    ['a package, and the set-up that ran it', [msi, role], ['msi failed', 'role_setup failed']],
    ['a name before each', ['fspMSI.log:\n', msi, '\nSMSFSPSetup.log\n', role], ['msi failed', 'role_setup failed']],
    ['ccmsetup between the two', [role, ccm, msi], ['role_setup failed', 'ccm succeeded', 'msi failed']],
    [
      'words of a mail before them',
      ['Hello,\n\nsee below\n\n', ccm, '\nand\n', role],
      ['ccm succeeded', 'role_setup failed'],
    ],
  ])('%s have a run each', (_, parts, verdicts) => {
    const text = parts.join('');
    expect(verdictsOf(text)).toEqual(verdicts);
    const kept = parseLog(Buffer.from(text)).records.map(({ original }) => original);
    for (const line of text.split('\n').filter((one) => one.trim() !== ''))
      expect(kept.filter((original) => original.split('\n').includes(line)).length).toBeGreaterThan(0);
  });

  test('as a quote they have a run each too', () => {
    const quoted = [role, ccm, msi].join('').replaceAll(/^(?=.)/gm, '> ');
    expect(verdictsOf(quoted)).toEqual(['role_setup failed', 'ccm succeeded', 'msi failed']);
  });

  test('lines of another product behind the end of a role change nothing', () => {
    const [run] = runsOf(`${role}Error 0x80070666: Cannot install a product when a newer version is installed.\n`);
    expect(run).toMatchObject({
      verdict: 'failed',
      cause: expect.stringContaining('fsp.msi ended with 1603') as string,
    });
    const begun = role.replace(/^.*exited.*\n/m, '<01/15/26 10:00:20> Cannot continue with install of SMSFSP.\n');
    expect(only(runsOf(`${begun}Error: something else failed\n`)).cause).toContain('Cannot continue');
  });

  test('one that is cut in two by another is one run still', () => {
    const [first, second] = [role.split('\n').slice(0, 2).join('\n'), role.split('\n').slice(2).join('\n')];
    expect(verdictsOf(`${first}\n${msi}${second}`)).toEqual(['role_setup failed', 'msi failed']);
  });

  test.each([
    ['of a role', '<03/15/26 10:11:12> fsp.msi exited with return code: 1603'],
    ['of ccmsetup', ccmLog(['CcmSetup failed with error code 0x80070643']).trimEnd()],
    ['of Windows Installer', 'MSI (s) (54:F8) [10:11:12:123]: MainEngineThread is returning 1603'],
  ])('a line of a simple log that quotes one %s is one of its own', (_, quoted) => {
    const stamp = '  $$<SMS_FSP><03-15-2026 10:00:00.123+000><thread=1 (0x1)>\n';
    const { records, runs } = parseLog(Buffer.from(['begun', quoted, 'ended'].map((one) => one + stamp).join('')));
    expect(runs).toEqual([]);
    expect(records.map(({ message, format }) => [format, message])).toEqual(
      ['begun', quoted, 'ended'].map((message) => ['simple', message]),
    );
  });

  test.each([
    ['of ccmsetup', ccm.split('\n')[1]!],
    ['of a role', role.split('\n')[1]!],
  ])('a log of Windows Installer that prints a line %s goes on behind it', (_, printed) => {
    const [{ cause, certainty }] = [only(runsOf(msi))];
    const quoting = msi.replace(/^(?=Action ended .*3\.$)/m, `${printed}\n`);
    expect(quoting).not.toBe(msi);
    expect(runsOf(quoting).filter(({ format }) => format === 'msi')).toMatchObject([{ cause, certainty }]);
  });

  test('a simple log goes on behind one of ccmsetup', () => {
    const { records } = parseLog(
      Buffer.from(`${ccm}begun  $$<SMS_FSP><03-15-2026 10:00:00.123+000><thread=1 (0x1)>\n`),
    );
    expect(records.at(-1)).toMatchObject({ format: 'simple', component: 'SMS_FSP', message: 'begun' });
  });

  test('a record of ccmsetup may tell of another log in its message', () => {
    const [before, after] = ['<![LOG[Tail of the log:', ccmLog(['end']).replace('<![LOG[', '')];
    expect(parseLog(Buffer.from(`${before}\n${msi}${after}`)).records).toHaveLength(1);
  });
});
