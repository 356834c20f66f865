import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Readable by the server's own user only: most of what is kept beside the spool is secret, or names machines. */
const ownerOnly = 0o600;

/**
 * Writes a small file as a whole: beside its place, flushed, and then renamed. Who reads it meanwhile, or after a loss of
 * power, finds what stood there before or this, and never half of it or nothing. Where it fails, what stood there stays.
 */
export function writeWholeSync(path: string, content: string): void {
  const beside = besideOf(path);
  try {
    writeFileSync(beside, content, { mode: ownerOnly, flush: true });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * The same without a wait of the thread, and for one of many: that the file is there lasts once its folder was flushed
 * too (`syncFolder`), which whoever writes several does once.
 */
export async function writeWhole(path: string, content: string | Uint8Array, mode = ownerOnly): Promise<void> {
  const beside = besideOf(path);
  try {
    const file = await open(beside, 'w', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Makes the names in a folder last. Windows has no such thing and needs none. */
export async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function besideOf(path: string): string {
  return `${path}.new`;
}
