// The two logs of the role's set-up as Configuration Manager writes them, with invented times: a first try that fails on a
// folder that Windows Installer may not write, and a second that succeeds.
const two = (value: number) => String(value).padStart(2, '0');

function clock(at: number) {
  const time = new Date(at);
  const date = `${two(time.getUTCMonth() + 1)}/${two(time.getUTCDate())}/${time.getUTCFullYear()}`;
  const hours = `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return { date, hours, short: `${date.slice(0, 6)}${date.slice(-2)}` };
}

interface Run {
  at: number;
  code: 0 | 1603;
}

const runsOf = (begin: number): Run[] => [
  { at: begin, code: 1603 },
  { at: begin + 2 * 3_600_000, code: 0 },
];

/** SMSFSPSetup.log, times in UTC. */
export function roleSetupLog(begin: number): string {
  return runsOf(begin)
    .flatMap(({ at, code }) => {
      const line = (after: number, text: string) => {
        const { short, hours } = clock(at + after * 1000);
        return `<${short} ${hours}> ${text}`;
      };
      return [
        line(0, '===================================================================='),
        line(0, 'SMSFSP Setup Started....'),
        line(0, 'Parameters: D:\\SMS\\bin\\x64\\rolesetup.exe /install /siteserver:PR1SITE SMSFSP 0'),
        line(0, 'Installing Pre Reqs for SMSFSP'),
        line(0, 'Found 0 Pre Reqs for Role SMSFSP'),
        line(1, 'Installing the SMSFSP'),
        line(1, 'No versions of SMSFSP are installed.  Installing new SMSFSP.'),
        line(1, 'Enabling MSI logging.  fsp.msi will log to C:\\SMS\\logs\\fspMSI.log'),
        line(
          2,
          'Installing C:\\SMS\\bin\\x64\\fsp.msi CCMINSTALLDIR="C:\\SMS_CCM" SERVICENAME=SMS_FALLBACK_STATUS_POINT',
        ),
        line(20, `fsp.msi exited with return code: ${code}`),
        code === 0
          ? line(20, 'Installation was successful.')
          : line(20, 'Fatal MSI Error - fsp.msi could not be installed.'),
        line(20, '~RoleSetup().'),
      ];
    })
    .join('\r\n')
    .concat('\r\n');
}

/** fspMSI.log, times in UTC. */
export function msiLog(begin: number): string {
  return runsOf(begin)
    .flatMap(({ at, code }) => {
      const time = (after: number) => clock(at + after * 1000).hours;
      const date = clock(at).date.replace(/^0/, '').replace('/0', '/');
      const line = (after: number, text: string) => `MSI (s) (54:F8) [${time(after)}:120]: ${text}`;
      const failed = code !== 0;
      return [
        `=== Verbose logging started: ${date}  ${time(2)}  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\system32\\msiexec.exe ===`,
        line(3, 'Doing action: INSTALL'),
        `Action start ${time(3)}: INSTALL.`,
        line(4, 'Doing action: InstallFiles'),
        `Action start ${time(4)}: InstallFiles.`,
        ...(failed
          ? [
              line(9, 'Note: 1: 1310 2: 5 3: C:\\SMS_CCM\\fsp.dll'),
              line(
                9,
                'Product: ConfigMgr Fallback Status Point -- Error 1310. Error writing to file: C:\\SMS_CCM\\fsp.dll.  System error 5.  Verify that you have access to that directory.',
              ),
              `Action ended ${time(10)}: InstallFiles. Return value 3.`,
              `Action ended ${time(14)}: INSTALL. Return value 3.`,
            ]
          : [
              `Action ended ${time(10)}: InstallFiles. Return value 1.`,
              `Action ended ${time(14)}: INSTALL. Return value 1.`,
            ]),
        'Property(S): ProductVersion = 5.00.9132.1000',
        'Property(S): ProductName = ConfigMgr Fallback Status Point',
        failed
          ? line(15, 'Product: ConfigMgr Fallback Status Point -- Installation operation failed.')
          : line(15, 'Product: ConfigMgr Fallback Status Point -- Installation operation completed successfully.'),
        line(16, `MainEngineThread is returning ${code}`),
        `=== Verbose logging stopped: ${date}  ${time(17)} ===`,
      ];
    })
    .join('\r\n')
    .concat('\r\n');
}
