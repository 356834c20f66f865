import type { RunAction, Verdict } from '../../server/src/setup-logs/types.js';
import type { ExpectedRun, TimeTruth, Truth } from './types.js';

/** A line of a log under way, with what is true of it. */
export interface ScriptLine {
  text: string;
  time: TimeTruth | null;
  /** Text of no account: it may be cut off or left out without changing what the log tells. */
  spare: boolean;
  /** The line was torn, and what was written next stands on it too. */
  torn: boolean;
}

/** A run as it is played: which lines show what, so that its truth is known for any part of the log too. */
export class ScriptRun {
  action: RunAction = 'install';
  verdict: Verdict = 'succeeded';
  exitCode: number | null = 0;
  productName = '';
  productVersion = '';
  /** Words that a cause must hold, in any case. */
  words: string[] = [];
  readonly lines = new Set<ScriptLine>();
  /** Lines that can be named as the one that shows the cause. */
  readonly causes = new Set<ScriptLine>();
  /** Lines that are needed beside a decisive one to know how it ended. */
  readonly bearing = new Set<ScriptLine>();
  /** Lines each of which alone tells how it ended. */
  readonly decisive = new Set<ScriptLine>();
  /** Lines each of which alone tells the action, the product's name, its version. */
  readonly tellsAction = new Set<ScriptLine>();
  readonly tellsName = new Set<ScriptLine>();
  readonly tellsVersion = new Set<ScriptLine>();
  /** Lines each of which makes a reader see that there is a run. */
  readonly tellsRun = new Set<ScriptLine>();

  /**
   * What is to be expected of the lines that are left; null where none is.
   * @param numbers of the lines that are left: their own, and that of the record that they stand in
   */
  expected(numbers: ReadonlyMap<ScriptLine, readonly [number, number]>): ExpectedRun | null {
    const left = (lines: Set<ScriptLine>) => [...lines].filter((line) => numbers.has(line));
    if (left(this.lines).length === 0) return null;
    const decided = left(this.decisive).length > 0;
    const causes = [...new Set(left(this.causes).flatMap((line) => numbers.get(line)!))];
    return {
      optional: !decided && left(this.tellsRun).length === 0,
      // What nothing calls otherwise is an installation.
      action: left(this.tellsAction).length > 0 || this.action === 'install' ? this.action : null,
      verdict: decided ? this.verdict : 'unfinished',
      exitCode: decided ? this.exitCode : null,
      productName: left(this.tellsName).length > 0 ? this.productName : null,
      productVersion: left(this.tellsVersion).length > 0 ? this.productVersion : null,
      cause: decided && this.verdict === 'failed' && causes.length > 0 ? { lines: causes, words: this.words } : null,
    };
  }
}

/** A log as it is written: lines and runs. */
export class Script {
  readonly lines: ScriptLine[] = [];
  readonly runs: ScriptRun[] = [];
  readonly secrets: string[] = [];
  private readonly texts: { line: ScriptLine; text: string }[] = [];
  private open: ScriptRun | null = null;

  begin(): ScriptRun {
    this.open = new ScriptRun();
    this.runs.push(this.open);
    return this.open;
  }

  /** What follows belongs to no run. */
  close(): void {
    this.open = null;
  }

  write(text: string, time: TimeTruth | null = null, spare = false): ScriptLine {
    const line = { text, time, spare, torn: false };
    this.lines.push(line);
    this.open?.lines.add(line);
    return line;
  }

  /** What a line says must be read letter by letter. */
  mustRead(line: ScriptLine, text: string): void {
    this.texts.push({ line, text });
  }

  /** The truth of these lines as a file of their own; a text of several lines counts as so many. */
  truthOf(lines: readonly ScriptLine[]): Truth {
    const numbers = new Map<ScriptLine, readonly [number, number]>();
    let record = 0;
    const times = new Map<number, TimeTruth>();
    let number = 1;
    for (const line of lines) {
      if (line.time !== null) record = number;
      numbers.set(line, [number, record === 0 ? number : record]);
      if (line.time !== null) times.set(number, line.time);
      number += line.text.split('\n').length - Number(line.torn);
    }
    const texts = this.texts.filter(({ line }) => numbers.has(line)).map(({ text }) => text);
    const runs = this.runs.map((run) => run.expected(numbers)).filter((run) => run !== null);
    return { runs, times, texts, secrets: this.secrets };
  }
}
