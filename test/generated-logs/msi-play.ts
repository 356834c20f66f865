import type { Draw } from './draw.js';
import { failures, type Failure, type FailureLine } from './msi-failures.js';
import type { MsiWriter } from './msi-writer.js';
import type { Script, ScriptLine, ScriptRun } from './script.js';

const actions: readonly (readonly [name: string, text: string])[] = [
  ['FindRelatedProducts', 'Searching for related applications'],
  ['AppSearch', 'Searching for installed applications'],
  ['LaunchConditions', 'Evaluating launch conditions'],
  ['ValidateProductID', ''],
  ['CostInitialize', 'Computing space requirements'],
  ['CostFinalize', 'Computing space requirements'],
  ['InstallValidate', 'Validating install'],
  ['RemoveExistingProducts', 'Removing applications'],
  ['InstallInitialize', ''],
  ['ProcessComponents', 'Updating component registration'],
  ['CcmDetectIis', ''],
  ['CcmCheckIIS', ''],
  ['StopServices', 'Stopping services'],
  ['InstallFiles', 'Copying new files'],
  ['WriteRegistryValues', 'Writing system registry values'],
  ['CcmCreateIISVirtualDirectories', 'Creating virtual directories'],
  ['CcmRegisterPerfCounters', ''],
  ['RegisterCounters', ''],
  ['RunAgentSetup', ''],
  ['StartServices', 'Starting services'],
  ['RegisterProduct', 'Registering product'],
  ['PublishProduct', 'Publishing product information'],
  ['InstallFinalize', ''],
];

const engineNoise: readonly ((draw: Draw) => string)[] = [
  () => 'Note: 1: 2205 2:  3: ActionText ',
  () => 'Note: 1: 2262 2: Error 3: -2147287038 ',
  () =>
    'Note: 1: 1402 2: HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\Rollback\\Scripts 3: 2 ',
  () => 'Note: 1: 2265 2:  3: -2147287035 ',
  () => 'Note: 1: 1708 ',
  () => "Machine policy value 'DisableRollback' is 0",
  () => 'Skipping action: CcmSetServiceUserType (condition is false)',
  (draw) =>
    `Executing op: FileCopy(SourceName=file${draw.integer(1, 99)}.dll,SourceCabKey=File1,DestName=error.dll,Attributes=512,FileSize=7168,PerTick=65536,,VerifyMedia=1,ElevateFlags=1,,,,CheckCRC=0,,,InstallMode=58982400,HashOptions=0,HashPart1=-1603,HashPart2=1603,,)`,
  (draw) => `Component: {${draw.guid()}}; Installed: Absent;   Request: Local;   Action: Local`,
  () => "PROPERTY CHANGE: Adding SECONDSEQUENCE property. Its value is '1'.",
  () => 'Resetting cached policy values',
  () => 'Invoking remote custom action. DLL: C:\\Windows\\Installer\\MSI7278.tmp, Entrypoint: CcmDetectIis',
];

const bareNoise: readonly ((draw: Draw) => string)[] = [
  (draw) => `[10:11:${draw.integer(10, 59)}] Checking the configuration of this machine`,
  () => 'SFXCA: Binding to CLR version v4.0.30319',
  () => 'Calling custom action Agent.CustomActions!Agent.CustomActions.Prepare',
  () => '1: Searching for a former version',
];

/** Custom actions whose failure the package has said does not matter. */
const ignored = (draw: Draw) =>
  `CustomAction ${draw.pick(['CcmSetLaunchPermission', 'CallMetrics', 'CleanUpOldLogs'])} returned actual error code ${draw.pick([1603, 1157, -2147467259])} but will be translated to success due to continue marking`;

/** One installation from its heading to what follows its end. Returns what happened. */
export function playMsi(draw: Draw, script: Script, writer: MsiWriter, forClient: boolean, bulk: number): string {
  return new Installation(draw, script, writer, forClient, bulk).play();
}

class Installation {
  private readonly run: ScriptRun;
  private readonly product: string;
  private readonly manufacturer: string;
  private readonly failure: Failure | null;
  private readonly status: number;
  /** A dialog on the client's side is shown, and closed in the end. */
  private readonly withDialogs: boolean;

