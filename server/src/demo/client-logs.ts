// The two logs of one client's installation as ccmsetup and Windows Installer write them, with invented times: the
// installer is started, and fails because WMI cannot compile what it brings.
const two = (value: number) => String(value).padStart(2, '0');

/** The machine of the demonstration whose logs were collected. */
export const collectedMachine = 'PAR-PC99002';

/** How long its installation takes until it fails, in seconds. */
export const failsAfterSeconds = 96;

function parts(at: number) {
  const time = new Date(at);
  return {
    hours: `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`,
    ccmDate: `${two(time.getUTCMonth() + 1)}-${two(time.getUTCDate())}-${time.getUTCFullYear()}`,
    msiDate: `${time.getUTCMonth() + 1}/${time.getUTCDate()}/${time.getUTCFullYear()}`,
  };
}

/** ccmsetup.log, times in UTC. */
export function ccmsetupLog(begin: number): string {
  const line = (after: number, text: string, type: 1 | 2 | 3 = 1) => {
    const { hours, ccmDate } = parts(begin + after * 1000);
    return `<![LOG[${text}]LOG]!><time="${hours}.417+000" date="${ccmDate}" component="ccmsetup" context="" type="${type}" thread="4312" file="ccmsetup.cpp:4211">`;
  };
  return [
    line(0, '==========[ ccmsetup started in process 5120 ]=========='),
    line(0, 'Running on platform X64'),
    line(1, 'CcmSetup version: 5.0.9132.1011'),
    line(1, 'Command line: "C:\\Windows\\ccmsetup\\ccmsetup.exe" SMSSITECODE=PS1 FSP=fsp01.contoso.com'),
    line(3, 'Detected 41876 MB free disk space on system drive.'),
    line(
      9,
      "Successfully downloaded file 'http://mp01.contoso.com/CCM_Client/ccmsetup.cab' to 'C:\\Windows\\ccmsetup\\ccmsetup.cab'.",
    ),
    line(
      31,
      'Installing version 5.00.9132.1011 of the client with product code {14A1A2C5-2D3D-4E1B-9F0A-6E2B3C4D5E6F}',
    ),
    line(31, 'MSI PROPERTIES are INSTALL="ALL" SMSSITECODE="PS1" FSP="fsp01.contoso.com"'),
    line(failsAfterSeconds - 1, 'MSI: Action 9:11:14: CcmRegisterWmiMofFile. Registering WMI settings'),
    line(
      failsAfterSeconds,
      'File C:\\Windows\\ccmsetup\\{14A1A2C5-2D3D-4E1B-9F0A-6E2B3C4D5E6F}\\client.msi installation failed. Error text: ExitCode: 1603 Action: CcmRegisterWmiMofFile. ErrorMessages: Setup was unable to compile the file DcmRes.mof The error code is 8004100E',
      3,
    ),
    line(failsAfterSeconds + 2, 'CcmSetup failed with error code 0x80070643', 3),
  ]
    .join('\r\n')
    .concat('\r\n');
}

/** client.msi.log, times in UTC. */
export function clientMsiLog(begin: number): string {
  const { msiDate } = parts(begin);
  const time = (after: number) => parts(begin + after * 1000).hours;
  const line = (after: number, text: string) => `MSI (s) (8C:50) [${time(after)}:231]: ${text}`;
  const end = failsAfterSeconds - 1;
  return [
    `=== Verbose logging started: ${msiDate}  ${time(32)}  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\ccmsetup\\ccmsetup.exe ===`,
    line(33, 'Doing action: INSTALL'),
    `Action start ${time(33)}: INSTALL.`,
    line(60, 'Doing action: CcmRegisterWmiMofFile'),
    `Action start ${time(60)}: CcmRegisterWmiMofFile.`,
    line(end, 'Product: Configuration Manager Client -- Error 25140. Setup was unable to compile the file DcmRes.mof'),
    'The error code is 8004100E',
    `CustomAction CcmRegisterWmiMofFile returned actual error code 1603 (note this may not be 100% accurate if translation happened inside sandbox)`,
    `Action ended ${time(end)}: CcmRegisterWmiMofFile. Return value 3.`,
    `Action ended ${time(end)}: INSTALL. Return value 3.`,
    'Property(S): ProductVersion = 5.00.9132.1011',
    'Property(S): ProductName = Configuration Manager Client',
    line(end, 'Product: Configuration Manager Client -- Installation operation failed.'),
    line(end, 'MainEngineThread is returning 1603'),
    `=== Verbose logging stopped: ${msiDate}  ${time(end)} ===`,
  ]
    .join('\r\n')
    .concat('\r\n');
}
