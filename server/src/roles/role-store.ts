import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { claim } from '../clickhouse/claim.js';
import { clickHouseError, isStatusUnknown } from '../clickhouse/client.js';
import { onCaughtUpServer, quorumOf, type Placement } from '../clickhouse/replicas.js';
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
    private readonly placement: Placement,
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
   * Adds a version. False where another receiver added one of the same number first: that one counts (see {@link claim}).
   * @throws FspError FSP_CLICKHOUSE_…
   */
  add(version: RoleVersion): Promise<boolean> {
    return claim({
      token: `${version.server}-${version.version}`,
      id: version.changeId,
      insert: (token) => this.insert(version, token),
      first: async () => (await this.history(version.server)).find((one) => one.version === version.version)?.changeId,
    });
  }

  /**
   * To as many replicas as must have it. Where they are not there a role can be changed all the same: who was first is
   * ZooKeeper's word, not theirs, and each receiver keeps the version in force on its own disk.
   */
  private async insert(version: RoleVersion, token: string): Promise<void> {
    await this.prepare();
    try {
      await this.write(version, {
        ...(await quorumOf(this.client, this.placement, 'role_configurations')),
        insert_deduplication_token: token,
      });
    } catch (error) {
      const { code } = error as { code?: string };
      // 285 TOO_FEW_LIVE_REPLICAS: nothing was done. Of unknown status: it is there, and the others lag.
      if (code === '285') await this.write(version, { insert_deduplication_token: token });
      else if (!isStatusUnknown(error)) throw clickHouseError(error);
    }
  }

  private async write(version: RoleVersion, settings: ClickHouseSettings): Promise<void> {
    await this.client.insert({
      table: `${this.placement.database}.role_configurations`,
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
      clickhouse_settings: { async_insert: 0, wait_end_of_query: 1, ...settings },
    });
  }

  private async rows(rest: string, server = ''): Promise<RoleVersion[]> {
    await this.prepare();
    try {
      const rows = await onCaughtUpServer(this.client, this.placement, 'role_configurations', ({ ask }) =>
        ask<Row>(
          `SELECT server, toString(version) AS version, change_id, toString(toUnixTimestamp64Milli(changed_at)) AS changed_at, changed_by, removed, configuration
           FROM (SELECT * FROM ${this.placement.database}.role_configurations ${rest})`,
          { server },
        ),
      );
      return rows.map((row) => ({
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
