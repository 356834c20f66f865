import type { CcmRecord, RecordWriter } from './ccm-writer.js';
import type { Draw } from './draw.js';
import type { Script, ScriptRun } from './script.js';

/** What goes wrong on the way and is overcome, or never mattered: of the client's own words in public logs. */
const recoverable: readonly ((draw: Draw) => CcmRecord)[] = [
  () => ({ message: "Couldn't find an MP source through AD. Error 0x80004005", type: 3, file: 'ccmsetup.cpp:1000' }),
  () => ({ message: 'Failed to connect to policy namespace. Error 0x8004100e', type: 3, file: 'localpolicy.cpp:565' }),
  () => ({ message: 'Failed to revoke client upgrade local policy. Error 0x8004100e', type: 3 }),
  () => ({ message: 'DhcpGetOriginalSubnetMask entry point not supported.', type: 0 }),
  () => ({ message: 'Failed to get client version for sending state messages. Error 0x8004100e', type: 2 }),
  () => ({ message: 'Failed to get assigned site from AD. Error 0x80004005', type: 3 }),
  () => ({ message: 'GetADInstallParams failed with 0x80004005', type: 3 }),
  () => ({
    message: 'Unable to find PKI certificate matching SCCM certificate selection criteria. 0x87d00283',
    type: 2,
  }),
  () => ({ message: 'Failed to read state store. Error 0x80070002', type: 2 }),
  () => ({ message: 'Task does not exist.', type: 0 }),
  (draw) => ({
    message: `[CCMHTTP] ERROR: URL=http://mp${draw.integer(1, 9)}.contoso.example/ccm_system/request, Port=80, Options=224, Code=12007, Text=ERROR_WINHTTP_NAME_NOT_RESOLVED`,
    type: 3,
    file: 'ccmhttperror.cpp:360',
  }),
  (draw) => ({
    message: `Failed to find DP locations from MP 'mp${draw.integer(1, 9)}.contoso.example' with error 0x87d00280, status code 200. Check next MP.`,
    type: 2,
  }),
  () => ({ message: 'GetDPLocations failed with error 0x87d00215', type: 3, file: 'siteinfo.cpp:532' }),
];

const ordinary: readonly ((draw: Draw) => CcmRecord)[] = [
  () => ({ message: 'Running on platform X64' }),
  () => ({ message: 'Updated security on object C:\\Windows\\ccmsetup\\cache\\.', type: 0 }),
  () => ({ message: 'Launch from folder C:\\Windows\\ccmsetup\\' }),
  () => ({ message: 'SslState value: 224' }),
  () => ({ message: 'CCMHTTPPORT:    80' }),
  () => ({ message: 'CCMHTTPSTATE:    480' }),
  () => ({ message: 'CCMCERTSEL:    ' }),
  () => ({ message: 'FSP:    fsp01.contoso.example' }),
  () => ({ message: 'Config file:      C:\\Windows\\ccmsetup\\MobileClientUnicode.tcf' }),
  () => ({ message: 'Retry time:       10 minute(s)' }),
  () => ({ message: 'MSI log file:     C:\\Windows\\ccmsetup\\Logs\\client.msi.log' }),
  () => ({
    message:
      'Command line parameters for ccmsetup have been specified.  No registry lookup for command line parameters is required.',
  }),
  () => ({ message: 'Windows Installer service is running.' }),
  () => ({
    message:
      'Ccmsetup is being restarted due to an administrative action. Installation files will be reset and downloaded again.',
  }),
  (draw) => ({ message: `Discovering whether item 'x64/Item${draw.integer(1, 99)}.exe' exists.` }),
  (draw) => ({ message: `Searching for DP locations from MP(s)... attempt ${draw.integer(1, 5)}` }),
  (draw) => ({
    message: `File 'C:\\Windows\\ccmsetup\\WindowsFirewallConfigurationProvider.msi' returned exit code 0. Continue. (${draw.integer(1, 99)})`,
  }),
  (draw) => ({
    message: `MSI: Action 15:${draw.integer(10, 59)}:38: CostFinalize. Computing space requirements`,
    type: 0,
    file: 'msiutil.cpp:316',
  }),
  (draw) => ({
    message: `MSI: Action 15:${draw.integer(10, 59)}:40: CcmStopService. Stopping the service if an error occurred earlier`,
    type: 0,
    file: 'msiutil.cpp:316',
  }),
  (draw) => ({
    message: `Downloading file C:\\Windows\\ccmsetup\\vcredist_${draw.pick(['x64', 'x86'])}.exe, error handling is on`,
  }),
  () => ({ message: 'Detected 80004 MB free disk space on system drive.' }),
  () => ({ message: 'Sending message body [<ContentLocationRequest SchemaVersion="1.00"></ContentLocationRequest>]' }),
  () => ({ message: 'Current AD site of machine is Default-First-Site-Name', type: 0 }),
  () => ({
    message:
      '\nSource List:\n                  \\\\SCCM01\\SMSClient\n                  \\\\SCCM02\\SMSClient\nMPs:\n                  mp1.contoso.example',
  }),
];

