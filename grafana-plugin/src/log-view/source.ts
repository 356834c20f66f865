// Where the records of a log come from. The view knows no more than this: a log in ClickHouse has millions of records
// and gives windows of them, one that was read in the browser has all of them at hand.

export const severityOrder = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'] as const;
export type Severity = (typeof severityOrder)[number];

/** One of the files that are shown. */
export interface LogFile {
  /** Machine that wrote it; '' where it is not known. */
  host: string;
  /** Path or name, as it was given. */
  path: string;
  /** ccm, simple, role_setup or msi; '' where it is not known. */
  format: string;
  /** Which of the files that bore this name, where a log is rotated. */
  part?: string;
}

/** One record of a log, at its position in the order that was asked for. */
export interface LogRecord {
  /** From 0, in the order and among the records of the scope. */
  position: number;
  /** Index of its file in the source's files. */
  file: number;
  /** Milliseconds since 1970 UTC; null where the source gave none. Not to be trusted where the remarks say so. */
  time: number | null;
  /** What the log's own clock was ahead of UTC, in minutes; null where that is not known. */
  utcOffset: number | null;
  severity: Severity;
  component: string;
  thread: string;
  /** `file.cpp:123` where the log tells. */
  source: string;
  /** Line of the file that it begins on; 0 where it is not known. */
  line: number;
  /** The text, or the beginning of a long one. */
  message: string;
  /** Characters that are missing at the end of `message`; the whole is to be asked for. */
  cut: number;
  /** Lines of the whole text, from 1. */
  lines: number;
  /** Whether a line after the first speaks of trouble. */
  trouble: boolean;
  /** How sure it is: the words of the server (`damaged`, `zone_unknown` …). */
  remarks: readonly string[];
}

/** All of a record's text. */
export interface WholeText {
  message: string;
  /** As it stands in the file, secrets redacted; null where the source does not keep it. */
  original: string | null;
}

/** What is shown, and in which order. */
export interface Scope {
  /** `file`: one file after the other, each as it was written. `time`: merged, but never re-ordered within a file. */
  order: 'file' | 'time';
  least: Severity;
  /** Only records with this text, whatever the case; '' for all. */
  containing: string;
}

/** What is looked for, without leaving anything out. */
export type Wanted =
  | { text: string; matchCase: boolean; regex: boolean }
  /** Records at least so bad: `error` for the errors. */
  | { least: Severity };

/** A line of one of the source's files, by its index. */
export interface FilePlace {
  file: number;
  line: number;
}

/** A place that one wants to go to by its name: the cause, for one. */
export interface Landmark {
  name: string;
  place: FilePlace;
}

/** Where to go. */
export type Place =
  /** The record that holds a line: the last one that begins on it or before. */
  | FilePlace
  /** The first record of that time or later. */
  | { time: number };

/** Found records, by position. */
export interface Hits {
  readonly count: number;
  /** The first one after a position (-1 for the first of all), -1 where there is none. */
  after(position: number): Promise<number>;
  /** The last one before a position, -1 where there is none. */
  before(position: number): Promise<number>;
  /** How many lie before a position: the number of a hit, from 0. */
  rank(position: number): Promise<number>;
  /** Positions of the hits from one number up to another, from 0, the last one excluded: for lists. */
  positions(from: number, to: number): Promise<number[]>;
}

/** A log in one order, without what the scope leaves out. What it says holds until it is opened again. */
export interface OpenLog {
  /** Records in the scope. */
  readonly total: number;
  /** Records of the files, whatever the scope. */
  readonly all: number;
  /** Records from one position up to another, the last one excluded; fewer at the end. */
  window(from: number, to: number): Promise<LogRecord[]>;
  /** The whole text of records of this log. */
  whole(records: readonly LogRecord[]): Promise<WholeText[]>;
  /** Position of a place, -1 where the scope has nothing there. */
  find(place: Place): Promise<number>;
  /** @throws InvalidPattern */
  search(wanted: Wanted): Promise<Hits>;
}

export interface LogSource {
  /** Changes when it is another log. */
  readonly id: string;
  readonly files: readonly LogFile[];
  /** Whether more may be written: opening it again can give more. */
  readonly grows: boolean;
  open(scope: Scope): Promise<OpenLog>;
}

/** A regular expression that is none. The message says why. */
export class InvalidPattern extends Error {}

/** Files that together are too long to be merged by time: they can be read one after the other. */
export class TooManyToMerge extends Error {
  constructor(
    readonly records: number,
    readonly most: number,
  ) {
    super(`${records} records are too many to be merged by time; at the most ${most} are`);
  }
}
