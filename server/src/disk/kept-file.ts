import { readFileSync, renameSync } from 'node:fs';

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

/**
 * As {@link keptJson}, for what the server can go on without: a damaged file is put aside and told, so that it can be
 * mended and put back, and nothing that is kept later takes its place.
 * @param tell says what it was, why it cannot be read and where it lies now
 */
export function keptJsonOrAside<Kept>(
  path: string,
  isWhole: (found: unknown) => found is Kept,
  tell: (reason: string, aside: string) => void,
): Kept | null {
  try {
    return keptJson(path, isWhole);
  } catch (error) {
    const aside = `${path}.damaged`;
    tell((error as Error).message, aside);
    renameSync(path, aside);
    return null;
  }
}
