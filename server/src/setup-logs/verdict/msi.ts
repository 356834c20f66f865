import { actionLine } from '../formats/msi-lines.js';
import type { LogRecord } from '../types.js';
import { headingKind, headingPhrase, isHeading } from './msi-headings.js';
import { MsiRun } from './msi-run.js';
import type { RunTracker } from './run-tracker.js';

/** Text before the first line that belongs to a run, kept for the run whose beginning is lost. */
const keptBefore = 100;
/** Later than that nothing of a run is written that had no end when the next one began. */
const longestSilence = 60_000;
const keptThreads = 200;

/**
 * Runs in a log of Windows Installer (domain/logs.md §4), one for each installation, however many headings, processes
 * and ends it has: the heading that begins one is told by its build or its words, those that end one come from the
 * service and a second later from the client, and lines still follow both. A second installation that is refused while
 * the first goes on is told apart by the client's process.
 */
export function trackMsi(): RunTracker {
  const tracker = new MsiTracker();
  return (record) => tracker.read(record)?.run ?? null;
}

class MsiTracker {
  private current: MsiRun | null = null;
  /** A run without an end that was under way when the current one began. */
  private older: MsiRun | null = null;
  /** The run that the last line belonged to: lines without a process go on with it. */
  private last: MsiRun | null = null;
  private readonly clients = new WeakMap<MsiRun, string>();
  /** Threads of the service that wrote for a run. */
  private readonly services = new WeakMap<MsiRun, Set<string>>();
  private before: LogRecord[] = [];
  private startPhrase = '';

  read(record: LogRecord): MsiRun | null {
    const owner = isHeading(record) ? this.heading(record) : this.line(record);
    this.last = owner;
    return owner;
  }

  private heading(record: LogRecord): MsiRun | null {
    const { current } = this;
    if (this.begins(record)) {
      const same =
        current !== null && (current.run.opening === record.original || current.waitsForService(record.time));
      if (!same || current.finished || current.stops > 0) return this.begin(record);
      current.read(record);
      return current;
    }
    const all = current !== null && this.services.has(current) ? 2 : 1;
    const owner = this.older !== null && (current?.stops ?? 0) >= all ? this.older : current;
    owner?.stop(record);
    if (owner === this.older) this.resume();
    return owner;
  }

  private begins({ message }: LogRecord): boolean {
    const phrase = headingPhrase(message);
    const kind = headingKind(message) ?? (this.current === null || phrase === this.startPhrase ? 'start' : 'stop');
    if (kind === 'start') this.startPhrase = phrase;
    return kind === 'start';
  }

  private begin(record: LogRecord): MsiRun {
    const { current } = this;
    const endedAt = current?.run.endedAt ?? null;
    const silence = endedAt === null || record.time === null ? 0 : Math.abs(record.time - endedAt);
    this.older =
      current !== null && !current.finished && current.stops === 0 && silence < longestSilence ? current : null;
    const begun = new MsiRun(record);
    this.current = begun;
    // What stands before a heading is of no run that is known; before anything else it is the end of a lost beginning.
    const before = isHeading(record) ? [] : this.before;
    this.before = [];
    for (const one of before) begun.read(one);
    begun.read(record);
    return begun;
  }

  private line(record: LogRecord): MsiRun | null {
    if (this.current === null) {
      if (record.component !== '') return this.begin(record);
      if (this.before.length < keptBefore) this.before.push(record);
      return null;
    }
    const { current } = this;
    if (current.finished && current.stops > 0 && this.older === null && beginsSequence(record))
      return this.begin(record);
    const owner = this.ownerOf(record, current);
    owner.read(record);
    if (owner === this.older && current.finished) this.resume();
    return owner;
  }

  private ownerOf(record: LogRecord, current: MsiRun): MsiRun {
    const client = record.component === 'MSI (c)' ? record.thread.slice(0, record.thread.search(/[:!]|$/)) : '';
    if (client !== '' && !this.clients.has(current)) {
      // The same process installs again: the run before has no more to say.
      if (this.older !== null && this.clients.get(this.older) === client) this.older = null;
      this.clients.set(current, client);
    }
    const { older } = this;
    if (record.component === 'MSI (s)') return this.ownerOfService(record.thread, current);
    if (older === null) return current;
    if (client !== '') return this.clients.get(older) === client ? older : current;
    return this.last === older ? older : current;
  }

  private ownerOfService(thread: string, current: MsiRun): MsiRun {
    const { older } = this;
    let threads = this.services.get(current);
    // It ended before the service did anything for it: it was refused, and the service works for the one that goes on.
    if (older !== null && current.finished && current.stops > 0 && threads === undefined) return older;
    if (older !== null && current.finished && !threads?.has(thread) && this.services.get(older)?.has(thread))
      return older;
    if (threads === undefined) this.services.set(current, (threads = new Set()));
    if (threads.size < keptThreads) threads.add(thread);
    return current;
  }

  /** The older run goes on alone. */
  private resume(): void {
    this.current = this.older;
    this.older = null;
  }
}

/** The first action of an installation, where the heading before it is lost. */
function beginsSequence(record: LogRecord): boolean {
  if (record.component !== 'MSI' || record.original.startsWith('Property(')) return false;
  const action = actionLine(record.message);
  return action !== null && action.name === 'INSTALL' && action.value === null;
}