/** What stands after the failure: the report to the fallback status point, and clean-up that fails too. */
const afterwards: readonly ((draw: Draw) => CcmRecord)[] = [
  () => ({ message: "Sending Fallback Status Point message to 'fsp01', STATEID='321'.", file: 'ccmsetup.cpp:9763' }),
  (draw) => ({
    message: `State message with TopicType 800 and TopicId {${draw.guid()}} has been sent to the FSP`,
    file: 'fsphelper.cpp:120',
  }),
  () => ({ message: 'Failed to send status 100. Error (87D00215)', type: 3, file: 'ccmsetup.cpp:9800' }),
  () => ({ message: 'Failed to delete ccmsetup scheduled task. Error 0x80070002', type: 3 }),
  (draw) => ({ message: `Failed to remove folder C:\\Windows\\ccmsetup\\{${draw.guid()}}. Error 0x80070020`, type: 3 }),
  () => ({ message: 'Failed to restore the power scheme, HRESULT=80004005', type: 3 }),
];

function hresultOf(win32: number): string {
  return `0x8007${win32.toString(16).padStart(4, '0')}`;
}

interface Failure {
  kind: string;
  /** The record that tells, then records that only repeat it. */
  telling: CcmRecord[];
  echoes: CcmRecord[];
  words: string[];
  hresult: string;
}

