/**
 * The quarantine: entries that a sink refuses for what they are, so that all others go on.
 *
 * Promises
 * - An entry is on disk here before its batch counts as delivered; a kill -9 in between repeats both, under the same name.
 * - It stays, with the reason and its whole content, until it is delivered by a retry, or dropped by an administrator.
 * - It is bounded: past the limit the oldest go, counted and told.
 *
 * Format: one JSON file an entry, `SINK-BATCH-INDEX.json`, in a folder of its own; bytes are in base64.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Refused } from '../delivery/sink.js';
import { syncFolder, writeWhole } from '../disk/whole-file.js';
import { FspError } from '../errors.js';
import { recordOfRow } from '../sinks/clickhouse-rows.js';
import type { Batch, SpoolEntry } from '../spool/entries.js';

/** What is known of an entry without its content. */
export interface QuarantinedSummary {
  id: string;
  sink: string;
  /** When it was set aside, in milliseconds since 1970 UTC. */
  at: number;
  kind: string;
  /** The sink's own code, or ''. */
  code: string;
  reason: string;
  bytes: number;
}

export interface Quarantined extends QuarantinedSummary {
  entry: SpoolEntry;
}

export interface QuarantineStats {
  entries: number;
  bytes: number;
  /** Entries that went since the start because the quarantine was full. */
  dropped: number;
  oldestAt: number | null;
}

export interface QuarantineOptions {
  dir: string;
  logger?: { warn(message: string): void; error(message: string): void };
  now?: () => number;
  /** The most that is kept. */
  limits?: { entries: number; bytes: number };
}

const defaultLimits = { entries: 10_000, bytes: 256 * 1024 * 1024 };
const name = /^[\w-]+-[0-9a-f]{32}-\d+$/;

export class Quarantine {
  private readonly items = new Map<string, QuarantinedSummary>();
  private readonly now: () => number;
  private readonly limits: { entries: number; bytes: number };
  private bytes = 0;
  private dropped = 0;

  private constructor(private readonly options: QuarantineOptions) {
    this.now = options.now ?? Date.now;
    this.limits = options.limits ?? defaultLimits;
  }

