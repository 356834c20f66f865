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
    if (/^(?:ENOSPC|EDQUOT)$/.test((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
