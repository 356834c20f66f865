import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';

/** On Linux a write is flushed by itself, in half of the time that two calls take; elsewhere a flush follows it. */
const flushedByItself = process.platform === 'linux';
const writing = flushedByItself ? constants.O_RDWR | constants.O_DSYNC : 'r+';
/** How often is looked whether a file that is written still lies where it is read from. */
const lookEveryMs = 1_000;

/** The segment that is written. */
export class WrittenFile {
  private lookedAt = -Infinity;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    /** Whether the file system tells the file by the same numbers as what lies at its path. */
    private readonly isTold: boolean,
  ) {}

  /**
   * Opens a file that is there. Some network shares number files anew with each look, and some versions of Windows' stat
   * name another volume than an open file does: there a path says only that it is there.
   */
  static async open(path: string): Promise<WrittenFile> {
    const handle = await open(path, writing);
    return new WrittenFile(path, handle, await isAt(path, handle).catch(() => true));
  }

  /** Writes the first bytes of a buffer at a place, on disk when it resolves. */
  async write(buffer: Buffer, bytes: number, at: number): Promise<void> {
    for (let done = 0; done < bytes;)
      done += (await this.handle.write(buffer, done, bytes - done, at + done)).bytesWritten;
    if (!flushedByItself) await this.flush();
  }

  /** Puts on disk what may be in the page cache only. */
  flush(): Promise<void> {
    return this.handle.datasync();
  }

  /**
   * That it is found by its path: where the folder was removed, or its disk taken away, an open file takes all that comes,
   * and nobody finds it again.
   * @throws the file system's error ENOENT
   */
  async checkPlace(): Promise<void> {
    if (performance.now() - this.lookedAt < lookEveryMs) return;
    if (!(await isAt(this.path, this.handle)) && this.isTold)
      throw Object.assign(new Error(`${this.path} is another file`), { code: 'ENOENT' });
    this.lookedAt = performance.now();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Whether a path leads to an open file. */
async function isAt(path: string, file: FileHandle): Promise<boolean> {
  const [found, opened] = await Promise.all([stat(path), file.stat()]);
  return found.ino === opened.ino && found.dev === opened.dev;
}
