import { adviceOn } from '../../catalog/advice.js';
import { describeCode } from '../../catalog/errors.js';
import { inWords } from '../formats/codes.js';
import {
  actionLine,
  asksForRestart,
  customActionResult,
  errorNumberOf,
  resultOf,
  summaryOf,
  type ActionLine,
} from '../formats/msi-lines.js';
import { hint } from '../formats/hints.js';
import { verdictOf } from '../formats/result.js';
import type { Evidence, LogRecord, Run } from '../types.js';
import { codesTold, withMeanings } from './codes-told.js';
import { Explanations, isErrorMessage, mostTelling, type Explanation } from './msi-explanations.js';
import { PackageFile } from './msi-package-file.js';
import { beginRun, blame, evidenceOf, oneLine, resume, showEvidence, trust } from './run.js';

/** What the sequence as a whole returned, as a result of Windows Installer. */
const resultOfValue: Readonly<Record<number, number>> = { 1: 0, 2: 1602, 3: 1603, 4: 1604 };
/** Actions that are the whole sequence. */
const sequences = new Set(['INSTALL', 'ADMIN', 'ADVERTISE']);
/** Codes that say no more than that it failed. */
const saysNothing = new Set(['1603', '0x80004005', '0x80070643']);
/** What a log says that was written with few flags, and in English alone: its result in words. */
const saidResult =
  /^Product: .{1,300} -- (Installation|Removal|Configuration)(?: operation)? (completed successfully|failed)\b/;
/** `Info 1903. Scheduling restart operation: …`, in any language: of a file of the rollback alone it is none to come. */
const restartMessage = /^\p{L}{2,20}[ \u00a0]?1903[.。．]/u;
/** Lines of a kind that are kept as evidence. */
const keptOfKind = 4;

interface FailedAction {
  name: string;
  line: number;
  text: string;
  since: number;
}

interface CustomAction {
  name: string;
  line: number;
  record: number;
  text: string;
  /** Line that it began at; 0 where that is not known. */
  since: number;
}

/** One installation in a log of Windows Installer, as far as its lines tell. */
export class MsiRun {
  readonly run: Run;
  /** Headings at the end that were seen: of the service, and of the client. */
  stops = 0;
  private readonly explanations = new Explanations();
  private readonly begun = new Map<string, number>();
  /** Words before the time of lines that tell no value: such a line is no end of an action, even if a digit ends it. */
  private readonly otherPhrases = new Set<string>();
  private failedAction: FailedAction | null = null;
  private failedCustomAction: CustomAction | null = null;
  private cancelled: FailedAction | null = null;
  private sequenceValue: { value: number; line: number; text: string } | null = null;
  private readonly results: Evidence[] = [];
  private readonly echoes: Evidence[] = [];
  private readonly recovered: Evidence[] = [];
  private said: { failed: boolean; line: number; text: string } | null = null;
  /** The result was told in so many words, not only by the sequence's return value. */
  private told = false;
  /** It was told by the engine itself, whose number has a restart to come in it. */
  private toldByEngine = false;
  /** The line that asks for a restart: a status of 0 stands beside it. */
  private restart: Evidence | null = null;
  private hasEngineLines = false;
  private rolledBack = false;
  /** What is installed is a patch: that reinstalls what it changes. */
  private patches = false;
  private readonly file = new PackageFile();
  /** Line of the last step that the engine began. */
  private stepSince = 0;
  /** Line that the last record with a head of its own begins on. */
  private recordLine = 0;
  private lastTime: number | null;

  constructor(record: LogRecord) {
    this.run = beginRun(record);
    this.lastTime = record.time;
  }

  /** A result is known; what still comes are late lines. */
  get finished(): boolean {
    return this.run.verdict !== 'unfinished';
  }

  /** The client waits for the service to execute what it planned. */
  waitsForService(at: number | null): boolean {
    const gap = at === null || this.lastTime === null ? 0 : Math.abs(at - this.lastTime);
    return this.begun.has('ExecuteAction') && !this.finished && this.stops === 0 && gap <= 30_000;
  }

