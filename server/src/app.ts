import { join, resolve } from 'node:path';
import { Acknowledgements } from './acknowledgements/acknowledgements.js';
import { AcknowledgementsInForce } from './acknowledgements/in-force.js';
import { buildDeliveries } from './build-deliveries.js';
import { buildIntake } from './build-intake.js';
import { buildManagement } from './build-management.js';
import { describeMessage } from './catalog/describe.js';
import { listOf, type Config } from './config.js';
import { Collect } from './collect/collect.js';
import type { DemoOptions } from './demo/demo.js';
import { Closers, type Stage } from './closers.js';
import { DiskWatch } from './health/disk-watch.js';
import { Draining } from './drain/draining.js';
import { ExpectedLists } from './expected/expected-lists.js';
import { toldAsFull } from './disk/full-disk.js';
import { ForgottenInSpool } from './forget/in-spool.js';
import { LoopDelay } from './health/event-loop.js';
import { countFailures } from './health/counts.js';
import { observe } from './health/gauges.js';
import type { Parts } from './health/health.js';
import { keepInstance, serviceInstanceId } from './health/instance.js';
import { NameWatch } from './health/name-watch.js';
import { SignOfLife } from './health/sign-of-life.js';
import { ReportDecoder } from './intake/decoder.js';
import { listen, portOf } from './http/listen.js';
import { createLogger } from './logger.js';
import { LiveTls } from './management/tls.js';
import { liveTokens, tokenFile } from './management/tokens.js';
import { KnownRoles } from './roles/known-roles.js';
import { serverKey } from './roles/role.js';
import { RoleInForce } from './roles/role-in-force.js';
import { RoleStore } from './roles/role-store.js';
import { Roles } from './roles/roles.js';
import { TestPosts } from './roles/test-post.js';
import { busiestDay } from './roles/arrivals.js';
import { resolves } from './roles/resolve.js';
import { FileThreads } from './setup-logs/follow/file-threads.js';
import { FollowList } from './setup-logs/follow/follow-list.js';
import { SetupLogs } from './setup-logs/setup-logs.js';
import { StoredLogs } from './setup-logs/stored-logs.js';
import { checkZone } from './setup-logs/formats/zone.js';
import { createOtlpSink, partialSuccessText } from './sinks/otlp.js';
import { createSiteInboxSink } from './sinks/site-inbox.js';
import { lockDataDir } from './disk/lock.js';
import { openSpool } from './spool/open.js';
import { openStore } from './store.js';
import { startTelemetry } from './telemetry.js';
import { Quarantine } from './quarantine/quarantine.js';
import { createThrottle } from './throttle/throttle.js';
import { version } from './version.js';

/** A running server. */
export interface App {
  addresses: {
    intakeUrl: string;
    /** The intake as this machine reaches it. */
    localIntakeUrl: string;
    managementUrl: string;
    clickhouse: string;
    tokenFile: string;
  };
  /** What the demonstration needs beside the intake. */
  demo: Omit<DemoOptions, 'intakeUrl'>;
  /** Stops taking messages, then everything else; what is taken and not yet delivered stays in the spool. */
  stop(): Promise<void>;
}

/**
 * The fallback status point, put together as the README draws it: intake → spool → throttle → delivery → sinks.
 * @throws FspError FSP_DATA_DIR_LOCKED, FSP_DATA_DIR_UNWRITABLE, FSP_PORT_TAKEN, FSP_ENGINE_…; nothing is left running
 */
