import { adviceOn } from '../../catalog/advice.js';
import { describeCode, findHresult } from '../../catalog/errors.js';
import { inWords } from '../formats/codes.js';
import { hint } from '../formats/hints.js';
import { verdictOf } from '../formats/result.js';
import type { Evidence, LogRecord, Run, Verdict } from '../types.js';
import { handsOver } from './ccmsetup-lines.js';
import { Troubles, type Trouble } from './ccmsetup-troubles.js';
import { codesTold } from './codes-told.js';
import { beginRun, blame, evidenceOf, resume, showEvidence, trust } from './run.js';
import type { RunTracker } from './run-tracker.js';

// Mail and forums wrap long lines at a blank.
const started = /^=+\[\s{0,3}ccmsetup\s{1,3}started\s{1,3}in\s{1,3}process\s{1,3}\d+\s{0,3}\]=+/i;
const exiting = /^CcmSetup\s{1,3}is\s{1,3}exiting\s{1,3}with\s{1,3}return\s{1,3}code\s{1,3}(-?\d+)/i;
const failed =
  /^CcmSetup\s{1,3}failed\s{1,3}with\s{1,3}(?:(?:error|exit|return)\s{1,3}(?:code\s{1,3})?)?(0x[0-9a-f]{1,8}|-?\d+)/i;
const runService = /\bccmsetup(?:\.exe)?"? [^\n]*\/runservice\b/i;
const uninstall = /\bccmsetup(?:\.exe)?"? [^\n]*\/uninstall\b/i;
/** What was done is told in so many words: the process that hands over to a service says nothing of it. */
const done = /^(install|uninstall)(?:ation)? (?:has )?(?:succeeded|failed)\b/i;
/** Codes that say no more than that it failed. */
const saysNothing = new Set(['1603', '0x80004005', '0x80070643', '0x80004004']);
/** What lines that name a requirement have advice under. */
const requirementKeys: readonly (readonly [RegExp, string])[] = [
  [/\bprerequisites?\b/i, 'prerequisite'],
  [/\bMP locations\b/i, '0x87D00215'],
  [/\banother (?:installation|instance)\b/i, '1618'],
];
const longestHead = 2_000;
/** Processes that may still write while another one does. */
const mostBeside = 8;
/** The service that a process hands over to begins within this time. */
const handOverMs = 60 * 60_000;
/** An end that comes later than this after another one is that of a run whose banner is lost. */
const lateMs = 10 * 60_000;

/**
 * Runs of ccmsetup.exe, from its banner to the line that tells its return code (domain/logs.md §5). The process that
 * people start hands over to a service: both are one run. The cause is the first error that tells something and that
 * nothing later made good, never what only repeats the code or comes after the report of the failure.
 */
export function trackCcmsetup(): RunTracker {
  const processes = new CcmsetupProcesses();
  return (record) => processes.read(record);
}

/**
 * One that is started while another goes on, and is refused or goes on beside it, takes nothing from that one: each has
 * a thread of its own.
 */
class CcmsetupProcesses {
  private current = new CcmsetupTracker();
  /** The others that may still write, the last one first. */
  private beside: CcmsetupTracker[] = [];

  read(record: LogRecord): Run | null {
    const { current } = this;
    const owner = current.writes(record) ? undefined : this.beside.find((one) => one.writes(record));
    if (owner !== undefined) this.turnTo(owner);
    else if (isBanner(record) && current.goesOnAt(record)) this.turnTo(new CcmsetupTracker());
    return this.current.read(record);
  }

  private turnTo(next: CcmsetupTracker): void {
    this.beside = [this.current, ...this.beside.filter((one) => one !== next)].slice(0, mostBeside);
    this.current = next;
  }
}

function isBanner({ message }: LogRecord): boolean {
  return message.startsWith('=') && started.test(message.slice(0, 200));
}

