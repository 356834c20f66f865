import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { openLog, type OpenLog } from '../files/open-log.js';

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

export async function seenOf({ file, stats }: OpenLog): Promise<Seen> {
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
  let log: OpenLog;
  try {
    log = await openLog(path);
  } catch {
    return false;
  }
  try {
    return isKnown(await seenOf(log), known, readSoFar);
  } finally {
    await log.file.close();
  }
}

/** True where a file's place on the disk is that of the one that is known, and it is not shorter than what was read of it. */
export function seemsKnown(stats: BigIntStats, known: FileIdentity, readSoFar: number): boolean {
  const { dev, ino, size } = stats;
  return stats.isFile() && Number(size) >= readSoFar && Number(dev) === known.device && Number(ino) === known.inode;
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
