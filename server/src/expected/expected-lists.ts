import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from '../clickhouse/client.js';
import { onCaughtUpServer, quorumOf, type Placement } from '../clickhouse/replicas.js';
import { FspError } from '../errors.js';
import { readExpectedList, type ExpectedList } from './read-list.js';

/** `replace`: instead of what the list held before; `merge`: beside it. */
export type LoadMode = 'replace' | 'merge';

/** Where a list comes from. */
export interface ListLoad {
  list: string;
  mode: LoadMode;
  fileName: string;
  by: string;
}

/** A list as it counts now. */
export interface KnownList {
  list: string;
  /** Machines that it has, each once, in however many of its loads it stands. */
  machines: number;
  loads: number;
  fileName: string;
  by: string;
  /** Milliseconds since 1970 UTC. */
  at: number;
}

export interface LoadedList extends Omit<ExpectedList, 'machines'> {
  machines: number;
}

/** Loads that are freed at a time; those before them are gone already. */
const mostFreed = 20;
/** What has not become a load for so long never will: whoever began it was killed. */
const abandonedSeconds = 86_400;

export const defaultList = 'expected';

/** What a list may be called. */
export const listName = /^\P{Cc}{1,100}$/u;

/** Lists of machines that are expected to be heard of, in ClickHouse, shared by all receivers. */
export class ExpectedLists {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly placement: Placement,
    private readonly prepare: () => Promise<void>,
    private readonly abandonedAfter = abandonedSeconds,
  ) {}

  /**
   * Takes a file as a list. It counts once all of it is there; what cannot be read changes nothing.
   * @throws FspError FSP_LIST_UNREADABLE, FSP_CLICKHOUSE_…
   */
  async load(file: Buffer, { list, mode, fileName, by }: ListLoad): Promise<LoadedList> {
    const { machines, ...rest } = await readExpectedList(file);
    if (machines.length === 0)
      throw new FspError('FSP_LIST_UNREADABLE', 'Every machine of the list is disabled. Nothing was changed');
    const loadId = randomBytes(16).toString('hex');
    await this.insert(
      'expected_machines',
      Readable.from(
        (function* () {
          for (const one of machines)
            yield {
              load_id: loadId,
              client_name: one.clientName,
              client_fqdn: one.clientFqdn,
              organisational_unit: one.organisationalUnit,
              operating_system: one.operatingSystem,
              last_logon: one.lastLogon,
            };
        })(),
      ),
    );
    await this.note({ list, mode, loadId, fileName, by, machines: machines.length });
    await this.clearFormer(list);
    return { ...rest, machines: machines.length };
  }

  /** Expects the machines of a list no more. @throws FspError FSP_LIST_NOT_FOUND, FSP_CLICKHOUSE_… */
  async remove(list: string, by: string): Promise<void> {
    if (!(await this.lists()).some((one) => one.list === list))
      throw new FspError('FSP_LIST_NOT_FOUND', `There is no list ${list} of expected machines`);
    await this.note({ list, mode: 'remove', loadId: '', fileName: '', by, machines: 0 });
    await this.clearFormer(list);
  }

  /** The lists that count, by name. @throws FspError FSP_CLICKHOUSE_… */
  lists(): Promise<KnownList[]> {
    const { database } = this.placement;
    const counted = `SELECT * FROM (SELECT *, maxIf(changed_at, mode != 'merge') OVER (PARTITION BY list_name) AS begun FROM ${database}.expected_loads) WHERE changed_at >= begun AND mode != 'remove'`;
    // A machine is told by what a client says of its name, as in the view expected_clients.
    return this
      .rows<KnownList>(`SELECT l.list_name AS list, toUInt32(uniqExactIf(substringUTF8(m.client_name, 1, 15), m.client_name != '')) AS machines,
  toUInt32(uniqExact(l.load_id)) AS loads,
  argMax(l.file_name, l.changed_at) AS fileName, argMax(l.changed_by, l.changed_at) AS by, toUnixTimestamp64Milli(max(l.changed_at)) AS at
FROM (${counted}) AS l
LEFT JOIN (SELECT load_id, client_name FROM ${database}.expected_machines WHERE load_id GLOBAL IN (SELECT load_id FROM (${counted}))) AS m ON m.load_id = l.load_id
GROUP BY list ORDER BY list`);
  }

  private async note(load: {
    list: string;
    mode: LoadMode | 'remove';
    loadId: string;
    fileName: string;
    by: string;
    machines: number;
  }): Promise<void> {
    await this.insert('expected_loads', [
      {
        list_name: load.list,
        changed_by: load.by,
        mode: load.mode,
        load_id: load.loadId,
        file_name: load.fileName,
        machines: load.machines,
      },
    ]);
  }

  /**
   * Frees what no load that counts, nor the one before it, is made of: whoever reads at this moment may still read that.
   * Each load is a partition of its own. So is what somebody began to load, and was killed before it counted.
   */
  private async clearFormer(list: string): Promise<void> {
    const former = await this.rows<{ id: string }>(
      `SELECT load_id AS id FROM ${this.placement.database}.expected_loads
WHERE list_name = {list: String} AND load_id != '' AND changed_at <
  (SELECT arrayElement(arrayReverseSort(groupArray(changed_at)), 2) FROM ${this.placement.database}.expected_loads WHERE list_name = {list: String} AND mode != 'merge')
ORDER BY changed_at DESC LIMIT ${mostFreed}`,
      { list },
    );
    // A replica that lags may not know that a load counts. Where none has caught up, the next load frees it.
    const abandoned = await onCaughtUpServer(this.client, this.placement, 'expected_loads', ({ ask }) =>
      ask<{ id: string }>(
        `SELECT partition AS id FROM system.parts
WHERE database = {database: String} AND table = 'expected_machines' AND active
  AND partition NOT IN (SELECT load_id FROM ${this.placement.database}.expected_loads)
GROUP BY id HAVING max(modification_time) <= now() - ${this.abandonedAfter} LIMIT ${mostFreed}`,
        { database: this.placement.database },
      ),
    ).catch(() => []);
    for (const { id } of [...former, ...abandoned])
      await this.client
        .command({ query: `ALTER TABLE ${this.placement.database}.expected_machines DROP PARTITION '${id}'` })
        .catch((error: unknown) => Promise.reject(clickHouseError(error)));
  }

  private async insert(table: string, values: Readable | object[]): Promise<void> {
    await this.prepare();
    try {
      await this.client.insert({
        table: `${this.placement.database}.${table}`,
        columns:
          table === 'expected_loads'
            ? ['list_name', 'changed_by', 'mode', 'load_id', 'file_name', 'machines']
            : ['load_id', 'client_name', 'client_fqdn', 'organisational_unit', 'operating_system', 'last_logon'],
        format: 'JSONEachRow',
        values,
        clickhouse_settings: {
          async_insert: 0,
          insert_deduplicate: 0,
          ...(await quorumOf(this.client, this.placement, table)),
        },
      });
    } catch (error) {
      throw clickHouseError(error);
    }
  }

  private async rows<Row>(query: string, parameters: Record<string, string> = {}): Promise<Row[]> {
    await this.prepare();
    try {
      const answer = await this.client.query({
        query,
        query_params: parameters,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      });
      return await answer.json<Row>();
    } catch (error) {
      throw clickHouseError(error);
    }
  }
}
