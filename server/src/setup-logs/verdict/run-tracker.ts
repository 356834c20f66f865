import type { LogFormat, LogRecord, Run } from '../types.js';
import { trackCcmsetup } from './ccmsetup.js';
import { trackMsi } from './msi.js';
import { trackRoleSetup } from './role-setup.js';

/**
 * Follows the runs of one log: told each record in its order, it gives the run that the record belongs to, or null, and
 * keeps that run's action, verdict and cause as far as the log tells them by then.
 */
export type RunTracker = (record: LogRecord) => Run | null;

/** The tracker for a log's format. ccmsetup.log is in CCM format; its lines are known wherever they stand. */
export function createRunTracker(format: LogFormat): RunTracker {
  switch (format) {
    case 'msi':
      return trackMsi();
    case 'role_setup':
      return trackRoleSetup();
    case 'ccm':
    case 'simple':
      return trackCcmsetup();
  }
}
