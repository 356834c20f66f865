import { configure, Reader, ZipReader, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js';
import type { ByteSource, LogFile } from './log-file.js';
import { inertName, isLogName } from './names.js';
import { FileRefused, type Refusal } from './refusal.js';

// Workers of its own would come from addresses that a page's content policy need not allow.
configure({ useWebWorkers: false });

/** What a zip may hold: a server's whole folder of logs fits many times, what is made to fill a machine does not. */
export interface ZipLimits {
  /** Files, those that are skipped included. */
  files: number;
  /** Bytes that come out of one file. */
  fileBytes: number;
  /** Bytes that come out of all of them. */
  allBytes: number;
  /** How many times larger than in the zip a file may come out, once it is larger than `smallBytes`. */
  ratio: number;
  smallBytes: number;
}

export const zipLimits: ZipLimits = {
  files: 10_000,
  fileBytes: 4 * 1024 ** 3,
  allBytes: 16 * 1024 ** 3,
  ratio: 250,
  smallBytes: 64 * 1024 ** 2,
};

/**
 * The logs of a zip, and what of it is not read. Nothing is written anywhere: names are names, wherever they point to.
 * What the zip says of its sizes is not trusted; bytes are counted as they come out.
 */
export async function openZip(
  path: string,
  source: ByteSource,
  limits: ZipLimits = zipLimits,
): Promise<{ files: LogFile[]; refused: Refusal[] }> {
  const refused: Refusal[] = [];
  const found: { entry: FileEntry; path: string }[] = [];
  const reader = new ZipReader(new SourceReader(source), { strictness: 'tolerant', filenameValidation: 'tolerant' });
  try {
    let count = 0;
    for await (const entry of reader.getEntriesGenerator()) {
      if (++count > limits.files)
        return { files: [], refused: [{ path, reason: 'too_many', detail: String(limits.files) }] };
      if (entry.directory) continue;
      const inside = `${path}/${inertName(entry.filename.replaceAll('\\', '/'))}`;
      const no = reasonAgainst(entry, inside);
      if (no === null) found.push({ entry, path: inside });
      else refused.push(no);
    }
    if (count === 0) refused.push({ path, reason: 'zip_empty', detail: '' });
  } catch (error) {
    return { files: [], refused: [{ path, reason: 'zip_damaged', detail: wordsOf(error) }] };
  }
  const budget = { left: limits.allBytes };
  return { files: found.map((one) => zippedFile(one.path, one.entry, limits, budget)), refused };
}

function reasonAgainst(entry: FileEntry, path: string): Refusal | null {
  if (/\.zip$/i.test(path)) return { path, reason: 'nested_zip', detail: '' };
  if (!isLogName(path) || entry.symlink) return { path, reason: 'other_file', detail: '' };
  if (entry.encrypted) return { path, reason: 'encrypted', detail: '' };
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    return { path, reason: 'compression', detail: String(entry.compressionMethod) };
  return null;
}

function zippedFile(path: string, entry: FileEntry, limits: ZipLimits, budget: { left: number }): LogFile {
  const most = Math.max(limits.smallBytes, entry.compressedSize * limits.ratio);
  /** Read again, as a survey does before, it costs its share but once. */
  let counted = 0;
  return {
    path,
    size: entry.uncompressedSize,
    modifiedAt: entry.lastModDate.getTime(),
    async *pieces() {
      let out = 0;
      for await (const piece of unpacked(path, entry)) {
        out += piece.length;
        if (out > most) throw new FileRefused({ path, reason: 'bomb', detail: '' });
        if (out > counted) {
          budget.left -= out - counted;
          counted = out;
        }
        if (out > limits.fileBytes || budget.left < 0)
          throw new FileRefused({
            path,
            reason: 'too_large',
            detail: String(Math.min(limits.fileBytes, limits.allBytes)),
          });
        yield piece;
      }
    },
  };
}

async function* unpacked(path: string, entry: FileEntry): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stop = new AbortController();
  // Its failure is the stream's too, which is where it is told.
  const done = entry.getData(writable, { checkSignature: true, signal: stop.signal }).catch(() => undefined);
  const reader = readable.getReader();
  try {
    for (;;) {
      const { value, done: ended } = await reader.read();
      if (ended) return;
      if (value.length > 0) yield value;
    }
  } catch (error) {
    if (error instanceof FileRefused) throw error;
    throw new FileRefused({ path, reason: 'zip_damaged', detail: wordsOf(error) });
  } finally {
    stop.abort();
    await reader.cancel().catch(() => undefined);
    await done;
  }
}

class SourceReader extends Reader<ByteSource> {
  constructor(private readonly source: ByteSource) {
    super(source);
    this.size = source.size;
  }

  override readUint8Array(at: number, length: number): Promise<Uint8Array> {
    return this.source.read(at, length);
  }
}

function wordsOf(error: unknown): string {
  return inertName(error instanceof Error ? error.message : String(error));
}