class CcmsetupTracker {
  private run: Run | null = null;
  private troubles = new Troubles();
  /** What a run whose banner is lost was about, as far as lines before its end tell. */
  private lost: About = { action: 'install', productVersion: '' };
  private ended = false;
  /** The run began with its banner: the log has all of it. */
  private headed = false;
  /** Its banner is lost and it ended well, but no line said of what: it may be the process that handed over. */
  private doubtful = false;
  private told = false;
  /** The process before the service, once it has handed over. */
  private handedOver = false;
  private bootstrapThread: string | null = null;
  private inService = false;
  private thread = '';

  read(record: LogRecord): Run | null {
    const { message } = record;
    if (isBanner(record)) return this.banner(record);
    const end = endIn(message);
    if (end !== null) return this.end(record, end);
    const { run } = this;
    if (run === null) {
      // The log begins in the middle: its lines may tell what is done, and why it ends as it will.
      if (isCcmsetup(record) || record.component === '') this.readLine(this.lost, record);
      return null;
    }
    if (this.doubtful && servesAs(record)) this.reopen(run);
    // Late lines belong to the run, but what they say comes of its end.
    if (this.ended) return isCcmsetup(record) ? run : null;
    if (record.time !== null) run.endedAt = record.time;
    this.readLine(run, record);
    return run;
  }

  private readLine(about: About, record: LogRecord): void {
    if (readAbout(about, record)) this.told = true;
    const { message, hints } = record;
    if (servesAs(record)) this.inService = true;
    else if (!this.inService && (hints & hint.service) !== 0 && handsOver(message)) this.handedOver = true;
    const gaveUp = this.troubles.gaveUp;
    this.troubles.read(record);
    // It fails and tries again for days, or ends without a word, as early versions do: why it failed is told all the same.
    const failed = this.troubles.waits || (!gaveUp && this.troubles.gaveUp);
    if (this.run !== null && !this.ended && failed) blameSoFar(this.run, this.troubles);
  }

  private begin(record: LogRecord): Run {
    this.forget();
    this.run = beginRun(record);
    this.run.productName = 'Configuration Manager client';
    this.thread = record.thread;
    return this.run;
  }

  private forget(): void {
    this.ended = false;
    this.headed = false;
    this.doubtful = false;
    this.told = false;
    this.handedOver = false;
    this.bootstrapThread = null;
    this.inService = false;
  }

  /** What ended had only handed over: the service goes on with the run. */
  private reopen(run: Run): void {
    this.ended = false;
    this.doubtful = false;
    this.handedOver = true;
    resume(run);
  }

  /** Whether a run is under way here, of another process than the one that begins with a record. */
  goesOnAt(record: LogRecord): boolean {
    const begins = this.headed && !this.ended && this.isNear(record) && !this.awaitsService;
    return begins && record.thread !== this.thread;
  }

  /** Whether a record is of the process that wrote the run under way here. */
  writes(record: LogRecord): boolean {
    return this.run !== null && !this.ended && record.thread === this.thread && this.isNear(record);
  }

  private get awaitsService(): boolean {
    return this.handedOver && !this.ended && !this.inService;
  }

  private isNear({ time }: LogRecord): boolean {
    const since = this.run?.endedAt ?? this.run?.startedAt ?? null;
    return since === null || time === null || Math.abs(time - since) <= handOverMs;
  }

  private banner(record: LogRecord): Run {
    const { run } = this;
    if (run !== null && this.awaitsService && this.isNear(record)) {
      this.inService = true;
      this.bootstrapThread = this.thread;
      this.thread = record.thread;
      if (record.time !== null) run.endedAt = record.time;
      return run;
    }
    this.troubles = new Troubles();
    const begun = this.begin(record);
    this.headed = true;
    return begun;
  }

