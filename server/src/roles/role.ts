import Type from 'typebox';

/**
 * Messages in one throttle interval, and the interval in seconds: ranges and defaults of Configuration Manager (D); and
 * the share of an interval that is kept for failures.
 */
export const limits = {
  messageCount: { minimum: 100, maximum: 100_000, default: 10_000 },
  throttleIntervalSeconds: { minimum: 60, maximum: 86_400, default: 3_600 },
  /** Ours: Microsoft's keeps nothing for failures. */
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

/**
 * What an administrator chooses about the role: the pages of the wizards *New site system server* and *New site role*
 * (domain/fsp.md, The role). Only shapes are told here; what is right and wise is in rules.ts, with reasons.
 */
export const roleInputSchema = Type.Object(
  {
    serverName: Type.String({ description: 'Short name of the server; fixed once the role is created' }),
    siteCode: Type.String({
      default: '',
      description: 'Site code, three letters or digits; empty takes the server’s own',
    }),
    intranetFqdn: Type.String({ default: '', description: 'Intranet FQDN; recommended' }),
    internetFqdn: Type.String({ default: '', description: 'Internet FQDN; needed for Internet-based clients' }),
    internetClients: Type.Boolean({
      default: false,
      description: 'Whether Internet-based clients are to be supported',
    }),
    installationAccount: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'Windows domain user DOMAIN\\user that installs; null takes the site server’s computer account',
    }),
    messageCount: Type.Integer({
      default: limits.messageCount.default,
      description: `Messages that may be passed on in one throttle interval, ${limits.messageCount.minimum} to ${limits.messageCount.maximum}`,
    }),
    throttleIntervalSeconds: Type.Integer({
      default: limits.throttleIntervalSeconds.default,
      description: `Throttle interval in seconds, ${limits.throttleIntervalSeconds.minimum} to ${limits.throttleIntervalSeconds.maximum}`,
    }),
    throttleReserve: Type.Number({
      default: limits.throttleReserve.default,
      description: `Share of each interval that is kept for failures until its end nears, ${limits.throttleReserve.minimum} to ${limits.throttleReserve.maximum}`,
    }),
    otherRoles: Type.Array(Type.Enum([...otherRoles]), {
      default: [],
      maxItems: otherRoles.length,
      description: 'Other site system roles on the same server',
    }),
  },
  { additionalProperties: false },
);

export type RoleConfiguration = Type.Static<typeof roleInputSchema>;

/** Which clients may connect: follows from the Internet FQDN, and is never set. */
export type AllowedClientConnections = 'intranet' | 'intranet_and_internet';

/** @returns what Configuration Manager sets by itself (domain/fsp.md, The role) */
export function allowedClientConnections({
  internetFqdn,
}: Pick<RoleConfiguration, 'internetFqdn'>): AllowedClientConnections {
  return internetFqdn === '' ? 'intranet' : 'intranet_and_internet';
}

/** One version of a role, as it was stored. */
export interface RoleVersion {
  /** Short name in capitals: the role's key. */
  server: string;
  /** Counts the changes of the role, from 1. */
  version: number;
  /** Identity of the change: decides between two changes that were made at one moment on two receivers. */
  changeId: string;
  changedAt: number;
  changedBy: string;
  removed: boolean;
  configuration: RoleConfiguration;
}

/** A configuration as it was stored, with what earlier versions did not ask for. */
export function storedConfiguration(
  stored: Omit<RoleConfiguration, 'throttleReserve'> & Partial<RoleConfiguration>,
): RoleConfiguration {
  return { throttleReserve: limits.throttleReserve.default, ...stored };
}

/** Letters of names in one case. Only those that names may have: a wrong one such as ß would become right as another name. */
const capitals = (text: string) => text.trim().replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
const smallLetters = (text: string) => text.trim().replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** The key of a server: short name, capitals. `fsp01.contoso.com` and `FSP01` are one server. */
export function serverKey(name: string): string {
  return capitals(name.trim().split('.', 1)[0] ?? '');
}

/** The configuration without spaces around names, and the name as its key. */
export function normalised(input: RoleConfiguration): RoleConfiguration {
  return {
    ...input,
    serverName: capitals(input.serverName),
    siteCode: capitals(input.siteCode),
    intranetFqdn: smallLetters(input.intranetFqdn),
    internetFqdn: smallLetters(input.internetFqdn),
    installationAccount: input.installationAccount?.trim() || null,
    otherRoles: [...new Set(input.otherRoles)].sort(),
  };
}