const failures: readonly ((draw: Draw) => Failure)[] = [
  (draw) => {
    const file = draw.pick([
      'Silverlight.exe',
      'vcredist_x64.exe',
      'NDP48-x86-x64-AllOS-ENU.exe',
      'windowsupdateagent30-x64.exe',
    ]);
    const code = draw.pick([1612, 1603, 1618, 1619, 1638, 5100]);
    return {
      kind: 'prerequisite',
      telling: [
        {
          message: `File 'C:\\Windows\\ccmsetup\\${file}' returned failure exit code ${code}. Fail the installation.`,
          type: 3,
          file: 'manifest.cpp:2300',
        },
      ],
      echoes: [{ message: `InstallFromManifest failed ${hresultOf(code)}`, type: 3, file: 'ccmsetup.cpp:7202' }],
      words: [file, String(code)],
      hresult: hresultOf(code),
    };
  },
  (draw) => {
    const code = draw.pick([1603, 1603, 1618, 1619, 1612]);
    const action = draw.pick([
      'CcmRegisterWinTask',
      'CcmCreateIISVirtualDirectories',
      'CcmRegisterWMIMofFile',
      'InstallFiles',
    ]);
    const more = draw.chance(0.5) ? `\nAction: ${action}.\nErrorMessages:\n` : '';
    return {
      kind: 'client.msi',
      telling: [
        {
          message: `File C:\\Windows\\ccmsetup\\{${draw.guid()}}\\client.msi installation failed. Error text: ExitCode: ${code}${more}`,
          type: 3,
          file: 'msiutil.cpp:884',
        },
      ],
      echoes: [
        ...(draw.chance(0.5) ? [{ message: `InstallFromManifest failed ${hresultOf(code)}`, type: 3 }] : []),
        ...(draw.chance(0.3) ? [{ message: 'Next retry in 120 minute(s)...', type: 0 }] : []),
      ],
      words: ['client.msi', String(code)],
      hresult: hresultOf(code),
    };
  },
  (draw) => {
    const [what, code] = draw.pick([
      ['compile the file C:\\Windows\\CCM\\SmsWmiProvider.mof', '80041002'],
      ['create the WMI namespace CCM', '8007045B'],
      ['register the CCM_Service_HostingConfiguration endpoint', '80041013'],
    ] as const);
    return {
      kind: 'msi message',
      telling: [
        { message: `MSI: Setup was unable to ${what}\nThe error code is ${code}`, type: 3, file: 'msiutil.cpp:300' },
      ],
      echoes: [
        { message: 'MSI: Action 15:32:38: Rollback. Rolling back action:', type: 0, file: 'msiutil.cpp:316' },
        { message: 'Installation failed with error code 1603', type: 3, file: 'msiutil.cpp:1105' },
        ...(draw.chance(0.3) ? [{ message: 'Next retry in 120 minute(s)...', type: 0 }] : []),
      ],
      words: [what.split(/[\\ ]/).at(-1)!],
      hresult: '0x80070643',
    };
  },
  (draw) => {
    const [code, hresult] = draw.pick([
      [12007, '0x80072ee7'],
      [12002, '0x80072ee2'],
      [12029, '0x80072efd'],
      [12175, '0x80072f8f'],
    ] as const);
    const file = draw.pick(['ccmsetup.cab', 'client.msi', 'ep_defaultpolicy.xml']);
    return {
      kind: 'download',
      telling: [
        {
          message: `Failed to send HTTP request for /SMS_DP_SMSPKG$/PS100003/${file}. (Error at WinHttpSendRequest: ${code})`,
          type: 3,
          file: 'httphelper.cpp:932',
        },
        {
          message: `DownloadFileByWinHTTP failed with error ${hresult} for ${file}`,
          type: 3,
          file: 'ccmsetup.cpp:3500',
        },
      ],
      echoes: [{ message: `Failed to download files through WinHTTP. Error ${hresult}`, type: 3 }],
      words: [file],
      hresult,
    };
  },
  () => ({
    kind: 'bits',
    telling: [
      {
        message: 'This operating system does not contain the correct version of BITS. BITS 2.5 or later is required.',
        type: 3,
      },
    ],
    echoes: [],
    words: ['BITS 2.5'],
    hresult: '0x80004005',
  }),
  () => ({
    kind: 'certificate',
    telling: [{ message: 'GetSSLCertificateContext failed with error 0x87d00454', type: 3, file: 'ccmsetup.cpp:5900' }],
    echoes: [
      {
        message:
          "GetHttpRequestObjects failed for verb: 'GET', url: 'https://mp1.contoso.example/SMS_MP/.sms_aut'. Error 0x87d00454",
        type: 3,
      },
    ],
    words: ['GetSSLCertificateContext', '0x87d00454'],
    hresult: '0x87d00454',
  }),
  (draw) => {
    const share = `\\\\srv${draw.integer(1, 9)}\\SMS_PS1\\Client`;
    return {
      kind: 'source',
      telling: [
        { message: `Source ${share} is inaccessible (53)`, type: 3 },
        { message: `Failed to find accessible source. Error 0x80070035 (${share})`, type: 3 },
      ],
      echoes: [],
      words: [share],
      hresult: '0x80070035',
    };
  },
];