  constructor(
    private readonly draw: Draw,
    private readonly script: Script,
    private readonly writer: MsiWriter,
    forClient: boolean,
    private readonly bulk: number,
  ) {
    this.run = script.begin();
    this.product = draw.pick([
      ...(forClient ? ['Configuration Manager Client'] : ['ConfigMgr Fallback Status Point']),
      forClient ? 'Configuration Manager Client' : 'ConfigMgr Fallback Status Point',
      'Contoso Agent 2.0-x64',
      'Tools for C++ (x64), v. 3',
    ]);
    this.manufacturer = draw.pick([
      'Microsoft Corporation',
      'Microsoft Corporation',
      'Contoso, Inc.',
      'Fabrikam S.p.A.',
    ]);
    this.run.productName = this.product;
    this.run.productVersion = draw.pick(['5.00.9096.1000', '5.00.8790.1007', '1.20.5', '2.1']);
    this.failure = draw.chance(0.55) ? draw.pick(failures)(draw, writer.language, this.product, writer.verbose) : null;
    this.status =
      this.failure?.status ??
      draw.weighted([
        [8, 0],
        [1, 3010],
        [1, 1641],
      ] as const);
    this.withDialogs = writer.verbose && draw.chance(0.3);
  }

  play(): string {
    const { draw, run, writer, status } = this;
    run.exitCode = status;
    run.verdict = this.failure !== null ? 'failed' : status === 0 ? 'succeeded' : 'reboot_pending';
    run.words = this.failure?.words ?? [];
    if (writer.verbose && draw.chance(0.06)) return this.refuse();
    run.tellsRun.add(writer.heading(true, 'c'));
    this.prelude();
    if (writer.verbose) writer.engine('s', 'Doing action: INSTALL');
    if (draw.chance(0.7)) writer.info('INSTALL', '');
    writer.start('INSTALL');
    if (draw.chance(0.06)) {
      // The machine went down, or the log was copied while it was written.
      this.sequence(true);
      run.verdict = 'unfinished';
      run.exitCode = null;
    } else {
      this.sequence(false);
      this.finish();
    }
    // Nothing but installations is in such a log: whatever is left of one shows it.
    for (const line of run.lines) run.tellsRun.add(line);
    if (run.verdict === 'unfinished') return 'unfinished';
    return `${run.action === 'install' ? '' : `${run.action} `}${this.failure?.kind ?? (status === 0 ? 'succeeded' : 'reboot')}`;
  }

  /** What stands before the first action; the action that is asked for shows here in a verbose log only. */
  private prelude(): void {
    const { draw, run, writer, script } = this;
    if (!writer.verbose) return;
    writer.engine('c', 'Resetting cached policy values');
    writer.engine(
      'c',
      '******* RunEngine:\n           ******* Product: C:\\SMS\\bin\\x64\\fsp.msi\n           ******* Action: \n           ******* CommandLine: **********',
    );
    writer.engine('c', 'Client-side and UI is none or basic: Running entire install on the server.');
    writer.engine('s', 'Running installation inside multi-package transaction C:\\SMS\\bin\\x64\\fsp.msi');
    if (draw.chance(0.2)) {
      const secret = draw.secret();
      script.secrets.push(secret);
      writer.engine(
        's',
        `Command Line: CCMINSTALLDIR=C:\\SMS_CCM SQLPASSWORD=${secret} CURRENTDIRECTORY=C:\\Windows\\system32 CLIENTUILEVEL=3`,
      );
    }
    if (draw.chance(0.2)) {
      const secret = draw.secret();
      script.secrets.push(secret);
      writer.engine('s', `PROPERTY CHANGE: Adding PROXYPASSWORD property. Its value is '${secret}'.`);
    }
    const how = draw.next();
    if (how < 0.08) {
      run.action = 'uninstall';
      run.tellsAction.add(writer.engine('s', "PROPERTY CHANGE: Adding REMOVE property. Its value is 'ALL'."));
    } else if (how < 0.16) {
      run.action = 'repair';
      run.tellsAction.add(writer.engine('s', "PROPERTY CHANGE: Adding REINSTALL property. Its value is 'ALL'."));
    } else if (how < 0.24) {
      run.action = 'upgrade';
      run.tellsAction.add(
        writer.engine('s', `PROPERTY CHANGE: Adding WIX_UPGRADE_DETECTED property. Its value is '{${draw.guid()}}'.`),
      );
    }
  }

  private noise(most: number): void {
    const { draw, writer } = this;
    for (let left = draw.integer(0, Math.ceil(most * this.bulk)); left > 0; left--) {
      const kind = draw.next();
      if (writer.verbose && kind < 0.7) writer.engine('s', draw.pick(engineNoise)(draw), true);
      else if (kind < 0.9) writer.bare(draw.pick(bareNoise)(draw));
      else writer.bare(ignored(draw));
    }
  }

