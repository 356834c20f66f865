import type { LogPosition } from '../../spool/state.js';
import { plainFile } from '../files/log-file.js';
import { Places, type FoundRun, type PartBegin } from '../files/places.js';
import { surveyFile } from '../files/read-log.js';
import { LogParser } from '../log-parser.js';
import type { LogRecord } from '../types.js';
import type { FileLook, LogPiece } from './file-answers.js';
import { identityOf, isKnown, seemsKnown, stampAtRest } from './file-identity.js';
import type { FollowedFiles } from './followed-files.js';

const chunkSize = 256 * 1024;
/** What a log that is written now and then has grown by. */
const freshBytes = 4 * 1024;
/** So much is parsed in one go; whatever else the server does waits for it. */
const sliceSize = 64 * 1024;
/** What is read of a log in one look, and some: one that is endless does not keep the others waiting. */
const lookBytes = 8 * 1024 * 1024;
/** Looks without growth after which a record that could go on counts as whole. */
const quietLooks = 2;

/** What one look at a log brought. */
export interface NewRecords {
  records: LogRecord[];
  /**
   * The runs that these records may have told more of, each with the log that its lines count in; of what is replayed,
   * all of them.
   */
  runs: ReadonlySet<FoundRun>;
  position: LogPosition;
  /** When the file was last written. */
  modifiedAt: number;
  /** True where these are the runs of what was stored before a restart, and nothing is new. */
  replayed: boolean;
  /** True where the records stood in the log when it was found: they may be stored from elsewhere. */
  found: boolean;
}

/**
 * When nothing more comes of a log: of one that has a successor, once it has not been written for a while; of one that is
 * only called as what is rotated away is, once that is long ago, as some programs write to names of that kind.
 */
export type LogEnd = 'now' | 'at rest' | 'long at rest' | 'never';

const longRestMs = 3_600_000;

export interface FollowedLogOptions {
  files: FollowedFiles;
  /** IANA name of the zone that the log is written in; null where that is not known. */
  timezone: string | null;
  /** Resolves when whatever else the server does had its turn; one log at a time. */
  turn(): Promise<void>;
}

/**
 * One log that grows, from its first byte to the end of its life under whatever name. After a restart it is read again
 * from the beginning, so that the parser knows where it is, and goes on giving out records where they were last stored.
 */
export class FollowedLog {
  private parser: LogParser | null = null;
  /** The log that was rotated away before this one. */
  private before: FollowedLog | null = null;
  private begins: readonly PartBegin[] = [];
  private places: Places | null = null;
  private records: LogRecord[] = [];
  private touched = new Set<FoundRun>();
  private replaying = false;
  private readTo = 0;
  /** When its file was last written, as far as is known, in milliseconds since 1970 UTC; null before it was looked at. */
  modifiedAt: number | null = null;
  private quiet = 0;
  /** Of its file, when it was last looked for. */
  private size = 0;
  /** The stamp of its file when it was read to its end and nothing was held back; null where that tells nothing. */
  private restedAs: string | null = null;
  /** Whether it looks so still: there is nothing to be read. */
  private unchanged = false;
  /** Everything of it was given out, and nothing more is to come. */
  ended = false;
  /** Whether it was found under the name of what is rotated away when the log before it had just been renamed. */
  rotatedAway = false;
  /** Whether its place on the disk does not tell that it is the one: its content was another's in the last look. */
  doubtful = false;

  constructor(
    public position: LogPosition,
    private readonly options: FollowedLogOptions,
  ) {}

  /**
   * Whether its file is at a path: not replaced by another, and not shorter than what was read of it. Null where that
   * cannot be told: somebody locks what is there, or a right is missing.
   */
  async isAt(path: string): Promise<boolean | null> {
    try {
      const look = await this.options.files.ask('look', path);
      if (look?.isFile !== true) return false;
      this.size = look.size;
      this.unchanged = this.restedAs !== null && stampAtRest(look, this.readTo) === this.restedAs;
      // Whether its beginning is the same is seen when it is read.
      if (!this.unchanged && (this.doubtful || this.parser === null || !seemsKnown(look, this.position, this.known))) {
        const seen = await this.pieceOf(path, 0, 0);
        this.doubtful = !isKnown(seen, this.position, this.known);
        if (this.doubtful) return false;
      }
      this.modifiedAt = look.modifiedAt;
      return true;
    } catch {
      this.doubtful = false;
      return null;
    }
  }

  private get known(): number {
    return Math.max(this.readTo, this.position.offset);
  }

  /** What was rotated away before it has been read to its end: a run that was under way there goes on here. */
  goOnAfter(before: FollowedLog): void {
    if (this.parser === null) this.before = before;
  }

  /** Whether runs went on here from what was rotated away before. */
  get goesOn(): boolean {
    return this.begins.length > 1;
  }

  movedTo(path: string): void {
    this.position = { ...this.position, path };
  }

