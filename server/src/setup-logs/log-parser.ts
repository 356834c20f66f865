import { CcmParser } from './formats/ccm.js';
import { codesIn } from './formats/codes.js';
import {
  decorationOf,
  holdsOpening,
  linesThatTell,
  mayHaveToBeTakenOff,
  takenOffMost,
  undecorateAtOnce,
  type Decoration,
  type Undecorate,
} from './formats/decorations.js';
import { formatOf, formatOfLines, formatTurnedTo, linesBeforePlain } from './formats/detect.js';
import { hintsIn } from './formats/hints.js';
import { LineReader } from './formats/lines.js';
import { MsiParser } from './formats/msi.js';
import { Redactor } from './formats/redact.js';
import { RoleSetupParser } from './formats/role-setup.js';
import { SimpleParser } from './formats/simple.js';
import { noSurvey, type Survey } from './survey.js';
import { Clock } from './formats/time.js';
import type { FormatParser, Line, LogBeginning, LogFormat, LogRecord, ParsedRecord } from './types.js';
import { createRunTracker, type RunTracker } from './verdict/run-tracker.js';

/** Times of logs: from when there was such software, to years that no calendar of ours is taken for. */
const earliestTime = Date.UTC(1980, 0, 1);
const latestTime = Date.UTC(2100, 0, 1);

export interface LogParserOptions {
  onRecord(record: LogRecord): void;
  /** Absent: told by the log's first line that only one format has. */
  format?: LogFormat;
  /** IANA name of the zone of the machine that wrote it; null where that is not known. */
  timezone?: string | null;
  survey?: Survey;
}

interface Reader {
  parser: FormatParser;
  tracker: RunTracker;
}

/**
 * One log, from bytes to records: lines → what stands before them taken off → secrets redacted → the format's parser →
 * time, codes and run of each record. In whatever pieces the bytes come, the records are the same.
 */
export class LogParser {
  private lines: LineReader;
  /** Lines and bytes of the parts before the one that is read. */
  private before = { lines: 0, bytes: 0 };
  private lastLine = 0;
  private pushed = 0;
  private readonly redactor: Redactor;
  private parser: FormatParser | null = null;
  private tracker: RunTracker | null = null;
  /** One for each format of a file in which several logs stand. */
  private readonly readers = new Map<LogFormat, Reader>();
  private undecided: Line[] = [];
  /** What one of those shows that may have something on it, and which it is. */
  private shown: { format: LogFormat; at: number } | null = null;
  private undecorate: Undecorate | null = null;
  /** Lines of this part that are more than it has, of those whose ends were written out. */
  private parted = 0;
  private lastTime: number | null = null;
  private beginning: LogBeginning | null = null;
  private detected: LogFormat | null;
  private reading: LogFormat | null = null;

  /** @param after what read the file that was rotated away before, to its end: lines, bytes and runs go on from there */
  constructor(
    private readonly options: LogParserOptions,
    private after: LogParser | null = null,
  ) {
    this.redactor = new Redactor(options.survey?.hiddenProperties);
    this.detected = options.format ?? null;
    if (after !== null) {
      this.before = { lines: after.lastLine, bytes: after.pushed };
      this.lastLine = after.lastLine;
      this.pushed = after.pushed;
      this.lastTime = after.lastTime;
    }
    if (this.detected !== null) this.decide(this.detected);
    this.lines = this.createLines();
  }

  private createLines(): LineReader {
    const { lines, bytes } = this.before;
    return new LineReader((text, number, offset, split) => {
      this.lastLine = lines + number + this.parted;
      const line = { number: this.lastLine, offset: bytes + offset, split };
      if (this.undecorate === null) this.line(this.redacted(text, line));
      else for (const one of this.partsOf({ ...line, text: this.undecorate(text) })) this.line(one);
    });
  }

