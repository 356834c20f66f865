import { MachineClock, two } from './clock.js';
import type { Draw } from './draw.js';
import { layOut } from './layout.js';
import { Script, type ScriptLine, type ScriptRun } from './script.js';
import type { GeneratedLog, GeneratorOptions } from './types.js';

const noise: readonly ((draw: Draw) => string)[] = [
  () => 'CTool::RegisterManagedBinary: Failed to register C:\\SMS\\bin\\x64\\fspisapi.dll with .Net Fx 2.0',
  () =>
    'CTool::RegisterManagedBinary: run command line: "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\RegAsm.exe" /codebase',
  () => 'Registered DLL C:\\SMS\\bin\\x64\\smsperf.dll',
  () => 'Pre Req SqlNativeClient found.',
  () =>
    'SqlNativeClient already installed (Product Code: {B9274744-8BAE-4874-8E59-2610919CD419}). Would not install again.',
  () => 'Pre Req SqlNativeClient is already installed. Skipping it.',
  () => 'INFO: Connected to the registry of this server.',
  (draw) => `Checking port ${draw.integer(80, 8530)} of the default web site`,
  () => 'WARNING: The service SMS_SITE_COMPONENT_MANAGER did not answer at once; no error.',
];

/** SMSFSPSetup.log, as rolesetup.exe writes it (domain/logs.md §3): appended to, so that one file holds many runs. */
export function generateRoleSetup(draw: Draw, seed: number, asked: GeneratorOptions): GeneratedLog {
  const script = new Script();
  const clock = MachineClock.drawn(draw);
  const told = draw.chance(0.5);
  // Of copies that people pass on, the stamps are often lost.
  const style = draw.weighted([
    [5, 'slashes'],
    [5, 'dashes'],
    [asked.plain === true ? 0 : 1, 'none'],
  ] as const);
  const player = new RolePlayer(draw, script, clock, told, style, asked.bulk ?? 1);
  const kinds: string[] = [];
  for (
    let left = draw.weighted([
      [5, 1],
      [3, 2],
      [2, 4],
    ] as const);
    left > 0;
    left--
  ) {
    kinds.push(player.play());
    clock.pass(86_400_000);
  }
  const about = {
    format: 'role_setup',
    seed,
    tornAt: () => 5,
    rotates: style !== 'none',
    needsBeginning: style === 'none',
  } as const;
  const timezone = told ? clock.zone : null;
  return layOut(
    draw,
    script,
    { ...about, name: 'SMSFSPSetup.log', kind: `${style === 'none' ? 'messages ' : ''}${kinds.join('+')}`, timezone },
    asked,
  );
}

class RolePlayer {
  constructor(
    private readonly draw: Draw,
    private readonly script: Script,
    private readonly clock: MachineClock,
    private readonly told: boolean,
    private readonly style: 'slashes' | 'dashes' | 'none',
    private readonly bulk: number,
  ) {}

  private write(text: string, spare = false): ScriptLine {
    this.clock.pass();
    if (this.style === 'none') return this.script.write(text.trimStart(), null, spare);
    const { year, month, day, hour, minute, second } = this.clock.wall;
    const date =
      this.style === 'slashes' ? `${two(month)}/${two(day)}/${two(year % 100)}` : `${two(month)}-${two(day)}-${year}`;
    const time = `${two(hour)}:${two(minute)}:${two(second)}`;
    return this.script.write(`<${date} ${time}> ${text}`, this.clock.unzoned(1000, this.told), spare);
  }

  private noise(most: number): void {
    const { draw } = this;
    for (let left = draw.integer(0, Math.ceil(most * this.bulk)); left > 0; left--)
      this.write(draw.pick(noise)(draw), true);
  }

  play(): string {
    const { draw } = this;
    const run = this.script.begin();
    run.productName = 'SMSFSP';
    const rule = this.write('='.repeat(68));
    run.tellsRun.add(rule);
    const started = this.write('SMSFSP Setup Started....');
    run.tellsRun.add(started);
    run.tellsName.add(started);
    const remove = draw.chance(0.15);
    const drive = draw.pick(['C', 'D', 'E']);
    const verb = remove ? '/deinstall' : '/install';
    run.tellsAction.add(
      this.write(`Parameters: ${drive}:\\SMS\\bin\\x64\\rolesetup.exe ${verb} /siteserver:CM01 SMSFSP 0`),
    );
    if (remove) return this.remove(run);
    return this.install(run);
  }

