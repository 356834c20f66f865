import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FspError } from '../errors.js';

export interface DataDirLock {
  release(): void;
}

/**
 * libuv's UV_FS_O_EXLOCK, which Node hands through and does not name: on Windows nobody else opens the file meanwhile
 * (libuv, `include/uv/win.h`), on macOS it is O_EXLOCK, a flock taken with the opening (`sys/fcntl.h`).
 */
const exclusiveOpening: Partial<Record<NodeJS.Platform, number>> = { win32: 0x1000_0000, darwin: 0x20 };

/**
 * Makes the data folder (0700) and takes it for this process. The lock is the kernel's, so it ends with the process
 * however that ends, and it holds between containers that share the folder.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE, FSP_DATA_DIR_LOCKED
 */
export function lockDataDir(dir: string): DataDirLock {
  const file = join(dir, 'lock');
  // Beside the lock: on Windows nobody but its holder may read that.
  const holderFile = join(dir, 'lock.pid');
  let descriptor: number | null;
  try {
    makeFolder(resolve(dir));
    descriptor = openLocked(file);
  } catch (cause) {
    if (cause instanceof FspError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new FspError(
      'FSP_DATA_DIR_UNWRITABLE',
      `The data folder ${dir} cannot be written (${reason}); give this user the right, or name another with FSP_DATA_DIR`,
      { cause },
    );
  }
  if (descriptor === null)
    throw new FspError(
      'FSP_DATA_DIR_LOCKED',
      `The data folder ${dir} is in use by process ${readHolder(holderFile)}; stop it, or name another folder with FSP_DATA_DIR`,
    );
  try {
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // The number is a courtesy to whoever is refused; a full disk must not keep the lock's holder from starting.
  }
  return {
    release() {
      closeSync(descriptor);
    },
  };
}

/**
 * Makes a folder and those above it. Node's own way to do so (`recursive`) goes on for ever where a folder is there but
 * nothing can be made in it and the system says that it is not, as in /proc (Node 20).
 */
function makeFolder(dir: string): void {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(dir);
  if (above !== dir) makeFolder(above);
  mkdirSync(dir, { mode: 0o700 });
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}

/** The descriptor of the file with the kernel's lock on it, or null where another process has that. */
function openLocked(file: string): number | null {
  const exclusively = exclusiveOpening[process.platform];
  if (exclusively === undefined) return flocked(openSync(file, 'a+', 0o600));
  try {
    return openSync(file, constants.O_RDWR | constants.O_CREAT | (constants.O_NONBLOCK ?? 0) | exclusively, 0o600);
  } catch (error) {
    if (/^(?:EBUSY|EAGAIN|EWOULDBLOCK)$/.test((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/**
 * Node has no flock(2), but a lock belongs to what was opened and not to who asked for it: flock(1), of util-linux or
 * busybox, asks for it on the descriptor that it inherits, and this process keeps it.
 */
function flocked(descriptor: number): number | null {
  const { status, error } = spawnSync('flock', ['-x', '-n', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (status === 0) return descriptor;
  closeSync(descriptor);
  if (status === 1) return null;
  throw new FspError(
    'FSP_DATA_DIR_UNWRITABLE',
    `The data folder cannot be locked: the program flock ${error === undefined ? `ended with ${status}` : 'is missing'}; install util-linux`,
  );
}
