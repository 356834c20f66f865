import type {
  Hits,
  LogFile,
  LogRecord,
  LogSource,
  OpenLog,
  Place,
  Scope,
  Wanted,
  WholeText,
} from '../log-view/source.js';
import type { OpenedLog } from './protocol.js';
import { PositionHits } from './position-hits.js';
import type { LogReader } from './reader.js';

let sources = 0;

/** Logs that were opened in the browser: their records come from the worker, in windows. */
export class OpenedSource implements LogSource {
  readonly grows = false;
  readonly id = `opened-${++sources}`;
  readonly files: readonly LogFile[];
  private readonly ids: number[];

  constructor(
    private readonly reader: LogReader,
    logs: readonly OpenedLog[],
  ) {
    this.ids = logs.map(({ id }) => id);
    this.files = logs.flatMap(({ paths, format }) => paths.map((path) => ({ host: '', path, format: format ?? '' })));
  }

  async open(scope: Scope): Promise<OpenLog> {
    const { total, all } = await this.reader.ask('open', this.id, this.ids, scope);
    return new OpenedScope(this.reader, this.id, total, all);
  }

  close(): void {
    void this.reader.ask('close', this.id).catch(() => undefined);
  }
}

class OpenedScope implements OpenLog {
  constructor(
    private readonly reader: LogReader,
    private readonly name: string,
    readonly total: number,
    readonly all: number,
  ) {}

  window(from: number, to: number): Promise<LogRecord[]> {
    return this.reader.ask('window', this.name, from, to);
  }

  whole(records: readonly LogRecord[]): Promise<WholeText[]> {
    return this.reader.ask(
      'whole',
      this.name,
      records.map(({ position }) => position),
    );
  }

  find(place: Place): Promise<number> {
    return this.reader.ask('find', this.name, place);
  }

  async search(wanted: Wanted): Promise<Hits> {
    return new PositionHits(await this.reader.ask('search', this.name, wanted));
  }
}
