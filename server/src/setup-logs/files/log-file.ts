/** Bytes that can be read from any place, and again: a file on disk, or one that a browser was given. */
export interface ByteSource {
  readonly size: number;
  /** At most `length` bytes from `at` on; fewer only at the end. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** A file that may be a log, wherever it lies. */
export interface LogFile {
  /** As it was named; of a file in a zip, the zip's path and behind it the name that it has there. */
  readonly path: string;
  /** Bytes; of a file in a zip what the zip says, which need not be true. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Its bytes from the beginning, piece by piece; may be asked for again. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** A log with what was rotated away of it, oldest first: the last part is the one that is still written to. */
export interface Log {
  /** Path of the last part. */
  readonly path: string;
  readonly parts: readonly LogFile[];
}

const pieceSize = 512 * 1024;

/** A file that lies there as it is. */
export function plainFile(path: string, modifiedAt: number, source: ByteSource): LogFile {
  return {
    path,
    size: source.size,
    modifiedAt,
    async *pieces() {
      let next = source.read(0, pieceSize);
      for (let at = 0; ;) {
        const piece = await next;
        if (piece.length === 0) return;
        at += piece.length;
        // On its way while this one is read; its failure is told when its turn comes.
        next = source.read(at, pieceSize);
        next.catch(() => undefined);
        yield piece;
      }
    },
  };
}
