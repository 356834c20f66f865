import { existsSync, readFileSync, renameSync } from 'node:fs';
import { FspError } from '../errors.js';

/**
 * What a small file of the data folder holds, as JSON; null where it is not there.
 * @throws Error where it cannot be read, or holds something else; its message has no content of the file
 */
export function keptJson<Kept>(path: string, isWhole: (found: unknown) => found is Kept): Kept | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error(text === '' ? 'it is empty' : 'it is no JSON');
  }
  if (!isWhole(found)) throw new Error('it is JSON of another kind');
  return found;
}

/** What keeps a process from a file that is whole: its rights, or what the system has left to give. */
const keptFromUs = /^(?:EACCES|EPERM|EMFILE|ENFILE|ENOMEM)$/;

/**
 * As {@link keptJson}, for what the server can go on without: a damaged file is put aside and told, so that it can be
 * mended and put back, and nothing that is kept later takes its place. One that may not be read is not damaged, and stays.
 * @param tell says what it was, why it cannot be read and where it lies now
 * @throws FspError FSP_DATA_DIR_UNREADABLE where it may not be read
 */
export function keptJsonOrAside<Kept>(
  path: string,
  isWhole: (found: unknown) => found is Kept,
  tell: (reason: string, aside: string) => void,
): Kept | null {
  try {
    return keptJson(path, isWhole);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (keptFromUs.test(code))
      throw new FspError(
        'FSP_DATA_DIR_UNREADABLE',
        `${path} cannot be read (${code}): it was left as it is; ${code === 'EACCES' || code === 'EPERM' ? "give the server's user the right to read it" : 'give the server more open files or memory'}, and start again`,
        { cause: error },
      );
    const aside = asideOf(path);
    tell(message, aside);
    renameSync(path, aside);
    return null;
  }
}

/** Where a damaged file is put, so that it takes the place of no earlier one. */
export function asideOf(path: string): string {
  let aside = `${path}.damaged`;
  for (let n = 2; existsSync(aside); n++) aside = `${path}.damaged-${n}`;
  return aside;
}
