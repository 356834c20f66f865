import type { ClickHouseClient } from '@clickhouse/client';
import { storedIds } from '../clickhouse/stored-ids.js';
import { isSameLog, type LogSource } from './identity.js';

/** Which of some records are stored already, by their identities. */
export type AskStored = (ids: readonly string[]) => Promise<Set<string>>;

/**
 * Which logs of this machine are in ClickHouse when they are found: they were imported, or followed before, by a data
 * folder that is gone or until they were taken from the list.
 */
export class StoredLogs {
  private readonly table: string;
  /** Logs are found by the hundred, and all of them ask the same. */
  private asking: Promise<LogSource[]> | null = null;

  constructor(
    private readonly client: ClickHouseClient,
    database: string,
    private readonly hostName: string,
  ) {
    this.table = `${database}.setup_log_records`;
  }

  /** @returns null where nothing of a log is there. @throws the client's error */
  async of(source: LogSource): Promise<AskStored | null> {
    this.asking ??= this.logs().finally(() => (this.asking = null));
    const same = (await this.asking).filter((one) => isSameLog(one, source));
    if (same.length === 0) return null;
    const parameters = { hosts: same.map(({ hostName }) => hostName), files: same.map(({ logFile }) => logFile) };
    // By the order of the table, so that only this log is looked through.
    const where = 'host_name IN {hosts: Array(String)} AND log_file IN {files: Array(String)}';
    return (ids) => storedIds(this.client, { table: this.table, column: 'record_id', where, parameters }, ids);
  }

  private async logs(): Promise<LogSource[]> {
    const answer = await this.client.query({
      query: `SELECT DISTINCT toString(host_name) AS hostName, toString(log_file) AS logFile FROM ${this.table} WHERE lowerUTF8(host_name) = lowerUTF8({host: String})`,
      query_params: { host: this.hostName },
      format: 'JSONEachRow',
    });
    return answer.json<LogSource>();
  }
}
