import type { LogFormat, Severity } from '../../server/src/setup-logs/types.js';

/** What is true of one record of a generated log; it says its number in its text. */
export interface TrueRecord {
  serial: number;
  /** Milliseconds since 1970 UTC, as precise as the log has it. */
  at: number;
  severity: Severity;
  text: string;
}

export interface BigLog {
  format: LogFormat;
  name: string;
  bytes: Buffer;
  /** All records, those without a number too. */
  records: number;
  numbered: TrueRecord[];
  /** Runs in it by their verdict. */
  verdicts: { succeeded: number; failed: number };
  /** Records that hold a password. */
  secrets: number;
}

/** The zone of the machine that wrote them; both sides are told. */
export const zone = 'America/New_York';
const hour = 3_600_000;
const minute = 60_000;
/** Clocks there went forward in the night that the first log was written in. */
const summerBegins = Date.UTC(2026, 2, 8, 7);
/** Minutes that are added to the local time for UTC. */
const biasAt = (utc: number) => (utc < summerBegins ? 300 : 240);

interface Wall {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
  millisecond: string;
}

function wallOf(utc: number): Wall {
  const [year = '', month = '', day = '', h = '', m = '', second = '', millisecond = ''] = new Date(
    utc - biasAt(utc) * minute,
  )
    .toISOString()
    .split(/[-T:.Z]/);
  return { year, month, day, hour: h, minute: m, second, millisecond };
}

class Writer {
  private readonly pieces: string[] = [];
  readonly numbered: TrueRecord[] = [];
  readonly verdicts = { succeeded: 0, failed: 0 };
  records = 0;
  secrets = 0;

  constructor(private at: number) {}

  /** A moment later. */
  next(ms: number): number {
    return (this.at += ms);
  }

  /** @param truth absent where the record says no number */
  write(lines: string, truth?: TrueRecord): void {
    this.pieces.push(lines, '\r\n');
    this.records++;
    if (truth !== undefined) this.numbered.push(truth);
  }

  log(format: LogFormat, name: string, encoding: 'utf8' | 'utf16le'): BigLog {
    const bytes = Buffer.from((encoding === 'utf16le' ? '\ufeff' : '') + this.pieces.join(''), encoding);
    const { records, numbered, verdicts, secrets } = this;
    return { format, name, bytes, records, numbered, verdicts, secrets };
  }
}

const isMultiline = (n: number) => n % 50 === 7;
const severityOf = (n: number): Severity => (n % 97 === 0 ? 'ERROR' : n % 41 === 0 ? 'WARN' : 'INFO');
/** Every third run fails. */
const fails = (run: number) => run % 3 === 2;

/** ccmsetup.log as ccmsetup writes it, over the hours in which the clocks go forward. */
function ccm(count: number): BigLog {
  const writer = new Writer(Date.UTC(2026, 2, 8, 3));
  const record = (text: string, severity: Severity, source: string, n?: number) => {
    const at = writer.next(137);
    const w = wallOf(at);
    const type = { ERROR: 3, WARN: 2 }[severity as string] ?? 1;
    writer.write(
      `<![LOG[${text.replaceAll('\n', '\r\n')}]LOG]!><time="${w.hour}:${w.minute}:${w.second}.${w.millisecond}+${biasAt(at)}" date="${w.month}-${w.day}-${w.year}" component="ccmsetup" context="" type="${type}" thread="${4_000 + ((n ?? 0) % 40)}" file="${source}">`,
      n === undefined ? undefined : { serial: n, at, severity, text },
    );
  };
  const perRun = Math.ceil(count / 12);
  for (let n = 1, run = 0; n <= count; run++) {
    record('==========[ ccmsetup started in process 4321 ]==========', 'INFO', 'ccmsetup.cpp:9999');
    for (const end = Math.min(count, n + perRun - 1); n <= end; n++) {
      const severity = severityOf(n);
      const text =
        severity === 'ERROR'
          ? `Failed to get the location of package number ${n} from the management point mp1.contoso.example. Error 0x80004005`
          : isMultiline(n)
            ? `Source list number ${n}:\n                  \\\\SCCM01\\SMSClient\n                  \\\\SCCM02\\SMSClient`
            : `Downloading file number ${n} of the content to C:\\Windows\\ccmsetup\\cache\\{B1F5A2D7-0A1C-4F0E-9E57-${String(n).padStart(12, '0')}}\\x64`;
      record(text, severity, `downloadjob.cpp:${100 + (n % 900)}`, n);
    }
    if (fails(run))
      record(
        "File 'C:\\Windows\\ccmsetup\\vcredist_x64.exe' returned failure exit code 1603. Fail the installation.",
        'ERROR',
        'manifest.cpp:2276',
      );
    record(`CcmSetup is exiting with return code ${fails(run) ? 1603 : 0}`, 'INFO', 'ccmsetup.cpp:11269');
    writer.verdicts[fails(run) ? 'failed' : 'succeeded']++;
  }
  return writer.log('ccm', 'ccmsetup.log', 'utf8');
}

