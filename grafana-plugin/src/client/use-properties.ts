import { listRoles, type Role } from '../api/roles.js';
import { useLoaded } from '../queries/use-loaded.js';
import { propertiesOf } from './commands.js';

interface Reported {
  site_code: string;
  fsp_server: string;
}

/**
 * With which properties a client of a site is installed: those of the role of the receiver that heard of it, or, where no
 * role is known, the receiver's name and the site as the client was heard of.
 */
export function useProperties(): (client: Reported) => string {
  const roles = useLoaded<Role[]>(loadRoles).value ?? [];
  return ({ site_code, fsp_server }) => {
    const short = fsp_server.split('.', 1)[0]?.toUpperCase();
    const role = roles.find(({ server }) => server === short)?.configuration;
    return propertiesOf(role?.siteCode || site_code, role?.intranetFqdn || fsp_server);
  };
}

async function loadRoles(): Promise<Role[]> {
  return (await listRoles()).roles;
}
