import type { FileLook, LogPiece } from './file-answers.js';

/** What tells a file from another of the same name. */
export interface FileIdentity {
  device: number;
  inode: number;
  headLength: number;
  headHash: string;
}

/** A head this long is proof by itself: copies and network shares change inodes. */
const tellingHead = 256;

/** The identity of a file; grows with it until its head is there. */
export function identityOf({ look: { device, inode }, headLength, headHash }: LogPiece): FileIdentity {
  return { device, inode, headLength, headHash };
}

/** For so long after a file was written, its times may not tell that it was written again: FAT counts every other second. */
const timesTellAfterMs = 3_000;

/** The stamp of a file that was read to its end, where that tells whether it was written since; else null. */
export function stampAtRest({ size, modifiedAt, stamp }: FileLook, readTo: number): string | null {
  return size === readTo && Math.abs(Date.now() - modifiedAt) >= timesTellAfterMs ? stamp : null;
}

/** True where a file's place on the disk is that of the one that is known, and it is not shorter than what was read of it. */
export function seemsKnown({ isFile, device, inode, size }: FileLook, known: FileIdentity, readSoFar: number): boolean {
  return isFile && size >= readSoFar && device === known.device && inode === known.inode;
}

/** True where a file is the one that is known, not shorter than what was read of it. */
export function isKnown({ look, beginningHash }: LogPiece, known: FileIdentity, readSoFar: number): boolean {
  if (!look.isFile || look.size < readSoFar || beginningHash !== known.headHash) return false;
  return known.headLength >= tellingHead || (look.device === known.device && look.inode === known.inode);
}
