import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { ComponentState } from './health.js';

/** Room on disks, in bytes; 0 where it is not known. */
export interface DiskUse {
  totalBytes: number;
  freeBytes: number;
  spoolBytes: number;
  quarantineBytes: number;
  /** The fullest disk of ClickHouse, as it sees it, and what the database takes on it. */
  clickhouseTotalBytes: number;
  clickhouseFreeBytes: number;
  databaseBytes: number;
}

const everyMs = 30_000;
/** Of a disk; below it somebody should make room. */
const shareWanted = 0.1;
const leastWanted = 512 * 1024 ** 2;

/** Whether a disk is nearly full: less than a tenth of it is free, and less than 50 GiB, or hardly anything. */
export function nearlyFull(freeBytes: number, totalBytes: number): boolean {
  if (totalBytes === 0) return false;
  return freeBytes < leastWanted || (freeBytes < totalBytes * shareWanted && freeBytes < 50 * 1024 ** 3);
}

/** Looks every half minute at the disks of the data folder and of ClickHouse; alerts rest on it. */
export class DiskWatch {
  private use: DiskUse = {
    totalBytes: 0,
    freeBytes: 0,
    spoolBytes: 0,
    quarantineBytes: 0,
    clickhouseTotalBytes: 0,
    clickhouseFreeBytes: 0,
    databaseBytes: 0,
  };
  private timer: NodeJS.Timeout | undefined;
  private complained = false;

  constructor(
    private readonly options: {
      dataDir: string;
      client: ClickHouseClient;
      database: string;
      logger: { warn(message: string): void };
    },
  ) {}

  /** Resolves when the data folder's disk was looked at for the first time. */
  async start(): Promise<void> {
    await this.lookAtFolder();
    void this.lookAtClickHouse();
    this.timer = setInterval(() => {
      void this.lookAtFolder();
      void this.lookAtClickHouse();
    }, everyMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get figures(): DiskUse {
    return this.use;
  }

  state(): ComponentState {
    const { freeBytes, totalBytes, clickhouseFreeBytes, clickhouseTotalBytes } = this.use;
    const full = nearlyFull(freeBytes, totalBytes);
    if (full || nearlyFull(clickhouseFreeBytes, clickhouseTotalBytes))
      return {
        ready: false,
        detail: `${gibibytes(full ? freeBytes : clickhouseFreeBytes)} GiB free on the disk of ${full ? 'FSP_DATA_DIR' : 'ClickHouse'}: make room before it is full`,
      };
    return { ready: true, detail: `${gibibytes(freeBytes)} of ${gibibytes(totalBytes)} GiB free` };
  }

  private async lookAtFolder(): Promise<void> {
    const { dataDir, logger } = this.options;
    try {
      const { blocks, bavail, bsize } = await statfs(dataDir);
      this.use = {
        ...this.use,
        totalBytes: blocks * bsize,
        freeBytes: bavail * bsize,
        spoolBytes: await sizeOf(join(dataDir, 'spool')),
        quarantineBytes: await sizeOf(join(dataDir, 'quarantine')),
      };
      const state = this.state();
      if (!state.ready && !this.complained) logger.warn(state.detail);
      this.complained = !state.ready;
    } catch {
      // A disk that cannot be asked is told of by the spool.
    }
  }

  private async lookAtClickHouse(): Promise<void> {
    const { client, database } = this.options;
    try {
      const answer = await client.query({
        query: `SELECT toString(total_space) AS total, toString(free_space) AS free,
            (SELECT toString(sum(bytes_on_disk)) FROM system.parts WHERE active AND database = {database: String}) AS used
          FROM system.disks WHERE total_space > 0 AND total_space < 18446744073709551615 ORDER BY free_space / total_space LIMIT 1`,
        query_params: { database },
        format: 'JSONEachRow',
      });
      const [row] = await answer.json<{ total: string; free: string; used: string }>();
      this.use = {
        ...this.use,
        clickhouseTotalBytes: Number(row?.total ?? 0),
        clickhouseFreeBytes: Number(row?.free ?? 0),
        databaseBytes: Number(row?.used ?? 0),
      };
    } catch {
      // Away, or not allowed to see its disks: doctor tells which right is missing.
    }
  }
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries)
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  return bytes;
}

function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
