import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCatalog } from './catalog/errors.js';
import { stateCatalog } from './catalog/states.js';
import type { describeMessage } from './catalog/describe.js';
import type { ClickHouseClient } from '@clickhouse/client';
import { checkServer, connect, preferServerWith } from './clickhouse/client.js';
import { startEngine, type Engine } from './clickhouse/engine.js';
import { loadCatalog } from './clickhouse/load-catalog.js';
import { readEngineCredentials } from './clickhouse/credentials.js';
import { DataReader } from './clickhouse/reader.js';
import { ReaderAccount } from './clickhouse/reader-account.js';
import { migrate } from './clickhouse/migrate.js';
import type { Placement } from './clickhouse/replicas.js';
import type { Config } from './config.js';
import type { Sink } from './delivery/sink.js';
import { FspError } from './errors.js';
import type { Logger } from './logger.js';
import { createClickHouseSink } from './sinks/clickhouse.js';

/** The ClickHouse that messages go to: the embedded engine, or the server that the configuration names. */
export interface Store {
  sink: Sink;
  client: ClickHouseClient;
  /** The database, and how many replicas must have what is written to it. */
  placement: Placement;
  /** Answers questions, and cannot change anything. */
  reader: DataReader;
  /** Why nobody may ask in their own words, as it was found last; null where they may. */
  readerRefused(): FspError | null;
  /** Reaches the server and brings its schema up to date, once; every batch waits for it. */
  prepare(): Promise<void>;
  /** One line for people: where it is, and how it is confined. */
  description: string;
  /** True once the server was reached, is new enough and has the schema. */
  prepared(): boolean;
  /** The engine's state, or `external`. */
  state(): string;
  close(): Promise<void>;
}

/** What is silent for so long is tried again: a ClickHouse that hung is served again within seconds of its return. */
const silenceMs = 10_000;
/** How long a start waits for what a ClickHouse server has to say of it. */
const startWithinMs = 3_000;
/** Nothing that waits for ClickHouse will ever be taken by it. */
const forGood: ReadonlySet<string> = new Set(['FSP_SCHEMA_NEWER', 'FSP_SCHEMA_CHANGED']);

export interface StoreOptions {
  config: Config;
  dataDir: string;
  describe: typeof describeMessage;
  /** Whether people ask by it: their account is looked at when all is ready, and made where there is none. */
  asked: boolean;
  /** Who brings the schema up to date, for those who wait for it: no other process has it, and this one after a crash. */
  holder: string;
  logger: Logger;
}

/**
 * Starts the embedded engine where no URL is configured. A server given by URL is not waited for: it is checked,
 * migrated and filled with the catalogue before the first batch, and tried again with every batch until that works.
 * An engine that does not start over data that it had is not waited for either.
 * @throws FspError FSP_ENGINE_…, FSP_PORT_TAKEN, FSP_DATA_DIR_LOCKED, FSP_SCHEMA_NEWER, FSP_SCHEMA_CHANGED
 */
export async function openStore({ config, dataDir, describe, asked, holder, logger }: StoreOptions): Promise<Store> {
  const database = config.clickhouseDatabase;
  const engine =
    config.clickhouseUrl === ''
      ? await startEngine({
          dataDir: join(dataDir, 'clickhouse'),
          port: config.embeddedClickhousePort,
          nativePort: config.embeddedClickhouseNativePort,
          host: config.embeddedClickhouseHost,
          database,
          logger,
        })
      : null;
  const account = engine?.writer ?? { username: config.clickhouseUser, password: config.clickhousePassword };
  const url = engine?.url ?? config.clickhouseUrl;
  // The engine has no certificate. What cannot be read of a server's must not end a start with an engine that runs on.
  const caFile = engine === null ? config.clickhouseCaFile : '';
  // Not yet with a database: it may have to be made first.
  const client = connect({ url, ...account, database: 'default', needs: database, silenceMs, caFile });
  const placement = placementOf(config);
  const rows = createClickHouseSink({
    client,
    ...placement,
    alone: engine !== null,
    siteCode: config.siteCode,
    serverName: config.serverName,
    describe: (entry) => describe(entry.message),
  });

  // A question may take its time, and so may a change of the schema on every server of a cluster.
  const patient = connect({ url, ...account, database: 'default', needs: database, caFile });
  const engineReader = engine === null ? null : connect({ url, ...engine.reader, database });
  const asking = engine === null ? externalReader(config, patient, logger) : null;
  const preparation = new Preparation(async () => {
    await bringUpToDate(client, patient, { config, holder, logger });
    logger.info({ url }, 'ClickHouse is ready');
    if (!asked) return;
    // Once the database is there; what is missing is said at the start and not when somebody asks.
    asking?.client().catch((error: unknown) => {
      logger.warn(`${(error as FspError).message} (${(error as FspError).code})`);
    });
  });
  const close = async () => {
    await rows.close();
    await asking?.close();
    await client.close();
    await patient.close();
    await engineReader?.close();
    await engine?.stop();
  };
  // Tables and their comments should be there to be asked before the first message comes.
  const refusal = await refused(preparation.run(), engine, logger);
  if (refusal !== undefined) {
    // Nobody else knows of it yet.
    await close();
    throw refusal;
  }

  return {
    sink: {
      ...rows,
      async ready() {
        await preparation.run();
        await rows.ready?.();
      },
      async deliver(batch, redelivery) {
        await preparation.run();
        return rows.deliver(batch, redelivery);
      },
    },
    client,
    placement,
    reader: new DataReader({
      client,
      database,
      asker: () => asking?.client() ?? Promise.resolve(engineReader!),
    }),
    readerRefused: () => asking?.refused ?? null,
    prepare: () => preparation.run(),
    description:
      engine === null
        ? url
        : `${url} (embedded; ${engine.state() === 'running' ? `Landlock ${engine.landlock()}` : 'not started yet, see the log'})`,
    prepared: () => preparation.isDone,
    state: () => engine?.state() ?? 'external',
    close,
  };
}