  /** A heading at the end: of the service, or of the client. */
  stop(record: LogRecord): void {
    this.stops++;
    this.timeOf(record);
    const { sequenceValue } = this;
    if (this.told) return;
    // Without engine's lines, and a summary, this is all that such a log says.
    if (sequenceValue?.value === 1) this.finish(0);
    else if (sequenceValue === null && !this.hasEngineLines && this.begun.size === 0) this.finishInWords();
  }

  /** A log with few flags (`/le`, `/li`) has neither actions nor numbers: its words are all there is. */
  private finishInWords(): void {
    const { run, said } = this;
    const [best] = mostTelling(this.explanations.since(0));
    const results = said === null ? [] : [evidenceOf(said.line, 'result', said.text)];
    if (said?.failed === false) {
      run.verdict = 'succeeded';
      blame(run, '', 0, '');
      trust(run, 'likely', 'result_told');
      showEvidence(run, results);
    } else if (said !== null || best?.isMessage === true) {
      run.verdict = 'failed';
      const text = best?.text ?? said?.text ?? '';
      const line = best?.record ?? said?.line ?? 0;
      blame(run, withMeanings(oneLine(text, 1_000)), line, adviceFor(best === undefined ? [] : [best], 1603));
      trust(run, 'likely', best === undefined ? 'result_told' : 'error_message', 'msi_verbose_log');
      showEvidence(run, [...(best === undefined ? [] : [evidenceOf(best.line, 'cause', best.text)]), ...results]);
    } else run.nextStep = 'msi_verbose_log';
  }

  read(record: LogRecord): void {
    this.timeOf(record);
    const { message, line } = record;
    this.explanations.expect(record.hints);
    const end = message.indexOf('\n');
    const first = end < 0 ? message : message.slice(0, end);
    if (record.component === '') {
      // A piece of what began before: pieces come where nothing was written for a while.
      this.readLines(line, message.split('\n'));
      return;
    }
    this.explanations.close();
    this.recordLine = line;
    if (record.component !== 'MSI') this.hasEngineLines = true;
    const isProperty = message.startsWith('Property(');
    const action = record.component === 'MSI' && !isProperty ? actionLine(message) : null;
    const result = isProperty || action !== null ? null : resultOf(message);
    if (isProperty) this.readProperty(first);
    else if (action !== null) this.readAction(action, line, first);
    else if (result !== null) this.readResult(result, message, line, first);
    else if ((record.hints & hint.numbered) !== 0 && asksForRestart(first)) this.readRestart(line, first);
    else this.readText(line, first);
    if (end >= 0) this.readLines(line + 1, message.slice(end + 1).split('\n'), isProperty);
  }

  /** What was read was the removal of an earlier version: the beginning of the upgrade around it is lost. */
  private forgetNested(): void {
    this.told = false;
    this.toldByEngine = false;
    this.said = null;
    this.sequenceValue = null;
    this.failedAction = null;
    this.failedCustomAction = null;
    this.restart = null;
    this.results.length = 0;
    this.run.productName = '';
    this.run.productVersion = '';
    this.run.action = 'upgrade';
    resume(this.run);
  }

  private timeOf(record: LogRecord): void {
    if (record.time === null || record.remarks.includes('time_inherited')) return;
    this.run.endedAt = record.time;
    this.lastTime = record.time;
  }

  /** What happens below the removal of an earlier version is an installation of its own within this one. */
  private get nested(): boolean {
    return this.begun.has('RemoveExistingProducts');
  }

  private readLines(line: number, lines: readonly string[], onlyMessages = false): void {
    for (const [index, text] of lines.entries()) this.readText(line + index, text, onlyMessages);
  }

  private readText(line: number, text: string, onlyMessages = false): void {
    if (text.startsWith('PROPERTY CHANGE: ')) {
      this.readChange(text);
      return;
    }
    if (text.startsWith('Executing op: ')) this.stepSince = line;
    if (this.begun.size === 0 && !this.finished) this.file.read(line, text);
    if (text.startsWith('Rollback: ')) this.rolledBack = true;
    const custom = customActionResult(text);
    if (custom !== null) {
      this.readCustomAction(custom, line, text);
      return;
    }
    if (restartMessage.test(text.slice(0, 40))) this.readRestart(line, text);
    const words = text.startsWith('Product: ') ? saidResult.exec(text.slice(0, 400)) : null;
    if (words !== null) {
      this.said = { failed: words[2] === 'failed', line, text };
      if (words[1] === 'Removal' && !this.nested) this.run.action = 'uninstall';
      this.explanations.close();
    }
    if (this.rolledBack) return;
    if (this.failedAction !== null || this.finished) {
      if (/ -- \S/.test(text.slice(0, 1_000)) && this.echoes.length < keptOfKind)
        this.echoes.push(evidenceOf(line, 'echo', text));
      if (this.finished || this.sequenceValue !== null) return;
    }
    this.explanations.read(line, text, this.recordLine || line, onlyMessages);
  }