  private redacted(own: string, { number, offset, split }: Omit<Line, 'text' | 'hints'>): Line {
    const hints = hintsIn(own);
    const text = this.redactor.redact(own, hints);
    return { text, number, offset, split, hints: text === own ? hints : hintsIn(text) };
  }

  /** A line whose ends were written out as the lines that it is: each has a number of its own, and what follows goes on. */
  private partsOf({ text, number, offset, split }: Omit<Line, 'hints'>): Line[] {
    const parts = splitLines(text);
    this.parted += parts.length - 1;
    this.lastLine = number + parts.length - 1;
    return parts.map((part, index) =>
      this.redacted(part.text, { number: number + index, offset: offset + part.at, split }),
    );
  }

  /** The log's format; null while no line has told it. */
  get format(): LogFormat | null {
    return this.detected;
  }

  /** Lines and bytes of the files before the one that is read. */
  get begin(): { lines: number; bytes: number } {
    return this.before;
  }

  /** Byte of this file up to which everything has become records: from there, and after a {@link flush}, reading can go on. */
  get settledOffset(): number {
    const held = this.undecided[0]?.offset ?? this.parser?.heldFrom ?? null;
    return held === null ? this.lines.heldFrom : held - this.before.bytes;
  }

  /**
   * What is pushed from here on is the log's next file: of a log that was rotated. It may be in another encoding; lines
   * and bytes are counted on.
   * @returns lines and bytes of the files before
   */
  beginPart(): { lines: number; bytes: number } {
    this.lines.end();
    // Rotation falls between two records.
    this.parser?.flush();
    this.beginning = null;
    this.before = { lines: this.lastLine, bytes: this.pushed };
    this.parted = 0;
    this.lines = this.createLines();
    return this.before;
  }

  push(chunk: Uint8Array): void {
    this.pushed += chunk.length;
    this.lines.push(chunk);
  }

  /** Gives out a record that may go on in the next line but has not for a while. */
  flush(): void {
    // What is put before its lines hides the format of a short log for ever; what may be such waits for more of it.
    if (this.parser === null && (this.shown !== null || decorationOf(this.undecided) !== null || this.isPlain()))
      this.decideAtLast();
    this.parser?.flush();
  }

  /** Gives out all that is held: the file is at its end. */
  end(): void {
    this.lines.end();
    if (this.parser === null) this.decideAtLast();
    this.parser?.end();
  }

  /** Whether nothing shows that the lines so far are of a log that something was put before. */
  private isPlain(): boolean {
    const written = this.undecided.filter(({ text }) => text.trim() !== '');
    return written.length > 0 && !written.some(({ text }) => holdsOpening(text));
  }

  private line(line: Line): void {
    if (this.parser !== null) {
      const other = this.turnedTo(line.text);
      if (other !== null) {
        this.parser.flush();
        this.read(other);
      }
      this.parser.line(line);
      return;
    }
    const format = formatOf(line.text);
    this.undecided.push(line);
    if (this.shown !== null) {
      if (this.undecided.length - this.shown.at >= linesThatTell) this.decideAtLast();
    } else if (format !== null) {
      const undecorate = undecorateAtOnce(line.text);
      if (undecorate !== null) this.undecorateBy({ undecorate, format });
      // Something may stand before those so far, which are of another log.
      else if (this.undecided.slice(0, -1).some(({ text }) => holdsOpening(text))) this.decideAtLast(format);
      else if (mayHaveToBeTakenOff(line.text) !== null) this.shown = { format, at: this.undecided.length - 1 };
      else this.decide(format);
    } else if (this.undecided.length >= linesBeforePlain) this.decideAtLast();
  }

  /** No line shows the format: something may stand before each of them, or it is plain text. */
  private decideAtLast(shown: LogFormat | null = null): void {
    if (this.shown !== null) {
      const { format, at } = this.shown;
      const undecorate = takenOffMost(this.undecided.slice(at));
      this.shown = null;
      if (undecorate === null) this.decide(format);
      else this.undecorateBy({ undecorate, format });
      return;
    }
    const decoration = decorationOf(this.undecided);
    if (decoration === null) {
      this.decide(shown ?? formatOfLines(this.undecided));
      return;
    }
    this.undecorateBy(decoration);
  }

