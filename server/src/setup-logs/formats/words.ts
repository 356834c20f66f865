import type { Severity } from '../types.js';

/**
 * Severity of a log that has no field for it, by words, as CMTrace colours: error or fail (not failover), then warn.
 * For the eye only: no verdict rests on it, for a successful run can hold `Failed to register …`.
 */
export function severityByWords(message: string): Severity {
  const status = /^STATMSG: .*?\bSEV=([EWI])\b/.exec(message)?.[1];
  if (status !== undefined) return status === 'E' ? 'ERROR' : status === 'W' ? 'WARN' : 'INFO';
  if (/error|fail(?!over)/i.test(message)) return 'ERROR';
  return /warn/i.test(message) ? 'WARN' : 'INFO';
}
