import { hint } from '../formats/hints.js';
import type { Evidence, LogRecord } from '../types.js';
import {
  isRetry,
  isStep,
  reportsFailure,
  reportsRestart,
  reportsSuccess,
  succeeds,
  troubleIn,
  type TroubleKind,
} from './ccmsetup-lines.js';
import { codesTold } from './codes-told.js';
import { evidenceOf, oneLine } from './run.js';

/** A line of ccmsetup.log that speaks of trouble. */
export interface Trouble {
  line: number;
  text: string;
  kind: TroubleKind;
  codes: string[];
  /** ccmsetup went on after it. */
  recovered: boolean;
  /** What Windows Installer had said about the package that this line names. */
  detail: Trouble | null;
}

const kept = 300;
const keptAsEvidence = 4;
const longestText = 1_000;
/** Attempts are minutes apart; what follows at once is clean-up. */
const shortestPause = 60_000;
/** Of those that tell most the first is the cause. */
const byWorth: readonly TroubleKind[][] = [['package'], ['requirement'], ['message'], ['error']];

/** An error of Windows as ccmsetup ends with it: WinHTTP's 12029 is 0x80072EFD. */
function wrapped(code: string): string {
  return /^\d{1,5}$/.test(code) ? `0x8007${Number(code).toString(16).toUpperCase().padStart(4, '0')}` : code;
}

/** A management point that did not answer where others may: what was then looked for says more. */
const locationRequest = /\/ccm_system(?:_windowsauth)?\/request\b/i;

/** Whether a line begins as those of a step do; of downloads only what speaks of their end is looked at. */
function mayStep(message: string, hints: number): boolean {
  switch (message.charAt(0).toLowerCase()) {
    case 'i':
    case 'r':
    case 's':
    case 'm':
    case 'f':
      return true;
    case 'd':
      return (hints & hint.done) !== 0 || /^Downloaded/i.test(message);
    default:
      return false;
  }
}

function maySucceed(message: string, hints: number): boolean {
  return (hints & hint.done) !== 0 || /^[fc]/i.test(message);
}

/** The trouble that ccmsetup writes of, in the order of the log, and which of it made the run fail. */
export class Troubles {
  private list: Trouble[] = [];
  /** The failure was reported: what follows comes of it. */
  private over = false;
  /** It said that it will try again: what comes from this time on is another attempt. */
  private retryFrom: number | null = null;
  private ran = false;
  /** The last that it reported of this attempt is that the machine has to restart. */
  toldOfRestart = false;

  /** It said that it will try again, and has not begun to. */
  get waits(): boolean {
    return this.retryFrom !== null;
  }

  /** It gave up, or reported the failure. */
  get gaveUp(): boolean {
    return this.over;
  }

  /** Windows Installer was begun: there is a client.msi.log. */
  get installerRan(): boolean {
    return this.ran;
  }

  read({ message, line, severity, time, hints }: LogRecord): void {
    const severe = severity === 'ERROR' || severity === 'FATAL';
    if (message.startsWith('MSI: ') || message.startsWith('Running installation package')) this.ran = true;
    if ((hints & hint.retry) !== 0 && isRetry(message)) {
      this.retryFrom = (time ?? 0) + shortestPause;
      return;
    }
    if (this.retryFrom !== null && (time === null ? isStep(message) : time >= this.retryFrom)) this.anew();
    if ((hints & hint.state) !== 0) {
      if (reportsRestart(message)) this.toldOfRestart = true;
      else if (reportsSuccess(message)) this.toldOfRestart = false;
    }
    if ((hints & hint.state) !== 0 && reportsFailure(message)) {
      this.over = true;
      return;
    }
    const kind = troubleIn(message, severe, hints);
    if (kind === null) {
      const steps = mayStep(message, hints) && isStep(message);
      if (steps) this.over = false;
      if (!this.over && (steps || (maySucceed(message, hints) && succeeds(message)))) this.recover();
      return;
    }
    const text = oneLine(message, longestText);
    const codes = codesTold(text).map(({ code }) => code);
    const afterwards = this.over && kind !== 'package';
    this.list.push({ line, text, kind: afterwards ? 'echo' : kind, codes, recovered: false, detail: null });
    // The installation is given up here; with a code alone this says nothing else.
    if (kind === 'echo' && /^InstallFromManifest failed\b|^CcmSetup failed\b|^Installation failed with\b/i.test(text))
      this.over = true;
    if (this.list.length > kept) this.drop();
  }

  /** Of too many those go first that say least. */
  private drop(): void {
    const index = this.list.findIndex(({ kind, recovered }) => recovered || kind === 'noise' || kind === 'recoverable');
    this.list.splice(Math.max(index, 0), 1);
  }

  /** Another attempt begins: what failed in the one before is not what it ends with. */
  private anew(): void {
    this.retryFrom = null;
    this.over = false;
    this.toldOfRestart = false;
    this.recover();
  }

  private recover(): void {
    for (const one of this.list) one.recovered = true;
  }

  /** What made it fail; `hresult` is the code that it ended with, which breaks a tie among errors that say little. */
  cause(hresult: string): Trouble | null {
    const open = this.list.filter(({ recovered }) => !recovered);
    for (const kinds of byWorth) {
      const first = open.find(({ kind }) => kinds.includes(kind));
      if (first !== undefined) return first.kind === 'package' ? this.withDetail(first) : first;
    }
    const little = open.filter(({ kind }) => kind === 'recoverable');
    const same = (list: readonly Trouble[]) =>
      list.find(({ codes }) => codes.some((code) => code === hresult || wrapped(code) === hresult));
    // What it went on after is no cause but for a package that failed and was said to be left out in vain.
    return (
      same(little.filter(({ text }) => !locationRequest.test(text))) ??
      same(little) ??
      open.find(({ kind, text }) => kind === 'echo' && /^Installation (?:has )?failed with\b/i.test(text)) ??
      little.at(-1) ??
      this.list.find(({ kind }) => kind === 'package') ??
      same(this.list.filter(({ kind }) => kind !== 'echo' && kind !== 'noise')) ??
      this.list.findLast(({ kind }) => kind === 'requirement' || kind === 'error' || kind === 'message') ??
      this.list.findLast(({ kind }) => kind === 'recoverable') ??
      null
    );
  }

  /** A package's own words, where its line has none: what Windows Installer said just before. */
  private withDetail(cause: Trouble): Trouble {
    if (/\bErrorMessages:\s*\S/i.test(cause.text)) return cause;
    const detail = this.list.find(({ kind, line, recovered }) => kind === 'message' && !recovered && line < cause.line);
    return detail === undefined ? cause : { ...cause, detail };
  }

  echoes(): Evidence[] {
    return this.list
      .filter(({ kind }) => kind === 'echo')
      .slice(0, keptAsEvidence)
      .map(({ line, text }) => evidenceOf(line, 'echo', text));
  }

  recovered(cause: Trouble | null = null): Evidence[] {
    return this.list
      .filter(
        (one) => (one.recovered || one.kind === 'recoverable') && one.kind !== 'noise' && one.line !== cause?.line,
      )
      .slice(-keptAsEvidence)
      .map(({ line, text }) => evidenceOf(line, 'recovered', text));
  }
}
