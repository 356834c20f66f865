/** What one check found. */
export interface Diagnosis {
  /** What was looked at: `data folder`, `intake port`. */
  subject: string;
  state: 'ok' | 'warning' | 'failure';
  /** What was found, on one line. */
  found: string;
  /** How to mend it; '' where there is nothing to mend. */
  mend: string;
}

export function ok(subject: string, found: string): Diagnosis {
  return { subject, state: 'ok', found, mend: '' };
}

export function warning(subject: string, found: string, mend: string): Diagnosis {
  return { subject, state: 'warning', found, mend };
}

export function failure(subject: string, found: string, mend: string): Diagnosis {
  return { subject, state: 'failure', found, mend };
}
