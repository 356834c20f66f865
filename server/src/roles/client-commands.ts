import type { RoleConfiguration } from './role.js';

/** Commands that put a role to use. */
export interface ClientCommands {
  /** Installs a client that reports to this fallback status point. */
  ccmsetup: string;
  /** Creates the same role in Configuration Manager. */
  powershell: string;
}

/** Text within single quotes of PowerShell. */
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * What to tell clients, and Configuration Manager (domain/fsp.md, The role): the client.msi property `FSP`, and
 * `Add-CMFallbackStatusPoint` with its `-StateMessageCount` and `-ThrottleSec`.
 */
export function clientCommands(role: RoleConfiguration): ClientCommands {
  const name = role.intranetFqdn || role.serverName;
  const parts = [
    'Add-CMFallbackStatusPoint',
    `-SiteCode ${quoted(role.siteCode)}`,
    `-SiteSystemServerName ${quoted(name)}`,
    `-StateMessageCount ${role.messageCount}`,
    `-ThrottleSec ${role.throttleIntervalSeconds}`,
  ];
  return { ccmsetup: `ccmsetup.exe FSP=${name}`, powershell: parts.join(' ') };
}
