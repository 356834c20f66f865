import { asAdmin, read } from './http.js';

/** Ranges and defaults of Configuration Manager; the server's rules have the last word. */
export const throttleLimits = {
  messageCount: { minimum: 100, maximum: 100_000, default: 10_000 },
  throttleIntervalSeconds: { minimum: 60, maximum: 86_400, default: 3_600 },
  throttleReserve: { minimum: 0, maximum: 0.9, default: 0.2 },
} as const;

export const otherRoles = [
  'management_point',
  'distribution_point',
  'software_update_point',
  'state_migration_point',
  'enrollment_point',
  'enrollment_proxy_point',
  'application_catalog_web_service_point',
  'reporting_services_point',
  'database_server',
  'site_server',
] as const;
export type OtherRole = (typeof otherRoles)[number];

/** What an administrator chooses about the role. */
export interface RoleConfiguration {
  serverName: string;
  siteCode: string;
  intranetFqdn: string;
  internetFqdn: string;
  internetClients: boolean;
  installationAccount: string | null;
  messageCount: number;
  throttleIntervalSeconds: number;
  /** Share of each interval that is kept for failures until its end nears. */
  throttleReserve: number;
  otherRoles: OtherRole[];
}

/** What a rule of the server has to say. */
export interface Finding {
  code: string;
  severity: 'error' | 'warning';
  field: keyof RoleConfiguration;
  message: { en: string; fr: string };
}

interface Derived {
  allowedClientConnections: 'intranet' | 'intranet_and_internet';
  commands: { ccmsetup: string; ccmsetupInternet: string | null; powershell: string; powershellExisting: string };
}

interface Stamp {
  server: string;
  version: number;
  changedAt: string;
  changedBy: string;
}

/**
 * Where ClickHouse does not answer: that this is what the receiver knows by itself, and when it read it (ISO 8601; null
 * where that was before its start).
 */
export type Remembered = { at: string | null } | null;

export interface Role extends Stamp, Derived {
  configuration: RoleConfiguration;
  warnings: Finding[];
  /** Only of what was read, not of what was changed. */
  remembered?: Remembered;
}

export interface RoleVersion extends Stamp {
  removed: boolean;
  configuration: RoleConfiguration;
}

export interface Validation extends Derived {
  valid: boolean;
  configuration: RoleConfiguration;
  findings: Finding[];
}

const path = (server: string) => `roles/${encodeURIComponent(server)}`;
const match = (version: number) => ({ 'If-Match': `"${version}"` });

export const listRoles = () => read<{ roles: Role[]; remembered?: Remembered }>('roles');
export const getRole = (server: string) => read<Role>(path(server));
export const getHistory = async (server: string) =>
  (await read<{ versions: RoleVersion[] }>(`${path(server)}/history`)).versions;

/** What the server's rules say, without doing anything. `server` names the role that would be changed. */
export async function validateRole(configuration: RoleConfiguration, server?: string): Promise<Validation> {
  const query = server === undefined ? '' : `?server=${encodeURIComponent(server)}`;
  return (await asAdmin<Validation>(`roles/validate${query}`, { method: 'POST', data: configuration })).data;
}

export async function createRole(configuration: RoleConfiguration): Promise<Role> {
  return (await asAdmin<Role>('roles', { method: 'POST', data: configuration })).data;
}

/** Changes a role, unless somebody else changed the version that was seen. */
export async function changeRole(server: string, version: number, configuration: RoleConfiguration): Promise<Role> {
  return (await asAdmin<Role>(path(server), { method: 'PUT', data: configuration, headers: match(version) })).data;
}

export async function removeRole(server: string, version: number): Promise<void> {
  await asAdmin(path(server), { method: 'DELETE', headers: match(version) });
}

/** What became of a test message that was posted as a client does. */
export interface TestPost {
  verdict: string;
  url: string;
  status: number | null;
  message: { en: string; fr: string };
}

/** Posts a test message by a name of the role and the port that clients use. */
export async function testPost(server: string, network: 'intranet' | 'internet'): Promise<TestPost> {
  return (await asAdmin<TestPost>(`${path(server)}/test-post`, { method: 'POST', data: { network } })).data;
}
