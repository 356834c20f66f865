import { busiestDay } from '../roles/arrivals.js';
import { KnownRoles } from '../roles/known-roles.js';
import { resolves } from '../roles/resolve.js';
import { serverKey } from '../roles/role.js';
import { RoleInForce } from '../roles/role-in-force.js';
import { RoleStore } from '../roles/role-store.js';
import { Roles } from '../roles/roles.js';
import type { Spool } from '../spool/spool.js';
import type { Store } from '../store.js';
import type { Throttle } from '../throttle/throttle.js';
import type { Ground } from './ground.js';

/** The roles of all receivers, and that of this one, which its throttle follows. */
export function buildRoles(
  { config, logger, closers }: Ground,
  {
    spool,
    throttle,
    store,
    intakePort,
  }: {
    spool: Spool;
    throttle: Throttle;
    store: Store;
    /** The port that clients post to. */
    intakePort(): number;
  },
): { role: RoleInForce; roles: Roles } {
  const roleStore = new RoleStore(store.client, store.placement, () => store.prepare());
  const own = serverKey(config.serverName);
  const inForce = new RoleInForce({
    spool,
    store: roleStore,
    server: own,
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
  });
  const role = closers.keep('work', 'role', inForce, (one) => one.stop());
  const roles = new Roles({
    store: roleStore,
    known: new KnownRoles({ store: roleStore, own: () => role.current }),
    siteCode: config.siteCode,
    resolves,
    portsOf: (server) => (server === own ? { site: config.siteHttpPort, intake: intakePort() } : null),
    busiestDay: (server) => busiestDay(store.client, config.clickhouseDatabase, server),
    onChange: (version) => {
      role.offer(version);
    },
  });
  return { role, roles };
}
