import { listOf, type Config } from '../config.js';
import type { ImportSummary } from '../import/import.js';
import { checkZone } from '../setup-logs/formats/zone.js';
import { FileThreads } from '../setup-logs/follow/file-threads.js';
import { FollowList } from '../setup-logs/follow/follow-list.js';
import { SetupLogs } from '../setup-logs/setup-logs.js';
import { StoredLogs } from '../setup-logs/stored-logs.js';
import type { Spool } from '../spool/spool.js';
import type { Store } from '../store.js';
import type { Ground } from './ground.js';

/** Takes a log that somebody brought, under the name that it had there, as one of that machine. */
export type Upload = (name: string, hostName: string, body: Buffer) => Promise<ImportSummary>;

/** The logs of set-ups: those that are followed, and those that are brought. */
export function buildSetupLogs(
  { config, dataDir, telemetry, logger, closers }: Ground,
  { spool, store }: { spool: Spool; store: Store },
): { setupLogs: SetupLogs; followList: FollowList; upload: Upload } {
  const threads = closers.keep('ground', 'threads for files', new FileThreads(), (one) => one.close());
  const targets = listOf(config.setupLogs);
  const timezone = zoneOf(config);
  const setupLogs = new SetupLogs({
    spool,
    targets,
    timezone,
    hostName: config.serverName,
    logger,
    onRecords(count, format) {
      telemetry.metrics.setupLogRecords.add(count, { 'fsp.log.format': format });
    },
    threads,
    storedLogs: new StoredLogs(store.client, config.clickhouseDatabase, config.serverName),
  });
  return {
    setupLogs: closers.keep('work', 'followed logs', setupLogs, (one) => one.stop()),
    followList: new FollowList({ dataDir, targets, setupLogs, threads, logger }),
    async upload(name, hostName, body) {
      // Loaded when it is wanted: what opens archives would be a twentieth of a start.
      const [{ importUpload }] = await Promise.all([import('../import/upload.js'), store.prepare()]);
      const { client, sink } = store;
      return importUpload(name, body, { client, sink, database: config.clickhouseDatabase, hostName, timezone });
    },
  };
}

function zoneOf({ setupLogsTimezone }: Config): string | null {
  return setupLogsTimezone === '' ? null : checkZone(setupLogsTimezone);
}
