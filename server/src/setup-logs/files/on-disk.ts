import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FspError } from '../../errors.js';
import type { Given } from './collect.js';
import { openLog, refuseOthers } from './open-log.js';
import type { ByteSource } from './log-file.js';

/**
 * The files at paths, folders with everything below them, each once.
 * @throws FspError FSP_LOG_UNREADABLE where a path that was named is not there
 */
export async function filesOnDisk(paths: readonly string[]): Promise<Given[]> {
  const found = new Map<string, Given>();
  for (const path of paths) {
    const { isFolder, file } = await look(path, true).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    if (!isFolder) found.set(path, file);
    else {
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const below = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      for (const one of below.sort()) if (!found.has(one)) found.set(one, (await look(one, false)).file);
    }
  }
  return [...found.values()];
}

async function look(path: string, named: boolean): Promise<{ isFolder: boolean; file: Given }> {
  const stats = await stat(path);
  if (!stats.isDirectory()) refuseOthers(path, stats);
  const source = new DiskSource(path, stats.size);
  return { isFolder: stats.isDirectory(), file: { path, modifiedAt: stats.mtimeMs, source, named } };
}

function unreadable(path: string, cause: unknown): FspError {
  if (cause instanceof FspError) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'it is not there' : code;
  return new FspError('FSP_LOG_UNREADABLE', `${path} cannot be read: ${why}; check its name and your rights`, {
    cause,
  });
}

class DiskSource implements ByteSource {
  constructor(
    private readonly path: string,
    readonly size: number,
  ) {}

  /** Opened for each piece: thousands of files of a folder would else be open at a time. */
  async read(at: number, length: number): Promise<Uint8Array> {
    const file = await openLog(this.path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}
