import { collect } from '../setup-logs/files/collect.js';
import type { LogFile } from '../setup-logs/files/log-file.js';
import { filesOnDisk } from '../setup-logs/files/on-disk.js';
import type { Refusal } from '../setup-logs/files/refusal.js';

/** A file of state messages. */
export interface ReportFile {
  path: string;
  size: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

export interface FoundFiles {
  logs: LogFile[];
  reports: ReportFile[];
  refused: Refusal[];
}

const report = /\.smx$/i;

/**
 * Logs and .SMX files under the paths: of folders with everything below them, and logs in zips. A file that is named is
 * taken whatever its name: what does not end in .smx is a log.
 * @throws FspError FSP_LOG_UNREADABLE where a path that was named is not there
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const given = await filesOnDisk(paths);
  const { files, refused } = await collect(given.filter(({ path }) => !report.test(path)));
  const reports = given
    .filter(({ path }) => report.test(path))
    .map(({ path, modifiedAt, source }) => ({ path, modifiedAt, size: source.size }));
  return { logs: files, reports, refused };
}
