import { text } from 'node:stream/consumers';
import type { ClickHouseClient } from '@clickhouse/client';
import { grantStatement, readerStatements, writerGrants } from '../clickhouse/grants.js';
import { schemaState } from '../clickhouse/schema-state.js';
import type { Config } from '../config.js';
import { FspError } from '../errors.js';
import { nearlyFull } from '../health/disk-watch.js';
import { readInstance } from '../health/instance.js';
import { twinsOf } from '../health/name-watch.js';
import { externalReader } from '../store.js';
import { failure, ok, warning, type Diagnosis } from './check.js';

/** A replica may be behind by this much before somebody should look. */
const delayAllowedSeconds = 60;
const driftAllowedMs = 5_000;
/** DDL that takes longer is stuck: a server of the cluster is away, or two wait for each other. */
const ddlAllowedSeconds = 120;

/** Everything that is asked of ClickHouse once it answers; a question that it refuses is a finding and ends nothing. */
export async function examineClickHouse(client: ClickHouseClient, config: Config): Promise<Diagnosis[]> {
  const checks: [subject: string, check: () => Promise<Diagnosis | Diagnosis[]>][] = [
    ['ClickHouse rights', () => checkRights(client, config)],
    ['ClickHouse reader', () => checkReader(client, config)],
    ['ClickHouse schema', () => checkSchema(client, config)],
    ['ClickHouse replicas', () => checkReplicas(client, config)],
    ['ClickHouse DDL queue', () => checkDdlQueue(client)],
    ['ClickHouse disks', () => checkDisks(client)],
    ['receivers', () => checkReceivers(client, config)],
    ['server name', () => checkName(client, config)],
  ];
  const found: Diagnosis[] = [];
  for (const [subject, check] of checks) {
    try {
      found.push(...[await check()].flat());
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 300);
      found.push(
        warning(
          subject,
          `could not be asked for: ${message}`,
          'Give the account the rights above, or ask as one that has them',
        ),
      );
    }
  }
  return found;
}

async function checkRights(client: ClickHouseClient, config: Config): Promise<Diagnosis> {
  const subject = 'ClickHouse rights';
  const { clickhouseDatabase: database, clickhouseCluster } = config;
  const cluster = clickhouseCluster === '' ? undefined : clickhouseCluster;
  const missing: string[] = [];
  const [user = ''] = await lines(client, 'SELECT currentUser()');
  const [engine] = await lines(client, `SELECT engine FROM system.databases WHERE name = '${database}'`);
  const replicated = cluster !== undefined || engine === 'Replicated';
  for (const { rights, on } of writerGrants({ database, cluster, replicated })) {
    const lacking: string[] = [];
    for (const right of rights.split(', ')) if (!(await isGranted(client, right, on))) lacking.push(right);
    if (lacking.length > 0) missing.push(grantStatement({ rights: lacking.join(', '), on }, user, cluster));
  }
  return missing.length === 0
    ? ok(subject, `${user} may make and fill ${database}`)
    : failure(subject, `${user} may not do all that is needed`, missing.join('; '));
}

async function isGranted(client: ClickHouseClient, right: string, on: string): Promise<boolean> {
  try {
    const [granted] = await lines(client, `CHECK GRANT ${right} ON ${on}`);
    return granted === '1';
  } catch (error) {
    // An older ClickHouse that does not know the right by that name needs none.
    if ((error as { code?: string }).code === '62') return true;
    throw error;
  }
}

