import type { ErrorDescription } from '../catalog/errors.js';
import type { CertaintyReason, NextStep } from './verdict/wording.js';

export const logFormats = ['ccm', 'simple', 'role_setup', 'msi'] as const;
/** The four ways in which Configuration Manager and Windows Installer write logs (domain/logs.md). */
export type LogFormat = (typeof logFormats)[number];

export type Severity = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/**
 * What a reader should know about how sure a record is:
 *
 * | remark | meaning |
 * |---|---|
 * | damaged | text that is no whole record of the log's format: truncated, garbage, fields missing |
 * | no_stamp | a line without the stamp that the format gives each record |
 * | time_unknown | no readable time, nor one before it; when the file was written stands in its place |
 * | time_inherited | no readable time of its own; `time` is the record's before it |
 * | zone_unknown | the log tells no zone and none was given; `time` is the local time taken as UTC |
 * | impossible_bias | the zone that the log gives does not exist; local time as above |
 * | date_order_assumed | day and month could be the other way round, and nothing in the file tells |
 * | date_unknown | a time of day without any date |
 * | calendar_assumed | the year is of the Hijri or the Thai calendar, as far as its number tells; Hijri dates may be a day off |
 * | time_impossible | a time in a year in which no such log was written; `time` is unknown, or the record's before it |
 * | offset_sign_assumed | the log gives its distance from UTC with a sign that writers use both ways, and nothing tells which |
 * | dst_gap | the local time did not exist: clocks were put forward over it |
 * | dst_fold | the local time came twice: clocks were put back |
 * | line_split | part of a line longer than a megabyte |
 */
export type Remark =
  | 'damaged'
  | 'no_stamp'
  | 'time_inherited'
  | 'time_unknown'
  | 'zone_unknown'
  | 'impossible_bias'
  | 'date_order_assumed'
  | 'date_unknown'
  | 'calendar_assumed'
  | 'time_impossible'
  | 'offset_sign_assumed'
  | 'dst_gap'
  | 'dst_fold'
  | 'line_split';

/** A line of a log: text without its line end, secrets redacted. */
export interface Line {
  text: string;
  /** From 1. */
  number: number;
  /** Bytes from the beginning of the file to the line's first. */
  offset: number;
  /** True for a part of a line that was too long. */
  split: boolean;
  /** What it may hold: bits of `hint`. */
  hints: number;
}

/** A record as a format's parser gives it. */
export interface ParsedRecord {
  /** Milliseconds since 1970 UTC; null where the record has no readable time. */
  time: number | null;
  severity: Severity;
  component: string;
  thread: string;
  /** `file.cpp:123` where the log tells. */
  source: string;
  message: string;
  /** Line that it begins on, from 1. */
  line: number;
  /** Byte that it begins at. */
  offset: number;
  remarks: Remark[];
  /** The text as it stands in the log, secrets redacted, lines separated by `\n`. */
  original: string;
  /** What its lines may hold: bits of `hint`. */
  hints: number;
}

/** A record with what was found out about it. */
export interface LogRecord extends ParsedRecord {
  format: LogFormat;
  /** Error codes in the message, canonical and translated, in their order. */
  codes: ErrorDescription[];
  /** The run of an installation that it belongs to; null outside of any. */
  run: Run | null;
  /** The beginning of its file, the same object for all records of it. */
  beginning: LogBeginning;
}

/** What tells a file from the others that bore its name before or after: a log that is rotated begins anew at line 1. */
export interface LogBeginning {
  /** Time of its first record; null where that has none. */
  time: number | null;
  /** Its first line, secrets redacted. */
  text: string;
}

export type RunAction = 'install' | 'uninstall' | 'repair' | 'upgrade';
export type Verdict = 'succeeded' | 'failed' | 'reboot_pending' | 'unfinished';

/**
 * What a line of the evidence shows:
 *
 * | shows | meaning |
 * |---|---|
 * | cause | why it failed |
 * | detail | what stands beside the cause and explains it further |
 * | failed_action | the step that failed, with its own return value |
 * | result | how the run ended, in numbers |
 * | echo | trouble that only follows from the cause, or repeats it |
 * | recovered | trouble that the run went on after |
 */
export type EvidenceKind = 'cause' | 'detail' | 'failed_action' | 'result' | 'echo' | 'recovered';

/** A line that the judgement on a run rests on. */
export interface Evidence {
  line: number;
  shows: EvidenceKind;
  /** The line's text, on one line, at most 300 characters. */
  text: string;
}

/**
 * How sure the judgement on a run is: `certain`, the log says it in so many words; `likely`, what the log says points
 * there; `guess`, the log does not say it, and this is the best that can be made of it.
 */
export type Certainty = 'certain' | 'likely' | 'guess';

/** One run of an installation, as far as its log tells. Changes while the log is read. */
export interface Run {
  format: LogFormat;
  action: RunAction;
  startedAt: number | null;
  endedAt: number | null;
  verdict: Verdict;
  /** The code that the verdict rests on; null where there is none. */
  exitCode: number | null;
  /** What made it fail, in words; '' where it did not fail, or where nothing tells. */
  cause: string;
  /** Line that the record begins on which shows the cause; 0 for none. */
  causeLine: number;
  /** What to check; '' where there is nothing to say. */
  suggestion: string;
  /** The lines that the judgement rests on, in the order of the log; at most twenty. */
  evidence: Evidence[];
  certainty: Certainty;
  /** Why it is no more and no less sure: an id of {@link certaintyReasons}. */
  certaintyReason: CertaintyReason;
  /** What to collect where the log does not tell why: an id of {@link nextSteps}; '' for nothing. */
  nextStep: NextStep | '';
  productName: string;
  productVersion: string;
  /** Line and byte that it begins at. */
  line: number;
  offset: number;
  /** Text of the record that it begins with. */
  opening: string;
}

/** Turns the lines of one format into records. Fed line by line, it holds no more than one open record. */
export interface FormatParser {
  line(line: Line): void;
  /** Gives out what is held and may be complete: nothing more was written for a while. */
  flush(): void;
  /** Gives out what is held: the file is at its end. */
  end(): void;
  /** Byte at which the record begins that is held, or null. */
  readonly heldFrom: number | null;
}

export type Emit = (record: ParsedRecord) => void;
