import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FspError } from '../errors.js';
import { DamageLedger } from './damage.js';
import { migrate } from './migrate.js';
import { openParts, type SpoolOptions } from './parts.js';
import { Spool } from './spool.js';

/**
 * Opens the spool in a folder of its own, making it where it is missing, whatever happened to it.
 * @throws FspError FSP_DATA_DIR_UNWRITABLE, FSP_SPOOL_UNAVAILABLE where one of an earlier version cannot be taken over
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { dir, logger, now = Date.now } = options;
  const damage = new DamageLedger(join(dir, 'damaged'), now, logger);
  await makeDir(dir, damage);
  try {
    await migrate(options, damage);
    const spool = new Spool(await openParts(options, damage));
    await spool.begin();
    return spool;
  } catch (cause) {
    const { code = '', path = dir } = cause as NodeJS.ErrnoException;
    if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw cause;
    throw new FspError(
      'FSP_DATA_DIR_UNWRITABLE',
      `${path} cannot be used (${code}); give this user the right to every file of the data folder`,
      { cause },
    );
  }
}

async function makeDir(dir: string, damage: DamageLedger): Promise<void> {
  try {
    if ((await stat(dir).catch(() => null))?.isFile() === true) {
      damage.setAside(dir, 'spool');
    }
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new FspError(
      'FSP_DATA_DIR_UNWRITABLE',
      `The spool's folder ${dir} cannot be written (${reason}); give this user the right to it`,
      { cause },
    );
  }
}