  private sequence(breaksOff: boolean): void {
    const { draw, writer, failure } = this;
    const failing = failure?.action ?? '';
    const chosen = actions.filter(([name]) => name === failing || draw.chance(0.4));
    const all =
      failure === null || chosen.some(([name]) => name === failing) ? chosen : [...chosen, [failing, ''] as const];
    const until = breaksOff ? draw.integer(0, all.length - 1) : all.length;
    const nested = this.run.action === 'upgrade' && draw.chance(0.6);
    // Some versions tell of the next action before they tell that the last one has ended.
    const late = writer.verbose && draw.chance(0.3);
    let ends = () => {
      // Nothing has begun yet.
    };
    for (const [name, text] of all.slice(0, until)) {
      if (breaksOff && name === failing) return;
      if (!late) ends();
      if (writer.verbose && draw.chance(0.8)) writer.engine('s', `Doing action: ${name}`);
      if (late) ends();
      if (draw.chance(0.5)) writer.info(name, text);
      writer.start(name);
      if (name === failing && failure !== null) {
        this.fail(failure);
        return;
      }
      this.noise(3);
      if (nested && name === 'RemoveExistingProducts') this.removeOlder();
      ends = () => {
        writer.end(name, draw.pick([1, 1, 1, 0]));
      };
    }
    if (!breaksOff) ends();
  }

  /** The older version is removed by an installation within this one, with a log of its own in this log. */
  private removeOlder(): void {
    const { draw, writer, product } = this;
    writer.start('INSTALL');
    writer.start('RemoveFiles');
    writer.end('RemoveFiles', 1);
    writer.end('INSTALL', 1);
    writer.property('N', 'REMOVE', 'ALL');
    writer.property('N', 'ProductVersion', '4.00.6487.2000');
    writer.property('N', 'ProductName', product);
    writer.engine('s', 'Note: 1: 1724 ');
    writer.engine('s', writer.language.product(product, writer.language.removed));
    writer.bare('');
    if (draw.chance(0.7)) writer.engine('s', 'Attempting to delete file C:\\Windows\\Installer\\1a2b3c.mst');
  }

  private put({ text, as }: FailureLine): ScriptLine[] {
    const { writer } = this;
    const [first = '', ...rest] = text.split('\n');
    const line = as === 'engine' ? writer.engine('s', first) : writer.bare(first);
    return [line, ...rest.map((one) => writer.bare(one))];
  }

  private fail(failure: Failure): void {
    const { draw, run, writer } = this;
    this.noise(2);
    for (const line of failure.lines) {
      const written = this.put(line);
      if (line.tells) for (const one of written) run.causes.add(one);
    }
    if (draw.chance(0.3)) this.noise(1);
    const cancelled = failure.status === 1602;
    const end = writer.end(failure.action, cancelled ? 2 : 3);
    // Where nothing else tells, the action that failed does.
    if (failure.kind === 'custom action alone' || cancelled) run.causes.add(end);
    this.rollBack();
    const last = writer.end('INSTALL', cancelled ? 2 : 3);
    run.decisive.add(last);
  }

  /** Clean-up after the failure, with errors of its own. */
  private rollBack(): void {
    const { draw, writer } = this;
    if (!draw.chance(0.6)) return;
    if (writer.verbose) {
      writer.engine('s', "User policy value 'DisableRollback' is 0");
      writer.engine('s', 'Executing op: ActionStart(Name=Rollback,Description=Rolling back action:,Template=[1])');
    }
    if (draw.chance(0.4)) writer.bare(ignored(draw));
    if (draw.chance(0.4)) writer.bare('ERROR: Failed to delete C:\\Windows\\CCM\\Temp (0x80070020)');
    if (draw.chance(0.3)) {
      writer.bare(
        writer.language.error(
          1921,
          "Service 'SMS Agent Host' (CcmExec) could not be stopped.  Verify that you have sufficient privileges to stop system services.",
        ),
      );
    }
  }

  private finish(): void {
    const { draw, run, writer, script, status, failure } = this;
    const { language } = writer;
    // That it returned 1 is a success, but whether a restart is to come stands further down.
    if (failure === null) run.bearing.add(writer.end('INSTALL', 1));
    if (writer.level !== 'l') this.dump();
    const stopEarly = writer.verbose && draw.chance(0.6);
    if (stopEarly) writer.heading(false, 's');
    const side = writer.level === 'l' ? 'c' : 's';
    if (writer.level === 'l' && draw.chance(0.7)) writer.heading(false, 's');
    if (writer.verbose) writer.engine(side, failure === null ? 'Note: 1: 1707 ' : 'Note: 1: 1708 ');
    const words =
      failure !== null ? language.failed : run.action === 'uninstall' ? language.removed : language.completed;
    writer.engine(side, language.product(this.product, words));
    writer.bare('');
    const summary = writer.engine(
      side,
      language.summary(this.product, run.productVersion, language.lcid, this.manufacturer, status),
    );
    script.mustRead(
      summary,
      language.summary(this.product, run.productVersion, language.lcid, this.manufacturer, status),
    );
    for (const told of [run.decisive, run.tellsName, run.tellsVersion]) told.add(summary);
    writer.bare('');
    if (writer.verbose) this.verboseEnd(stopEarly);
    else if (writer.level === 'star') writer.heading(false, 's');
  }

