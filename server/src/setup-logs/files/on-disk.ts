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
      const below = await filesBelow(path).catch((error: unknown) => {
        throw unreadable(path, error);
      });
      for (const file of below) if (!found.has(file.path)) found.set(file.path, file);
    }
  }
  return [...found.values()];
}

/** All files below a folder, by name; one that cannot be looked at, and a folder below, stand there with their error. */
async function filesBelow(folder: string): Promise<Given[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: Given[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    try {
      // Not spread into push(): a whole disk has more files than a call may have arguments.
      if (entry.isDirectory()) for (const below of await filesBelow(path)) found.push(below);
      else if (entry.isFile()) found.push((await look(path, false)).file);
    } catch (error) {
      found.push({ path, modifiedAt: 0, source: new Unreadable(unreadable(path, error)), named: true });
    }
  }
  return found;
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
  const what = path === '' ? 'An empty name' : path;
  return new FspError('FSP_LOG_UNREADABLE', `${what} cannot be read: ${why}; check its name and your rights`, {
    cause,
  });
}

/** What is known by its name alone: whoever reads it is told why. */
class Unreadable implements ByteSource {
  readonly size = 1;

  constructor(private readonly error: Error) {}

  read(): Promise<Uint8Array> {
    return Promise.reject(this.error);
  }
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
