import type { Severity } from '../types.js';

/** Results of Windows Installer that are a success with a restart to come. */
const restarts = new Set([1641, 3010]);

/** The verdict that a result of Windows Installer stands for, also where it is told as an HRESULT. */
export function verdictOf(result: number): 'succeeded' | 'failed' | 'reboot_pending' {
  if (result === 0) return 'succeeded';
  return restarts.has(result >>> 16 === 0x8007 ? result & 0xffff : result) ? 'reboot_pending' : 'failed';
}

const severities = { succeeded: 'INFO', reboot_pending: 'WARN', failed: 'ERROR' } as const;

/** Severity of a line that tells such a result. */
export function severityOfResult(result: number): Severity {
  return severities[verdictOf(result)];
}