export async function startApp(config: Config, logger = createLogger({ level: config.logLevel })): Promise<App> {
  const closers = new Closers();
  let complain: (message: string) => void = () => undefined;
  const stop = () =>
    closers.close((message) => {
      complain(message);
    });
  const started = <T>(stage: Stage, name: string, value: T, close: (value: T) => Promise<void> | void): T => {
    closers.add(stage, name, () => close(value));
    return value;
  };

  try {
    const dataDir = resolve(config.dataDir);
    started('ground', 'lock', lockDataDir(dataDir), (lock) => {
      lock.release();
    });
    const startedAt = Date.now();
    const instance = keepInstance(dataDir, config);
    complain = (message) => {
      logger.warn(message);
    };
    const tokens = liveTokens(dataDir, config, complain);
    const tls = LiveTls.read(config);
    const telemetry = started(
      'ground',
      'telemetry',
      await startTelemetry({
        serviceVersion: version,
        instanceId: serviceInstanceId(instance),
        hostName: config.serverName,
      }),
      (one) => one.shutdown(),
    );

    const spool = started('ground', 'spool', await openSpool({ dir: join(dataDir, 'spool'), logger }), (one) =>
      one.close(),
    );
    const throttle = started(
      'ground',
      'throttle',
      createThrottle({
        spool,
        settings: {
          messageLimit: config.throttleMessages,
          intervalSeconds: config.throttleInterval,
          reserve: config.throttleReserve,
          order: config.throttleOrder,
        },
        logger,
        onAdmitted: (count) => {
          telemetry.metrics.throttleProcessed.add(count);
        },
      }),
      (one) => one.stop(),
    );

    const quarantine = await Quarantine.open({ dir: join(dataDir, 'quarantine'), logger });
    let rejectedByOtlp = 0;
    const otlp = await createOtlpSink({
      describe: describeMessage,
      siteCode: config.siteCode,
      resource: telemetry.resource,
      onPartialSuccess(rejected, said) {
        rejectedByOtlp += rejected;
        telemetry.metrics.otlpRejected.add(rejected);
        logger.warn(partialSuccessText(rejected, said));
      },
    });
    const store = started(
      'ground',
      'ClickHouse',
      await openStore({ config, dataDir, describe: describeMessage, logger }),
      (one) => one.close(),
    );
    const siteInbox = config.siteInbox === '' ? null : createSiteInboxSink(resolve(config.siteInbox));
    const forgotten = new ForgottenInSpool(dataDir, logger);
    const delivering = buildDeliveries({
      config,
      spool,
      clickhouse: store.sink,
      otlp,
      siteInbox,
      quarantine,
      forgotten,
      telemetry,
      logger,
    });
    const sinks = delivering.map(({ sink }) => sink);
    const deliveries = delivering.map(({ delivery }) => delivery);
    await spool.sinks.register(sinks.map(({ name }) => name));
    for (const { sink, delivery } of delivering)
      closers.add('delivery', `delivery to ${sink.name}`, async () => {
        await delivery.stop();
        await sink.close();
      });

    const shared = [store.client, store.placement, () => store.prepare()] as const;
    const acknowledgements = new Acknowledgements(...shared, () => {
      acknowledged.look();
    });
    const acknowledged = started('work', 'acknowledgements', new AcknowledgementsInForce(acknowledgements), (one) => {
      one.stop();
    });
    countFailures(telemetry, { spool, siteCode: config.siteCode, describe: describeMessage, acknowledged, logger });
    const expected = new ExpectedLists(...shared);
    const roleStore = new RoleStore(...shared);
    const role = started(
      'work',
      'role',
      new RoleInForce({
        spool,
        store: roleStore,
        server: serverKey(config.serverName),
        logger,
        // Also of a role that was removed: what it still holds passes at its throttle.
        apply: ({ configuration }) => {
          throttle.configure({
            messageLimit: configuration.messageCount,
            intervalSeconds: configuration.throttleIntervalSeconds,
            reserve: configuration.throttleReserve,
            order: config.throttleOrder,
          });
        },
      }),
      (one) => one.stop(),
    );
    const roles = new Roles({
      store: roleStore,
      known: new KnownRoles({ store: roleStore, own: () => role.current }),
      siteCode: config.siteCode,
      resolves,
      portsOf: (server) =>
        server === serverKey(config.serverName)
          ? { site: config.siteHttpPort, intake: portOf(intake) ?? config.intakePort }
          : null,
      busiestDay: (server) => busiestDay(store.client, config.clickhouseDatabase, server),
      onChange: (version) => {
        role.offer(version);
      },
    });

    const draining = new Draining((on, beyondLimit) => {
      throttle.empty(on && beyondLimit);
      logger.info(on ? 'Drained for maintenance: no message is taken' : 'Messages are taken again');
      signOfLife.give();
    });
    const names = started(
      'work',
      'name',
      new NameWatch({
        instance,
        startedAt,
        client: store.client,
        database: config.clickhouseDatabase,
        prepare: () => store.prepare(),
        logger,
      }),
      (one) => one.stop(),
    );
    const disks = started(
      'work',
      'disks',
      new DiskWatch({ dataDir, client: store.client, database: config.clickhouseDatabase, logger }),
      (one) => {
        one.stop();
      },
    );
    const decoder = started(
      'delivery',
      'decoding',
      new ReportDecoder({ workers: config.intakeWorkers, logger }),
      (one) => one.close(),
    );
    const loopDelay = started('work', 'event loop', new LoopDelay(), (one) => {
      one.stop();
    });
    const upload = async (name: string, hostName: string, body: Buffer) => {
      // Loaded when it is wanted: what opens archives would be a twentieth of a start.
      const [{ importUpload }] = await Promise.all([import('./import/upload.js'), store.prepare()]);
      const { client, sink } = store;
      const { clickhouseDatabase: database } = config;
      return importUpload(name, body, { client, sink, database, hostName, timezone: zoneOf(config) });
    };
    const collect: Collect = new Collect({
      enabled: config.collectLogs === 'on',
      url: () =>
        `http://${role.current?.configuration.intranetFqdn || config.serverName}:${portOf(intake) ?? config.intakePort}`,
      upload,
      logger,
    });
    const testPosts = new TestPosts();
    const intake = started(
      'work',
      'intake',
      buildIntake({ config, decoder, spool, throttle, telemetry, logger, role, testPosts, draining, collect }),
      (one) => one.close(),
    );
    const threads = started('ground', 'threads for files', new FileThreads(), (one) => one.close());
    const setupLogs = started(
      'work',
      'followed logs',
      new SetupLogs({
        spool,
        targets: listOf(config.setupLogs),
        timezone: zoneOf(config),
        hostName: config.serverName,
        logger,
        onRecords(count, format) {
          telemetry.metrics.setupLogRecords.add(count, { 'fsp.log.format': format });
        },
        threads,
        storedLogs: new StoredLogs(store.client, config.clickhouseDatabase, config.serverName),
      }),
      (one) => one.stop(),
    );
    const followList = new FollowList({ dataDir, targets: listOf(config.setupLogs), setupLogs, threads, logger });
    const parts: Parts = {
      config,
      intake,
      spool,
      throttle,
      store,
      deliveries,
      quarantine,
      role,
      setupLogs,
      loopDelay,
      instance,
      startedAt,
      names,
      disks,
      draining,
      rejectedByOtlp: () => (otlp === null ? null : rejectedByOtlp),
    };
    const signOfLife = started('work', 'sign of life', new SignOfLife(parts), (one) => {
      one.stop();
    });
    const management = started(
      'work',
      'management',
      await buildManagement({
        parts,
        tokens,
        tls,
        roles,
        testPosts,
        followList,
        upload,
        acknowledgements,
        expected,
        collect,
        sinks,
        forgotten,
        telemetry,
        logger,
      }),
      (one) => one.close(),
    );
    if (tls !== null)
      closers.add('work', 'renewal of the certificate', () => {
        tls.stop();
      });
    observe(telemetry, parts);
    await disks.start();
    signOfLife.start();
    names.start();
    acknowledged.start();
    loopDelay.start();
    throttle.start();
    for (const delivery of deliveries) delivery.start();
    setupLogs.start();
    role.start();
    const intakeUrl = await listen(intake, config.intakeHost, config.intakePort, 'FSP_INTAKE_PORT');
    const managementUrl = await listen(management, config.managementHost, config.managementPort, 'FSP_MANAGEMENT_PORT');

    return {
      addresses: {
        intakeUrl,
        localIntakeUrl: intakeUrl.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]'),
        managementUrl,
        clickhouse: store.description,
        tokenFile: tokenFile(dataDir),
      },
      demo: {
        import: {
          client: store.client,
          sink: store.sink,
          database: config.clickhouseDatabase,
          hostName: config.serverName,
        },
        prepare: () => store.prepare(),
        roles,
        acknowledgements,
        expected,
        serverName: config.serverName,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw toldAsFull(error, config.dataDir);
  }
}

function zoneOf({ setupLogsTimezone }: Config): string | null {
  return setupLogsTimezone === '' ? null : checkZone(setupLogsTimezone);
}