  private readCustomAction(
    { name, code, ignored }: { name: string; code: number; ignored: boolean },
    line: number,
    text: string,
  ): void {
    const since = this.begun.get(name) ?? this.stepSince;
    if (ignored || code === 0) {
      // It began when the step before it had ended; what it said, the installation went on after.
      this.explanations.weaken(since === 0 ? line : since);
      if (code !== 0 && this.recovered.length < keptOfKind) this.recovered.push(evidenceOf(line, 'recovered', text));
    } else if (this.failedAction === null && !this.rolledBack)
      this.failedCustomAction ??= { name, line, record: this.recordLine || line, text, since };
  }

  private readAction(action: ActionLine, line: number, text: string): void {
    const { name, value, phrase } = action;
    if (value === null || phrase === 'Action' || this.otherPhrases.has(phrase)) {
      if (this.otherPhrases.size < 20) this.otherPhrases.add(phrase);
      if (name === 'Rollback' || name === 'RollbackCleanup') this.rolledBack ||= name === 'Rollback';
      else if (!action.described) this.begun.set(name, line);
      this.stepSince = line;
      return;
    }
    const since = this.begun.get(name) ?? 0;
    const nested = this.nested;
    this.begun.delete(name);
    if (name === 'RemoveExistingProducts' && since === 0 && this.told) this.forgetNested();
    const ended: FailedAction = { name, line, text, since };
    if (value === 3) {
      if (this.failedAction === null) this.failIn(ended);
      else if (this.echoes.length < keptOfKind && !sequences.has(name))
        this.echoes.push(evidenceOf(line, 'echo', text));
    } else if (value === 2) this.cancelled ??= ended;
    else if (since > 0 && !sequences.has(name)) this.explanations.weaken(since);
    if (!sequences.has(name)) return;
    if (nested) {
      // Of the properties that name the version before, only some tell so by their name.
      if (this.run.action === 'install') this.run.action = 'upgrade';
      return;
    }
    this.sequenceValue = { value, line, text };
    this.keepResult(line, text);
    const result = resultOfValue[value];
    // 1 alone is no success yet: whoever gives the result may still say that it must restart.
    if (!this.told && result !== undefined && value !== 1) this.finish(result);
  }

  /** An action failed: what that makes of the whole, its end will tell, but a log may be cut, or its set-up killed, here. */
  private failIn(action: FailedAction): void {
    this.failedAction = action;
    if (this.finished) return;
    this.blameAction(action, 1603);
    trust(this.run, 'guess', 'no_end', 'wait_for_end');
  }

  private readResult(result: number, message: string, line: number, text: string): void {
    if (this.nested) return;
    const summary = summaryOf(message);
    if (summary !== null) {
      this.run.productName = summary.productName;
      this.run.productVersion = summary.productVersion;
      if (/^Windows Installer removed\b(?! an update\b)/.test(message)) this.run.action = 'uninstall';
      else if (this.run.action === 'install' && /^Windows Installer re(?:configured|moved)\b/.test(message))
        this.reinstalls();
    } else this.toldByEngine = true;
    this.told = true;
    this.keepResult(line, text);
    this.finish(result);
  }

  private readRestart(line: number, text: string): void {
    if (this.nested) return;
    this.restart = evidenceOf(line, 'result', text);
    if (this.run.verdict === 'succeeded') this.finish(this.run.exitCode ?? 0);
  }

  private keepResult(line: number, text: string): void {
    if (this.results.length >= keptOfKind) this.results.splice(keptOfKind - 1, 1);
    this.results.push(evidenceOf(line, 'result', text));
  }

