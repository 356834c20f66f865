import type { GivenFile } from './protocol.js';

/** The most files of a drop that are looked at. */
const mostFiles = 20_000;

/** What was dropped: files by themselves, and everything below folders. */
export async function filesOfDrop(transfer: DataTransfer): Promise<GivenFile[]> {
  // Only before the first wait are the items there.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return Array.from(transfer.files, (file) => ({ path: file.name, file, named: true }));
  const found: GivenFile[] = [];
  for (const entry of entries) await collectEntry(entry, entry.isFile, found);
  return found;
}

/** What was chosen in a dialog, of files or of a folder. */
export function filesOfInput(files: FileList): GivenFile[] {
  return Array.from(files, (file) =>
    file.webkitRelativePath === ''
      ? { path: file.name, file, named: true }
      : { path: file.webkitRelativePath, file, named: false },
  );
}

async function collectEntry(entry: FileSystemEntry, named: boolean, found: GivenFile[]): Promise<void> {
  if (found.length >= mostFiles) return;
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    try {
      const file = await new Promise<File>((resolve, reject) => {
        (entry as FileSystemFileEntry).file(resolve, reject);
      });
      found.push({ path, file, named });
    } catch (error) {
      found.push({ path, file: new File([], entry.name), named, failed: (error as DOMException).message });
    }
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A hundred at a time, until there are none.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    }).catch(() => []);
    if (entries.length === 0) return;
    for (const one of entries) await collectEntry(one, false, found);
  }
}
