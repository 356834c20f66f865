import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openLog } from '../files/open-log.js';

/** What tells a file from another of the same name. */
export interface FileIdentity {
  device: number;
  inode: number;
  headLength: number;
  headHash: string;
}

/** The first bytes that are compared: a log's first line has its time. */
const headSize = 1024;
/** A head this long is proof by itself: copies and network shares change inodes. */
const tellingHead = 256;

/** What there is to be seen of an open file. */
export interface Seen {
  stats: BigIntStats;
  head: Buffer;
}

export async function seenOf(file: FileHandle): Promise<Seen> {
  const stats = await file.stat({ bigint: true });
  const buffer = Buffer.alloc(headSize);
  const { bytesRead } = await file.read(buffer, 0, headSize, 0);
  return { stats, head: buffer.subarray(0, bytesRead) };
}

/** The identity of a file; grows with it until its head is there. */
export function identityOf({ stats, head }: Seen): FileIdentity {
  return { device: Number(stats.dev), inode: Number(stats.ino), headLength: head.length, headHash: hash(head) };
}

/** For so long after a file was written, its times may not tell that it was written again: FAT counts every other second. */
const timesTellAfterMs = 3_000;

/** What a file looks like that was read to its end, where that tells whether it was written since; else null. */
export function lookOf(stats: BigIntStats, readTo: number): string | null {
  if (Number(stats.size) !== readTo || Math.abs(Date.now() - Number(stats.mtimeMs)) < timesTellAfterMs) return null;
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}

/** True where the file at a path is the one that is known, not shorter than what was read of it. */
export async function isAt(path: string, known: FileIdentity, readSoFar: number): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await openLog(path);
  } catch {
    return false;
  }
  try {
    return isKnown(await seenOf(file), known, readSoFar);
  } finally {
    await file.close();
  }
}

/** True where a file is the one that is known, not shorter than what was read of it. */
export function isKnown({ stats, head }: Seen, known: FileIdentity, readSoFar: number): boolean {
  if (!stats.isFile() || Number(stats.size) < readSoFar || head.length < known.headLength) return false;
  if (hash(head.subarray(0, known.headLength)) !== known.headHash) return false;
  const { dev, ino } = stats;
  return known.headLength >= tellingHead || (Number(dev) === known.device && Number(ino) === known.inode);
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
