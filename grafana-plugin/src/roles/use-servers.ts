import { listRoles, type Remembered, type Role } from '../api/roles.js';
import { getStatus } from '../api/status.js';
import { useRows } from '../queries/run.js';
import { knownServersSql, type KnownServer } from '../queries/servers.js';
import { useLoaded, type Loaded } from '../queries/use-loaded.js';
import { stateOf, type ServerState } from './RoleState.js';

/** A site system, with the role where it holds it. */
export interface SiteSystem extends ServerState {
  server: string;
  role: Role | undefined;
}

/** Every server that is known: with the role, without it, and those that lost it. Brought up to date every half minute. */
export function useServers(): Loaded<SiteSystem[]> & { remembered: Remembered } {
  const roles = useLoaded(listRoles, 30_000);
  const status = useLoaded(getStatus, 30_000);
  const known = useRows<KnownServer>(knownServersSql);
  const complete = (): SiteSystem[] | undefined => {
    if (roles.value === undefined) return undefined;
    const byServer = new Map(roles.value.roles.map((role) => [role.server, role]));
    const own = status.value?.server.name.replace(/\..*$/, '').toUpperCase();
    const names = new Set([
      ...byServer.keys(),
      ...(own === undefined ? [] : [own]),
      ...(known.value ?? []).map(({ server }) => server),
    ]);
    return [...names].sort().map((server) => {
      const role = byServer.get(server);
      const seen = known.value?.find((one) => one.server === server);
      return { server, role, ...stateOf(server, role !== undefined, seen, status.value) };
    });
  };
  return {
    value: complete(),
    error: roles.error,
    at: roles.at,
    late: roles.late ?? false,
    remembered: roles.value?.remembered ?? null,
    loading: roles.loading || status.loading || known.loading,
    reload: () => {
      roles.reload();
      status.reload();
      known.reload();
    },
  };
}
