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
  const installations = new Map(runs.map(({ id }) => [id, id]));
  const starters = runs.filter(({ run }) => run.format !== 'msi' && run.startedAt !== null);
  for (const installer of runs) {
    const { startedAt } = installer.run;
    if (installer.run.format !== 'msi' || startedAt === null) continue;
    const starter = starters.findLast((one) => mayStart(one, installer) && overlaps(one.run, startedAt));
    if (starter === undefined) continue;
    installations.set(installer.id, starter.id);
    tell(starter.run, installer);
  }
  return installations;
}

/**
 * ccmsetup.exe writes `client.msi.log`, and one of that kind for each prerequisite, beside its own log. Of several
 * machines' logs each folder is a story of its own.
 */
function mayStart(starter: LocatedRun, installer: LocatedRun): boolean {
  const ofClient = /\.msi\.log(?:\.\w+)?$/i.test(installer.logFile) || /\bclient\b/i.test(installer.run.productName);
  if (starter.run.format === 'role_setup') return !ofClient;
  return ofClient && folderOf(starter.logFile) === folderOf(installer.logFile);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
}

function overlaps(starter: Run, at: number): boolean {
  const begin = starter.startedAt ?? Infinity;
  // A run that has not ended, or never will, can hold no installer that begins an hour after its last line.
  const end = (starter.endedAt ?? begin) + (starter.verdict === 'unfinished' ? 3_600_000 : 0);
  return at >= begin - toleranceMs && at <= end + toleranceMs;
}

function tell(starter: Run, { logFile, run }: LocatedRun): void {
  if (starter.productVersion === '') starter.productVersion = run.productVersion;
  const told = `(${logFile}, line ${run.causeLine})`;
  if (starter.verdict !== 'failed' || run.verdict !== 'failed' || run.cause === '' || starter.cause.endsWith(told))
    return;
  // A cause of full length leaves no room for the place.
  blame(starter, `${oneLine(run.cause, 500 - told.length)} ${told}`, starter.causeLine, run.suggestion);
  trust(starter, run.certainty, run.certaintyReason, run.nextStep);
}