  private end(record: LogRecord, end: End): Run {
    // The banner may be in the file before this one, or the log cut.
    const late = this.ended && record.time !== null && record.time - (this.run?.endedAt ?? record.time) > lateMs;
    const run = this.run === null ? this.beginLost(record) : late ? this.begin(record) : this.run;
    if (record.time !== null) run.endedAt = record.time;
    if (this.ended) return run;
    const succeeded = end.hresult === null && end.code === 0;
    const ofBootstrap = this.inService && record.thread === this.bootstrapThread && record.thread !== this.thread;
    // The one that handed over has done its part; the service goes on.
    if (succeeded && (ofBootstrap || (this.handedOver && !this.inService))) return run;
    this.ended = true;
    this.doubtful = succeeded && !this.told && !this.inService && !this.headed;
    finish(run, record, end, { troubles: this.troubles, headed: this.headed });
    // What it told the fallback status point says more than a plain 0.
    if (succeeded && this.troubles.toldOfRestart) {
      run.verdict = 'reboot_pending';
      trust(run, 'likely', 'requirement_named');
    }
    if (this.doubtful) trust(run, 'likely', 'result_told', 'ccmsetup_whole_log');
    this.troubles = new Troubles();
    return run;
  }

  /** A run of which the banner is lost, as far as lines before its end told of it. */
  private beginLost(record: LogRecord): Run {
    const { told, handedOver, inService } = this;
    const run = Object.assign(this.begin(record), this.lost);
    Object.assign(this, { told, handedOver, inService });
    return run;
  }
}

type About = Pick<Run, 'action' | 'productVersion'>;

/** @returns whether the line tells in so many words what was done */
function readAbout(about: About, { message, hints }: LogRecord): boolean {
  const head = message.slice(0, longestHead);
  if ((hints & hint.mode) !== 0 && uninstall.test(head)) about.action = 'uninstall';
  if (beginsWithC(head) && /^Ccmsetup version: /i.test(head))
    about.productVersion = /: (\S{1,50})/.exec(head)?.[1] ?? about.productVersion;
  const what = (hints & (hint.done | hint.trouble)) === 0 ? undefined : done.exec(head)?.[1];
  if (what?.toLowerCase() === 'uninstall') about.action = 'uninstall';
  return what !== undefined;
}

/** The command line of the service that a process handed over to. */
function servesAs({ message, hints }: LogRecord): boolean {
  return (hints & hint.mode) !== 0 && runService.test(message.slice(0, longestHead));
}

interface End {
  code: number;
  /** Canonical, where it ended with an error code and not with a return code. */
  hresult: string | null;
  words: string;
}

/** Most lines begin with another letter than ccmsetup's own name. */
function beginsWithC(text: string): boolean {
  return (text.charCodeAt(0) | 32) === 99;
}

function endIn(message: string): End | null {
  if (!beginsWithC(message) || !/^ccmsetup\s/i.test(message)) return null;
  const head = message.slice(0, 200);
  const returned = exiting.exec(head)?.[1];
  const text = returned ?? failed.exec(head)?.[1];
  if (text === undefined) return null;
  const hresult = findHresult(text);
  if (hresult === null) {
    const code = Number(text);
    if (returned !== undefined) return { code, hresult: null, words: inWords(code, ['ccmsetup', 'msi']) };
    return { code, hresult: String(code), words: inWords(code) };
  }
  const words = `${hresult.code}${hresult.text === '' ? '' : `: ${hresult.text}`}`;
  // An error code ends it in failure, whatever its number; as an exit code it is signed.
  return { code: Number(hresult.code) | 0, hresult: hresult.code, words };
}

function isCcmsetup({ component }: LogRecord): boolean {
  return component.length === 8 && component.toLowerCase() === 'ccmsetup';
}

/** Why the attempt before failed, of a run that waits for the next one. */
function blameSoFar(run: Run, troubles: Troubles): void {
  const cause = troubles.cause('');
  if (cause === null) return;
  blame(run, wordsOf(cause), cause.line, adviceOn(adviceKeys(cause)));
  showEvidence(run, evidenceFor(cause));
}

function wordsOf({ text, detail }: Trouble): string {
  return detail === null ? text : `${text} – ${detail.text}`;
}

