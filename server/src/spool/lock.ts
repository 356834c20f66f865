import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DataType, load, open } from 'ffi-rs';
import { FspError } from '../errors.js';

/** LOCK_EX | LOCK_NB of flock(2): the same numbers on Linux and macOS. */
const exclusiveNoWait = 2 | 4;

export interface DataDirLock {
  release(): void;
}

/**
 * Makes the data folder (0700) and takes it for this process. The lock is the kernel's, so it ends with the process
 * however that ends, and it holds between containers that share the folder.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE, FSP_DATA_DIR_LOCKED
 */
export function lockDataDir(dir: string): DataDirLock {
  const file = join(dir, 'lock');
  let descriptor: number;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    descriptor = openSync(file, 'a+', 0o600);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new FspError(
      'FSP_DATA_DIR_UNWRITABLE',
      `The data folder ${dir} cannot be written (${reason}); give this user the right, or name another with FSP_DATA_DIR`,
      { cause },
    );
  }
  if (!flock(descriptor)) {
    const holder = readFileSync(file, 'utf8').trim();
    closeSync(descriptor);
    throw new FspError(
      'FSP_DATA_DIR_LOCKED',
      `The data folder ${dir} is in use by process ${holder || 'unknown'}; stop it, or name another folder with FSP_DATA_DIR`,
    );
  }
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, `${process.pid}\n`);
  } catch {
    // The number is a courtesy to whoever is refused; a full disk must not keep the lock's holder from starting.
  }
  return {
    release() {
      closeSync(descriptor);
    },
  };
}

function flock(descriptor: number): boolean {
  // Node has no flock. On Windows, which has none either, ClickHouse's and LMDB's own locks remain.
  if (process.platform === 'win32') return true;
  open({ library: 'c', path: process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6' });
  const result = load({
    library: 'c',
    funcName: 'flock',
    retType: DataType.I32,
    paramsType: [DataType.I32, DataType.I32],
    paramsValue: [descriptor, exclusiveNoWait],
  });
  return result === 0;
}
