import { styleText } from 'node:util';
import { basename } from 'node:path';
import boxen from 'boxen';
import wrapAnsi from 'wrap-ansi';
import type { EvidenceKind, LogRecord, Run, Severity, Verdict } from '../setup-logs/types.js';
import { certaintyReasons, nextSteps } from '../setup-logs/verdict/wording.js';

type Style = Parameters<typeof styleText>[0];

const severityStyles: Record<Severity, Style | null> = {
  TRACE: 'dim',
  DEBUG: 'dim',
  INFO: null,
  WARN: 'yellow',
  ERROR: 'red',
  FATAL: ['red', 'bold'],
};
const verdictStyles: Record<Verdict, Style> = {
  succeeded: 'green',
  failed: 'red',
  reboot_pending: 'yellow',
  unfinished: 'yellow',
};
const verdictWords: Record<Verdict, string> = {
  succeeded: 'succeeded',
  failed: 'FAILED',
  reboot_pending: 'succeeded, restart pending',
  unfinished: 'unfinished: the log does not tell how it ended',
};
const evidenceWords: Record<EvidenceKind, string> = {
  cause: 'cause',
  detail: 'detail',
  failed_action: 'failed action',
  result: 'result',
  echo: 'what came of it',
  recovered: 'went on after it',
};
const narrowestMessage = 30;
const componentWidth = 14;

export interface Terminal {
  columns: number;
  colours: boolean;
}

/** Records as lines of a table for a terminal. */
export class LogTable {
  /** @param files names are shown when there are several */
  constructor(
    private readonly terminal: Terminal,
    private readonly severalFiles: boolean,
  ) {}

  /** One record: time, severity, line, where from, message; wrapped so that its lines stand below each other. */
  row(path: string, record: LogRecord): string {
    const where = this.severalFiles ? basename(path) : record.component;
    // The log of a role's set-up has no components.
    const columns = this.severalFiles || record.format !== 'role_setup' ? [fitted(inert(where), componentWidth)] : [];
    const head = [timeOf(record), record.severity.padEnd(5), String(record.line).padStart(6), ...columns].join('  ');
    const width = Math.max(this.terminal.columns - head.length - 3, narrowestMessage);
    const meanings = record.codes.filter(({ text }) => text !== '').map(({ code, text }) => `${code}: ${text}`);
    const text = [inert(record.message), ...meanings.map((meaning) => `↳ ${meaning}`)].join('\n');
    const [first = '', ...more] = wrapAnsi(text, width, { hard: true, trim: false }).split('\n');
    const indent = ' '.repeat(head.length + 2);
    const row = [`${head}  ${first}`, ...more.map((line) => indent + line)].join('\n');
    const damaged = record.remarks.includes('damaged') && record.severity !== 'ERROR';
    return `${this.styled(damaged ? 'magenta' : severityStyles[record.severity], row)}\n`;
  }

  /** The verdict on a run, in a box of its own. */
  verdict(path: string, run: Run): string {
    const code = run.exitCode === null ? '' : ` (return code ${run.exitCode})`;
    const product = [run.productName, run.productVersion].filter(Boolean).join(' ');
    const lines = [
      `${this.styled('bold', `${run.action}${product === '' ? '' : ` of ${inert(product)}`}`)}: ${this.styled(verdictStyles[run.verdict], verdictWords[run.verdict])}${code}`,
      ...(run.startedAt === null ? [] : [spanOf(run)]),
      ...(run.cause === '' ? [] : [`Cause, line ${run.causeLine}: ${inert(run.cause)}`]),
      ...(run.suggestion === '' || run.verdict === 'succeeded' ? [] : [`What to do: ${run.suggestion}`]),
      ...this.judgement(run),
    ];
    return this.box(basename(path), lines, this.terminal.colours ? borderOf(run.verdict) : undefined);
  }

  /** How sure it is, the lines that it rests on, and what to collect; of a success only what is not plain. */
  private judgement(run: Run): string[] {
    if (run.verdict === 'succeeded' && run.certainty === 'certain') return [];
    const evidence = run.evidence.map(
      ({ line, shows, text: shown }) => `${String(line).padStart(6)}  ${evidenceWords[shows]}: ${inert(shown)}`,
    );
    return [
      `How sure: ${run.certainty}. ${certaintyReasons[run.certaintyReason]}`,
      ...(evidence.length === 0 ? [] : ['Evidence, by line:', ...evidence]),
      ...(run.nextStep === '' ? [] : [`Next: ${nextSteps[run.nextStep]}`]),
    ];
  }

  /** What is said of a log in which no installation is. */
  noRun(): string {
    return this.box('', ['No run of an installation in it: nothing to judge'], undefined);
  }

  /** An earlier run on one line. */
  earlier(path: string, run: Run): string {
    const at = run.startedAt === null ? '' : `${text(run.startedAt)}  `;
    const cause = run.cause === '' ? '' : `  ${inert(run.cause)}`;
    return `${basename(path)}:${run.line}  ${at}${run.action} ${this.styled(verdictStyles[run.verdict], run.verdict)}${cause}\n`;
  }

  private box(title: string, lines: string[], borderColor: string | undefined): string {
    const width = Math.max(Math.min(this.terminal.columns, 120) - 4, narrowestMessage);
    const content = lines.map((line) => wrapAnsi(line, width, { hard: true })).join('\n');
    const box = boxen(content, {
      padding: { left: 1, right: 1, top: 0, bottom: 0 },
      borderStyle: 'round',
      ...(title === '' ? {} : { title }),
      ...(borderColor === undefined ? {} : { borderColor }),
    });
    return `${box}\n`;
  }

  private styled(style: Style | null, line: string): string {
    // Each line by itself: a pager shows one without the one before it.
    return this.terminal.colours && style !== null
      ? line
          .split('\n')
          .map((one) => styleText(style, one))
          .join('\n')
      : line;
  }
}

function borderOf(verdict: Verdict): string {
  return verdict === 'succeeded' ? 'green' : verdict === 'failed' ? 'red' : 'yellow';
}

/** The sign says that it is UTC; without it the log does not tell its zone and none was given. */
function timeOf({ time, remarks }: LogRecord): string {
  if (time === null) return ''.padEnd(24);
  const local =
    remarks.includes('zone_unknown') || remarks.includes('impossible_bias') || remarks.includes('time_inherited');
  return text(time) + (local ? ' ' : 'Z');
}

function text(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '');
}

function spanOf({ startedAt, endedAt }: Run): string {
  const seconds = endedAt === null || startedAt === null ? null : Math.round((endedAt - startedAt) / 1000);
  return `${text(startedAt ?? 0)}${seconds === null ? '' : `, ${seconds} s`}`;
}

function fitted(name: string, width: number): string {
  return name.length > width ? `${name.slice(0, width - 1)}…` : name.padEnd(width);
}

/** What a log holds must not move the cursor, change colours or turn the direction of the text. */
function inert(from: string): string {
  return from
    .replaceAll('\t', '    ')
    .replaceAll(/[^\P{Cc}\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
