import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FspError } from '../errors.js';
import type { DamageLedger } from './damage.js';
import { headKind, jsonOf, markBytes, recordAt, type RecordHeader } from './record.js';

/** What the first record of a segment says. */
export interface SegmentHead {
  /** Offsets in the segment before at which something begins that was never acknowledged. */
  torn: number[];
  /** What is so before its first record, for whoever owns the log. */
  value: unknown;
}

/** One file of a log. */
export interface Segment {
  number: number;
  path: string;
  size: number;
  /** Behind its last record, where that is known; 0 before it was scanned. */
  end: number;
  /** Its first record; null where that is damaged. */
  head: (RecordHeader & SegmentHead) | null;
  /** The one that follows; null for the newest. */
  next: Segment | null;
}

const fileName = /^(\d{10})\.log$/;
const movedSuffix = '.moved';
/** Heads hold the state of the journal, with a position for each followed log. */
const longestHead = 16 * 1024 * 1024;

export function segmentFile(number: number): string {
  return `${String(number).padStart(10, '0')}.log`;
}

/**
 * Errors by which a file is lost. Others may pass: rights, somebody who holds it open, too few descriptors, too little
 * memory, a disk that is away.
 */
const forGood = new Set(
  'ENOENT ENOTDIR ELOOP ENAMETOOLONG EIO EISDIR ENXIO EINVAL EUCLEAN EBADMSG EFBIG UNKNOWN ERR_OUT_OF_RANGE'.split(' '),
);

/**
 * The code of an error by which a file is lost.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE where the error may pass: what cannot be read for the moment is not lost
 */
export function lostBy(path: string, error: unknown): string {
  // What has no code is no word of the file system, as content that cannot be read.
  const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
  if (forGood.has(code)) return code;
  throw new FspError(
    'FSP_DATA_DIR_UNWRITABLE',
    `${path} cannot be read (${code}); give this user the right to every file of the data folder, and enough open files`,
    { cause: error },
  );
}

/**
 * The segments of a log in their order, heads read. One that lies in another's place is put back; what is none, or
 * cannot be read, is set aside and told.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE where this user may not read one
 */
export async function findSegments(
  dir: string,
  { name, id, mark, damage }: { name: string; id: number; mark: Buffer; damage: DamageLedger },
): Promise<Segment[]> {
  await makeFolder(dir, damage, name);
  // A start that was killed while it put segments back leaves them so.
  for (const file of await readdir(dir)) {
    const home = join(dir, file.replace(movedSuffix, ''));
    if (file.endsWith(movedSuffix) && !existsSync(home)) await rename(join(dir, file), home);
  }
  const found = new Map<number, Segment>();
  const strays: (Segment & { file: string; tell(what: string, bytes?: number): void })[] = [];
  for (const file of (await readdir(dir)).sort()) {
    const number = Number(fileName.exec(file)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) continue;
    const path = join(dir, file);
    const tell = (what: string, bytes = 0) => {
      damage.tell({ where: name, file: join(name, file), offset: 0, bytes, messages: 0, entries: 0, what });
    };
    try {
      const stats = await stat(path);
      if (!stats.isFile()) {
        tell('is no file; it was set aside');
        damage.setAside(path, `${name}-${file}`);
        continue;
      }
      const { head, segment: claimed } = await readHead(path, { mark, log: id, segment: number });
      const segment = { number: claimed, path, size: stats.size, end: 0, head, next: null };
      if (claimed === number) found.set(number, segment);
      else strays.push({ ...segment, file, tell });
    } catch (error) {
      const code = lostBy(path, error);
      tell(`cannot be read (${code}); it was set aside`);
      damage.setAside(path, `${name}-${file}`);
    }
  }
  // Two that were exchanged lie in each other's way: all are taken from their places first.
  const moved: { from: string; to: string }[] = [];
  for (const stray of strays) {
    const { number, file, path, size, tell } = stray;
    if (found.has(number)) {
      tell('is the copy of another segment; it was set aside', size);
      damage.setAside(path, `${name}-${file}`);
    } else {
      const home = join(dir, segmentFile(number));
      found.set(number, { number, path: home, size, end: 0, head: stray.head, next: null });
      tell(`lay in the place of another segment; it was put back as ${segmentFile(number)}`);
      await rename(path, path + movedSuffix);
      moved.push({ from: path + movedSuffix, to: home });
    }
  }
  for (const { from, to } of moved) await rename(from, to);
  const segments = [...found.values()].sort((a, b) => a.number - b.number);
  for (const [index, segment] of segments.entries()) segment.next = segments[index + 1] ?? null;
  return segments;
}

