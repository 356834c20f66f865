import { adviceOn } from '../../catalog/advice.js';
import { findHresult } from '../../catalog/errors.js';
import { codesIn, inWords } from '../formats/codes.js';
import { hint } from '../formats/hints.js';
import { verdictOf } from '../formats/result.js';
import type { Evidence, LogRecord, Run } from '../types.js';
import { codesTold, withMeanings } from './codes-told.js';
import { beginRun, blame, evidenceOf, oneLine, showEvidence, trust } from './run.js';
import type { RunTracker } from './run-tracker.js';
import type { NextStep } from './wording.js';

/** Text of another kind may stand below it, of the same record. */
const rule = /^={10,}(?=\n|$)/;
const started = /^\w+ Setup Started\.{2,}/;
// Mail wraps long lines at a blank.
const parameters = /^Parameters: [^]{0,1000}?\s\/(\w+)\b/;
const exited =
  /\b([^\s\\/"']{1,200}\.(?:msi|msp|exe))['"]?\s(?:has\s)?exited\swith\sreturn\scode:?\s?[[(]?(0x[0-9a-f]{1,8}|-?\d{1,10})/i;
const succeeded = /^(?:Installation|Deinstallation|Uninstallation|Removal|Upgrade|Reinstallation) was successful\b/i;
const fatal =
  /^Fatal MSI Error - |^(?:Installation|Deinstallation|Uninstallation|Removal|Upgrade|Reinstallation)(?: has)? failed\b|^Fatal error\b/i;
const restart =
  /\b(?:reboot|restart) (?:of the \w+ )?(?:is|was|will be|has been) (?:required|needed|requested|pending)\b|\b(?:requires|needs|must) (?:a |be )?(?:reboot|restart)|\breboot pending\b/i;
const over = /^RoleSetup\(\)\./;
/** A result where no package is named: `Installation failed with error code 1603`. */
const failedWith = /^\w+(?: has)? failed with (?:error |exit |return )?code:? ?[[(]?(0x[0-9a-f]{1,8}|-?\d{1,10})/i;
/** What stands between these two installs what the role needs, not the role. */
const beginsPrerequisites = /^(?:={4,} )?Installing Pre ?Reqs\b/i;
const endsPrerequisites = /^(?:={4,} )?Completed Installation of Pre ?Reqs\b|^Installing the \w/i;
const prerequisite = /\bPre[ -]?Req\w*\b/i;
const troubled =
  /\b(?:fail(?:ed|ure|s)?|could not|couldn.t|cannot|unable|errors?|not (?:supported|installed correctly)|denied)\b/i;
/** What set-up says of what it needs, before it gives up or installs that, and of what is there in its place. */
const missing = /\b(?:not found|(?:is|are|was) not installed|did not find|needs? to be installed)\b/i;
const provided =
  /\bwould install\b|\bfound supported\b|\b(?:is|are|was) (?:already )?installed\b|\bInstalling .{1,300}\.(?:msi|exe)\b/i;
/** What people read first is no error: names of files, and zeros. */
const harmless = /\bLastError\b|^Backing up\b|\b(?:0|no) errors?\b|\berror(?: code)?:? 0\b/i;
const keptTroubles = 50;

/**
 * Runs of rolesetup.exe (domain/logs.md §3), told apart by its heading. The verdict rests on the terminal lines: the
 * number that the role's own package exited with, `… was successful.`, `Fatal MSI Error`. Numbers go before words, but
 * not those of prerequisites, without which the role may install all the same; and a run without a terminal line is
 * unfinished.
 */
export function trackRoleSetup(): RunTracker {
  const tracker = new RoleSetupTracker();
  return (record) => tracker.read(record);
}

class RoleSetupTracker {
  private run: RoleRun | null = null;
  private headed = false;
  /** Nothing but the heading was read of the run: a second rule closes its frame. */
  private fresh = false;
  /** The log begins in the middle: what is read may belong to a run, as soon as a line tells of one. */
  private lost: RoleRun | null = null;
  private ended = false;

  read(record: LogRecord): Run | null {
    const message = record.message.slice(0, 2_000);
    const isRule = rule.test(message);
    const starts = started.test(message);
    const framed = isRule && this.fresh && this.run !== null;
    if ((isRule && !framed) || (starts && !this.headed)) {
      this.run = new RoleRun(record);
      this.headed = isRule;
      this.fresh = true;
    } else if (this.run === null) return this.ended ? null : this.readLost(record, message);
    const { run } = this;
    if (starts) {
      this.headed = false;
      run.run.productName = /^\w+/.exec(message)?.[0] ?? '';
    } else if (!isRule) this.fresh = false;
    return this.readRun(run, record, message);
  }

  private readLost(record: LogRecord, message: string): Run | null {
    const run = (this.lost ??= new RoleRun(record));
    if (!tells(message)) {
      run.read(record, message);
      return null;
    }
    this.lost = null;
    this.run = run;
    return this.readRun(run, record, message);
  }

  private readRun(run: RoleRun, record: LogRecord, message: string): Run {
    // What stands below its end is of somebody else.
    run.read(record, over.test(message) ? message.slice(0, message.search(/\n|$/)) : message);
    if (over.test(message)) {
      run.end();
      this.ended = true;
      this.run = null;
    } else this.ended = false;
    return run.run;
  }
}

/** A line that only stands in a run, and says how it goes. */
function tells(message: string): boolean {
  return parameters.test(message) || exited.test(message) || succeeded.test(message) || fatal.test(message);
}

interface Trouble {
  line: number;
  text: string;
  isPrerequisite: boolean;
}

interface Failure {
  program: string;
  code: number;
  line: number;
  text: string;
}

class RoleRun {
  readonly run: Run;
  private readonly troubles: Trouble[] = [];
  private readonly results: Evidence[] = [];
  /** The program that failed, and its line; a later success of the role's own package undoes it. */
  private failure: Failure | null = null;
  /** The first prerequisite that failed. */
  private failedPrerequisite: Failure | null = null;
  /** The last that was said to be missing, with nothing in its place. */
  private missing: Trouble | null = null;
  private inPrerequisites = false;
  /** The role's own package is spoken of: it has a log. */
  private cameToPackage = false;
  private restarts = false;

  constructor(record: LogRecord) {
    this.run = beginRun(record);
  }

  read(record: LogRecord, message: string): void {
    const { run } = this;
    const { line, hints } = record;
    if (record.time !== null) run.endedAt = record.time;
    const verb = parameters.exec(message)?.[1]?.toLowerCase();
    if (verb !== undefined)
      run.action = /deinstall|uninstall|remove/.test(verb) ? 'uninstall' : verb === 'repair' ? 'repair' : 'install';
    else if ((hints & hint.upgrade) !== 0 && /\bUpgrading\b/.test(message)) run.action = 'upgrade';

    if (beginsPrerequisites.test(message)) this.inPrerequisites = true;
    else if (endsPrerequisites.test(message)) this.inPrerequisites = false;

    this.cameToPackage ||= message.includes('fsp.msi');
    const [, program = '', digits] = ((hints & hint.exit) === 0 ? null : exited.exec(message)) ?? [];
    if ((hints & hint.restart) !== 0 && restart.test(message)) this.restarts = true;
    if (provided.test(message)) this.missing = null;
    else if (missing.test(message) && !this.inPrerequisites)
      this.missing = { line, text: message, isPrerequisite: false };
    // A result is signed, however it is written.
    if (digits !== undefined) this.exited(program, Number(digits) | 0, line, message);
    else if (succeeded.test(message)) this.succeeded(line, message);
    else if (fatal.test(message)) this.failed(line, message);
    else if ((hints & hint.trouble) !== 0 && troubled.test(message) && !harmless.test(message)) {
      // Not yet a verdict: the role may install all the same.
      if (this.troubles.length < keptTroubles)
        this.troubles.push({ line, text: message, isPrerequisite: prerequisite.test(message) });
    }
  }

  /** Set-up has ended. Where no line told how, what it needed before the role tells why there is none. */
  end(): void {
    const { run } = this;
    if (run.verdict !== 'unfinished') return;
    if (this.restarts) {
      run.verdict = 'reboot_pending';
      trust(run, 'likely', 'requirement_named');
      showEvidence(run, [...this.results, ...this.recovered()]);
    } else if (this.inPrerequisites && this.failedPrerequisite !== null) {
      run.exitCode ??= this.failedPrerequisite.code;
      this.blame(0, '', this.failedPrerequisite);
    } else if (this.inPrerequisites && this.troubles[0] !== undefined) {
      run.verdict = 'failed';
      this.blameTrouble({ ...this.troubles[0], isPrerequisite: true });
      trust(run, 'likely', 'requirement_named', 'prerequisite_log');
    } else if (run.exitCode === null && this.troubles.length > 0) {
      // It gave up before it ran the role's package: a line that says what is missing is all there is.
      this.blame();
      run.certainty = 'likely';
      // A removal goes on after most that it complains of.
      if (run.action === 'uninstall') {
        run.verdict = 'unfinished';
        trust(run, 'guess', 'no_end', this.packageLog);
      }
    } else if (run.exitCode === null && run.action !== 'uninstall' && this.missing !== null) {
      run.verdict = 'failed';
      this.blameTrouble(this.missing);
    } else run.nextStep = this.packageLog;
  }

  private exited(program: string, code: number, line: number, text: string): void {
    const { run } = this;
    const verdict = verdictOf(code);
    this.result(line, text);
    if (verdict === 'reboot_pending') this.restarts = true;
    if (this.inPrerequisites) {
      if (verdict === 'failed') this.failedPrerequisite ??= { program, code, line, text };
      showEvidence(run, this.results);
      return;
    }
    run.exitCode = code;
    if (verdict === 'failed') {
      this.failure ??= { program, code, line, text };
      this.blame();
      return;
    }
    // A success still has to be said; a failure is one, whatever follows, until the package is run again.
    this.failure = null;
    run.verdict = 'unfinished';
    blame(run, '', 0, '');
    trust(run, 'guess', 'no_end', 'wait_for_end');
    showEvidence(run, this.results);
  }

  private succeeded(line: number, text: string): void {
    const { run } = this;
    this.result(line, text);
    if (run.verdict !== 'failed') {
      run.verdict = this.restarts ? 'reboot_pending' : verdictOf(run.exitCode ?? 0);
      blame(run, '', 0, '');
      trust(run, 'certain', 'result_told');
    }
    showEvidence(run, [...(run.verdict === 'failed' ? run.evidence : this.recovered()), ...this.results]);
  }

  private failed(line: number, text: string): void {
    this.result(line, text);
    this.run.verdict = 'failed';
    if (this.failure === null) {
      const told = failedWith.exec(text)?.[1];
      this.run.exitCode ??= told === undefined ? (this.failedPrerequisite?.code ?? null) : Number(told) | 0;
      this.blame(line, text, this.failedPrerequisite);
    } else showEvidence(this.run, [...this.run.evidence, ...this.results]);
  }

  /** Says why: a program with its code, else a prerequisite, else the last line that speaks of trouble, else the end itself. */
  private blame(line = 0, text = '', failure = this.failure): void {
    const { run } = this;
    run.verdict = 'failed';
    if (failure !== null) {
      const { program, code } = failure;
      const ofInstaller = /\.ms[ip]$/i.test(program);
      const keys = [findHresult(String(code))?.code ?? String(code), ...(ofInstaller ? [] : ['prerequisite'])];
      blame(
        run,
        `${program} ended with ${ofInstaller ? inWords(code) : inWords(code, ['msi'])}`,
        failure.line,
        adviceOn(keys),
      );
      trust(run, 'certain', 'package_named', code === 1603 ? this.logOf(failure) : '');
      showEvidence(run, [evidenceOf(failure.line, 'cause', failure.text), ...this.results, ...this.recovered()]);
      return;
    }
    const told = this.troubles.find(({ isPrerequisite }) => isPrerequisite) ?? this.troubles.at(-1) ?? this.missing;
    if (told === null) {
      blame(run, text, line, adviceOn(codesIn(text).map(({ code }) => code)));
      trust(run, 'guess', 'code_only', this.packageLog);
      showEvidence(run, [evidenceOf(line, 'cause', text), ...this.results]);
    } else this.blameTrouble(told);
  }

  private blameTrouble(told: Trouble): void {
    const { run } = this;
    const codes = codesTold(told.text).map(({ code }) => code);
    const keys = [
      ...codes.filter((code) => code !== '1603'),
      ...(told.isPrerequisite ? ['prerequisite'] : []),
      ...(/\bIIS\b/.test(told.text) ? ['iis'] : []),
    ];
    blame(run, withMeanings(oneLine(told.text, 1_000)), told.line, adviceOn(keys));
    if (told.isPrerequisite) trust(run, 'certain', 'requirement_named', 'prerequisite_log');
    else trust(run, 'likely', 'trouble_nearby', this.packageLog);
    showEvidence(run, [evidenceOf(told.line, 'cause', told.text), ...this.results]);
  }

  private logOf({ program }: Failure): NextStep {
    if (/^fsp\.msi$/i.test(program)) return 'fsp_msi_log';
    const isPrerequisite = this.failure === null || !/\.msi$/i.test(program);
    return isPrerequisite ? 'prerequisite_log' : 'role_msi_log';
  }

  /** Other roles are set up by the same program, and a failure may come before the package. */
  private get packageLog(): 'fsp_msi_log' | '' {
    return this.cameToPackage ? 'fsp_msi_log' : '';
  }

  private result(line: number, text: string): void {
    if (this.results.length >= 8) this.results.splice(4, 1);
    this.results.push(evidenceOf(line, 'result', text));
  }

  private recovered(): Evidence[] {
    return this.troubles.slice(-4).map(({ line, text }) => evidenceOf(line, 'recovered', text));
  }
}
