import { join } from 'node:path';
import type { Sink } from '../delivery/sink.js';
import { keptJsonOrAside } from '../disk/kept-file.js';
import { writeWholeSync } from '../disk/whole-file.js';
import { decodeText } from '../report/encoding.js';
import { recordOfRow } from '../sinks/clickhouse-rows.js';
import type { Batch, SpoolEntry } from '../spool/entries.js';
import { isGuid, patternOf, wordsOf, type Subject } from './subject.js';

interface Forgotten extends Subject {
  /** Entries that came later are kept: the machine has reported anew. In milliseconds since 1970 UTC. */
  at: number;
}

const file = 'forgotten.json';
const settleMs = 15_000;

/**
 * What is forgotten and may still wait in the spool: its logs are only ever added to, so it is left out where it would
 * be passed on, and its bytes go with their segment. Kept in the data folder until nothing older is held.
 */
export class ForgottenInSpool {
  private list: Forgotten[];
  private readonly underWay = new Set<Promise<unknown>>();
  private left = 0;

  constructor(
    private readonly dataDir: string,
    logger: { warn(message: string): void },
  ) {
    this.list = kept(join(dataDir, file), logger);
  }

  /** Entries that were left out or blanked since the start. */
  get leftOut(): number {
    return this.left;
  }

  /** From now on left out; resolves when no batch that was read before is under way any more. */
  async add(subjects: readonly Subject[], now = Date.now()): Promise<void> {
    const isNew = ({ kind, name }: Subject) => subjects.every((one) => one.name !== name || one.kind !== kind);
    this.list = [...this.list.filter(isNew), ...subjects.map(({ kind, name }) => ({ kind, name, at: now }))];
    this.keep();
    const limit = new Promise((resolve) => setTimeout(resolve, settleMs).unref());
    await Promise.race([Promise.allSettled([...this.underWay]), limit]);
  }

  /** Nothing of before is held any more, so nothing has to be left out. */
  clear(): void {
    if (this.list.length === 0) return;
    this.list = [];
    this.keep();
  }

  /** The sink with what is forgotten left out: each in its place, so that the others keep theirs. */
  apart(sink: Sink): Sink {
    return {
      ...sink,
      // What is forgotten may not be made ready either.
      ...(sink.prepare === undefined
        ? {}
        : { prepare: async (batch) => (this.list.length === 0 ? sink.prepare!(batch) : undefined) }),
      deliver: (batch, redelivery) => {
        const delivering = sink.deliver(this.passedOn(batch), redelivery);
        this.underWay.add(delivering);
        void delivering.catch(() => undefined).finally(() => this.underWay.delete(delivering));
        return delivering;
      },
    };
  }

  /** A batch as it may be passed on; the very one that was made ready, where nothing is left out of it. */
  passedOn(batch: Batch): Batch {
    return this.list.length === 0 ? batch : { ...batch, entries: batch.entries.map((entry) => this.of(entry)) };
  }

  private of(entry: SpoolEntry): SpoolEntry {
    let kept = entry;
    for (const subject of this.list) if (timeOf(entry) <= subject.at) kept = withoutSubject(kept, subject);
    if (kept !== entry) this.left++;
    return kept;
  }

  private keep(): void {
    writeWholeSync(join(this.dataDir, file), JSON.stringify(this.list));
  }
}

/** Nothing where nobody was forgotten. A list that is damaged is put aside: whom it names has to be forgotten once more. */
function kept(path: string, logger: { warn(message: string): void }): Forgotten[] {
  const list = keptJsonOrAside(path, areForgotten, (reason, aside) => {
    logger.warn(
      `The list of what is forgotten cannot be read (${reason}); it is kept as ${aside}: what still waits of its machines and users is passed on; look there for their names, and forget them once more`,
    );
  });
  return list ?? [];
}

function areForgotten(found: unknown): found is Forgotten[] {
  return (
    Array.isArray(found) &&
    found.every((one: unknown) => {
      const { kind, name, at } = (one ?? {}) as Record<string, unknown>;
      return (kind === 'machine' || kind === 'user') && typeof name === 'string' && typeof at === 'number';
    })
  );
}

/** Whether an entry is about a machine, or speaks of a user. */
export function concerns(entry: SpoolEntry, subject: Subject): boolean {
  return withoutSubject(entry, subject) !== entry;
}

/** An entry as it may be passed on: as it is, without the user, or not at all. */
export function withoutSubject(entry: SpoolEntry, subject: Subject): SpoolEntry {
  if (entry.kind === 'setup_log_row') {
    const record = recordOfRow(entry);
    const kept = withoutSubject(record, subject);
    return kept === record ? entry : kept;
  }
  const pattern = new RegExp(patternOf(subject), 'gi');
  const speaks = (text: string) => text.search(pattern) >= 0;
  if (entry.kind === 'rejected_message')
    return speaks(Buffer.from(entry.body).toString('latin1').replaceAll('\0', '')) ? gone : entry;
  if (subject.kind === 'machine') {
    if (entry.kind === 'state_message') {
      const { netbiosName, clientId } = entry.machine;
      const own = isGuid(subject) ? clientId.toUpperCase() === subject.name : sameMachine(netbiosName, subject);
      return own ? gone : entry;
    }
    if (entry.kind === 'setup_log_record' || entry.kind === 'setup_run')
      return sameMachine(entry.hostName, subject) ? gone : entry;
    return entry;
  }
  if (entry.kind !== 'state_message' && entry.kind !== 'setup_log_record' && entry.kind !== 'setup_run') return entry;
  const raw = entry.kind === 'state_message' && entry.raw.length > 0 ? decodeText(entry.raw) : '';
  const told: Record<string, unknown> = { ...entry };
  delete told.raw;
  if (!speaks(raw) && !speaks(JSON.stringify(told).replaceAll('\\\\', '\\'))) return entry;
  const blanked = blankedIn(told, pattern) as SpoolEntry;
  return entry.kind === 'state_message' ? ({ ...blanked, raw: new Uint8Array() } as SpoolEntry) : blanked;
}

const gone: SpoolEntry = { kind: 'forgotten' };

function blankedIn(value: unknown, pattern: RegExp): unknown {
  if (typeof value === 'string') {
    const once = value.replaceAll(pattern, '$1(forgotten)$3');
    return once.replaceAll(pattern, '$1(forgotten)$3');
  }
  if (Array.isArray(value)) return value.map((one) => blankedIn(one, pattern));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, blankedIn(one, pattern)]));
  return value;
}

function sameMachine(name: string, subject: Subject): boolean {
  const full = subject.name.toUpperCase();
  const short = (wordsOf(subject).at(-1) ?? full).split('.')[0]!.toUpperCase();
  const given = name.toUpperCase();
  return full === short ? given.split('.')[0] === short : given === short || given === full;
}

function timeOf(entry: SpoolEntry): number {
  if (entry.kind === 'state_message' || entry.kind === 'rejected_message') return entry.receivedAt;
  return entry.kind === 'setup_run' ? entry.updatedAt : 0;
}
