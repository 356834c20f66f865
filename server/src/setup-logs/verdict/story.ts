import type { Run } from '../types.js';
import { blame, oneLine, trust } from './run.js';

/** A run and where it was found. */
export interface LocatedRun {
  /** Identity of the run. */
  id: string;
  logFile: string;
  run: Run;
}

/** rolesetup.exe stamps whole seconds, and starts msiexec before it says so. */
const toleranceMs = 2_000;

/**
 * The installation that each run tells of: runs of rolesetup.exe or ccmsetup.exe, and the runs of Windows Installer that
 * they started, are one story. Of a failed one the installer's log tells the cause and the version, and the run that
 * started it takes them over, with where they stand.
 * @returns for each run's id the id of its installation: its own, or that of the run that started it
 */
export function joinStories(runs: readonly LocatedRun[]): Map<string, string> {
  const stories = new Stories();
  for (const starts of [true, false]) for (const one of runs) if (isStarter(one.run) === starts) stories.tell(one);
  return new Map(runs.map(({ id }) => [id, stories.installationOf(id)]));
}

interface Place {
  /** Runs by their ids, in the order in which they were first told of. */
  starters: Map<string, LocatedRun>;
  installers: Map<string, LocatedRun>;
}

/** The stories of runs that become known one by one, as {@link joinStories} tells them: of thousands, too. */
export class Stories {
  private readonly places = new Map<string, Place>();
  /** The name of each run's place, by its id. */
  private readonly placeNames = new Map<string, string>();
  /** The run that started an installer's, by the ids of both. */
  private readonly starterOf = new Map<string, string>();

  /** The id of the installation that a run tells of. */
  installationOf(id: string): string {
    return this.starterOf.get(id) ?? id;
  }

  /**
   * A run is new, or more is known of it.
   * @returns the ids of the runs of which something else is to be told, its own among them
   */
  tell(run: LocatedRun): Set<string> {
    const changed = new Set([run.id]);
    const place = this.placed(run);
    if (!isStarter(run.run)) this.join(place, run, changed);
    else {
      for (const installer of place.installers.values()) {
        const before = this.starterOf.get(installer.id);
        if (before === run.id || mayHaveStarted(run, installer)) this.join(place, installer, changed);
      }
    }
    return changed;
  }

  private join(place: Place, installer: LocatedRun, changed: Set<string>): void {
    let starter: LocatedRun | undefined;
    for (const one of place.starters.values()) if (mayHaveStarted(one, installer)) starter = one;
    if (this.starterOf.get(installer.id) !== starter?.id) changed.add(installer.id);
    if (starter === undefined) {
      this.starterOf.delete(installer.id);
      return;
    }
    this.starterOf.set(installer.id, starter.id);
    takeOver(starter, installer);
    changed.add(starter.id);
  }

  private placed(run: LocatedRun): Place {
    const name = placeOf(run);
    const before = this.placeNames.get(run.id);
    if (before !== undefined && before !== name) {
      const { starters, installers } = this.places.get(before)!;
      for (const runs of [starters, installers]) runs.delete(run.id);
    }
    this.placeNames.set(run.id, name);
    let place = this.places.get(name);
    if (place === undefined) this.places.set(name, (place = { starters: new Map(), installers: new Map() }));
    (isStarter(run.run) ? place.starters : place.installers).set(run.id, run);
    return place;
  }
}

function isStarter(run: Run): boolean {
  return run.format !== 'msi';
}

/**
 * Where the runs are that may have started a run, or have been started by it. ccmsetup.exe writes `client.msi.log`, and
 * one of that kind for each prerequisite, beside its own log; of several machines' logs each folder is a story of its own.
 */
function placeOf({ run, logFile }: LocatedRun): string {
  const ofClient = isStarter(run)
    ? run.format !== 'role_setup'
    : /\.msi\.log(?:\.\w+)?$/i.test(logFile) || (isOurs(run.productName) && /\bclient\b/i.test(run.productName));
  return ofClient ? `client ${folderOf(logFile)}` : 'role';
}