/** Makes a folder; a file that is in its place is set aside. */
async function makeFolder(dir: string, damage: DamageLedger, name: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!['EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    damage.tell({
      where: name,
      file: name,
      offset: 0,
      bytes: 0,
      messages: 0,
      entries: 0,
      what: 'is a file in place of a folder; it was set aside',
    });
    damage.setAside(dir, name);
    await mkdir(dir, { recursive: true, mode: 0o700 });
  }
}

/** The head of a segment; null where it is damaged. And the number of the segment that it is by its head. */
async function readHead(
  path: string,
  place: { mark: Buffer; log: number; segment: number },
): Promise<{ head: Segment['head']; segment: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const first = Buffer.alloc(Math.min(size, 64 * 1024));
    await file.read(first, 0, first.length, 0);
    if (first.length < 44) return { head: null, segment: place.segment };
    let buffer = first;
    const length = 44 + first.readUInt32LE(8);
    if (length > buffer.length && length <= Math.min(size, longestHead)) {
      buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, 0);
    }
    for (const segment of [place.segment, buffer.readUInt32LE(16)]) {
      const head = recordAt(buffer, 0, 0, { ...place, segment });
      if (head?.kind === headKind) return { head: { ...head, ...headOf(buffer.subarray(0, head.length)) }, segment };
    }
    return { head: null, segment: place.segment };
  } finally {
    await file.close();
  }
}

export function headOf(record: Buffer): SegmentHead {
  return jsonOf(record) as SegmentHead;
}

/** The mark that a segment's first bytes carry, where its head is whole; how a spool knows its own without any other file. */
export async function markOf(path: string, id: number): Promise<Buffer | null> {
  try {
    const bytes = await readWhole(path);
    const mark = Buffer.from(bytes.subarray(0, markBytes));
    if (mark.length < markBytes || bytes.length < 44) return null;
    return recordAt(bytes, 0, 0, { mark, log: id, segment: bytes.readUInt32LE(16) }) === null ? null : mark;
  } catch {
    return null;
  }
}

const nothing = Buffer.alloc(0);

/**
 * All bytes of a segment, in `room` where they fit; none where it is lost.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE where it cannot be read for the moment
 */
export async function readWhole(path: string, room: Buffer = nothing): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const buffer = size <= room.length ? room : Buffer.allocUnsafeSlow(size);
      let read = 0;
      for (let more = 1; more > 0 && read < size; read += more)
        more = (await file.read(buffer, read, size - read, read)).bytesRead;
      return buffer.subarray(0, read);
    } finally {
      await file.close();
    }
  } catch (error) {
    lostBy(path, error);
    return nothing;
  }
}

/** Flushed piece by piece: a group that is written meanwhile waits for one of them, and not until all are on disk. */
const zeroes = Buffer.alloc(512 * 1024);

/** Makes a file of zeroes, flushed, in the place of whatever is there; where that fails, none is left. */
export async function writeZeroes(path: string, size: number): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    for (let at = 0; at < size;) {
      at += (await file.write(zeroes, 0, Math.min(zeroes.length, size - at), at)).bytesWritten;
      await file.datasync();
    }
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close();
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
}
