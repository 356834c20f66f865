import type { ClickHouseClient } from '@clickhouse/client';
import { storedIds } from '../clickhouse/stored-ids.js';
import { isSameLog, type LogSource } from './identity.js';

/** How long ClickHouse is not asked after it did not answer: a log does not wait for it. */
const restMs = 60_000;

/**
 * What of a log is in ClickHouse when it is found: it was imported, or followed before, by a data folder that is gone or
 * until it was taken from the list.
 */
export class StoredLogs {
  private readonly table: string;
  /** Logs are found by the hundred, and all of them ask the same. */
  private asking: Promise<LogSource[]> | null = null;
  /** Under which names logs are stored that are being read for the first time. */
  private readonly known = new Map<string, readonly LogSource[]>();
  private restsUntil = -Infinity;
  private readonly stopping = new AbortController();

  constructor(
    private readonly client: ClickHouseClient,
    database: string,
    private readonly hostName: string,
  ) {
    this.table = `${database}.setup_log_records`;
  }

  /**
   * Which of some records of a log are stored; none of them where ClickHouse does not answer.
   * @param key of the log, until `forget` is told it
   */
  async among(key: string, source: LogSource, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0 || performance.now() < this.restsUntil) return none;
    try {
      const same = this.known.get(key) ?? (await this.logsLike(source));
      this.known.set(key, same);
      if (same.length === 0) return none;
      const parameters = { hosts: same.map(({ hostName }) => hostName), files: same.map(({ logFile }) => logFile) };
      // By the order of the table, so that only this log is looked through.
      const where = 'host_name IN {hosts: Array(String)} AND log_file IN {files: Array(String)}';
      const rows = { table: this.table, column: 'record_id', where, parameters };
      return await storedIds(this.client, rows, ids, this.stopping.signal);
    } catch {
      this.restsUntil = performance.now() + restMs;
      return none;
    }
  }

  forget(key: string): void {
    this.known.delete(key);
  }

  /** Ends what is being asked. */
  stop(): void {
    this.stopping.abort();
  }

  private async logsLike(source: LogSource): Promise<LogSource[]> {
    this.asking ??= this.logs().finally(() => (this.asking = null));
    return (await this.asking).filter((one) => isSameLog(one, source));
  }

  private async logs(): Promise<LogSource[]> {
    const answer = await this.client.query({
      query: `SELECT DISTINCT toString(host_name) AS hostName, toString(log_file) AS logFile FROM ${this.table} WHERE lowerUTF8(host_name) = lowerUTF8({host: String})`,
      query_params: { host: this.hostName },
      format: 'JSONEachRow',
      abort_signal: this.stopping.signal,
    });
    return answer.json<LogSource>();
  }
}

const none: ReadonlySet<string> = new Set();