async function checkReader(client: ClickHouseClient, config: Config): Promise<Diagnosis> {
  const subject = 'ClickHouse reader';
  if (config.clickhouseUrl === '') return ok(subject, 'the embedded engine has one of its own');
  // Looks, and makes nothing.
  const account = externalReader(config, null);
  try {
    const asker = await account.client();
    const [user = ''] = await lines(asker, 'SELECT currentUser()');
    return ok(subject, `${user} may read ${config.clickhouseDatabase} and nothing else`);
  } catch (error) {
    if (!(error instanceof FspError)) throw error;
    if (error.code === 'FSP_READER_UNSAFE') return failure(subject, error.message, 'Ad hoc SQL is off until then');
    if (error.code !== 'FSP_READER_MISSING') throw error;
    const { clickhouseDatabase: database, clickhouseCluster: cluster, clickhouseReaderUser } = config;
    if (clickhouseReaderUser === '' && (await isGranted(client, 'CREATE USER', '*.*')))
      return ok(subject, 'the server makes one at its start');
    const user = clickhouseReaderUser || `${database}_reader`;
    return warning(
      subject,
      'there is none: ad hoc SQL is off, in the console and in fsp query',
      `${readerStatements({ database, cluster, user }).join('; ')}; then set FSP_CLICKHOUSE_READER_USER=${user} and FSP_CLICKHOUSE_READER_PASSWORD`,
    );
  } finally {
    await account.close();
  }
}

/** The tables as a start finds them: ours, of this version, whole, and nobody else's beside them. */
async function checkSchema(client: ClickHouseClient, config: Config): Promise<Diagnosis> {
  const subject = 'ClickHouse schema';
  const { clickhouseDatabase: database, clickhouseCluster } = config;
  try {
    const { made, pending, missing, others } = await schemaState(client, {
      database,
      ...(clickhouseCluster === '' ? {} : { cluster: clickhouseCluster }),
    });
    if (missing.length > 0)
      return failure(
        subject,
        `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing in ${database}`,
        'Restore from a backup: tables that are missing one by one are not made again',
      );
    if (others.length > 0)
      return warning(
        subject,
        `${database} has ${others.slice(0, 10).join(', ')}${others.length > 10 ? ` and ${others.length - 10} more` : ''} beside our tables`,
        'Move what is not ours to another database: fsp forget goes through every table of this one',
      );
    // Whoever started the embedded engine makes them first of all.
    if (!made && config.clickhouseUrl === '')
      return failure(
        subject,
        `${database} has no tables, though its engine runs: messages wait`,
        'Start the server again, which makes them anew, and bring back from a backup what they held',
      );
    if (!made) return ok(subject, 'the next start makes it');
    return ok(subject, pending.length === 0 ? 'up to date' : `the next start applies ${pending.join(', ')}`);
  } catch (error) {
    if (error instanceof FspError && error.code.startsWith('FSP_SCHEMA_'))
      return failure(subject, error.message, 'The server does not start until then');
    throw error;
  }
}

