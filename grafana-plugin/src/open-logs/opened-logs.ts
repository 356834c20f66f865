import { collect, refusalOf, type Given } from '../../../server/src/setup-logs/files/collect.js';
import type { Log, LogFile } from '../../../server/src/setup-logs/files/log-file.js';
import { joinRotated } from '../../../server/src/setup-logs/files/names.js';
import type { FoundRun } from '../../../server/src/setup-logs/files/places.js';
import { readLog } from '../../../server/src/setup-logs/files/read-log.js';
import type { LogFormat } from '../../../server/src/setup-logs/types.js';
import type { Scope } from '../log-view/source.js';
import { installationsOf } from './installations.js';
import { OpenedView } from './opened-view.js';
import type { NotRead, OpenedState, Progress, Stage } from './protocol.js';
import { RecordStore } from './record-store.js';
import { UtcOffsets } from './utc-offset.js';

/** Bytes of text that are held: a tab of a browser has some four gigabytes in all. */
const mostText = 1.5 * 1024 ** 3;
/** How often it is told how far the reading is. */
const tellEveryMs = 100;

interface Held {
  id: number;
  log: Log;
  store: RecordStore;
  found: Set<FoundRun>;
  format: LogFormat | null;
  errors: number;
  first: number | null;
  last: number | null;
  stage: Stage;
}

/** The logs that somebody opened: read one after the other, their records held, their installations judged. */
export class OpenedLogs {
  private held: Held[] = [];
  private files: LogFile[] = [];
  private notRead: NotRead[] = [];
  private readonly views = new Map<string, OpenedView>();
  private nextId = 1;
  private working: Promise<void> = Promise.resolve();
  /** Changes when what is being read is no longer wanted as it is. */
  private wish = 0;
  /** Changes when what was given is no longer wanted at all. */
  private round = 0;
  private progress: Progress | null = null;
  private toldAt = 0;

  /**
   * @param listener is told the state when it has changed, and a few times a second how far the reading is
   * @param limits bytes of text that are held; for tests
   */
  constructor(
    private readonly listener: { state(state: OpenedState): void; progress(progress: Progress | null): void },
    private timezone = 'UTC',
    private readonly limits = { text: mostText },
  ) {}

  /** Reads what was given, after what is being read; resolves when it is read or was cancelled. */
  add(given: readonly Given[]): Promise<void> {
    const { round } = this;
    return this.after(async (wish) => {
      if (round !== this.round) return;
      this.progress = { done: 0, all: 0, path: '', records: 0 };
      this.tellProgress();
      const { files, refused } = await collect(given, { known: this.files });
      if (round !== this.round) return;
      for (const file of files) this.files.push(this.namedApart(file));
      for (const one of refused) this.refuse(one);
      this.arrange();
      await this.readWaiting(wish);
    });
  }

  /** Stops reading. What was not read to its end is left out, and named. */
  cancel(): void {
    this.wish++;
    this.round++;
    for (const { log, stage } of this.held) {
      if (isRead(stage)) continue;
      for (const { path } of log.parts) this.refuse({ path, reason: 'cancelled', detail: '' });
      this.files = this.files.filter((file) => !log.parts.includes(file));
    }
    this.held = this.held.filter(({ stage }) => isRead(stage));
    this.progress = null;
    this.tell();
  }

  /** Forgets all of them. */
  clear(): void {
    this.wish++;
    this.round++;
    [this.held, this.files, this.notRead, this.progress] = [[], [], [], null];
    this.views.clear();
    this.tell();
  }

  /** Reads all of them again, those without a zone in this one. */
  setTimezone(timezone: string): Promise<void> {
    this.wish++;
    this.timezone = timezone;
    // What is looked at stays until all are read.
    this.held = this.held.map(({ id, log }) => newlyHeld(id, log));
    return this.after((wish) => this.readWaiting(wish));
  }

  async open(name: string, logs: readonly number[], scope: Scope): Promise<{ total: number; all: number }> {
    const chosen = logs.map((id) => this.held.find((one) => one.id === id)).filter((one) => one !== undefined);
    const view = await OpenedView.open(
      chosen.map(({ store }) => store),
      chosen.map(({ log }) => log.parts.length),
      scope,
    );
    this.views.set(name, view);
    return { total: view.total, all: view.all };
  }

  /** @throws Error where it is not open, or not any more */
  view(name: string): OpenedView {
    const view = this.views.get(name);
    if (view === undefined) throw new Error(`The view ${name} is not open`);
    return view;
  }

