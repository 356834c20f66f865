import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FspError } from '../errors.js';
import { refuseOthers } from '../setup-logs/files/open-log.js';

export interface ImportFile {
  path: string;
  kind: 'log' | 'report';
  size: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

const reports = /\.smx$/i;
/** What is taken from folders: logs, rotated ones, and those that the role's set-up put aside after a failure. */
const logs = /\.lo[g_]$|\.log\.LastError$/i;

/**
 * Logs and .SMX files under the paths, folders with everything below them. A file that is named is taken whatever its
 * name: what does not end in .smx is a log.
 * @throws FspError FSP_LOG_UNREADABLE where a path that was named is not there
 */
export async function findFiles(paths: readonly string[]): Promise<ImportFile[]> {
  const found = new Map<string, ImportFile>();
  for (const path of paths) {
    const stats = await stat(path).catch((cause: unknown) => {
      throw new FspError(
        'FSP_LOG_UNREADABLE',
        `${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? ''})`,
        {
          cause,
        },
      );
    });
    if (!stats.isDirectory()) refuseOthers(path, stats);
    const below = stats.isDirectory()
      ? (await readdir(path, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile() && (logs.test(entry.name) || reports.test(entry.name)))
          .map((entry) => join(entry.parentPath, entry.name))
      : [path];
    for (const file of below.sort()) {
      const { size, mtimeMs } = await stat(file);
      found.set(file, { path: file, kind: reports.test(file) ? 'report' : 'log', size, modifiedAt: mtimeMs });
    }
  }
  return [...found.values()];
}
