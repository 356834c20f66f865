import type { StepName } from './tables/steps.js';

export type Outcome = 'unknown' | 'in_progress' | 'succeeded' | 'failed' | 'reboot_pending' | 'skipped';

/**
 * Whose number a code is: of ccmsetup, a result of Windows Installer (`msi`), a message in a log of Windows Installer
 * (`Error 1303.`), of Windows itself (`win32`), or an HRESULT.
 */
export type Family = 'ccmsetup' | 'msi' | 'message' | 'win32' | 'hresult';

/** One code; the symbols that several headers give to it are separated by `, `. */
export type CodeRow = readonly [
  code: string,
  symbol: string,
  en: string,
  fr: string,
  step: StepName,
  other?: { outcome?: Outcome; source?: string },
];

/** Codes of one origin. */
export interface CodeTable {
  family: Family;
  /** The component that reports them. */
  area: string;
  /** Where the facts stand: a header, a page of a documentation, an article. */
  source: string;
  rows: readonly CodeRow[];
}

export interface ErrorRow {
  family: Family;
  /** Canonical: `0x` and eight upper-case digits for an HRESULT, else decimal. */
  code: string;
  /** Symbols, separated by `, `; '' where it has none. */
  name: string;
  text: string;
  textFr: string;
  outcome: Outcome;
  /** What to do first. */
  advice: string;
  adviceFr: string;
  /** The component that reports it. */
  area: string;
  /** Where the fact stands. */
  source: string;
}

/** A topic whose states are not known (state null), or one state of it. */
export interface StateRow {
  topicType: number;
  topicName: string;
  stateId: number | null;
  /** `{1}` stands for the message's first parameter. */
  text: string;
  textFr: string;
  outcome: Outcome;
  /** What to do first; '' for a state that asks for nothing. */
  advice: string;
  adviceFr: string;
  source: string;
}