  private undecorateBy({ undecorate, format }: Decoration): void {
    this.undecorate = undecorate;
    const first = this.parted;
    this.undecided = this.undecided.flatMap((line) =>
      this.partsOf({ ...line, number: line.number + this.parted - first, text: undecorate(line.text) }),
    );
    this.decide(format);
  }

  private decide(format: LogFormat): void {
    this.detected = format;
    // Runs of either go on here. Each would keep the one before, and so on to the first.
    for (const [of, { tracker }] of this.after?.readers ?? [])
      this.readers.set(of, { parser: this.createParser(of), tracker });
    this.after = null;
    this.read(format);
    const lines = this.undecided;
    this.undecided = [];
    for (const line of lines) this.line(line);
  }

  /** From here on lines are of a format, for the first time or again. */
  private read(format: LogFormat): void {
    let reader = this.readers.get(format);
    if (reader === undefined) {
      reader = { parser: this.createParser(format), tracker: createRunTracker(format) };
      this.readers.set(format, reader);
    }
    this.reading = format;
    this.parser = reader.parser;
    this.tracker = reader.tracker;
  }

  private turnedTo(text: string): LogFormat | null {
    if (this.options.format !== undefined || this.reading === null) return null;
    // The message of a record that is under way may hold anything.
    if (this.reading === 'ccm' && this.parser!.heldFrom !== null) return null;
    return formatTurnedTo(this.reading, text, (format) => this.readers.has(format));
  }

  private createParser(format: LogFormat): FormatParser {
    const { timezone = null, survey = noSurvey } = this.options;
    const clock = new Clock(timezone);
    const emit = (record: ParsedRecord) => {
      this.record(format, record);
    };
    switch (format) {
      case 'ccm':
        return new CcmParser(clock, emit, survey.dateOrder);
      case 'simple':
        return new SimpleParser(clock, emit, survey.dateOrder);
      case 'role_setup':
        return new RoleSetupParser(clock, emit);
      case 'msi':
        return new MsiParser(clock, emit, survey.dateOrder);
    }
  }

  private record(format: LogFormat, parsed: ParsedRecord): void {
    // Written out: a spread of each record takes longer than all the rest of its parsing.
    const record: LogRecord = {
      format,
      time: parsed.time,
      severity: parsed.severity,
      component: parsed.component,
      thread: parsed.thread,
      source: parsed.source,
      message: parsed.message,
      line: parsed.line,
      offset: parsed.offset,
      remarks: parsed.remarks,
      original: parsed.original,
      hints: parsed.hints,
      codes: codesIn(parsed.message, parsed.hints),
      run: null,
      beginning: (this.beginning ??= { time: parsed.time, text: firstLine(parsed.original) }),
    };
    if (record.time !== null && !(record.time >= earliestTime && record.time < latestTime)) {
      record.time = null;
      record.remarks.push('time_impossible');
    }
    if (record.time !== null) this.lastTime = record.time;
    else if (this.lastTime !== null) {
      record.time = this.lastTime;
      record.remarks.push('time_inherited');
    }
    record.run = this.tracker?.(record) ?? null;
    this.options.onRecord(record);
  }
}

/** The lines of a text, and where in it they begin, without blank ones around them. */
function splitLines(text: string): { text: string; at: number }[] {
  if (!text.includes('\n')) return [{ text, at: 0 }];
  const begins = text.search(/[^\r\n]/);
  let at = Math.max(begins, 0);
  return text
    .slice(at)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const begin = at;
      at += line.length + 1;
      return { text: line.replace(/\r$/, ''), at: begin };
    });
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
