import type { LogRecord, Run } from '../types.js';

/** A run, and the file that its lines count in. Changes while the log is read. */
export interface FoundRun {
  path: string;
  run: Run;
}

/** A record of one of several files, whose lines and bytes are counted in its file. */
export interface PlacedRecord {
  path: string;
  record: LogRecord;
  /** The run that it belongs to; null outside of any. */
  found: FoundRun | null;
}

/** Where a file of a log begins that was rotated. */
export interface PartBegin {
  path: string;
  /** Lines and bytes of the parts before it. */
  lines: number;
  bytes: number;
}

/** Where records and runs stand in the parts of a log, which the parser counts through. */
export class Places {
  private readonly runs = new Map<Run, FoundRun>();

  constructor(
    private readonly begins: readonly PartBegin[],
    private readonly inParts: boolean,
  ) {}

  place(record: LogRecord): PlacedRecord {
    const found = record.run === null ? null : this.foundRun(record.run);
    if (!this.inParts) return { path: this.begins[0]!.path, record, found };
    // Not always the last one: the record before a part's first may be given out only now.
    const part = this.begins.findLast(({ bytes }) => bytes <= record.offset)!;
    const place = { line: record.line - part.lines, offset: record.offset - part.bytes };
    return { path: part.path, record: { ...record, ...place, run: found?.run ?? null }, found };
  }

  /** Brings the runs up to what the parser knows of them. */
  refresh(): void {
    if (this.inParts) for (const [run, found] of this.runs) Object.assign(found, this.local(run, found.run));
  }

  private foundRun(run: Run): FoundRun {
    let found = this.runs.get(run);
    if (found === undefined) {
      found = this.inParts ? this.local(run, { ...run }) : { path: this.begins[0]!.path, run };
      this.runs.set(run, found);
    }
    return found;
  }

  /** The run as it stands in the part that shows its cause, or where it begins. */
  private local(run: Run, into: Run): FoundRun {
    const begin = this.partOf(run.line);
    const part = run.causeLine === 0 ? begin : this.partOf(run.causeLine);
    const causeLine = run.causeLine === 0 ? 0 : run.causeLine - part.lines;
    // Where it began before, this part is its own from the first line.
    const line = part === begin ? run.line - part.lines : 1;
    // Lines of other parts cannot be told from this one's.
    const evidence = run.evidence
      .filter((one) => this.partOf(one.line) === part)
      .map((one) => ({ ...one, line: one.line - part.lines }));
    const offset = run.offset - begin.bytes;
    return { path: part.path, run: Object.assign(into, run, { line, offset, causeLine, evidence }) };
  }

  private partOf(line: number): PartBegin {
    return this.begins.findLast(({ lines }) => lines < line) ?? this.begins[0]!;
  }
}