  private install(run: ScriptRun): string {
    const { draw } = this;
    this.write('Installing Pre Reqs for SMSFSP');
    this.write('   ======== Installing Pre Reqs for Role SMSFSP ========');
    this.write('Found 1 Pre Reqs for Role SMSFSP');
    this.noise(3);
    if (draw.chance(0.1)) return this.failPrerequisite(run);
    this.write('   ======== Completed Installation of Pre Reqs for Role SMSFSP ========');
    this.write('Installing the SMSFSP');
    this.noise(3);
    if (draw.chance(0.15)) {
      run.action = 'upgrade';
      run.tellsAction.clear();
      run.tellsAction.add(
        this.write(`SMSFSP already installed (Product Code: {${draw.guid()}}).  Upgrading/Reinstalling SMSFSP`),
      );
    } else this.write('No versions of SMSFSP are installed.  Installing new SMSFSP.');
    this.write('Enabling MSI logging.  fsp.msi will log to C:\\SMS\\logs\\fspMSI.log');
    const secret = draw.chance(0.1) ? draw.secret() : null;
    if (secret !== null) this.script.secrets.push(secret);
    this.write(
      `Installing C:\\SMS\\bin\\x64\\fsp.msi CCMINSTALLDIR="C:\\SMS_CCM" SERVICENAME=SMS_FALLBACK_STATUS_POINT${secret === null ? '' : ` SVCPASSWORD="${secret}"`}`,
    );
    this.clock.pass(90_000);
    if (draw.chance(0.12)) return this.leave(run);
    this.noise(3);
    return draw.chance(0.5) ? this.succeed(run) : this.fail(run);
  }

  private leave(run: ScriptRun): string {
    run.verdict = 'unfinished';
    run.exitCode = null;
    return 'unfinished';
  }

  /** `fsp.msi exited with return code: 1603`, with the colon or, as one public document has it, without. */
  private exited(code: number): ScriptLine {
    return this.write(`fsp.msi exited with return code${this.draw.pick([':', ':', ''])} ${code}`);
  }

  private over(): void {
    if (this.draw.chance(0.9)) this.write('~RoleSetup().');
    this.script.close();
  }

  private succeed(run: ScriptRun): string {
    const code = this.draw.pick([0, 0, 0, 3010, 1641]);
    run.bearing.add(this.exited(code));
    run.exitCode = code;
    run.verdict = code === 0 ? 'succeeded' : 'reboot_pending';
    this.noise(2);
    run.decisive.add(this.write('Installation was successful.'));
    this.over();
    return code === 0 ? 'succeeded' : 'reboot';
  }

  private fail(run: ScriptRun): string {
    const code = this.draw.pick([1603, 1603, 1603, 1618, 1619, 1625, 1602]);
    run.verdict = 'failed';
    run.exitCode = code;
    run.words = ['fsp.msi', String(code)];
    const line = this.exited(code);
    run.causes.add(line);
    run.decisive.add(line);
    this.write('Backing up C:\\SMS\\logs\\fspMSI.log to C:\\SMS\\logs\\fspMSI.log.LastError');
    if (this.draw.chance(0.8)) this.write('Fatal MSI Error - fsp.msi could not be installed.');
    this.over();
    return `exit ${code}`;
  }

  private failPrerequisite(run: ScriptRun): string {
    const { draw } = this;
    const code = draw.pick(['0x80070005', '0x80070643', '0x80070002']);
    const what = draw.pick(['MSXML6', 'SqlNativeClient', 'VCRedist']);
    run.verdict = 'failed';
    run.exitCode = null;
    run.words = [what, code];
    run.causes.add(this.write(`Pre Req ${what} installation failed with error ${code}.`));
    this.noise(1);
    run.decisive.add(this.write('Installation failed.'));
    this.over();
    return 'prerequisite';
  }

  private remove(run: ScriptRun): string {
    run.action = 'uninstall';
    this.write('Deinstalling the SMSFSP');
    this.noise(3);
    if (this.draw.chance(0.25)) {
      const kind = this.fail(run);
      return `deinstall ${kind}`;
    }
    run.bearing.add(this.exited(0));
    run.decisive.add(this.write('Deinstallation was successful.'));
    this.over();
    return 'deinstall';
  }
}
