/** What is asked of the file system for followed logs, answered at once: this runs in the threads of file-threads.ts. */
import { createHash } from 'node:crypto';
import { closeSync, readdirSync, readSync, realpathSync, statfsSync, statSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isFollowedName } from '../files/names.js';
import { openLogSync } from '../files/open-log.js';

/** What a path leads to, and how it looks. */
export interface FileLook {
  isFile: boolean;
  isFolder: boolean;
  device: number;
  inode: number;
  size: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  /** Another whenever it is another file or was written, as exactly as the file system tells. */
  stamp: string;
}

/** A piece of a log, and what tells whether the log is the one that it is taken for. */
export interface LogPiece {
  look: FileLook;
  /** The log's beginning, {@link headSize} bytes at the most. */
  headLength: number;
  headHash: string;
  /** Hash of as many first bytes as were asked for; null where the log has fewer. */
  beginningHash: string | null;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The first bytes that are compared: a log's first line has its time. */
const headSize = 1024;
/** Pieces are cut from blocks of this size: a thousand logs that have grown by a line come in a few. */
const blockSize = 256 * 1024;

/** How Linux numbers file systems of which the files are with others: NFS, CIFS, SMB 2, FUSE, 9P, Ceph, AFS (statfs(2)). */
const elsewhere = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f]);

/** The questions, by their names. */
export const fileAnswers = {
  /** Null where nothing is there. */
  look(path: string): FileLook | null {
    try {
      return lookOf(statSync(path, { bigint: true }));
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  },

  /** Paths of the logs that a target names: itself, or what is called a log in its folder; none where it is not there. */
  logs(target: string): string[] {
    const stats = statSync(target, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    if (!stats.isDirectory()) return [target];
    return readdirSync(target)
      .filter(isFollowedName)
      .sort()
      .map((name) => join(target, name));
  },

  names(folder: string): string[] {
    return readdirSync(folder);
  },

  /** At most `length` bytes from `at` on. */
  read(path: string, at: number, length: number, beginning: number): LogPiece {
    const { file, stats } = openLogSync(path);
    try {
      const look = lookOf(stats);
      const head = heads.subarray(0, readSync(file, heads, 0, headSize, 0));
      const headHash = hash(head);
      let beginningHash: string | null = null;
      if (beginning === head.length) beginningHash = headHash;
      else if (beginning < head.length) beginningHash = hash(head.subarray(0, beginning));
      return { look, headLength: head.length, headHash, beginningHash, bytes: piece(file, at, length) };
    } finally {
      closeSync(file);
    }
  },

  /** What is behind links, and how it looks; of what is not there the path itself. */
  behind(path: string): { path: string; look: FileLook | null } {
    let real = path;
    try {
      real = realpathSync.native(path);
      return { path: real, look: fileAnswers.look(real) };
    } catch {
      // Not there yet, or not to be seen by us.
      return { path: real, look: null };
    }
  },

  /** Whether a file is on a network share, as far as the system tells. */
  isElsewhere(path: string): boolean {
    if (process.platform === 'win32') return /^[\\/]{2}[^?.]/.test(path);
    return elsewhere.has(statfsSync(path).type >>> 0);
  },
};

export type FileAnswers = typeof fileAnswers;

const heads = Buffer.alloc(headSize);
let block = Buffer.alloc(0);
let used = 0;

function piece(file: number, at: number, length: number): Uint8Array<ArrayBuffer> {
  if (length === 0) return new Uint8Array();
  // A block that was handed over with its pieces has no length any more.
  if (length > block.length - used) {
    block = Buffer.allocUnsafeSlow(Math.max(blockSize, length));
    used = 0;
  }
  const bytesRead = readSync(file, block, used, length, at);
  used += bytesRead;
  return block.subarray(used - bytesRead, used);
}

function lookOf(stats: BigIntStats): FileLook {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return {
    isFile: stats.isFile(),
    isFolder: stats.isDirectory(),
    device: Number(dev),
    inode: Number(ino),
    size: Number(size),
    modifiedAt: Number(mtimeNs) / 1e6,
    stamp: `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`,
  };
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
