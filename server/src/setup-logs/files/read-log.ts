import { LogParser, type LogParserOptions } from '../log-parser.js';
import { noSurvey, Surveyor, type Survey } from '../survey.js';
import type { Log, LogFile } from './log-file.js';
import { Places, type PartBegin, type PlacedRecord } from './places.js';

type Options = Pick<LogParserOptions, 'format' | 'timezone'>;

/**
 * The records of a whole log, piece by piece as it is read; of what was rotated first, and on into its successor, so
 * that an installation that was under way is one run.
 * @param onBytes told how much was read
 * @throws FileRefused, and what reading the file throws
 */
export async function* readLog(
  log: Log,
  options: Options,
  onBytes?: (count: number) => void,
): AsyncGenerator<PlacedRecord[]> {
  const begins: PartBegin[] = [];
  const places = new Places(begins, log.parts.length > 1);
  let placed: PlacedRecord[] = [];
  const parser = new LogParser({
    ...options,
    survey: await surveyLog(log),
    onRecord: (record) => placed.push(places.place(record)),
  });
  for (const part of log.parts) {
    begins.push({ path: part.path, ...parser.beginPart() });
    for await (const piece of part.pieces()) {
      onBytes?.(piece.length);
      parser.push(piece);
      places.refresh();
      if (placed.length > 0) yield placed;
      placed = [];
    }
  }
  parser.end();
  places.refresh();
  if (placed.length > 0) yield placed;
}

/** The records of several logs in one order by time; within a log its own order holds. */
export async function* mergeLogs(logs: readonly Log[], options: Options): AsyncGenerator<PlacedRecord[]> {
  const [only] = logs;
  if (logs.length === 1 && only !== undefined) {
    yield* readLog(only, options);
    return;
  }
  const sources = await Promise.all(
    logs.map(async (log) => {
      const source = new Source(readLog(log, options));
      await source.fill();
      return source;
    }),
  );
  let merged: PlacedRecord[] = [];
  for (;;) {
    let next: Source | null = null;
    for (const source of sources) if (source.head !== null && (next === null || source.time < next.time)) next = source;
    if (next === null) break;
    merged.push(next.take());
    if (next.head === null) {
      await next.fill();
      if (merged.length > 0) yield merged;
      merged = [];
    }
  }
  if (merged.length > 0) yield merged;
}

class Source {
  private records: PlacedRecord[] = [];
  private at = 0;
  /** Of the records so far: one that is out of order comes right behind those before it. */
  time = -Infinity;

  constructor(private readonly pieces: AsyncGenerator<PlacedRecord[]>) {}

  get head(): PlacedRecord | null {
    return this.records[this.at] ?? null;
  }

  take(): PlacedRecord {
    const placed = this.records[this.at++]!;
    this.advance();
    return placed;
  }

  async fill(): Promise<void> {
    const piece = await this.pieces.next();
    this.records = piece.done ? [] : piece.value;
    this.at = 0;
    this.advance();
  }

  private advance(): void {
    this.time = Math.max(this.time, this.head?.record.time ?? -Infinity);
  }
}

/** Beyond this size a file is read without a look ahead. */
const largestSurveyed = 64 * 1024 * 1024;

/** Surveys a file, from its first byte to its last. */
export async function surveyFile({ size, modifiedAt, pieces }: LogFile): Promise<Survey> {
  if (size > largestSurveyed) return noSurvey;
  const surveyor = new Surveyor(modifiedAt);
  for await (const piece of pieces()) surveyor.push(piece);
  surveyor.end();
  return surveyor.survey();
}

async function surveyLog({ parts }: Log): Promise<Survey> {
  const surveys: Survey[] = [];
  for (const part of parts) surveys.push(await surveyFile(part));
  return {
    dateOrder: surveys.findLast(({ dateOrder }) => dateOrder !== null)?.dateOrder ?? null,
    hiddenProperties: surveys.flatMap(({ hiddenProperties }) => hiddenProperties),
  };
}
