import { rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { writeZeroes } from './segments.js';

/** Segments are never made smaller than this; a disk with less room than twice as much counts as full. */
const smallestSegment = 256 * 1024;

/** The file of the segment to come: zeroes, so that no append has to ask the file system for room. */
export class SpareFile {
  readonly path: string;
  private ready: Promise<number> | null = null;
  /** Whether it is given away and not renamed yet: nobody makes another in its place. */
  private isTaken = false;

  constructor(
    private readonly dir: string,
    private readonly options: {
      segmentBytes: number;
      /** A file that is given up to make room for what is urgent. */
      reserveFile?: string;
    },
  ) {
    this.path = join(dir, 'spare');
  }

  /**
   * Makes it, unless it is there, is being made or is about to become a segment; resolves to its size.
   * @throws where there is no room
   */
  prepare(): Promise<number> {
    if (this.isTaken) return Promise.reject(new Error('the file is about to become a segment'));
    if (this.ready === null) {
      this.ready = this.make(0);
      // Who needs it asks again.
      this.ready.catch(() => (this.ready = null));
    }
    return this.ready;
  }

  /**
   * Gives the file away for as long as `use` takes, which renames it.
   * @param least bytes that it must have
   * @param urgent whether the reserve is given up for it
   * @param use is given its size
   * @throws where there is no room; what `use` throws
   */
  async take<T>(least: number, urgent: boolean, use: (size: number) => Promise<T>): Promise<T> {
    this.isTaken = true;
    try {
      return await use(await this.made(least, urgent));
    } finally {
      this.isTaken = false;
    }
  }

  /** Takes it away, also one that is being made. */
  async remove(): Promise<void> {
    await this.ready?.catch(() => undefined);
    await rm(this.path, { force: true, recursive: true });
  }

  private async made(least: number, urgent: boolean): Promise<number> {
    const size = await (this.ready ?? this.make(least)).catch((error: unknown) => error as Error);
    this.ready = null;
    if (!(size instanceof Error)) return size < least ? this.make(least) : size;
    if (!urgent) throw size;
    if (this.options.reserveFile !== undefined) await rm(this.options.reserveFile, { force: true });
    return this.make(least, true);
  }

  private async make(least: number, urgent = false): Promise<number> {
    const { bavail, bsize } = await statfs(this.dir);
    const free = bavail * bsize;
    // A small disk gets small segments; a large record gets a segment that holds it.
    const fitting = urgent ? smallestSegment : Math.floor(free / 8 / 4096) * 4096;
    const size = Math.max(least, Math.min(this.options.segmentBytes, Math.max(smallestSegment, fitting)));
    if (!urgent && free < size + smallestSegment)
      throw Object.assign(new Error('no room for another segment'), { code: 'ENOSPC' });
    await writeZeroes(this.path, size);
    return size;
  }
}
