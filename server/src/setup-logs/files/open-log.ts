import { constants, type BigIntStats, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { FspError } from '../../errors.js';

/** An open log, and what was known of it when it was opened. */
export interface OpenLog {
  file: FileHandle;
  stats: BigIntStats;
}

/**
 * Opens a log for reading, and never waits for it: a FIFO without a writer would hold a thread for ever, and the stop
 * of the process with it. A device is not even touched.
 * @throws FspError FSP_LOG_UNREADABLE where the path is no file; else the system's own errors
 */
export async function openLog(path: string): Promise<OpenLog> {
  refuseOthers(path, await stat(path));
  // Windows has no such flag, nor FIFOs among its files.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    // It may have been replaced in between.
    const stats = await file.stat({ bigint: true });
    refuseOthers(path, stats);
    return { file, stats };
  } catch (error) {
    await file.close();
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