  /** Opens the quarantine in a folder, which is made when the first entry comes; a file that cannot be read is told. */
  static async open(options: QuarantineOptions): Promise<Quarantine> {
    const quarantine = new Quarantine(options);
    const files = await readdir(options.dir).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        options.logger?.error(
          `The quarantine ${options.dir} cannot be read (${(error as Error).message}); check its rights`,
        );
      return [];
    });
    const found: QuarantinedSummary[] = [];
    for (const file of files.filter((one) => one.endsWith('.json'))) {
      try {
        found.push(summaryOf(await quarantine.read(file.slice(0, -'.json'.length))));
      } catch (error) {
        options.logger?.error(`The quarantined entry ${file} cannot be read: ${(error as Error).message}`);
      }
    }
    for (const item of found.sort((a, b) => a.at - b.at)) quarantine.add(item);
    return quarantine;
  }

  /** Keeps the entries of a batch that a sink refused; resolves when they are on disk. */
  async setAside(sink: string, batch: Batch, refused: readonly Refused[]): Promise<void> {
    const { dir, logger } = this.options;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const { index, code, reason } of refused) {
      const refusedEntry = batch.entries[index];
      if (refusedEntry === undefined || refusedEntry.kind === 'forgotten') continue;
      const entry = refusedEntry.kind === 'setup_log_row' ? recordOfRow(refusedEntry) : refusedEntry;
      const id = `${sink}-${batch.id}-${index}`;
      const kept = { id, sink, at: this.now(), kind: entry.kind, code, reason, entry };
      const text = JSON.stringify(kept, withBase64);
      await writeWhole(this.path(id), text);
      this.add({ ...kept, bytes: Buffer.byteLength(text) });
      logger?.warn(
        `${sink} refuses an entry for good (${reason}); it is in quarantine as ${id}, and the others went on: fsp quarantine list`,
      );
    }
    await syncFolder(dir);
    await this.makeRoom();
  }

  /** What is in quarantine, the oldest first. */
  list(): QuarantinedSummary[] {
    return [...this.items.values()];
  }

  /**
   * One entry with its content.
   * @throws FspError FSP_NOT_FOUND
   */
  async read(id: string): Promise<Quarantined> {
    if (!name.test(id)) throw notThere(id);
    const text = await readFile(this.path(id), 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notThere(id);
      throw error;
    });
    const kept = JSON.parse(text, fromBase64) as Omit<Quarantined, 'bytes'>;
    return { ...kept, id, bytes: Buffer.byteLength(text) };
  }

  has(id: string): boolean {
    return this.items.has(id);
  }

  /**
   * That all of them are there: who names one that is not is refused before anything is done.
   * @throws FspError FSP_NOT_FOUND
   */
  requireAll(ids: readonly string[]): void {
    for (const id of ids) if (!this.items.has(id)) throw notThere(id);
  }

  /**
   * Forgets entries, with their content.
   * @returns how many; one that is not there, as somebody else dropped it meanwhile, is not among them
   */
  async drop(ids: readonly string[]): Promise<number> {
    let dropped = 0;
    for (const id of ids) {
      const item = this.items.get(id);
      if (item === undefined) continue;
      await rm(this.path(id), { force: true });
      if (!this.items.delete(id)) continue;
      this.bytes -= item.bytes;
      dropped++;
    }
    return dropped;
  }

  stats(): QuarantineStats {
    const [oldest] = this.items.values();
    return { entries: this.items.size, bytes: this.bytes, dropped: this.dropped, oldestAt: oldest?.at ?? null };
  }

  /** Entries of a sink. */
  count(sink: string): number {
    let count = 0;
    for (const item of this.items.values()) if (item.sink === sink) count++;
    return count;
  }

  private add({ id, sink, at, kind, code, reason, bytes }: QuarantinedSummary): void {
    // Set aside once more after a crash: it replaces what was written before.
    this.bytes += bytes - (this.items.get(id)?.bytes ?? 0);
    this.items.set(id, { id, sink, at, kind, code, reason, bytes });
  }

  private async makeRoom(): Promise<void> {
    const full = () => this.items.size > this.limits.entries || this.bytes > this.limits.bytes;
    let gone = 0;
    while (full()) {
      const [oldest] = this.items.keys();
      if (oldest === undefined) break;
      // Another destination's entries may be set aside at the same time.
      gone += await this.drop([oldest]);
    }
    this.dropped += gone;
    if (gone > 0)
      this.options.logger?.error(
        `The quarantine is full: its oldest ${gone} entries are gone, ${this.dropped} in all; see fsp quarantine list`,
      );
  }

  private path(id: string): string {
    return join(this.options.dir, `${id}.json`);
  }
}

/** The batch by which a quarantined entry is sent alone: the same on every attempt, so that it counts once. */
export function batchOf({ id, at, entry }: Quarantined): Batch {
  return { id: createHash('sha256').update(id).digest('hex').slice(0, 32), createdAt: at, entries: [entry] };
}

function summaryOf({ id, sink, at, kind, code, reason, bytes }: Quarantined): QuarantinedSummary {
  return { id, sink, at, kind, code, reason, bytes };
}

function withBase64(_key: string, value: unknown): unknown {
  // Buffer has a form of its own by then.
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (type === 'Buffer' && Array.isArray(data)) return { base64: Buffer.from(data as number[]).toString('base64') };
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
}

function fromBase64(_key: string, value: unknown): unknown {
  const { base64 } = (value ?? {}) as { base64?: unknown };
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : value;
}

function notThere(id: string): FspError {
  return new FspError('FSP_NOT_FOUND', `No entry ${id.slice(0, 100)} is in quarantine; see fsp quarantine list`);
}
