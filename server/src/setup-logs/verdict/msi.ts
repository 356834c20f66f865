import { adviceOn } from '../../catalog/advice.js';
import { codesIn, inWords } from '../formats/codes.js';
import { actionEnded, actionStarted, actualError, errorNumberOf, resultOf, summaryOf } from '../formats/msi.js';
import type { LogRecord, Run } from '../types.js';
import { verdictOf } from '../formats/result.js';
import { beginRun, blame, oneLine } from './run.js';
import type { RunTracker } from './run-tracker.js';

/** `Build type: SHIP UNICODE 5.00.10011.00`, which only the heading at the beginning tells. */
const buildVersion = /\b\d\.\d\d\.\d{3,5}\.\d\d\b/;
/** Lines that may explain a failure and are remembered until it is known. */
const explanationsKept = 200;

interface Explanation {
  line: number;
  text: string;
  /** An error message of the package or of Windows Installer; other lines only speak of trouble. */
  isMessage: boolean;
}

/**
 * Runs in a log of Windows Installer, told apart by its headings (domain/logs.md §4). The verdict is the number that the
 * engine's main thread or the summary gives; the cause of a failure is the first action that returned 3 and what stands
 * before it, not the last line. Only numbers and the engine's own untranslated words are read.
 */
export function trackMsi(): RunTracker {
  let open: MsiRun | null = null;
  return (record: LogRecord) => {
    const heading = record.original.startsWith('=== ');
    if (open === null || (heading && (open.stopped || buildVersion.test(record.message)))) {
      open = new MsiRun(record);
    } else if (heading) open.stopped = true;
    open.read(record);
    return open.run;
  };
}

class MsiRun {
  readonly run: Run;
  /** The heading at the end was seen: lines that still follow belong to the run, the next heading does not. */
  stopped = false;
  private explanations: Explanation[] = [];
  private readonly begun = new Map<string, number>();
  private failedAction: { name: string; line: number; told: Explanation[] } | null = null;
  private cancelled: { name: string; line: number } | null = null;

  constructor(record: LogRecord) {
    this.run = beginRun(record);
  }

  read(record: LogRecord): void {
    const { run } = this;
    const { message, line } = record;
    if (record.time !== null && !record.remarks.includes('time_inherited')) run.endedAt = record.time;
    this.readProperty(message);
    const summary = summaryOf(message);
    if (summary !== null) {
      run.productName = summary.productName;
      run.productVersion = summary.productVersion;
    }
    const result = resultOf(message);
    if (result !== null) this.finish(result, line);
    const ended = actionEnded(message);
    if (ended !== null) this.actionEnded(ended.name, ended.value, line);
    else {
      const began = actionStarted(message);
      if (began !== null) this.begun.set(began, line);
      else if (result === null && summary === null) this.explain(record);
    }
    if (ended !== null && message.includes('\n')) this.explain(record);
  }