  /**
   * Reads what is new, piece by piece; the next piece is to be asked for when the one before is stored.
   * @param end when nothing will be added any more: what is held is given out then
   * @param signal ends the reading between two pieces
   * @returns whether it was read to its end; the next look goes on
   */
  async *read(end: LogEnd, signal: AbortSignal): AsyncGenerator<NewRecords, boolean, void> {
    if (this.unchanged && (end === 'never' || this.ended)) return true;
    let complete = end === 'now';
    const { turn } = this.options;
    let grown = false;
    let look: FileLook;
    for (let inLook = 0; ;) {
      if (signal.aborted) return true;
      if (inLook >= lookBytes) return false;
      const want = this.parser === null ? 0 : this.wanted();
      const seen = await this.pieceOf(this.position.path, this.readTo, want);
      // It may have been rotated since it was looked for, or overwritten in its place: it is looked for again.
      this.doubtful = !isKnown(seen, this.position, this.known);
      if (this.doubtful) return inLook === 0;
      const { bytes } = seen;
      look = seen.look;
      const { modifiedAt } = look;
      this.modifiedAt = modifiedAt;
      this.size = look.size;
      this.position = { ...this.position, ...identityOf(seen) };
      if (this.parser === null) {
        this.parser = await this.begin(look);
        continue;
      }
      const { parser } = this;
      if (bytes.length === 0 && !this.replaying) break;
      for (let from = 0; from < bytes.length || from === 0; from += sliceSize) {
        if (bytes.length > freshBytes) await turn();
        parser.push(bytes.subarray(from, from + sliceSize));
      }
      this.readTo += bytes.length;
      inLook += bytes.length;
      if (this.replaying) {
        if (bytes.length > 0 && this.readTo < this.position.offset) continue;
        if (complete) parser.end();
        else parser.flush();
        this.records = [];
        this.replaying = false;
        yield {
          records: [],
          runs: this.takeTouched(),
          position: this.position,
          modifiedAt,
          replayed: true,
          found: false,
        };
        continue;
      }
      grown = true;
      yield* this.handOut(parser, modifiedAt);
      if (!complete && bytes.length < want && this.readTo >= look.size) break;
    }
    this.quiet = grown ? 0 : this.quiet + 1;
    complete ||= this.rests(look, end);
    this.ended = complete;
    if (complete) this.parser.end();
    else if (this.quiet === quietLooks) this.parser.flush();
    if (this.records.length > 0) yield* this.handOut(this.parser, look.modifiedAt, complete);
    this.restedAs = this.quiet < quietLooks ? null : stampAtRest(look, this.readTo);
    return true;
  }

  private rests(look: FileLook, end: LogEnd): boolean {
    if (end === 'never' || stampAtRest(look, this.readTo) === null) return false;
    return end === 'at rest' || Date.now() - look.modifiedAt >= longRestMs;
  }

  /** How much is to be read next. After a restart: up to the stored position first, exactly, to be given out to nobody. */
  private wanted(): number {
    const length = Math.min(chunkSize, Math.max(freshBytes, this.size - this.readTo + 1));
    return this.replaying ? Math.min(length, this.position.offset - this.readTo) : length;
  }

  private pieceOf(path: string, at: number, length: number): Promise<LogPiece> {
    return this.options.files.ask('read', path, at, length, this.position.headLength);
  }

  private async begin({ size, modifiedAt }: FileLook): Promise<LogParser> {
    const { path, logFile, offset: stored } = this.position;
    this.replaying = stored > 0;
    if (!this.replaying) this.position = { ...this.position, foundWith: size };
    const read = async (at: number, length: number) => (await this.pieceOf(path, at, length)).bytes;
    const survey = await surveyFile(plainFile(path, modifiedAt, { size, read }));
    const { before } = this;
    this.before = null;
    const parser = new LogParser(
      {
        timezone: this.options.timezone,
        survey,
        onRecord: (record) => {
          const { record: own, found } = places.place(record);
          if (found !== null) this.touched.add(found);
          // What a short last line's encoding was may be told only by what came behind it, and was stored then.
          if (own.offset >= stored) this.records.push(own);
        },
      },
      before?.parser ?? null,
    );
    this.begins = [...(before?.begins ?? []), { path: logFile, ...parser.begin }];
    const places = new Places(this.begins, this.begins.length > 1);
    this.places = places;
    return parser;
  }

  private *handOut(parser: LogParser, modifiedAt: number, complete = false): Generator<NewRecords, void, void> {
    const { records } = this;
    this.records = [];
    const offset = complete ? this.readTo : parser.settledOffset;
    if (records.length === 0 && offset === this.position.offset) return;
    const found = this.position.offset < (this.position.foundWith ?? 0);
    this.position = { ...this.position, offset };
    yield { records, runs: this.takeTouched(), position: this.position, modifiedAt, replayed: false, found };
  }

  private takeTouched(): ReadonlySet<FoundRun> {
    const { touched } = this;
    this.touched = new Set();
    this.places?.refresh();
    return touched;
  }
}
