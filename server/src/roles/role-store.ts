import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from '../clickhouse/client.js';
import { storedConfiguration, type RoleConfiguration, type RoleVersion } from './role.js';

interface Row {
  server: string;
  version: string;
  change_id: string;
  changed_at: string;
  changed_by: string;
  removed: boolean;
  configuration: string;
}

/** Every version of every role, in ClickHouse, shared by all receivers. Nothing is ever changed, only added. */
export class RoleStore {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly database: string,
    /** Makes sure that the tables are there. */
    private readonly prepare: () => Promise<void>,
  ) {}

  /** The newest version of each role, removed ones too. */
  newest(): Promise<RoleVersion[]> {
    return this.rows('ORDER BY server, version DESC, changed_at, change_id LIMIT 1 BY server');
  }

  /** The newest version of one role, or null. */
  async newestOf(server: string): Promise<RoleVersion | null> {
    const [row] = await this.rows(
      'WHERE server = {server: String} ORDER BY version DESC, changed_at, change_id LIMIT 1',
      server,
    );
    return row ?? null;
  }

  /** Every version of one role, the newest first; of two of one number the first counted. */
  history(server: string): Promise<RoleVersion[]> {
    return this.rows(
      'WHERE server = {server: String} ORDER BY version DESC, changed_at, change_id LIMIT 1 BY version',
      server,
    );
  }

  /**
   * Adds a version. False where another receiver added one of the same number first: that one counts, because the two
   * inserts have one token and ClickHouse drops the second.
   * @throws FspError FSP_CLICKHOUSE_…
   */
  async add(version: RoleVersion): Promise<boolean> {
    const token = `${version.server}-${version.version}`;
    await this.insert(version, token);
    const counted = await this.stored(version);
    if (counted !== undefined) return counted.changeId === version.changeId;
    // A crash of ClickHouse can have kept a token and lost its row.
    await this.insert(version, `${token}-${version.changeId}`);
    return (await this.stored(version))?.changeId === version.changeId;
  }

  private async stored({ server, version }: RoleVersion): Promise<RoleVersion | undefined> {
    return (await this.history(server)).find((one) => one.version === version);
  }

  private async insert(version: RoleVersion, token: string): Promise<void> {
    await this.prepare();
    try {
      await this.client.insert({
        table: `${this.database}.role_configurations`,
        format: 'JSONEachRow',
        values: [
          {
            server: version.server,
            version: version.version,
            change_id: version.changeId,
            changed_at: new Date(version.changedAt).toISOString().replace('T', ' ').replace('Z', ''),
            changed_by: version.changedBy,
            removed: version.removed,
            configuration: JSON.stringify(version.configuration),
          },
        ],
        clickhouse_settings: { async_insert: 0, wait_end_of_query: 1, insert_deduplication_token: token },
      });
    } catch (error) {
      throw clickHouseError(error);
    }
  }

  private async rows(rest: string, server = ''): Promise<RoleVersion[]> {
    await this.prepare();
    try {
      const answer = await this.client.query({
        query: `SELECT server, toString(version) AS version, change_id, toString(toUnixTimestamp64Milli(changed_at)) AS changed_at, changed_by, removed, configuration
                FROM (SELECT * FROM ${this.database}.role_configurations ${rest})`,
        query_params: { server },
        format: 'JSONEachRow',
        clickhouse_settings: { select_sequential_consistency: '1' },
      });
      return (await answer.json<Row>()).map((row) => ({
        server: row.server,
        version: Number(row.version),
        changeId: row.change_id,
        changedAt: Number(row.changed_at),
        changedBy: row.changed_by,
        removed: row.removed,
        configuration: storedConfiguration(JSON.parse(row.configuration) as RoleConfiguration),
      }));
    } catch (error) {
      throw clickHouseError(error);
    }
  }
}
