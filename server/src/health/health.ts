import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import type { Delivery } from '../delivery/delivery.js';
import type { Quarantine } from '../quarantine/quarantine.js';
import type { RoleInForce } from '../roles/role-in-force.js';
import type { SetupLogs } from '../setup-logs/setup-logs.js';
import type { Spool } from '../spool/spool.js';
import type { Store } from '../store.js';
import type { Throttle } from '../throttle/throttle.js';
import { version } from '../version.js';
import type { DiskWatch } from './disk-watch.js';
import type { Draining } from '../drain/draining.js';
import type { LoopDelay } from './event-loop.js';
import type { Instance } from './instance.js';
import type { NameWatch } from './name-watch.js';

/** One part of the server as an operator sees it. */
export interface ComponentState {
  ready: boolean;
  detail: string;
}

/** What the server's health is read from. */
export interface Parts {
  config: Config;
  intake: FastifyInstance;
  spool: Spool;
  throttle: Throttle;
  store: Store;
  deliveries: readonly Delivery[];
  quarantine: Quarantine;
  role: RoleInForce;
  setupLogs: SetupLogs;
  loopDelay: LoopDelay;
  instance: Instance;
  /** When this process began, in milliseconds since 1970 UTC. */
  startedAt: number;
  names: NameWatch;
  disks: DiskWatch;
  draining: Draining;
  /** Log records that the OpenTelemetry endpoint took and then rejected; null without one. */
  rejectedByOtlp(): number | null;
}

/** Each part with its state, as `GET /readyz` answers. */
export function readinessOf({
  intake,
  spool,
  throttle,
  store,
  deliveries,
  role,
  loopDelay,
  names,
  disks,
  draining,
}: Parts): Record<string, ComponentState> {
  const unavailable = spool.unavailable();
  return {
    intake: intakeState(intake, role, draining),
    spool: {
      ready: unavailable === null,
      detail: unavailable === null ? `${spool.stats().waiting} waiting` : `no message can be taken (${unavailable})`,
    },
    'event loop': loopDelay.state(),
    name: { ready: names.trouble === null, detail: names.trouble ?? 'ours alone' },
    disk: disks.state(),
    throttle: {
      ready: throttle.trouble === null,
      detail: throttle.trouble ?? `${throttle.status().used} passed in this interval`,
    },
    clickhouse: {
      ready: store.prepared() && store.state() !== 'restarting',
      detail: store.prepared() ? store.state() : `${store.state()}; its schema is not up to date yet`,
    },
    ...Object.fromEntries(
      deliveries.map((delivery) => {
        const { sink, lag, lastError } = delivery.status();
        return [`sink ${sink}`, { ready: lastError === null, detail: lastError?.message ?? `${lag} behind` }];
      }),
    ),
  };
}

function intakeState(intake: FastifyInstance, role: RoleInForce, draining: Draining): ComponentState {
  if (draining.startedAt !== null)
    return {
      ready: false,
      detail:
        'drained for maintenance: no message is taken until fsp drain --resume or a start; what is held is delivered',
    };
  if (role.current?.removed === true)
    return { ready: false, detail: 'the role was removed: no message is taken; what is held is delivered' };
  const { listening } = intake.server;
  return { ready: listening, detail: listening ? 'listening' : 'not listening' };
}

/** What an operator asks, as `GET /api/v1/status` answers. Times are milliseconds since 1970 UTC. */
export function statusOf(parts: Parts) {
  const { config, spool, throttle, store, deliveries, quarantine, role, setupLogs } = parts;
  const inForce = role.current;
  const rejectedRecords = parts.rejectedByOtlp();
  return {
    server: {
      name: config.serverName,
      siteCode: config.siteCode,
      version,
      instanceId: parts.instance.id,
      hostName: parts.instance.hostName,
      /** Who else runs under this name: nobody, or a mistake. */
      sameName: parts.names.twins,
    },
    intake: { takingMessages: inForce?.removed !== true && parts.draining.startedAt === null },
    draining: parts.draining.startedAt === null ? null : { startedAt: parts.draining.startedAt },
    disk: parts.disks.figures,
    role:
      inForce === null
        ? null
        : {
            version: inForce.version,
            removed: inForce.removed,
            changedAt: inForce.changedAt,
            changedBy: inForce.changedBy,
          },
    spool: spool.stats(),
    throttle: throttle.status(),
    clickhouse: {
      state: store.state(),
      prepared: store.prepared(),
      asking: store.readerRefused()?.message ?? 'on',
    },
    sinks: deliveries.map((delivery) => delivery.status()),
    quarantine: quarantine.stats(),
    otlp: rejectedRecords === null ? null : { rejectedRecords },
    setupLogs: setupLogs.status(),
  };
}