  private readProperty(text: string): void {
    // An installation within this one has properties of its own.
    if (this.nested || text.startsWith('Property(N)')) return;
    const { run } = this;
    const [, name = '', value = ''] = /^Property\(\w\): (\w+) = (.*)/.exec(text) ?? [];
    if (name === 'REMOVE' && value.trim() === 'ALL') run.action = 'uninstall';
    else if (name === 'REINSTALL' && value.trim() !== '') this.reinstalls();
    else if (name === 'PATCH' && value.trim() !== '') this.isPatch();
    else if (name === 'ProductVersion' && run.productVersion === '') run.productVersion = oneLine(value, 100);
    else if (name === 'ProductName' && run.productName === '') run.productName = oneLine(value, 300);
  }

  private readChange(text: string): void {
    if (this.nested) return;
    const { run } = this;
    const head = text.slice(0, 1_000);
    if (/^PROPERTY CHANGE: \w+ REMOVE property\..*'ALL'/.test(head)) run.action = 'uninstall';
    else if (/^PROPERTY CHANGE: \w+ REINSTALL property\b/.test(head)) this.reinstalls();
    else if (/^PROPERTY CHANGE: \w+ PATCH property\..*'[^']/.test(head)) this.isPatch();
    else if (/^PROPERTY CHANGE: Adding \w*UPGRADE\w* property\..*'\{/i.test(head) && run.action === 'install')
      run.action = 'upgrade';
  }

  private reinstalls(): void {
    const { run } = this;
    if (run.action !== 'uninstall') run.action = this.patches ? 'upgrade' : 'repair';
  }

  private isPatch(): void {
    this.patches = true;
    if (this.run.action === 'repair') this.run.action = 'upgrade';
  }

  private finish(result: number): void {
    const { run } = this;
    // It is said twice, by the service and then by the client, and once more in the summary; 1603 for the client may
    // stand for a restart that the service had announced, never the other way round: the last one counts.
    run.exitCode = result;
    run.verdict = verdictOf(result);
    if (run.verdict === 'failed') this.explainFailure(result);
    else if (run.verdict === 'succeeded' && this.restart !== null && !this.toldByEngine) {
      run.verdict = 'reboot_pending';
      blame(run, '', 0, '');
      trust(run, 'likely', 'requirement_named');
      showEvidence(run, [...this.results, this.restart, ...this.recovered]);
    } else {
      blame(run, '', 0, '');
      trust(run, this.told ? 'certain' : 'likely', this.told ? 'result_told' : 'result_from_action');
      showEvidence(run, [...this.results, ...this.recovered]);
    }
  }

  private explainFailure(result: number): void {
    const { failedAction, cancelled } = this;
    if (failedAction !== null) this.blameAction(failedAction, result);
    else if (result === 1602 && cancelled !== null) this.blameCancelled(cancelled);
    else this.blameCode(result);
  }

  private blameAction(failed: FailedAction, result: number): void {
    const custom = this.failedCustomAction;
    const within = this.explanations.since(failed.since).filter(({ line }) => line < failed.line || failed.line === 0);
    const strong = within.filter(({ weak }) => !weak);
    const scope = custom?.since ?? 0;
    let telling = mostTelling(strong, scope);
    let elsewhere = false;
    if (telling.length === 0) telling = mostTelling(within, scope);
    const said = telling.length === 0 && failed.since > 0 ? this.explanations.lastSaid(failed.since, failed.line) : [];
    // Any language may have explained it there; but a custom action's own result is what proves that it failed.
    if (said.length > 0) telling = custom === null ? said : [{ ...custom, isMessage: false, weak: false }, ...said];
    else if (telling.length === 0 && custom === null) {
      telling = mostTelling(this.explanations.since(0)).slice(0, 1);
      elsewhere = telling.length > 0;
    }
    const [first] = telling;
    const step =
      custom === null || custom.name === failed.name || custom.name === ''
        ? `Action ${failed.name} failed`
        : `Action ${failed.name} failed in custom action ${custom.name}`;
    const why = telling.map(({ text }) => withMeanings(oneLine(text, 1_000))).join(' – ');
    const lines: Evidence[] = telling.map(({ line, text }, index) =>
      evidenceOf(line, index === 0 ? 'cause' : 'detail', text),
    );
    if (custom !== null && first?.line !== custom.line)
      lines.push(evidenceOf(custom.line, first === undefined ? 'cause' : 'detail', custom.text));
    lines.push(evidenceOf(failed.line, 'failed_action', failed.text));
    const words = why !== '' ? why : custom !== null ? withMeanings(oneLine(custom.text, 1_000)) : '';
    blame(
      this.run,
      words === '' ? `${step}; nothing before it tells why (${inWords(result)})` : `${step}: ${words}`,
      first?.record ?? custom?.record ?? failed.line,
      adviceFor(telling, result),
    );
    if (first === undefined) trust(this.run, 'guess', 'code_only', this.nextLog());
    else if (said.length > 0) trust(this.run, 'guess', 'said_in_step', this.nextLog());
    else if (elsewhere) trust(this.run, 'guess', 'trouble_elsewhere', this.nextLog());
    else if (first.isMessage && !first.weak) trust(this.run, 'certain', 'error_message');
    else if (first.weak) trust(this.run, 'guess', 'often_recovered', this.nextLog());
    else trust(this.run, 'likely', custom === null ? 'trouble_nearby' : 'custom_action_code', this.nextLog());
    this.show(lines);
  }