/** SMSFSPSetup.log: severity is in the words alone, and some of them only look like trouble. */
function roleSetup(count: number): BigLog {
  const writer = new Writer(Date.UTC(2026, 2, 28, 14));
  const record = (text: string, severity: Severity, n?: number) => {
    const at = Math.floor(writer.next(211) / 1000) * 1000;
    const w = wallOf(at);
    writer.write(
      `<${w.month}/${w.day}/${w.year.slice(2)} ${w.hour}:${w.minute}:${w.second}> ${text.replaceAll('\n', '\r\n')}`,
      n === undefined ? undefined : { serial: n, at, severity, text: text.replace(/^~/, '') },
    );
  };
  const perRun = Math.ceil(count / 12);
  for (let n = 1, run = 0; n <= count; run++) {
    record('='.repeat(68), 'INFO');
    record('SMSFSP Setup Started....', 'INFO');
    record('Parameters: D:\\SMS\\bin\\x64\\rolesetup.exe /install /siteserver:CM01 SMSFSP 0', 'INFO');
    for (const end = Math.min(count, n + perRun - 1); n <= end; n++) {
      const severity = severityOf(n);
      const file = `D:\\SMS\\bin\\x64\\00000409\\component-${String(n).padStart(8, '0')}\\fspisapi.dll`;
      const text =
        severity === 'ERROR'
          ? `CTool::RegisterManagedBinary: Failed to register component number ${n} (${file}) with .Net Fx 2.0, and goes on`
          : severity === 'WARN'
            ? `WARNING: Component number ${n} (${file}) did not answer at once and is asked again after a short while`
            : isMultiline(n)
              ? `Parameters of component number ${n} (${file}):\n    INSTALLDIR="D:\\SMS"\n    SERVICENAME="SMS_EXECUTIVE"`
              : n % 31 === 0
                ? `Component number ${n} (${file}) was checked with 0 errors, and is left as it is on this server`
                : `Checking whether component number ${n} (${file}) is installed on this server and is of the right version`;
      record(text, severity, n);
    }
    record(`fsp.msi exited with return code: ${fails(run) ? 1603 : 0}`, fails(run) ? 'ERROR' : 'INFO');
    if (fails(run)) record('Fatal MSI Error - fsp.msi could not be installed.', 'ERROR');
    else record('Installation was successful.', 'INFO');
    record('~RoleSetup().', 'INFO');
    writer.verdicts[fails(run) ? 'failed' : 'succeeded']++;
  }
  return writer.log('role_setup', 'SMSFSPSetup.log', 'utf8');
}

/** fspMSI.log in UTF-16, over midnight: the date stands in the headings only. */
function msi(count: number): BigLog {
  const writer = new Writer(Date.UTC(2026, 2, 28, 20));
  const clock = (w: Wall) => `${Number(w.hour)}:${w.minute}:${w.second}`;
  const heading = (what: string, more = '') => {
    const w = wallOf(writer.next(100));
    writer.write(`=== ${what}: ${Number(w.month)}/${w.day}/${w.year}  ${clock(w)}${more} ===`);
  };
  const engine = (text: string, n?: number) => {
    const at = writer.next(163);
    const w = wallOf(at);
    writer.write(
      `MSI (s) (54:F8) [${w.hour}:${w.minute}:${w.second}:${w.millisecond}]: ${text.replaceAll('\n', '\r\n')}`,
      n === undefined ? undefined : { serial: n, at, severity: 'INFO', text },
    );
  };
  const action = (text: (time: string) => string) => {
    writer.write(text(clock(wallOf(writer.next(50)))));
  };
  const perRun = Math.ceil(count / 12);
  for (let n = 1, run = 0; n <= count; run++) {
    heading(
      'Verbose logging started',
      '  Build type: SHIP UNICODE 5.00.10011.00  Calling process: C:\\Windows\\system32\\msiexec.exe',
    );
    action((time) => `Action start ${time}: INSTALL.`);
    for (let left = 10; left > 0; left--) {
      writer.write(`Property(S): SVCPASSWORD = hunter2-${run}-${left}`);
      writer.secrets++;
    }
    for (const end = Math.min(count, n + perRun - 1); n <= end; n++)
      engine(
        isMultiline(n)
          ? `Invoking remote custom action number ${n}. DLL: C:\\Windows\\Installer\\MSI7278.tmp, Entrypoint: CcmDetectIis\nChecking the configuration of this machine\nVersion of IIS is 10.0`
          : `Executing op: FileCopy(SourceName=file number ${n}.dll,SourceCabKey=File1,DestName=fsp.dll,Attributes=512,FileSize=7168)`,
        n,
      );
    if (fails(run)) {
      engine('CustomAction CcmRegisterPerfCounters returned actual error code 1603');
      action((time) => `Action ended ${time}: CcmRegisterPerfCounters. Return value 3.`);
    }
    action((time) => `Action ended ${time}: INSTALL. Return value ${fails(run) ? 3 : 1}.`);
    engine(
      `Windows Installer installed the product. Product Name: ConfigMgr Fallback Status Point. Product Version: 5.00.9096.1000. Product Language: 1033. Manufacturer: Microsoft Corporation. Installation success or error status: ${fails(run) ? 1603 : 0}.`,
    );
    engine(`MainEngineThread is returning ${fails(run) ? 1603 : 0}`);
    heading('Verbose logging stopped');
    writer.next(hour / 4);
    writer.verdicts[fails(run) ? 'failed' : 'succeeded']++;
  }
  return writer.log('msi', 'fspMSI.log', 'utf16le');
}

const generators = { ccm, role_setup: roleSetup, msi };
export const formats = Object.keys(generators) as (keyof typeof generators)[];

/** A log of so many numbered records; the same bytes every time. */
export function bigLog(format: keyof typeof generators, count: number): BigLog {
  return generators[format](count);
}
