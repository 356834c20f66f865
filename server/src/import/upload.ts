import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FspError } from '../errors.js';
import { findFiles } from './find-files.js';
import { refusalText } from '../setup-logs/files/refusal.js';
import { importFiles, type ImportOptions, type ImportSummary } from './import.js';

// eslint-disable-next-line no-control-regex
const fileName = /^[^\\/:*?"<>|\u0000-\u001f]{1,120}$/;

/**
 * Takes one log as it was dropped on a page: like `fsp import FILE`, under the name that it had. Twice changes nothing.
 * @throws FspError FSP_LOG_UNREADABLE where it is no log, or a zip without one; FSP_REQUEST_INVALID where the name is none
 * of a file; FSP_CLICKHOUSE_…
 */
export async function importUpload(name: string, body: Buffer, options: ImportOptions): Promise<ImportSummary> {
  if (!fileName.test(name) || /^\.+$/.test(name))
    throw new FspError('FSP_REQUEST_INVALID', 'The name of the log has to be that of a file, without its folder');
  const folder = await mkdtemp(join(tmpdir(), 'fsp-upload-'));
  try {
    // The importer reads files; under a fixed name, so that nobody chooses where it lies.
    const path = join(folder, 'upload.log');
    await writeFile(path, body, { mode: 0o600 });
    const { logs, refused } = await findFiles([path]);
    const named = <T extends { path: string }>(one: T): T => ({ ...one, path: one.path.replace(path, name) });
    const summary = await importFiles({ logs: logs.map(named), reports: [], refused: refused.map(named) }, options);
    const { records, failed } = summary;
    if (records.added + records.known === 0) {
      const [first] = summary.refused;
      const reason = first === undefined ? (failed[0]?.reason ?? 'there is no line in it') : refusalText(first);
      throw new FspError('FSP_LOG_UNREADABLE', `${name} was not taken: ${reason}`);
    }
    return summary;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
