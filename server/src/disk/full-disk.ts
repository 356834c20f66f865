import { FspError } from '../errors.js';

const full = /^(?:ENOSPC|EDQUOT)$/;

/** Whether an error's code says that the disk has no room. */
export function isFull(code: string): boolean {
  return full.test(code);
}

/**
 * Writes what a start can do without: where the disk has no room for it, the server comes up all the same, so that it
 * can say what is the matter.
 * @returns whether it is written
 */
export function unlessFull(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (isFull((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** What a start that failed is told as: a disk without room for what it cannot do without is told in words. */
export function toldAsFull(error: unknown, dataDir: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!isFull(code)) return error;
  return new FspError(
    'FSP_DATA_DIR_UNWRITABLE',
    `The disk of ${dataDir} is full (${code}), and what a first start writes has no room; make room there, or name another folder with FSP_DATA_DIR`,
    { cause: error },
  );
}