  private verboseEnd(stopped: boolean): void {
    const { draw, run, writer, status } = this;
    writer.engine('s', 'Deferring clean up of packages/files, if any exist');
    run.decisive.add(writer.engine('s', `MainEngineThread is returning ${status}`));
    if (!stopped && draw.chance(0.5)) writer.heading(false, 's');
    writer.engine('s', 'Destroying RemoteAPI object.');
    writer.engine('s', 'Custom Action Manager thread ending.');
    if (draw.chance(0.9)) {
      writer.engine('c', `Back from server. Return value: ${status}`);
      writer.engine(
        'c',
        'Decrementing counter to disable shutdown. If counter >= 0, shutdown will be denied.  Counter after decrement: -1',
      );
      if (this.withDialogs) this.closeDialogs();
      writer.engine('c', `MainEngineThread is returning ${status}`);
    }
    if (draw.chance(0.85)) writer.heading(false, 'c');
    if (draw.chance(0.3)) {
      writer.bare('');
      writer.engine('c', 'Cleaning up uninstalled install packages, if any exist');
    }
  }

  /** The client tells of the whole as of an action of its own, and shows its last dialog. */
  private closeDialogs(): void {
    const { draw, writer, failure } = this;
    const value = failure === null ? 1 : failure.status === 1602 ? 2 : 3;
    writer.engine('c', "PROPERTY CHANGE: Deleting SECONDSEQUENCE property. Its current value is '1'.");
    writer.end('ExecuteAction', value);
    const dialog = value === 1 ? 'ExitDialog' : value === 2 ? 'UserExit' : 'FatalError';
    writer.engine('c', `Doing action: ${dialog}`);
    writer.info(dialog, '');
    writer.start(dialog);
    writer.end(dialog, draw.pick([1, 2]));
    writer.end('INSTALL', value);
  }

  /** Every property with its value, secrets too. */
  private dump(): void {
    const { draw, run, writer, script } = this;
    writer.property('S', 'UpgradeCode', `{${draw.guid()}}`);
    if (run.action === 'uninstall') run.tellsAction.add(writer.property('S', 'REMOVE', 'ALL'));
    if (run.action === 'repair') run.tellsAction.add(writer.property('S', 'REINSTALL', 'ALL'));
    for (const name of draw.some(['DBPASSWORD', 'PROXYPWD', 'API_TOKEN', 'ClientSecret'], 0.15)) {
      const secret = draw.secret();
      script.secrets.push(secret);
      writer.property('S', name, secret);
    }
    if (draw.chance(0.15)) {
      const secret = draw.secret();
      script.secrets.push(secret);
      writer.property('S', 'MsiHiddenProperties', 'ADMINACCOUNT;SETUPINPUT');
      writer.property('S', 'SETUPINPUT', secret);
    }
    writer.property('S', 'ErrorDialog', 'ErrorDlg');
    if (draw.chance(0.7)) run.tellsVersion.add(writer.property('S', 'ProductVersion', run.productVersion));
    if (draw.chance(0.7)) run.tellsName.add(writer.property('S', 'ProductName', this.product));
  }

  /** It ends before it begins: another installation is under way, or the package cannot be opened. */
  private refuse(): string {
    const { draw, run, writer } = this;
    const busy = draw.chance(0.5);
    const status = busy ? 1618 : 1619;
    run.verdict = 'failed';
    run.exitCode = status;
    run.tellsRun.add(writer.heading(true, 'c'));
    writer.engine('c', 'Resetting cached policy values');
    if (busy) {
      run.words = ['System error 258'];
      run.causes.add(writer.engine('c', 'Failed to grab execution mutex. System error 258.'));
    } else {
      const path = '\\\\srv1\\share\\fsp.msi';
      run.words = ['fsp.msi'];
      run.causes.add(writer.engine('c', `Note: 1: 2203 2: ${path} 3: -2147287038 `));
      run.causes.add(
        writer.bare(
          'This installation package could not be opened.  Verify that the package exists and that you can access it, or contact the application vendor to verify that this is a valid Windows Installer package.',
        ),
      );
      run.causes.add(writer.bare(path));
    }
    run.decisive.add(writer.engine('c', `MainEngineThread is returning ${status}`));
    writer.heading(false, 'c');
    return `exit ${status}`;
  }
}
