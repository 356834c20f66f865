import { closeSync, openSync, readSync } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { syncFolder, writeWhole } from '../disk/whole-file.js';
import { hashOf, idBytes } from './id-table.js';
import { dataKind, headerBytes, recordAt, stampRecord, type RecordPlace } from './record.js';
import { lostBy, readWhole } from './segments.js';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';

const fixed = 24;
const probes = 7;
/** Bytes of identities that are gone through before others have their turn. */
const idsPerTurn = 1_024 * idBytes;

/**
 * Identities that are not in memory any more: one file of one record, in whose payload stand day, count and the sizes of
 * what follows – a Bloom filter (16 bits an identity; in memory), where each bucket begins, and the identities by bucket.
 * Whatever the filter lets through is looked for in the file: exact.
 */
export class IdRun {
  private constructor(
    readonly path: string,
    readonly day: number,
    readonly count: number,
    private readonly filter: Uint8Array,
    private readonly starts: Uint32Array,
    private readonly idsAt: number,
    private readonly descriptor: number,
  ) {}

  has(id: Buffer): boolean {
    const first = hashOf(id);
    const step = hashOf(id, 0, 0x9e37_79b9) | 1;
    const mask = this.filter.length * 8 - 1;
    for (let probe = 0; probe < probes; probe++) {
      const bit = ((first + Math.imul(probe, step)) & mask) >>> 0;
      if (((this.filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    const bucket = first & (this.starts.length - 2);
    const from = this.starts[bucket]!;
    const bytes = Buffer.allocUnsafe((this.starts[bucket + 1]! - from) * idBytes);
    try {
      const read = readSync(this.descriptor, bytes, 0, bytes.length, this.idsAt + from * idBytes);
      for (let at = 0; at + idBytes <= read; at += idBytes)
        if (bytes.compare(id, 0, idBytes, at, at + idBytes) === 0) return true;
    } catch {
      // Unreadable counts as not seen: twice is better than lost.
    }
    return false;
  }

  async remove(): Promise<void> {
    this.close();
    await unlink(this.path).catch(() => undefined);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  /** Writes a run from identities of 16 bytes each; it is there whole or not at all. */
  static async write(path: string, place: RecordPlace, day: number, ids: Buffer): Promise<IdRun> {
    const count = ids.length / idBytes;
    const buckets = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, count / 64))));
    const filterBytes = 2 ** Math.max(6, Math.ceil(Math.log2(Math.max(1, count * 2))));
    const startsAt = headerBytes + fixed + filterBytes;
    const idsAt = startsAt + 4 * (buckets + 1);
    const record = Buffer.alloc(idsAt + ids.length);
    record.writeDoubleLE(day, headerBytes);
    for (const [index, value] of [count, filterBytes, buckets].entries())
      record.writeUInt32LE(value, headerBytes + 8 + 4 * index);
    const filterAt = headerBytes + fixed;
    const starts = new Uint32Array(buckets + 1);
    for (let at = 0; at < ids.length; at += idBytes) {
      if (at % idsPerTurn === 0) await setImmediate();
      starts[(hashOf(ids, at) & (buckets - 1)) + 1]!++;
    }
    for (let bucket = 0; bucket < buckets; bucket++) starts[bucket + 1]! += starts[bucket]!;
    for (const [index, start] of starts.entries()) record.writeUInt32LE(start, startsAt + 4 * index);
    const next = starts.slice();
    const mask = filterBytes * 8 - 1;
    for (let at = 0; at < ids.length; at += idBytes) {
      if (at % idsPerTurn === 0) await setImmediate();
      const first = hashOf(ids, at);
      const step = hashOf(ids, at, 0x9e37_79b9) | 1;
      for (let probe = 0; probe < probes; probe++) {
        const bit = ((first + Math.imul(probe, step)) & mask) >>> 0;
        record[filterAt + (bit >>> 3)]! |= 1 << (bit & 7);
      }
      ids.copy(record, idsAt + next[first & (buckets - 1)]!++ * idBytes, at, at + idBytes);
    }
    stampRecord(record, place, { kind: dataKind, offset: 0, seq: 0, synced: 0 });
    await writeWhole(path, record);
    await syncFolder(dirname(path));
    return IdRun.of(path, record);
  }

  /** @returns null where the file is damaged. @throws FspError as `lostBy` */
  static async read(path: string, place: RecordPlace): Promise<IdRun | null> {
    // A FIFO or a device would be read for ever.
    const stats = await stat(path).catch((error: unknown) => void lostBy(path, error));
    if (stats?.isFile() !== true) return null;
    const record = await readWhole(path);
    return recordAt(record, 0, 0, place)?.length === record.length ? IdRun.of(path, record) : null;
  }

  private static of(path: string, record: Buffer): IdRun {
    const [count, filterBytes, buckets] = [8, 12, 16].map((at) => record.readUInt32LE(headerBytes + at)) as [
      number,
      number,
      number,
    ];
    const startsAt = headerBytes + fixed + filterBytes;
    return new IdRun(
      path,
      record.readDoubleLE(headerBytes),
      count,
      new Uint8Array(record.subarray(headerBytes + fixed, startsAt)),
      Uint32Array.from({ length: buckets + 1 }, (_unused, index) => record.readUInt32LE(startsAt + 4 * index)),
      startsAt + 4 * (buckets + 1),
      openSync(path, 'r'),
    );
  }
}
