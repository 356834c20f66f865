import { kindOf, sniffed } from './kinds.js';
import { plainFile, type ByteSource, type LogFile } from './log-file.js';
import { inertName, isLogName } from './names.js';
import { FileRefused, type Refusal } from './refusal.js';
import { openZip, zipLimits, type ZipLimits } from './zip.js';

/** A file as it was given: named by itself, or found in a folder that was. */
export interface Given {
  path: string;
  modifiedAt: number;
  source: ByteSource;
  /** Whether somebody chose this very file; of a folder only what is called like a log is read. */
  named: boolean;
}

export interface Collected {
  /** What is to be read, in the order of what was given. */
  files: LogFile[];
  /** What is not, and why. */
  refused: Refusal[];
}

/**
 * What of the files given is to be read: logs as they lie there, and logs in zips. What cannot be is refused by name,
 * and the rest goes on. The same bytes are read once, under the name that came first.
 * @param known files that were collected before, and are read already
 */
export async function collect(
  given: readonly Given[],
  { known = [], limits = zipLimits }: { known?: readonly LogFile[]; limits?: ZipLimits } = {},
): Promise<Collected> {
  const refused: Refusal[] = [];
  const found: LogFile[] = [];
  for (const one of given) {
    try {
      found.push(...(await filesOf(one, refused, limits)));
    } catch (error) {
      refused.push(refusalOf(error, one.path));
    }
  }
  const files: LogFile[] = [];
  for (const file of found) {
    try {
      const same = await sameAs(file, [...known, ...files]);
      if (same === null) files.push(refusedWhereUnreadable(file));
      else refused.push({ path: file.path, reason: 'same_text', detail: same.path });
    } catch (error) {
      refused.push(refusalOf(error, file.path));
    }
  }
  return { files, refused };
}

async function filesOf(given: Given, refused: Refusal[], limits: ZipLimits): Promise<LogFile[]> {
  const { source, modifiedAt, named } = given;
  const path = inertName(given.path);
  if (!named && !isLogName(path)) throw new FileRefused({ path, reason: 'other_file', detail: '' });
  if (source.size === 0) throw new FileRefused({ path, reason: 'empty', detail: '' });
  const kind = kindOf(await source.read(0, sniffed));
  switch (kind.is) {
    case 'text':
      return [plainFile(path, modifiedAt, source)];
    case 'binary':
      throw new FileRefused({ path, reason: 'binary', detail: kind.name });
    case 'archive':
      throw new FileRefused({ path, reason: 'archive', detail: kind.name });
    case 'zip': {
      const zip = await openZip(path, source, limits);
      refused.push(...zip.refused);
      const files: LogFile[] = [];
      for (const file of zip.files) {
        try {
          await look(file);
          files.push(file);
        } catch (error) {
          refused.push(refusalOf(error, file.path));
        }
      }
      return files;
    }
  }
}

/** The file itself; where it cannot be read to its end, as it went or was locked meanwhile, it is refused by name. */
function refusedWhereUnreadable(file: LogFile): LogFile {
  return {
    ...file,
    async *pieces() {
      try {
        yield* file.pieces();
      } catch (error) {
        throw new FileRefused(refusalOf(error, file.path));
      }
    },
  };
}

/** Looks at the beginning of a file that came out of a zip. */
async function look(file: LogFile): Promise<void> {
  const { path } = file;
  for await (const piece of file.pieces()) {
    const kind = kindOf(piece.subarray(0, sniffed));
    if (kind.is === 'zip') throw new FileRefused({ path, reason: 'nested_zip', detail: '' });
    if (kind.is !== 'text') throw new FileRefused({ path, reason: kind.is, detail: kind.name });
    return;
  }
  throw new FileRefused({ path, reason: 'empty', detail: '' });
}

async function sameAs(file: LogFile, others: readonly LogFile[]): Promise<LogFile | null> {
  for (const other of others) if (other.size === file.size && (await sameBytes(file, other))) return other;
  return null;
}

/** Compares piece by piece, up to the first difference, which is nearly always in the first. */
async function sameBytes(file: LogFile, other: LogFile): Promise<boolean> {
  const [left, right] = [file.pieces(), other.pieces()];
  try {
    let a: Uint8Array | null = null;
    let b: Uint8Array | null = null;
    for (;;) {
      a ??= await nextPiece(left);
      b ??= await nextPiece(right);
      if (a === null || b === null) return a === b;
      const size = Math.min(a.length, b.length);
      for (let at = 0; at < size; at++) if (a[at] !== b[at]) return false;
      a = a.length === size ? null : a.subarray(size);
      b = b.length === size ? null : b.subarray(size);
    }
  } finally {
    await Promise.all([left.return(undefined), right.return(undefined)]);
  }
}

async function nextPiece(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array | null> {
  const next = await pieces.next();
  return next.done === true ? null : next.value;
}

/** What a failure to read one file says of it. */
export function refusalOf(error: unknown, path: string): Refusal {
  if (error instanceof FileRefused) return error.refusal;
  return { path, reason: 'unreadable', detail: error instanceof Error ? error.message : String(error) };
}
