import type { ClickHouseClient } from '@clickhouse/client';
import { clickHouseError } from '../clickhouse/client.js';
import { quorumOf, type Placement } from '../clickhouse/replicas.js';
import { FspError } from '../errors.js';

/** A failure that somebody takes care of. */
export interface Failure {
  /** Topic, state and error as one: `800/313/1603`. */
  cause: string;
  /** The machine that fails so; empty for all machines. */
  clientName: string;
}

export interface Acknowledgement extends Failure {
  note: string;
  by: string;
  /** When it was said and when it ends, in milliseconds since 1970 UTC. */
  at: number;
  until: number;
}

/** Longer than that is no care but a rule to be changed. */
const longestMs = 366 * 86_400_000;

/** What people say of failures, in ClickHouse, shared by all receivers. Nothing is ever changed, only added. */
export class Acknowledgements {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly placement: Placement,
    private readonly prepare: () => Promise<void>,
    private readonly onChange: () => void = () => undefined,
  ) {}

  /** Those in force, the newest first. @throws FspError FSP_CLICKHOUSE_… */
  async list(): Promise<Acknowledgement[]> {
    await this.prepare();
    try {
      const answer = await this.client.query({
        query: `SELECT client_key AS clientName, cause, note, acknowledged_by AS by, toUnixTimestamp64Milli(acknowledged_at) AS at, toUnixTimestamp64Milli(until) AS until
FROM ${this.placement.database}.acknowledged ORDER BY acknowledged_at DESC, cause, client_key LIMIT 10000`,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      });
      return await answer.json<Acknowledgement>();
    } catch (error) {
      throw clickHouseError(error);
    }
  }

  /**
   * Says that somebody takes care of a failure; again for the same one, the newest word counts.
   * @param until when it ends by itself
   * @throws FspError FSP_REQUEST_INVALID where that is past or further than a year, FSP_CLICKHOUSE_…
   */
  async acknowledge(failure: Failure, note: string, until: number, by: string, now = Date.now()): Promise<void> {
    if (!(until > now && until <= now + longestMs))
      throw new FspError('FSP_REQUEST_INVALID', 'The end of an acknowledgement has to lie between now and in a year');
    await this.add(failure, { note, until, by, withdrawn: false });
  }

  /** Takes it back: alerts speak of the failure again. @throws FspError FSP_CLICKHOUSE_… */
  async withdraw(failure: Failure, by: string): Promise<void> {
    await this.add(failure, { note: '', until: Date.now(), by, withdrawn: true });
  }

  private async add(
    { cause, clientName }: Failure,
    { note, until, by, withdrawn }: { note: string; until: number; by: string; withdrawn: boolean },
  ): Promise<void> {
    await this.prepare();
    const row = {
      cause,
      client_name: clientName.toUpperCase(),
      changed_by: by,
      note,
      until: new Date(until).toISOString().replace('T', ' ').replace('Z', ''),
      withdrawn,
    };
    try {
      await this.client.insert({
        table: `${this.placement.database}.acknowledgements`,
        columns: ['cause', 'client_name', 'changed_by', 'note', 'until', 'withdrawn'],
        format: 'JSONEachRow',
        values: [row],
        // The same may be said again later, and counts again.
        clickhouse_settings: {
          async_insert: 0,
          insert_deduplicate: 0,
          ...(await quorumOf(this.client, this.placement, 'acknowledgements')),
        },
      });
    } catch (error) {
      throw clickHouseError(error);
    }
    this.onChange();
  }
}
