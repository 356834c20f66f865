import type { RoleConfiguration } from './role.js';

/** Commands that put a role to use. */
export interface ClientCommands {
  /** Installs a client that reports to this fallback status point. */
  ccmsetup: string;
  /** The same for a client on the Internet, by the name that it can reach; null where none is supported. */
  ccmsetupInternet: string | null;
  /** Creates the same site system server and role in Configuration Manager, one command on a line. */
  powershell: string;
  /** The same on a site system server that is there. */
  powershellExisting: string;
}

/** Text within single quotes of PowerShell, which takes typographic ones for such, too. */
const quoted = (text: string) => `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;

/**
 * What to tell clients, and Configuration Manager: the client.msi property `FSP`, and the cmdlets of Microsoft's
 * reference (ConfigurationManager module: New-CMAccount, New-CMSiteSystemServer, Set-CMSiteSystemServer,
 * Add-CMFallbackStatusPoint). A role needs its site system server first; the Internet FQDN and the account that installs
 * are the server's, and an account has to be known to the site. They are run on the site's drive.
 */
export function clientCommands(role: RoleConfiguration): ClientCommands {
  const name = role.intranetFqdn || role.serverName;
  const server = `-SiteSystemServerName ${quoted(name)} -SiteCode ${quoted(role.siteCode)}`;
  const internet = role.internetFqdn === '' ? '' : ` -PublicFqdn ${quoted(role.internetFqdn)}`;
  const account = role.installationAccount === null ? '' : ` -AccountName ${quoted(role.installationAccount)}`;
  const known = role.installationAccount === null ? [] : [accountCommand(role.installationAccount, role.siteCode)];
  const add = `Add-CMFallbackStatusPoint ${server} -StateMessageCount ${role.messageCount} -ThrottleSec ${role.throttleIntervalSeconds}`;
  const changed = internet + account;
  return {
    ccmsetup: `ccmsetup.exe FSP=${name}`,
    ccmsetupInternet: role.internetFqdn === '' ? null : `ccmsetup.exe FSP=${role.internetFqdn}`,
    powershell: [
      ...known,
      `New-CMSiteSystemServer ${server}${internet}${account || ' -UseSiteServerAccount'}`,
      add,
    ].join('\n'),
    powershellExisting: [...known, ...(changed === '' ? [] : [`Set-CMSiteSystemServer ${server}${changed}`]), add].join(
      '\n',
    ),
  };
}

function accountCommand(account: string, siteCode: string): string {
  const user = `-UserName ${quoted(account)}`;
  const password = `-Password (Read-Host -AsSecureString ${quoted(account)})`;
  return `if (-not (Get-CMAccount ${user})) { New-CMAccount ${user} ${password} -SiteCode ${quoted(siteCode)} }`;
}
