import { join } from 'node:path';
import { Acknowledgements } from './acknowledgements/acknowledgements.js';
import { AcknowledgementsInForce } from './acknowledgements/in-force.js';
import { Closers } from './app/closers.js';
import { buildDeliveries } from './app/deliveries.js';
import { layGround } from './app/ground.js';
import { buildIntake } from './app/intake.js';
import { buildManagement } from './app/management.js';
import { buildRoles } from './app/roles.js';
import { buildSetupLogs } from './app/set-up-logs.js';
import { buildThrottle } from './app/throttle.js';
import { buildWatches } from './app/watches.js';
import { describeMessage } from './catalog/describe.js';
import type { Config } from './config.js';
import type { DemoOptions } from './demo/demo.js';
import { toldAsFull } from './disk/full-disk.js';
import { Draining } from './drain/draining.js';
import { ExpectedLists } from './expected/expected-lists.js';
import { ForgottenInSpool } from './forget/in-spool.js';
import { countFailures } from './health/counts.js';
import { observe } from './health/gauges.js';
import type { Parts } from './health/health.js';
import { serviceInstanceId } from './health/instance.js';
import { SignOfLife } from './health/sign-of-life.js';
import { listen, portOf } from './http/listen.js';
import { createLogger } from './logger.js';
import { LiveTls } from './management/tls.js';
import { liveTokens, tokenFile } from './management/tokens.js';
import { Quarantine } from './quarantine/quarantine.js';
import { openSpool } from './spool/open.js';
import { openStore } from './store.js';

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
 * The fallback status point, put together from its end to its beginning, because each part is given what it passes on to:
 *
 *     intake ─┐
 *             ├─▶ spool ─▶ throttle ─▶ deliveries ─▶ ClickHouse, OpenTelemetry, site inbox
 *     logs ───┘               ▲
 *     management ─▶ roles ────┘
 *
 * What takes more than a line is built in `app/`. Nothing works before all is there; then it begins at the far end too,
 * and takes messages last. Each part leaves with `closers` how it ends.
 * @throws FspError FSP_DATA_DIR_LOCKED, FSP_DATA_DIR_UNWRITABLE, FSP_PORT_TAKEN, FSP_ENGINE_…; nothing is left running
 */
export async function startApp(config: Config, logger = createLogger({ level: config.logLevel })): Promise<App> {
  const complain = (message: string) => {
    logger.warn(message);
  };
  const closers = new Closers(complain);
  try {
    const ground = await layGround(config, logger, closers);
    const { dataDir, instance, startedAt, telemetry } = ground;
    const tokens = liveTokens(dataDir, config, complain);
    const tls = LiveTls.read(config);

    // What is taken and not yet delivered, and where it goes.
    const opened = await openSpool({ dir: join(dataDir, 'spool'), logger });
    const spool = closers.keep('ground', 'spool', opened, (one) => one.close());
    const throttle = buildThrottle(ground, spool);
    const quarantine = await Quarantine.open({ dir: join(dataDir, 'quarantine'), logger });
    // Two receivers may have one name by mistake.
    const holder = `${config.serverName} (${serviceInstanceId(instance)})`;
    const reached = await openStore({ config, dataDir, describe: describeMessage, asked: true, holder, logger });
    const store = closers.keep('ground', 'ClickHouse', reached, (one) => one.close());
    const forgotten = new ForgottenInSpool(dataDir, logger);
    const { sinks, deliveries, rejectedByOtlp } = await buildDeliveries(ground, {
      spool,
      clickhouse: store.sink,
      quarantine,
      forgotten,
    });

    // What people decided, for all receivers, in ClickHouse.
    const records = [store.client, store.placement, () => store.prepare()] as const;
    const expected = new ExpectedLists(...records);
    const acknowledgements = new Acknowledgements(...records, () => {
      acknowledged.look();
    });
    const inForce = new AcknowledgementsInForce(acknowledgements);
    const acknowledged = closers.keep('work', 'acknowledgements', inForce, (one) => {
      one.stop();
    });
    countFailures(telemetry, { spool, siteCode: config.siteCode, describe: describeMessage, acknowledged, logger });
    const intakePort = () => portOf(intake) ?? config.intakePort;
    const { role, roles } = buildRoles(ground, { spool, throttle, store, intakePort });
    const draining = new Draining((on, beyondLimit) => {
      throttle.empty(on && beyondLimit);
      logger.info(on ? 'Drained for maintenance: no message is taken' : 'Messages are taken again');
      signOfLife.give();
    });

    // What comes in.
    const { setupLogs, followList, upload } = buildSetupLogs(ground, { spool, store });
    const room = { spool, throttle, role, draining, upload, intakePort };
    const { intake, collect, testPosts } = buildIntake(ground, room);

    // How all of it is, and who may ask and change it.
    const { names, disks, loopDelay } = buildWatches(ground, store);
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
      rejectedByOtlp,
    };
    observe(telemetry, parts);
    const signOfLife = closers.keep('work', 'sign of life', new SignOfLife(parts), (one) => {
      one.stop();
    });
    const management = await buildManagement(ground, {
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
    });

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

    const { client, sink } = store;
    const { clickhouseDatabase: database, serverName } = config;
    return {
      addresses: {
        intakeUrl,
        localIntakeUrl: intakeUrl.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]'),
        managementUrl,
        clickhouse: store.description,
        tokenFile: tokenFile(dataDir),
      },
      demo: {
        import: { client, sink, database, hostName: serverName },
        prepare: () => store.prepare(),
        roles,
        acknowledgements,
        expected,
        serverName,
        dataDir,
        logger,
      },
      stop: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw toldAsFull(error, config.dataDir);
  }
}