async function checkReplicas(
  client: ClickHouseClient,
  { clickhouseDatabase, clickhouseCluster }: Config,
): Promise<Diagnosis[]> {
  const subject = 'ClickHouse replicas';
  const replicas = (from: string) =>
    tuples(
      client,
      `SELECT if(one, table, concat(table, ' of ', replica_name)), is_readonly, absolute_delay, total_replicas, active_replicas, queue_size, is_session_expired
       FROM (SELECT *, uniqExact(replica_name) OVER () = 1 AS one FROM ${from} WHERE database = '${clickhouseDatabase}') ORDER BY table, replica_name
       SETTINGS skip_unavailable_shards = 1`,
    );
  // Of all servers that can be reached; of this one where they may not be asked.
  const cluster = clickhouseCluster || clickhouseDatabase;
  const [servers = '0'] = await lines(client, `SELECT count() FROM system.clusters WHERE cluster = '${cluster}'`);
  const rows = await (servers === '0'
    ? replicas('system.replicas')
    : replicas(`clusterAllReplicas('${cluster}', system.replicas)`).catch(() => replicas('system.replicas')));
  if (rows.length === 0) {
    const replicated = await lines(
      client,
      `SELECT engine FROM system.databases WHERE name = '${clickhouseDatabase}' AND engine = 'Replicated'`,
    );
    if (clickhouseCluster !== '')
      return [
        failure(
          subject,
          `no table is replicated although FSP_CLICKHOUSE_CLUSTER is ${clickhouseCluster}`,
          'Make the database anew on the cluster, or leave out FSP_CLICKHOUSE_CLUSTER',
        ),
      ];
    return replicated.length > 0
      ? [
          failure(
            subject,
            `${clickhouseDatabase} is a Replicated database and its tables are not: rows are on one server only`,
            'Set FSP_CLICKHOUSE_CLUSTER to the name of the cluster, before data is written',
          ),
        ]
      : [ok(subject, 'a single server: nothing is replicated')];
  }
  const found: Diagnosis[] = [];
  const named = (those: string[][]) => those.map(([table]) => table).join(', ');
  const readonly = rows.filter(([, isReadonly, , , , , expired]) => isReadonly === '1' || expired === '1');
  if (readonly.length > 0)
    found.push(
      failure(
        subject,
        `read-only: ${named(readonly)}`,
        'Look at ZooKeeper or Keeper, then SYSTEM RESTORE REPLICA; messages wait on disk until then',
      ),
    );
  const late = rows.filter(([, , delay]) => Number(delay) > delayAllowedSeconds);
  if (late.length > 0)
    found.push(
      warning(
        subject,
        `behind by up to ${Math.max(...late.map(([, , delay]) => Number(delay)))} s: ${named(late)}`,
        'Look at system.replication_queue and the way between the replicas',
      ),
    );
  const without = rows.filter(([, , , total, active]) => Number(active) * 2 <= Number(total) && Number(total) > 1);
  if (without.length > 0)
    found.push(
      failure(
        subject,
        `no quorum: ${without.map(([table, , , total, active]) => `${table} has ${active} of ${total} replicas`).join(', ')}`,
        'Bring the other replicas back; messages wait on disk until then',
      ),
    );
  const fewer = rows.filter((row) => Number(row[4]) < Number(row[3]) && !without.includes(row));
  if (fewer.length > 0)
    found.push(
      warning(
        subject,
        `a replica is away: ${fewer.map(([table, , , total, active]) => `${table} has ${active} of ${total}`).join(', ')}`,
        'Bring it back: it fetches what it has missed',
      ),
    );
  return found.length > 0
    ? found
    : [
        ok(
          subject,
          `${rows.length} tables, all replicas of each there, the slowest ${Math.max(...rows.map(([, , delay]) => Number(delay)))} s behind`,
        ),
      ];
}

async function checkDdlQueue(client: ClickHouseClient): Promise<Diagnosis> {
  const subject = 'ClickHouse DDL queue';
  const [there] = await lines(
    client,
    "SELECT count() FROM system.tables WHERE database = 'system' AND name = 'distributed_ddl_queue'",
  );
  const [keeper] = await lines(
    client,
    "SELECT count() FROM system.tables WHERE database = 'system' AND name = 'zookeeper'",
  );
  // Without ZooKeeper or Keeper there is no queue, and asking for it fails.
  if (there !== '1' || keeper !== '1') return ok(subject, 'there is none: a single server');
  const [waiting = [], ...none] = await tuples(
    client,
    `SELECT count(), toString(dateDiff('second', min(query_create_time), now())), any(substring(query, 1, 120)) FROM system.distributed_ddl_queue WHERE status NOT IN ('Finished', 'Removing')`,
  );
  const [count = '0', seconds = '0', query = ''] = none.length === 0 ? waiting : [];
  if (count === '0') return ok(subject, 'nothing waits');
  return Number(seconds) > ddlAllowedSeconds
    ? failure(
        subject,
        `${count} statements wait, the oldest for ${seconds} s: ${query}`,
        'Bring the servers back that have not done it (system.distributed_ddl_queue names them); a start waits for it',
      )
    : warning(subject, `${count} statements wait, the oldest for ${seconds} s`, 'Wait, and look again');
}

async function checkDisks(client: ClickHouseClient): Promise<Diagnosis[]> {
  const subject = 'ClickHouse disks';
  const rows = await tuples(
    client,
    'SELECT name, toString(free_space), toString(total_space) FROM system.disks WHERE total_space > 0 AND total_space < 18446744073709551615',
  );
  const gibibytes = (bytes: string) => (Number(bytes) / 1024 ** 3).toFixed(1);
  const found = rows
    .filter(([, free, total]) => nearlyFull(Number(free), Number(total)))
    .map(([name, free, total]) =>
      warning(
        subject,
        `${name}: ${gibibytes(free!)} of ${gibibytes(total!)} GiB free`,
        'Make room, or keep less (FSP_RETENTION_DAYS)',
      ),
    );
  return found.length > 0
    ? found
    : [
        ok(
          subject,
          rows
            .map(([name, free, total]) => `${name}: ${gibibytes(free!)} of ${gibibytes(total!)} GiB free`)
            .join(', ') || 'not told',
        ),
      ];
}

