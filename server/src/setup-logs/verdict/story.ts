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
 * The installation that each run tells of: runs of rolesetup.exe, and runs of Windows Installer that began while one of
 * those lasted, are one story. Of a failed one the installer's log tells the cause and the version, and the role's run
 * takes them over, with where they stand.
 * @returns for each run's id the id of its installation: its own, or that of the role's run
 */
export function joinStories(runs: readonly LocatedRun[]): Map<string, string> {
  const installations = new Map(runs.map(({ id }) => [id, id]));
  const roles = runs.filter(({ run }) => run.format === 'role_setup' && run.startedAt !== null);
  for (const installer of runs) {
    const { startedAt } = installer.run;
    if (installer.run.format !== 'msi' || startedAt === null) continue;
    const role = roles.findLast(({ run }) => overlaps(run, startedAt));
    if (role === undefined) continue;
    installations.set(installer.id, role.id);
    tell(role.run, installer);
  }
  return installations;
}

function overlaps(role: Run, at: number): boolean {
  const begin = role.startedAt ?? Infinity;
  // A run that has not ended, or never will, can hold no installer that begins an hour after its last line.
  const end = role.verdict === 'unfinished' ? (role.endedAt ?? begin) + 3_600_000 : (role.endedAt ?? begin);
  return at >= begin - toleranceMs && at <= end + toleranceMs;
}

function tell(role: Run, { logFile, run }: LocatedRun): void {
  if (role.productVersion === '') role.productVersion = run.productVersion;
  const told = `(${logFile}, line ${run.causeLine})`;
  if (role.verdict !== 'failed' || run.verdict !== 'failed' || run.cause === '' || role.cause.endsWith(told)) return;
  // A cause of full length leaves no room for the place.
  blame(role, `${oneLine(run.cause, 500 - told.length)} ${told}`, role.causeLine, run.suggestion);
  trust(role, run.certainty, run.certaintyReason, run.nextStep);
}
