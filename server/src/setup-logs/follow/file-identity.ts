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

/** The identity of an open file; grows with the file until its head is there. */
export async function identify(file: FileHandle): Promise<FileIdentity> {
  const { dev, ino } = await file.stat();
  const head = await readHead(file, headSize);
  return { device: dev, inode: ino, headLength: head.length, headHash: hash(head) };
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
    return await isFile(file, known, readSoFar);
  } finally {
    await file.close();
  }
}

/** True where an open file is the one that is known, not shorter than what was read of it. */
export async function isFile(file: FileHandle, known: FileIdentity, readSoFar: number): Promise<boolean> {
  const stats = await file.stat();
  if (!stats.isFile() || stats.size < readSoFar || stats.size < known.headLength) return false;
  if (hash(await readHead(file, known.headLength)) !== known.headHash) return false;
  return known.headLength >= tellingHead || (stats.dev === known.device && stats.ino === known.inode);
}

async function readHead(file: FileHandle, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, 0);
  return buffer.subarray(0, bytesRead);
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
