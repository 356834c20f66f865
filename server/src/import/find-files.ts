import { readableText } from '../report/encoding.js';
import { collect, type Given } from '../setup-logs/files/collect.js';
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

const smx = /\.smx$/i;
/** Names that copies of reports have; a log may have them too. */
const perhaps = /\.xml$|(?:^|[\\/])[^.\\/]+$/i;
/** How a report begins, in whatever encoding. */
const reportBegins = /^\s*(?:<\?xml[^>]*>\s*)?<Report[\s>]/;
const beginBytes = 1_024;

/**
 * Logs and reports under the paths: of folders with everything below them, and logs in zips. A file that is named is
 * taken whatever its name. Reports are those that end in .smx, and what begins as one.
 * @throws FspError FSP_LOG_UNREADABLE where a path that was named is not there
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const logs: Given[] = [];
  const reports: ReportFile[] = [];
  for (const given of await filesOnDisk(paths)) {
    const { path, modifiedAt, source } = given;
    if (await isReport(given)) reports.push({ path, modifiedAt, size: source.size });
    else logs.push(given);
  }
  const { files, refused } = await collect(logs);
  return { logs: files, reports, refused };
}

async function isReport({ path, named, source }: Given): Promise<boolean> {
  if (smx.test(path)) return true;
  if (!named && !perhaps.test(path)) return false;
  try {
    return reportBegins.test(readableText(await source.read(0, beginBytes)));
  } catch {
    // Whoever reads it as a log says why that cannot be.
    return false;
  }
}
