import { resolve } from 'node:path';
import type { Config } from '../config.js';
import { lockDataDir } from '../disk/lock.js';
import { keepInstance, serviceInstanceId, type Instance } from '../health/instance.js';
import type { Logger } from '../logger.js';
import { startTelemetry, type Telemetry } from '../telemetry.js';
import { version } from '../version.js';
import { Closers } from './closers.js';

/** What every part of a server stands on; none of it changes while that runs. */
export interface Ground {
  config: Config;
  /** Full path of the data folder, which is this process's alone. */
  dataDir: string;
  /** Whose data folder it is. */
  instance: Instance;
  /** When this process began, in milliseconds since 1970 UTC. */
  startedAt: number;
  telemetry: Telemetry;
  logger: Logger;
  /** Where each part that has an end leaves it. */
  closers: Closers;
}

/**
 * Takes the data folder for this process, and says who measures and tells from here on.
 * @throws FspError FSP_DATA_DIR_LOCKED, FSP_DATA_DIR_UNWRITABLE, FSP_CONFIG_INVALID
 */
export async function layGround(config: Config, logger: Logger, closers: Closers): Promise<Ground> {
  const dataDir = resolve(config.dataDir);
  closers.keep('ground', 'lock', lockDataDir(dataDir), (lock) => {
    lock.release();
  });
  const startedAt = Date.now();
  const instance = keepInstance(dataDir, config, logger);
  const identity = {
    serviceVersion: version,
    instanceId: serviceInstanceId(instance),
    hostName: config.serverName,
  };
  const telemetry = closers.keep('ground', 'telemetry', await startTelemetry(identity), (one) => one.shutdown());
  return { config, dataDir, instance, startedAt, telemetry, logger, closers };
}
