import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { describeMessage } from '../catalog/describe.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import type { Store } from '../store.js';

/** ClickHouse as the configuration has it: by URL, of the server that runs, or started for the while. */
export async function openTarget(
  config: Config,
): Promise<Pick<Store, 'sink' | 'client' | 'placement' | 'prepare' | 'close'>> {
  const [{ openRunningEngine, openStore }, { lockDataDir }, { createLogger }] = await Promise.all([
    import('../store.js'),
    import('../disk/lock.js'),
    import('../logger.js'),
  ]);
  const dataDir = resolve(config.dataDir);
  const options = { config, dataDir, describe: describeMessage };
  // No account is made for people who ask: only a server keeps it.
  const holder = `process ${process.pid} of ${hostname()}`;
  const opened = { ...options, asked: false, holder, logger: createLogger({ level: 'error' }) };
  if (config.clickhouseUrl !== '') return openStore(opened);
  try {
    const lock = lockDataDir(dataDir);
    const store = await openStore(opened);
    return {
      ...store,
      async close() {
        await store.close();
        lock.release();
      },
    };
  } catch (error) {
    if (!(error instanceof FspError) || error.code !== 'FSP_DATA_DIR_LOCKED') throw error;
    const running = openRunningEngine(options);
    if (running === null) throw error;
    return running;
  }
}