  private readProperty(message: string): void {
    const { run } = this;
    const [, name = '', value = ''] = /^Property\(\w\): (\w+) = ([^\n]*)/.exec(message) ?? [];
    if (name === 'REMOVE' && value.trim() === 'ALL') run.action = 'uninstall';
    else if (name === 'REINSTALL' && value.trim() !== '' && run.action !== 'uninstall') run.action = 'repair';
    else if (name === 'ProductVersion' && run.productVersion === '') run.productVersion = value.trim();
    else if (name === 'ProductName' && run.productName === '') run.productName = value.trim();
    else if (/^PROPERTY CHANGE: \w+ REMOVE property\..*'ALL'/.test(message)) run.action = 'uninstall';
    else if (/^PROPERTY CHANGE: \w+ REINSTALL property\b/.test(message) && run.action !== 'uninstall')
      run.action = 'repair';
    else if (/^PROPERTY CHANGE: Adding \w*UPGRADE\w* property\..*'\{/i.test(message) && run.action === 'install')
      run.action = 'upgrade';
  }

  private actionEnded(name: string, value: number, line: number): void {
    if (value === 3 && this.failedAction === null) {
      const since = this.begun.get(name) ?? 0;
      this.failedAction = { name, line, told: this.explanations.filter((one) => one.line >= since) };
    } else if (value === 2) this.cancelled ??= { name, line };
    this.begun.delete(name);
  }

  private explain({ message, line }: LogRecord): void {
    if (message.startsWith('Property(')) return;
    const lines = message.split('\n');
    for (const [index, lineText] of lines.entries()) {
      if (!speaksOfTrouble(lineText)) continue;
      const isMessage = isErrorMessage(lineText);
      // A message goes on in the lines below it, up to a blank one.
      const blank = lines.findIndex((one, at) => at > index && one.trim() === '');
      const text = isMessage
        ? lines.slice(index, blank < 0 ? index + 3 : Math.min(blank, index + 3)).join(' ')
        : lineText;
      this.explanations.push({ line: line + index, text, isMessage });
      if (this.explanations.length > explanationsKept) this.explanations.shift();
    }
  }

  private finish(result: number, line: number): void {
    const { run } = this;
    // It is said twice, by the service and then by the client, and once more in the summary; 1603 for the client may
    // stand for a restart that the service had announced, never the other way round: the last one counts.
    run.exitCode = result;
    run.verdict = verdictOf(result);
    if (run.verdict !== 'failed') {
      blame(run, '', 0, '');
      return;
    }
    const words = inWords(result);
    if (result === 1602 && this.cancelled !== null && this.failedAction === null) {
      blame(
        run,
        `It was cancelled in action ${this.cancelled.name} (${words})`,
        this.cancelled.line,
        adviceOn(['1602']),
      );
    } else if (this.failedAction !== null) this.blameAction(this.failedAction, result);
    else {
      const [best] = mostTelling(this.explanations);
      blame(
        run,
        best === undefined ? words : `${words} (${oneLine(best.text)})`,
        best?.line ?? line,
        this.adviceFor(best, result),
      );
    }
  }

  private blameAction({ name, line, told }: { name: string; line: number; told: Explanation[] }, result: number): void {
    const explanations = mostTelling(told);
    const [first] = explanations;
    const why = explanations.map(({ text }) => withMeanings(oneLine(text))).join(' – ');
    blame(
      this.run,
      first === undefined
        ? `Action ${name} failed; nothing before it tells why (${inWords(result)})`
        : `Action ${name} failed: ${why}`,
      first?.line ?? line,
      this.adviceFor(first, result, explanations),
    );
  }

  private adviceFor(first: Explanation | undefined, result: number, all: readonly Explanation[] = []): string {
    const texts = first === undefined ? [] : [first, ...all].map(({ text }) => text);
    const codes = texts.flatMap((text) => codesIn(withHexPrefix(text)).map(({ code }) => code));
    const numbers = texts.map(errorNumberOf).filter((number) => number !== null);
    const iis = texts.some((text) => /\b(?:IIS|metabase|virtual director(?:y|ies)|W3SVC)\b/i.test(text));
    return adviceOn([
      ...codes.filter((code) => code !== '1603' && code !== '0x80004005'),
      ...numbers.map((number) => `message ${number}`),
      ...(iis ? ['iis'] : []),
      String(result),
    ]);
  }
}

/**
 * The lines that explain most, in the order of the log: an error message where there is one – of several the first,
 * what follows is its echo – else the last two that speak of trouble.
 */
function mostTelling(explanations: readonly Explanation[]): Explanation[] {
  const message = explanations.find(({ isMessage }) => isMessage);
  if (message !== undefined) return [message];
  return explanations
    .filter((one, index) => explanations.findIndex(({ text }) => text === one.text) === index)
    .slice(-2);
}

function isErrorMessage(text: string): boolean {
  return errorNumberOf(text) !== null || / -- \S/.test(text);
}

function speaksOfTrouble(text: string): boolean {
  // `Note: 1: 1708` gives the number of a message, and says nothing else.
  if (/\bNote: 1: /.test(text)) return false;
  if (isErrorMessage(text) || (actualError(text) ?? 0) !== 0 || codesIn(text).length > 0) return true;
  return /error|fail(?!over)|exception|denied|unable|cannot/i.test(text);
}

/** Custom actions write HRESULTs without their sign: `The error code is 80070005`. */
function withHexPrefix(text: string): string {
  return text.replaceAll(/(?<![\w.-])(?=8[0-9A-F]{7}(?![\w-]))/gi, '0x');
}

function withMeanings(text: string): string {
  const meanings = codesIn(withHexPrefix(text))
    .filter((code) => code.text !== '')
    .map((code) => `${code.code}: ${code.text}`);
  return meanings.length === 0 ? text : `${text} [${meanings.join('; ')}]`;
}