/** What every batch, the start and the roles ask for: it is done once, and by one at a time. */
class Preparation {
  private done = false;
  private underWay: Promise<void> | null = null;

  constructor(private readonly prepare: () => Promise<void>) {}

  get isDone(): boolean {
    return this.done;
  }

  run(): Promise<void> {
    if (this.done) return Promise.resolve();
    this.underWay ??= this.prepare()
      .then(() => {
        this.done = true;
      })
      .finally(() => (this.underWay = null));
    return this.underWay;
  }
}

/** Reaches a ClickHouse, and gives it our schema and our catalogue. @param patient for what may take its time */
async function bringUpToDate(
  client: ClickHouseClient,
  patient: ClickHouseClient,
  { config, holder, logger }: Pick<StoreOptions, 'config' | 'holder' | 'logger'>,
): Promise<void> {
  const { clickhouseDatabase: database, clickhouseCluster: cluster } = config;
  await preferServerWith(client, database);
  await preferServerWith(patient, database);
  await checkServer(client);
  await migrate(patient, {
    database,
    ...(cluster === '' ? {} : { cluster }),
    receiver: holder,
    retention: { days: config.retentionDays, rawDays: config.rawRetentionDays },
    logger,
  });
  await loadCatalog(client, { database, states: stateCatalog, errors: errorCatalog });
}

/**
 * Why a program does not start: what it takes could not go anywhere. Whatever may pass – a server that is away, a full
 * disk, an engine that ends while it is asked – is told and tried again with every batch, but for an engine's first start,
 * where nobody waits for anything yet and everybody looks.
 */
async function refused(preparing: Promise<void>, engine: Engine | null, logger: Logger): Promise<Error | undefined> {
  const outcome = preparing.then(
    () => undefined,
    (error: unknown) => {
      if (engine?.isNew || (error instanceof FspError && forGood.has(error.code))) return error as Error;
      logger.warn(`${(error as Error).message}; messages wait in the spool`);
      return undefined;
    },
  );
  // A server that is away is not waited for.
  return engine?.state() === 'running'
    ? outcome
    : Promise.race([outcome, sleep(startWithinMs, undefined, { ref: false })]);
}

function placementOf({ clickhouseDatabase, clickhouseCluster, clickhouseQuorum }: Config): Placement {
  return {
    database: clickhouseDatabase,
    cluster: clickhouseCluster || clickhouseDatabase,
    quorum: clickhouseQuorum,
  };
}

/** The embedded engine of a server that runs for this data folder, by the credentials it left there; null without one. */
export function openRunningEngine({
  config,
  dataDir,
  describe,
}: Pick<StoreOptions, 'config' | 'dataDir' | 'describe'>): Pick<
  Store,
  'sink' | 'client' | 'placement' | 'prepare' | 'close'
> | null {
  const engine = readEngineCredentials(join(dataDir, 'clickhouse'));
  if (engine === null || engine.url === '') return null;
  const database = config.clickhouseDatabase;
  const client = connect({ url: engine.url, ...engine.writer, database });
  const placement = placementOf(config);
  return {
    client,
    placement,
    prepare: () => Promise.resolve(),
    sink: createClickHouseSink({
      client,
      ...placement,
      siteCode: config.siteCode,
      serverName: config.serverName,
      describe: (entry) => describe(entry.message),
    }),
    close: () => client.close(),
  };
}

/** By which account others ask on the server that the configuration names; made by `writer` where there is none. */
export function externalReader(
  config: Config,
  writer: ClickHouseClient | null,
  logger?: Pick<Logger, 'warn'>,
): ReaderAccount {
  const {
    clickhouseUrl: url,
    clickhouseDatabase: database,
    clickhouseCluster,
    clickhouseCaFile: caFile,
    dataDir,
  } = config;
  const { clickhouseReaderUser: username, clickhouseReaderPassword: password } = config;
  return new ReaderAccount({
    database,
    cluster: clickhouseCluster === '' ? undefined : clickhouseCluster,
    configured: username === '' ? null : { username, password },
    dataDir,
    connectAs: (account) => connect({ url, ...account, database, caFile }),
    writer,
    logger,
  });
}