  private blameCancelled({ name, line, text }: FailedAction): void {
    blame(this.run, `It was cancelled in action ${name} (${inWords(1602)})`, line, adviceOn(['1602']));
    trust(this.run, 'certain', 'code_tells');
    this.show([evidenceOf(line, 'cause', text)]);
  }

  private blameCode(result: number): void {
    const words = inWords(result);
    const all = this.explanations.since(0);
    const strong = all.filter(({ weak }) => !weak);
    const [best] = mostTelling(strong.length > 0 ? strong : all);
    const file = best?.isMessage === true ? null : this.file.ofFailure(result, best === undefined);
    const line = best?.record ?? (file ?? this.results.at(-1))?.line ?? this.run.line;
    const why = [
      ...(best === undefined ? [] : [withMeanings(oneLine(best.text, 1_000))]),
      ...(file === null || best?.text.includes(file.path) === true ? [] : [file.path]),
    ];
    blame(
      this.run,
      why.length === 0 ? words : `${words} (${why.join(' – ')})`,
      line,
      // Of a package that is not there, 1619 tells what to do.
      adviceFor(best === undefined ? [] : [best], file !== null && result <= 3 ? 1619 : result),
    );
    // Results of Windows Installer are its own; those of Windows say something of a file where one is known.
    if (!saysNothing.has(String(result)) && words !== String(result))
      trust(this.run, describeCode('msi', result) !== '' || file !== null ? 'certain' : 'likely', 'code_tells');
    else if (best === undefined) trust(this.run, 'guess', 'code_only', this.nextLog());
    else trust(this.run, best.isMessage ? 'likely' : 'guess', 'trouble_nearby', this.nextLog());
    this.show([
      ...(best === undefined ? [] : [evidenceOf(best.line, 'cause', best.text)]),
      ...(file === null ? [] : [evidenceOf(file.line, best === undefined ? 'cause' : 'detail', file.path)]),
    ]);
  }

  private show(lines: readonly Evidence[]): void {
    showEvidence(this.run, [...lines, ...this.results, ...this.echoes, ...this.recovered]);
  }

  private nextLog(): 'msi_verbose_log' | 'msi_event_log' | 'msi_whole_log' {
    if (!this.run.opening.startsWith('=== ')) return 'msi_whole_log';
    return this.hasEngineLines && this.run.opening.includes('Build') ? 'msi_event_log' : 'msi_verbose_log';
  }
}

function adviceFor(telling: readonly Explanation[], result: number): string {
  const texts = telling.map(({ text }) => text.slice(0, 4_000));
  const codes = texts.flatMap((text) => codesTold(text).map(({ code }) => code));
  const numbers = texts.filter((text) => isErrorMessage(text)).flatMap((text) => errorNumberOf(text) ?? []);
  const iis = texts.some((text) => /\b(?:IIS|metabase|virtual director(?:y|ies)|W3SVC)\b/i.test(text));
  return adviceOn([
    ...codes.filter((code) => !saysNothing.has(code)),
    ...numbers.map((number) => `message ${number}`),
    ...(iis ? ['iis'] : []),
    String(result),
  ]);
}
