import type { ClickHouseClient } from '@clickhouse/client';
import type { Instance } from './instance.js';

/** A receiver under our name, by its last sign of life. */
export interface Twin {
  hostName: string;
  instanceId: string;
  /** Milliseconds since 1970 UTC. */
  lastSeenAt: number;
}

/** A sign of life comes every minute; what gave none for so long does not run. */
const runningSeconds = 150;
/** Signs that waited for days, of a spool that was drained, do not tell that their receiver runs. */
const lateSeconds = 900;
const everyMs = 20_000;

/** Other receivers that run under a name at this moment: of other data folders, or of a copy of this one. */
export async function twinsOf(
  client: ClickHouseClient,
  database: string,
  instance: Pick<Instance, 'id' | 'serverName'>,
  startedAt: number,
): Promise<Twin[]> {
  // By ClickHouse's capitals on both sides: a server may have letters in its name that no role's name has.
  const key = (name: string) => `upperUTF8(splitByChar('.', trim(BOTH ' ' FROM ${name}))[1])`;
  const answer = await client.query({
    query: `SELECT instance_id, argMax(host_name, at) AS host, toUnixTimestamp64Milli(max(at)) AS seen
      FROM ${database}.receiver_status
      WHERE ${key('toString(fsp_server)')} = ${key('{name: String}')} AND instance_id != ''
        AND written_at > now64(3) - INTERVAL ${runningSeconds} SECOND AND at > written_at - INTERVAL ${lateSeconds} SECOND
        AND (instance_id != {id: String} OR toUnixTimestamp64Milli(started_at) != {started: Int64} AND at > fromUnixTimestamp64Milli({started: Int64} + 5000))
      GROUP BY instance_id`,
    query_params: { name: instance.serverName, id: instance.id, started: startedAt },
    format: 'JSONEachRow',
  });
  const rows = await answer.json<{ instance_id: string; host: string; seen: string }>();
  return rows.map((row) => ({ instanceId: row.instance_id, hostName: row.host, lastSeenAt: Number(row.seen) }));
}

/**
 * One name is one receiver: two under one name would pass twice the limit of the role, and each would show the other's
 * figures as its own. Looks at who else gives signs of life under ours, and says so.
 */
export class NameWatch {
  private found: Twin[] = [];
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private asking: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      instance: Instance;
      startedAt: number;
      client: ClickHouseClient;
      database: string;
      prepare(): Promise<void>;
      logger: { info(message: string): void; error(message: string): void };
    },
  ) {}

  /** Who else runs under our name, as it was found last. */
  get twins(): readonly Twin[] {
    return this.found;
  }

  /** One line for people, or null where the name is ours alone. */
  get trouble(): string | null {
    if (this.found.length === 0) return null;
    const others = this.found.map(({ hostName, instanceId }) => `${hostName} (instance ${instanceId.slice(0, 8)})`);
    return `The name ${this.options.instance.serverName} is used by another receiver too, on ${others.join(', ')}: together they pass more than the role allows; give each a name of its own with FSP_SERVER_NAME`;
  }

  start(): void {
    this.ask();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.asking;
  }

  private ask(): void {
    this.asking = this.look()
      // Delivery says that ClickHouse is away; what was found stays.
      .catch(() => undefined)
      .finally(() => {
        if (this.stopped) return;
        this.timer = setTimeout(() => {
          this.ask();
        }, everyMs).unref();
      });
  }

  private async look(): Promise<void> {
    const { client, database, instance, startedAt, prepare, logger } = this.options;
    await prepare();
    const before = this.found.map((one) => one.instanceId).join();
    this.found = await twinsOf(client, database, instance, startedAt);
    if (this.found.map((one) => one.instanceId).join() === before) return;
    const { trouble } = this;
    if (trouble === null) logger.info(`The name ${instance.serverName} is ours alone again`);
    else logger.error(trouble);
  }
}