function evidenceFor({ line, text, detail }: Trouble): Evidence[] {
  return [
    evidenceOf(line, 'cause', text),
    ...(detail === null ? [] : [evidenceOf(detail.line, 'detail', detail.text)]),
  ];
}

/** What is known of a run at its end. */
interface Known {
  troubles: Troubles;
  /** Its banner was read. */
  headed: boolean;
}

function finish(run: Run, record: LogRecord, end: End, { troubles, headed }: Known): void {
  run.exitCode = end.code;
  run.verdict = end.hresult === null ? verdictOfReturn(end.code) : 'failed';
  const result = evidenceOf(record.line, 'result', record.message);
  if (run.verdict !== 'failed') {
    blame(run, '', 0, '');
    trust(run, 'certain', 'result_told');
    showEvidence(run, [result, ...troubles.recovered()]);
    return;
  }
  const cause = troubles.cause(end.hresult ?? '');
  const own = describeCode('ccmsetup', end.code) !== '';
  const final = end.hresult ?? (own ? `ccmsetup ${end.code}` : String(end.code));
  if (cause === null) blame(run, `ccmsetup ended with ${end.words}`, record.line, adviceOn([final]));
  else {
    const words = `${wordsOf(cause)} (ccmsetup ended with ${end.words})`;
    blame(run, words, cause.line, adviceOn(adviceKeys(cause, final)));
  }
  judge(run, cause, end, { troubles, headed });
  showEvidence(run, [
    result,
    ...(cause === null ? [] : evidenceFor(cause)),
    ...troubles.echoes(),
    ...troubles.recovered(cause),
  ]);
}

/** Codes that say something go before those that only say that it failed; what is missing says more than those. */
function adviceKeys(cause: Trouble, ...final: string[]): string[] {
  const texts = [cause.detail?.text ?? '', cause.text];
  const codes = texts.flatMap((text) => codesTold(text).map(({ code }) => code));
  const telling = codes.filter((code) => !saysNothing.has(code));
  const named = requirementKeys.flatMap(([requirement, key]) => (requirement.test(cause.text) ? [key] : []));
  const last = cause.kind === 'requirement' ? [] : [...codes, ...final];
  return [...telling, ...named, ...final.filter((code) => !saysNothing.has(code)), ...last];
}

function judge(run: Run, cause: Trouble | null, end: End, { troubles, headed }: Known): void {
  const cut = headed ? null : ('ccmsetup_whole_log' as const);
  if (cause === null) {
    const specific = end.hresult === null && [7, 8, 9, 10].includes(end.code);
    trust(run, specific ? 'likely' : 'guess', specific ? 'code_tells' : 'code_only', cut ?? 'client_msi_log');
    return;
  }
  const ofClient = /\bclient\.msi\b/i.test(cause.text);
  const bare = cause.codes.every((code) => saysNothing.has(code));
  switch (cause.kind) {
    case 'package':
      trust(
        run,
        'certain',
        'package_named',
        ofClient && bare && cause.detail === null ? 'client_msi_log' : bare ? 'package_log' : '',
      );
      if (cause.detail !== null) run.nextStep = '';
      break;
    case 'requirement':
      trust(run, 'certain', 'requirement_named');
      break;
    case 'message':
      trust(run, 'likely', 'error_message', 'client_msi_log');
      break;
    case 'error':
      trust(run, 'likely', 'first_error', cut ?? '');
      break;
    default: {
      const same = end.hresult !== null && cause.codes.includes(end.hresult) && !saysNothing.has(end.hresult);
      const place = /\b(?:MPs?|DPs?|location|management point|download\w*|WinHTTP|http request)\b/i.test(cause.text);
      trust(
        run,
        same ? 'likely' : 'guess',
        same ? 'same_code' : 'often_recovered',
        cut ?? (place ? 'ccmsetup_locations' : troubles.installerRan ? 'client_msi_log' : ''),
      );
    }
  }
}

function verdictOfReturn(code: number): Verdict {
  return code === 7 ? 'reboot_pending' : verdictOf(code);
}