/** One ccmsetup.exe, from its banner to its last line. Returns what happened. */
export function playCcmsetup(draw: Draw, script: Script, writer: RecordWriter, bulk: number): string {
  const run = script.begin();
  run.productName = 'Configuration Manager client';
  run.productVersion = `5.00.${draw.integer(8000, 9135)}.${draw.integer(1000, 1099)}`;
  const write = (record: CcmRecord) => writer.write(record);
  const noise = (most: number) => {
    for (let left = draw.integer(0, Math.ceil(most * bulk)); left > 0; left--) {
      const line = write({ ...draw.pick(draw.chance(0.25) ? recoverable : ordinary)(draw), spare: true });
      // Its text goes over lines of the file: a record that is torn after one is another thing.
      if (line.text.includes('\n')) line.spare = false;
    }
  };
  const banner = write({ message: `==========[ ccmsetup started in process ${draw.integer(100, 9999)} ]==========` });
  for (const told of [run.tellsRun, run.tellsName]) told.add(banner);
  if (draw.chance(0.9)) {
    run.tellsVersion.add(write({ message: `${draw.pick(['CcmSetup', 'Ccmsetup'])} version: ${run.productVersion}` }));
  }
  noise(6);
  const uninstall = draw.chance(0.12);
  if (uninstall) run.action = 'uninstall';
  const password = draw.secret();
  const secret = draw.chance(0.1) ? ` PROXYPASSWORD=${password}` : '';
  if (secret !== '') script.secrets.push(password);
  const command = uninstall ? '/uninstall' : `/runservice /mp:mp01.contoso.example SMSSITECODE=PS1 FSP=fsp01${secret}`;
  const line = write({ message: `Command line: "C:\\Windows\\ccmsetup\\ccmsetup.exe" ${command}` });
  if (uninstall) run.tellsAction.add(line);
  noise(8);
  if (draw.chance(0.1)) {
    const user = draw.pick(['Jürgen Groß', 'François Lefèvre', 'Åsa Öberg', 'José Peña']);
    const path = `C:\\Users\\${user}\\AppData\\Local\\Temp`;
    script.mustRead(write({ message: `Profile folder is ${path}` }), path);
  }
  const how = draw.next();
  if (uninstall || how < 0.35) return succeed(draw, run, write, noise);
  if (how < 0.42) return leaveUnfinished(run, noise);
  if (how < 0.47) return endWithout(draw, run, write);
  return fail(draw, run, write, noise);
}

type Write = (record: CcmRecord) => ReturnType<RecordWriter['write']>;
type Noise = (most: number) => void;

function decide(run: ScriptRun, line: ReturnType<Write>): void {
  run.decisive.add(line);
  // A line that tells the end shows that there was a run, whatever is lost of it.
  run.tellsRun.add(line);
}

function succeed(draw: Draw, run: ScriptRun, write: Write, noise: Noise): string {
  noise(6);
  if (draw.chance(0.15)) {
    write({
      message: "File 'C:\\Windows\\ccmsetup\\NDP48-x86-x64-AllOS-ENU.exe' returned 3010. A restart is required.",
      type: 2,
    });
    run.verdict = 'reboot_pending';
    run.exitCode = 7;
    decide(run, write({ message: 'CcmSetup is exiting with return code 7', file: 'ccmsetup.cpp:11051' }));
    return 'reboot';
  }
  write({ message: run.action === 'uninstall' ? 'Uninstall succeeded.' : 'Installation succeeded.' });
  decide(run, write({ message: 'CcmSetup is exiting with return code 0', file: 'ccmsetup.cpp:11051' }));
  return 'succeeded';
}

function leaveUnfinished(run: ScriptRun, noise: Noise): string {
  noise(10);
  run.verdict = 'unfinished';
  run.exitCode = null;
  return 'unfinished';
}

/** It ends with a code of its own, and says little more. */
function endWithout(draw: Draw, run: ScriptRun, write: Write): string {
  const [code, message, word] = draw.pick([
    [8, 'Another instance of ccmsetup is already running.', 'already running'],
    [9, 'Prerequisite evaluation failed: the operating system is not supported by this client.', 'operating system'],
    [10, 'Hash of the set-up manifest C:\\Windows\\ccmsetup\\ccmsetup.cab does not match the policy.', 'ccmsetup.cab'],
  ] as const);
  run.verdict = 'failed';
  run.exitCode = code;
  run.words = [word];
  run.causes.add(write({ message, type: 3 }));
  decide(run, write({ message: `CcmSetup is exiting with return code ${code}`, file: 'ccmsetup.cpp:11051' }));
  return `exit ${code}`;
}

function fail(draw: Draw, run: ScriptRun, write: Write, noise: Noise): string {
  const { kind, telling, echoes, words, hresult } = draw.pick(failures)(draw);
  run.verdict = 'failed';
  run.exitCode = Number(hresult) | 0;
  run.words = words;
  for (const record of telling) run.causes.add(write(record));
  for (const record of echoes) write(record);
  for (const record of draw.some(afterwards, 0.5)) write(record(draw));
  if (draw.chance(0.3)) noise(0);
  decide(run, write({ message: `CcmSetup failed with error code ${hresult}`, file: 'ccmsetup.cpp:11055' }));
  if (draw.chance(0.2))
    write({ message: 'Failed to delete C:\\Windows\\ccmsetup\\ccmsetup.tmp. Error 0x80070005', type: 3 });
  return kind;
}
