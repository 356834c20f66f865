import type { LogFormat, RunAction, Verdict } from '../../server/src/setup-logs/types.js';

/**
 * What is true of one stamped record, by the script of events that made the log:
 *
 * | sure | what a reader must make of the stamp |
 * |---|---|
 * | exact | the UTC time, without a remark |
 * | local | the log tells no zone and none is given: the local time, and a remark that says so |
 * | arguable | the UTC time, or a remark that it is not sure |
 */
export interface TimeTruth {
  /** Milliseconds since 1970, as precise as the stamp is. */
  utc: number;
  /** The same moment on the writer's clock, taken as UTC. */
  local: number;
  sure: 'exact' | 'local' | 'arguable';
}

/** One run of an installation as it was, not as somebody read it. */
export interface ExpectedRun {
  /** Nothing that is left says in so many words that there was a run: it may be seen or not. */
  optional: boolean;
  action: RunAction | null;
  verdict: Verdict;
  /** Null where the log does not tell, or where the run did not end. */
  exitCode: number | null;
  /** Null where what is left of the log does not tell. */
  productName: string | null;
  productVersion: string | null;
  /** Null where the run did not fail, or where the lines that tell are not in the log. */
  cause: {
    /** Lines that show it, and those on which their records begin. */
    lines: number[];
    words: string[];
  } | null;
}

export interface Truth {
  runs: ExpectedRun[];
  /** By line number, from 1. Lines that are not here have no time of their own. */
  times: Map<number, TimeTruth>;
  /** Each of these stands in some record's message, letter by letter: the encoding was understood. */
  texts: string[];
  /** None of these may stand anywhere in what is made of the log. */
  secrets: string[];
}

/** One file: its bytes and what is true of it. */
export interface GeneratedFile {
  name: string;
  bytes: Buffer;
  truth: Truth;
}

export interface GeneratedLog extends GeneratedFile {
  format: LogFormat;
  seed: number;
  /** What it is made of, for a table: `v/de/service`. */
  kind: string;
  /** The zone that its reader is told; null: none. */
  timezone: string | null;
  /** The bytes in the order and the portions in which they were written. */
  pieces: Buffer[];
  /** The file that stood under its name before it was rotated, `.lo_`. */
  rotated: GeneratedFile | null;
  /**
   * True where the beginning alone does not tell what the whole file does (the order of day and month): a follower
   * that was there first may know less.
   */
  toldLater: boolean;
}

/** What can be asked of the generator; what is left open is drawn by the seed. */
export interface GeneratorOptions {
  /** Only whole logs in a plain encoding: for measuring, and to tell what a failure has to do with. */
  plain?: boolean;
  /** How many lines of no account stand between the telling ones: 1 is some tens a run. */
  bulk?: number;
}