/** Each receiver over this ClickHouse: its clock, and whether it is heard of. */
async function checkReceivers(
  client: ClickHouseClient,
  { clickhouseDatabase: database }: Config,
): Promise<Diagnosis[]> {
  const subject = 'receivers';
  const [there] = await lines(
    client,
    `SELECT count() FROM system.columns WHERE database = '${database}' AND table = 'receivers' AND name = 'clock_ahead_ms'`,
  );
  if (there !== '1') return [ok(subject, 'none has written yet')];
  const rows = await tuples(
    client,
    `SELECT fsp_server, version, toString(dateDiff('second', last_seen_at, now64(3, 'UTC'))), toString(clock_ahead_ms), toString(instances)
     FROM ${database}.receivers WHERE last_seen_at > now() - INTERVAL 7 DAY ORDER BY fsp_server`,
  );
  const found: Diagnosis[] = [];
  for (const [name, , silent, ahead, instances] of rows) {
    // What a sign takes on its way looks like a clock that is behind: a minute is allowed for it.
    if (Number(ahead) > driftAllowedMs || Number(ahead) < -60_000)
      found.push(
        warning(
          subject,
          `the clock of ${name} is ${Math.abs(Number(ahead))} ms ${Number(ahead) > 0 ? 'ahead of' : 'behind'} ClickHouse's`,
          'Let both follow a time server',
        ),
      );
    if (Number(silent) > 600)
      found.push(
        warning(
          subject,
          `${name} has been silent for ${silent} s`,
          'Start it, or deliver what it holds with fsp drain --spool',
        ),
      );
    if (Number(instances) > 1)
      found.push(
        failure(
          subject,
          `${instances} receivers run under the name ${name}`,
          'Give each a name of its own with FSP_SERVER_NAME: together they pass more than the role allows',
        ),
      );
  }
  const versions = new Set(rows.map(([, version]) => version));
  if (versions.size > 1)
    found.push(
      warning(subject, `they run different versions: ${[...versions].join(', ')}`, 'Upgrade those that are behind'),
    );
  return found.length > 0
    ? found
    : [
        ok(
          subject,
          rows.length === 0
            ? 'none has written yet'
            : `${rows.length}, all heard of, of one version, and their clocks agree with ClickHouse's`,
        ),
      ];
}

async function checkName(
  client: ClickHouseClient,
  { clickhouseDatabase, dataDir, serverName }: Config,
): Promise<Diagnosis> {
  const subject = 'server name';
  const [there] = await lines(
    client,
    `SELECT count() FROM system.columns WHERE database = '${clickhouseDatabase}' AND table = 'receiver_status' AND name = 'instance_id'`,
  );
  if (there !== '1') return ok(subject, serverName);
  let id: string;
  try {
    id = readInstance(dataDir)?.id ?? 'none';
  } catch (error) {
    return warning(subject, (error as Error).message, 'A start puts it aside, and is a new receiver');
  }
  // Our own signs are no twin's, whenever this process began.
  const twins = await twinsOf(client, clickhouseDatabase, { id, serverName }, Date.now());
  return twins.length === 0
    ? ok(subject, serverName)
    : failure(
        subject,
        `${serverName} is the name of a receiver that runs on ${twins.map(({ hostName }) => hostName).join(', ')}`,
        'Choose another with FSP_SERVER_NAME: one name is one receiver',
      );
}

async function lines(client: ClickHouseClient, query: string): Promise<string[]> {
  // CHECK GRANT takes no FORMAT behind it, which the client's query would add.
  const answer = await client.exec({ query, clickhouse_settings: { default_format: 'TabSeparatedRaw' } });
  return (await text(answer.stream)).split('\n').filter(Boolean);
}

async function tuples(client: ClickHouseClient, query: string): Promise<string[][]> {
  return (await lines(client, query)).map((line) => line.split('\t'));
}
