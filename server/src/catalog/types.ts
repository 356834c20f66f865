export type Outcome = 'unknown' | 'in_progress' | 'succeeded' | 'failed' | 'reboot_pending' | 'skipped';

export interface ErrorRow {
  family: 'ccmsetup' | 'msi' | 'hresult';
  /** Canonical: `0x` and eight upper-case digits for an HRESULT, else decimal. */
  code: string;
  name: string;
  text: string;
  outcome: Outcome;
}

export interface StateRow {
  topicType: number;
  topicName: string;
  /** Null for a topic whose states are not known. */
  stateId: number | null;
  /** `{1}` stands for the message's first parameter. */
  text: string;
  outcome: Outcome;
}
