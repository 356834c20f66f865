import type { Certainty, Evidence, EvidenceKind, LogRecord, Run } from '../types.js';
import type { CertaintyReason, NextStep } from './wording.js';

const longestCause = 600;
const longestText = 300;
const mostEvidence = 20;

/** A run that has just begun: unfinished until a terminal line says otherwise. */
export function beginRun(record: LogRecord): Run {
  return {
    format: record.format,
    action: 'install',
    startedAt: record.time,
    endedAt: null,
    verdict: 'unfinished',
    exitCode: null,
    cause: '',
    causeLine: 0,
    suggestion: '',
    evidence: [],
    certainty: 'guess',
    certaintyReason: 'no_end',
    nextStep: 'wait_for_end',
    productName: '',
    productVersion: '',
    line: record.line,
    offset: record.offset,
    opening: record.original.slice(0, 200),
  };
}

/** The run goes on after what looked like its end. */
export function resume(run: Run): void {
  run.verdict = 'unfinished';
  run.exitCode = null;
  blame(run, '', 0, '');
  trust(run, 'guess', 'no_end', 'wait_for_end');
  run.evidence = [];
}

/** Says why a run failed; with '' that it did not. */
export function blame(run: Run, cause: string, line: number, suggestion: string): void {
  run.cause = oneLine(cause, longestCause);
  run.causeLine = line;
  run.suggestion = suggestion;
}

/** Says how sure the judgement is, and where it is not, what would help. */
export function trust(run: Run, certainty: Certainty, reason: CertaintyReason, nextStep: NextStep | '' = ''): void {
  run.certainty = certainty;
  run.certaintyReason = reason;
  run.nextStep = nextStep;
}

/** A line as evidence. */
export function evidenceOf(line: number, shows: EvidenceKind, text: string): Evidence {
  return { line, shows, text: oneLine(text, longestText) };
}

/** How much a line is worth where there are too many of them. */
const worth: Record<EvidenceKind, number> = { cause: 5, failed_action: 4, result: 3, detail: 2, echo: 1, recovered: 0 };

/** The evidence in the order of the log, each line once: of too many lines those go first that say least. */
export function showEvidence(run: Run, lines: readonly Evidence[]): void {
  const byLine = new Map<number, Evidence>();
  for (const one of lines) {
    const known = byLine.get(one.line);
    if (known === undefined || worth[known.shows] < worth[one.shows]) byLine.set(one.line, one);
  }
  run.evidence = [...byLine.values()]
    .sort((a, b) => worth[b.shows] - worth[a.shows] || a.line - b.line)
    .slice(0, mostEvidence)
    .sort((a, b) => a.line - b.line);
}

/** Text of several lines on one, cut between characters where it is too long. */
export function oneLine(text: string, longest = Infinity): string {
  // What is cut off anyway is not looked at; blanks make a text shorter, hence the room.
  const near = text.length > 64 * 1024 ? text.slice(0, 64 * 1024) : text;
  const line = near.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= longest) return line;
  const end = line.codePointAt(longest - 2)! > 0xffff ? longest - 2 : longest - 1;
  return `${line.slice(0, end)}…`;
}