  close(name: string): void {
    this.views.delete(name);
  }

  state(): OpenedState {
    return {
      logs: this.held.map(({ id, log, store, format, errors, first, last, stage }) => ({
        id,
        paths: log.parts.map(({ path }) => path),
        format,
        bytes: log.parts.reduce((sum, { size }) => sum + size, 0),
        records: store.length,
        errors,
        first,
        last,
        stage,
        plain: isRead(stage) && format === 'simple' && first === null,
      })),
      notRead: this.notRead,
      installations: installationsOf(this.held.filter(({ stage }) => isRead(stage))),
      timezone: this.timezone,
    };
  }

  /** One after the other, so that what was given twice at once is still read once. */
  private after(work: (wish: number) => Promise<void>): Promise<void> {
    const before = this.working;
    const mine = (async () => {
      await before;
      const { wish } = this;
      await work(wish);
      if (wish !== this.wish) return;
      this.progress = null;
      this.tell();
    })();
    this.working = mine.catch(() => undefined);
    return mine;
  }

  /** Which files are one log may change with each that comes: those that changed are to be read again. */
  private arrange(): void {
    const before = this.held;
    this.held = joinRotated(this.files).map((log) => {
      const same = before.find(
        (one) => one.log.parts.length === log.parts.length && one.log.parts.every((part, at) => part === log.parts[at]),
      );
      return same ?? newlyHeld(this.nextId++, log);
    });
  }

  private async readWaiting(wish: number): Promise<void> {
    const waiting = this.held.filter(({ stage }) => stage === 'waiting');
    const all = waiting.reduce((sum, { log }) => sum + log.parts.reduce((bytes, { size }) => bytes + size, 0), 0);
    this.progress = { done: 0, all, path: '', records: 0 };
    for (const one of waiting) {
      if (wish !== this.wish) return;
      await this.read(one, wish);
    }
  }

  private async read(one: Held, wish: number): Promise<void> {
    const { log, store } = one;
    const others = this.held.reduce((sum, { store: { textBytes } }) => sum + textBytes, 0);
    const offsets = new UtcOffsets(this.timezone);
    const parts = new Map(log.parts.map(({ path }, index) => [path, index]));
    one.stage = 'reading';
    try {
      const progress = (bytes: number) => {
        if (wish === this.wish && this.progress !== null) this.progress.done += bytes;
      };
      for await (const placed of readLog(log, { timezone: this.timezone }, progress)) {
        if (wish !== this.wish) return;
        for (const { path, record, found } of placed) {
          store.add(record, parts.get(path)!, offsets.of(record));
          one.format = record.format;
          if (found !== null) one.found.add(found);
          if (record.severity === 'ERROR' || record.severity === 'FATAL') one.errors++;
          one.first ??= record.time;
          one.last = record.time ?? one.last;
        }
        if (others + store.textBytes > this.limits.text) {
          one.stage = 'cut';
          return;
        }
        if (this.progress !== null) [this.progress.path, this.progress.records] = [log.path, store.length];
        if (performance.now() - this.toldAt > tellEveryMs) this.tellProgress();
      }
      one.stage = 'read';
    } catch (error) {
      if (wish !== this.wish) return;
      this.refuse(refusalOf(error, log.path));
      // What came out before it stays.
      one.stage = 'cut';
      if (store.length === 0) {
        this.held = this.held.filter((held) => held !== one);
        this.files = this.files.filter((file) => !log.parts.includes(file));
      }
    }
  }

  /** Files of one name, dropped one after the other, are of different machines: told apart as by a folder. */
  private namedApart(file: LogFile): LogFile {
    const isTaken = (path: string) => this.files.some((one) => one.path === path);
    let path = file.path;
    for (let number = 2; isTaken(path); number++) path = `(${number})/${file.path}`;
    return path === file.path ? file : { ...file, path };
  }

  /** Each file has one reason: the newest. */
  private refuse(refused: NotRead): void {
    this.notRead = [...this.notRead.filter(({ path }) => path !== refused.path), refused];
  }

  private tell(): void {
    this.listener.state(this.state());
    this.tellProgress();
  }

  private tellProgress(): void {
    this.toldAt = performance.now();
    this.listener.progress(this.progress);
  }
}

const isRead = (stage: Stage) => stage === 'read' || stage === 'cut';

function newlyHeld(id: number, log: Log): Held {
  return {
    id,
    log,
    store: new RecordStore(),
    found: new Set(),
    format: null,
    errors: 0,
    first: null,
    last: null,
    stage: 'waiting',
  };
}
