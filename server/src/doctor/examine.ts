import type { Config } from '../config.js';
import type { Diagnosis } from './check.js';
import {
  checkClientPort,
  checkClock,
  checkDataDir,
  checkDiskRoom,
  checkLandlock,
  checkPort,
  checkQuarantine,
  checkSetupLogs,
  checkSiteInbox,
} from './machine.js';
import { checkClickHouse, checkOtlp, checkRole, engineOf, serverRuns } from './services.js';

/** Every check, in the order in which things are needed. Changes nothing. */
export async function examine(config: Config, env: NodeJS.ProcessEnv): Promise<Diagnosis[]> {
  const held = await serverRuns(config);
  const embedded = config.clickhouseUrl === '';
  return [
    await checkDataDir(config),
    await checkDiskRoom(config),
    checkClock(),
    await checkPort('intake port', config.intakeHost, config.intakePort, 'FSP_INTAKE_PORT', held),
    checkClientPort(config),
    await checkPort('management port', config.managementHost, config.managementPort, 'FSP_MANAGEMENT_PORT', held),
    ...(embedded
      ? [
          await checkPort(
            'ClickHouse port',
            '127.0.0.1',
            held ? runningEnginePort(config) : config.embeddedClickhousePort,
            'FSP_EMBEDDED_CLICKHOUSE_PORT',
            held,
          ),
        ]
      : []),
    ...(await checkClickHouse(config)),
    checkLandlock(config),
    await checkOtlp(env),
    await checkQuarantine(config),
    await checkRole(config),
    ...(await checkSetupLogs(config)),
    await checkSiteInbox(config),
  ];
}

/** Where the engine of the running server listens, which it may have been told by an environment that this shell lacks. */
function runningEnginePort({ dataDir, embeddedClickhousePort }: Config): number {
  const url = engineOf(dataDir)?.url ?? '';
  return url === '' ? embeddedClickhousePort : Number(new URL(url).port);
}
