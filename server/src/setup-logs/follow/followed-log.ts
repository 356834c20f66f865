import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { LogPosition } from '../../spool/state.js';
import { openLog } from '../files/open-log.js';
import { LogParser } from '../log-parser.js';
import { fileOnDisk } from '../files/on-disk.js';
import { surveyFile } from '../files/read-log.js';
import type { LogRecord, Run } from '../types.js';
import { identityOf, isAt, isKnown, lookOf, seemsKnown, seenOf } from './file-identity.js';

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
  /** The runs that these records may have told more of; of what is replayed, all of them. */
  runs: ReadonlySet<Run>;
  position: LogPosition;
  /** When the file was last written. */
  modifiedAt: number;
  /** True where these are the runs of what was stored before a restart, and nothing is new. */
  replayed: boolean;
}

/**
 * One log that grows, from its first byte to the end of its life under whatever name. After a restart it is read again
 * from the beginning, so that the parser knows where it is, and goes on giving out records where they were last stored.
 */
export class FollowedLog {
  private parser: LogParser | null = null;
  private records: LogRecord[] = [];
  private touched = new Set<Run>();
  private replaying = false;
  private readTo = 0;
  /** When its file was last written, as far as is known, in milliseconds since 1970 UTC; null before it was read. */
  modifiedAt: number | null = null;
  private quiet = 0;
  /** How its file looked when it was read to its end and nothing was held back; null where that tells nothing. */
  private lastLook: string | null = null;
  /** Whether it looks so still: there is nothing to be read. */
  private unchanged = false;
  /** Whether its place on the disk does not tell that it is the one: its content was another's in the last look. */
  doubtful = false;

  constructor(
    public position: LogPosition,
    private readonly timezone: string | null,
  ) {}

  /** True where its file is at a path: not replaced by another, and not shorter than what was read of it. */
  async isAt(path: string): Promise<boolean> {
    // One question, as a rule: a thousand logs of a folder are asked for every second.
    const stats = await stat(path, { bigint: true }).catch(() => null);
    if (stats === null) return false;
    this.unchanged = this.lastLook !== null && lookOf(stats, this.readTo) === this.lastLook;
    // Whether its beginning is the same is seen when it is read.
    if (this.unchanged || (!this.doubtful && this.parser !== null && seemsKnown(stats, this.position, this.known)))
      return true;
    this.doubtful = !(await isAt(path, this.position, this.known));
    return !this.doubtful;
  }

  private get known(): number {
    return Math.max(this.readTo, this.position.offset);
  }

  movedTo(path: string): void {
    this.position = { ...this.position, path };
  }

  /**
   * Reads what is new, piece by piece; the next piece is to be asked for when the one before is stored.
   * @param complete true where nothing will be added any more: what is held is given out
   * @param signal ends the reading between two pieces
   * @returns whether it was read to its end; the next look goes on
   */
  async *read(complete: boolean, signal: AbortSignal): AsyncGenerator<NewRecords, boolean, void> {
    if (this.unchanged && !complete) return true;
    const opened = await openLog(this.position.path);
    const { file } = opened;
    try {
      const seen = await seenOf(opened);
      // It may have been rotated since it was looked for, or overwritten in its place: it is looked for again.
      this.doubtful = !isKnown(seen, this.position, this.known);
      if (this.doubtful) return true;
      const { stats } = seen;
      const mtimeMs = Number(stats.mtimeNs) / 1e6;
      this.modifiedAt = mtimeMs;
      this.position = { ...this.position, ...identityOf(seen) };
      const parser = this.parser ?? (await this.begin());
      const buffer = Buffer.alloc(Math.min(chunkSize, Math.max(freshBytes, Number(stats.size) - this.readTo + 1)));
      let grown = false;
      for (let inLook = 0; ;) {
        if (signal.aborted) return true;
        if (inLook >= lookBytes) return false;
        // After a restart: up to the stored position first, exactly, to be given out to nobody.
        const want = this.replaying ? Math.min(buffer.length, this.position.offset - this.readTo) : buffer.length;
        const { bytesRead } = want === 0 ? { bytesRead: 0 } : await file.read(buffer, 0, want, this.readTo);
        if (bytesRead === 0 && !this.replaying) break;
        for (let from = 0; from < bytesRead || from === 0; from += sliceSize) {
          if (from > 0) await setImmediate();
          parser.push(buffer.subarray(from, Math.min(from + sliceSize, bytesRead)));
        }
        this.readTo += bytesRead;
        inLook += bytesRead;
        if (this.replaying) {
          if (bytesRead > 0 && this.readTo < this.position.offset) continue;
          if (complete) parser.end();
          else parser.flush();
          this.records = [];
          this.replaying = false;
          yield {
            records: [],
            runs: this.takeTouched(),
            position: this.position,
            modifiedAt: mtimeMs,
            replayed: true,
          };
          continue;
        }
        grown = true;
        yield* this.handOut(parser, mtimeMs);
        if (!complete && bytesRead < want && this.readTo >= Number(stats.size)) break;
      }
      this.quiet = grown ? 0 : this.quiet + 1;
      if (complete) parser.end();
      else if (this.quiet === quietLooks) parser.flush();
      if (this.records.length > 0) yield* this.handOut(parser, mtimeMs, complete);
      this.lastLook = this.quiet < quietLooks ? null : lookOf(stats, this.readTo);
      return true;
    } finally {
      await file.close();
    }
  }

  private async begin(): Promise<LogParser> {
    const stored = this.position.offset;
    this.replaying = stored > 0;
    this.parser = new LogParser({
      timezone: this.timezone,
      survey: await surveyFile(await fileOnDisk(this.position.path)),
      onRecord: (record) => {
        if (record.run !== null) this.touched.add(record.run);
        // What a short last line's encoding was may be told only by what came behind it, and was stored then.
        if (record.offset >= stored) this.records.push(record);
      },
    });
    return this.parser;
  }

  private *handOut(parser: LogParser, modifiedAt: number, complete = false): Generator<NewRecords, void, void> {
    const { records } = this;
    this.records = [];
    const offset = complete ? this.readTo : parser.settledOffset;
    if (records.length === 0 && offset === this.position.offset) return;
    this.position = { ...this.position, offset };
    yield { records, runs: this.takeTouched(), position: this.position, modifiedAt, replayed: false };
  }

  private takeTouched(): ReadonlySet<Run> {
    const { touched } = this;
    this.touched = new Set();
    return touched;
  }
}
