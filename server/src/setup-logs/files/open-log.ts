import { closeSync, constants, fstatSync, openSync, statSync, type BigIntStats, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { FspError } from '../../errors.js';

// Windows has no such flag, nor FIFOs among its files.
const toRead = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a log for reading, and never waits for it: a FIFO without a writer would hold a thread for ever, and the stop
 * of the process with it. A device is not even touched.
 * @throws FspError FSP_LOG_UNREADABLE where the path is no file; else the system's own errors
 */
export async function openLog(path: string): Promise<FileHandle> {
  refuseOthers(path, await stat(path));
  const file = await open(path, toRead);
  try {
    // It may have been replaced in between.
    refuseOthers(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The same where the thread may wait for the file system; and what is known of the file that was opened. */
export function openLogSync(path: string): { file: number; stats: BigIntStats } {
  refuseOthers(path, statSync(path));
  const file = openSync(path, toRead);
  try {
    const stats = fstatSync(file, { bigint: true });
    refuseOthers(path, stats);
    return { file, stats };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** @throws FspError FSP_LOG_UNREADABLE where a path is no file */
export function refuseOthers(path: string, stats: Stats | BigIntStats): void {
  if (stats.isFile()) return;
  const kind = stats.isDirectory()
    ? 'a folder'
    : stats.isFIFO()
      ? 'a FIFO'
      : stats.isSocket()
        ? 'a socket'
        : 'a device';
  throw new FspError(
    'FSP_LOG_UNREADABLE',
    `The log ${path} cannot be read: it is ${kind}; name a file, or pipe it into fsp parse -`,
  );
}