/** Whether a product is one of Configuration Manager, by its name. */
function isOurs(productName: string): boolean {
  return /\b(?:ConfigMgr|Configuration Manager|SMS)\b/i.test(productName);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
}

function mayHaveStarted(starter: LocatedRun, installer: LocatedRun): boolean {
  const { startedAt } = installer.run;
  return startedAt !== null && overlaps(starter.run, startedAt) && isOfSetup(starter, installer);
}

/** The package that a log of Windows Installer is called after by its role's set-up: `fspMSI.log`, `mpMSI.log.LastError`. */
function packageOf({ logFile }: LocatedRun): string | null {
  return /([^\\/]{1,60}?)MSI(?:-\d{8}-\d{6})?\.lo[g_]/i.exec(logFile)?.[1]?.toLowerCase() ?? null;
}

/** What a role is called by its set-up, and by its log: `SMSFSP` and `SMSFSPSetup.log` are `fsp`. */
function rolesOf({ logFile, run }: LocatedRun): string[] {
  const ofLog = /(?:SMS)?([^\\/]{1,60}?)Setup(?:-\d{8}-\d{6})?\.lo[g_]/i.exec(logFile)?.[1] ?? '';
  return [ofLog, run.productName.replace(/^SMS/i, '')].map((name) => name.toLowerCase()).filter((name) => name !== '');
}

/**
 * Whether a log of Windows Installer is of a package of the role that is set up: several roles are set up at the same
 * time on one server, and others install something there. ccmsetup.exe has its folder to itself.
 */
function isOfSetup(starter: LocatedRun, installer: LocatedRun): boolean {
  if (starter.run.format !== 'role_setup') return true;
  const name = packageOf(installer);
  if (name === null) return isOurs(installer.run.productName);
  const roles = rolesOf(starter);
  return roles.length === 0 || roles.includes(name) || speaksOf(starter.run, name);
}

function speaksOf({ cause, evidence }: Run, name: string): boolean {
  return [cause, ...evidence.map(({ text }) => text)].some((text) => text.toLowerCase().includes(`${name}.msi`));
}

function overlaps(starter: Run, at: number): boolean {
  // One that does not say when it began started nothing that is known.
  const begin = starter.startedAt ?? Infinity;
  // A run that has not ended, or never will, can hold no installer that begins an hour after its last line.
  const end = (starter.endedAt ?? begin) + (starter.verdict === 'unfinished' ? 3_600_000 : 0);
  return at >= begin - toleranceMs && at <= end + toleranceMs;
}

function takeOver(located: LocatedRun, installer: LocatedRun): void {
  const { run: starter } = located;
  const { logFile, run } = installer;
  const name = packageOf(installer);
  const ofRole = starter.format === 'role_setup' && name !== null;
  // A prerequisite has a version of its own.
  if (starter.productVersion === '' && (!ofRole || rolesOf(located).includes(name)))
    starter.productVersion = run.productVersion;
  const told = `(${logFile}, line ${run.causeLine})`;
  if (starter.verdict !== 'failed' || run.verdict !== 'failed' || run.cause === '' || starter.cause.endsWith(told))
    return;
  if (starter.format === 'role_setup' && !failedAs(starter, run, name)) return;
  // A cause of full length leaves no room for the place.
  blame(starter, `${oneLine(run.cause, 500 - told.length)} ${told}`, starter.causeLine, run.suggestion);
  trust(starter, run.certainty, run.certaintyReason, run.nextStep);
}

/** Whether a role's set-up failed because a package did: that it ended with its code, and not with another's. */
function failedAs(starter: Run, { exitCode }: Run, name: string | null): boolean {
  if (starter.exitCode === null || exitCode === null) return name !== null && speaksOf(starter, name);
  const sameCode = (starter.exitCode & 0xffff) === (exitCode & 0xffff);
  return (
    sameCode && (name === null || !/\.ms[ip]\b/i.test(starter.cause) || speaksOf({ ...starter, evidence: [] }, name))
  );
}
