import { limits, serverKey, type RoleConfiguration } from './role.js';
import { httpsRoles, ruleTexts, type RuleCode } from './rule-texts.js';

/** What a rule has to say. */
export interface Finding {
  code: RuleCode;
  severity: 'error' | 'warning';
  field: keyof RoleConfiguration;
  message: { en: string; fr: string };
}

/** What the rules need to know beyond the configuration itself. */
export interface RuleContext {
  /** The role that is changed; null where one is created. */
  existing: RoleConfiguration | null;
  /** True where one is created on a server that holds the role already. */
  taken: boolean;
  /** Whether a name can be resolved. */
  resolves(name: string): Promise<boolean>;
  /** Where clients post and where this receiver listens; null where the role is another receiver's. */
  ports: { site: number; intake: number } | null;
  /** The most messages that arrived on one of the last days; null where nothing is known. */
  busiestDay: number | null;
}

/** What a rule is about, where each language has its own word for it. */
type Told = string | number | { en: string; fr: string };

const inFrench = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 20 });
const inEnglish = new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 });

function toldIn(language: 'en' | 'fr', value: Told): string {
  if (typeof value === 'number') return (language === 'fr' ? inFrench : inEnglish).format(value);
  return (typeof value === 'string' ? value : value[language]).slice(0, 120);
}

const shortName = /^(?!-)(?=.*[A-Z])[A-Z0-9-]{1,15}(?<!-)$/i;
const label = '(?!-)[a-z0-9-]{1,63}(?<!-)';
const fqdn = new RegExp(`^(?=.{4,253}$)(?:${label}\\.)+(?!\\d+$)${label}$`, 'i');
const account = /^[^"/\\[\]:;|=,+*?<>\s\p{Cc}]{1,15}\\[^"/\\[\]:;|=,+*?<>\p{Cc}\u2028\u2029]{1,104}$/u;

/**
 * Everything that speaks against a configuration, or for another one; errors first. Warnings leave the choice to the
 * administrator: Microsoft's own wizard never looks whether a name resolves.
 */
export async function checkRole(role: RoleConfiguration, context: RuleContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  const say = (code: RuleCode, field: keyof RoleConfiguration, value: Told = '', port: Told = '') => {
    const { severity, en, fr } = ruleTexts[code];
    const filled = (language: 'en' | 'fr', text: string) =>
      text.replaceAll(/\{(value|port)\}/g, (_all, name) => toldIn(language, name === 'port' ? port : value));
    findings.push({ code, severity, field, message: { en: filled('en', en), fr: filled('fr', fr) } });
  };

  const { serverName, intranetFqdn, internetFqdn, messageCount, throttleIntervalSeconds, throttleReserve } = role;
  const nameIsGood = shortName.test(serverName);
  if (serverName === '') say('ROLE_NAME_MISSING', 'serverName');
  else if (!nameIsGood) say('ROLE_NAME_INVALID', 'serverName', serverName);
  if (context.existing !== null && serverKey(context.existing.serverName) !== serverName)
    say('ROLE_NAME_CHANGED', 'serverName', context.existing.serverName);
  if (context.taken) say('ROLE_EXISTS', 'serverName', serverName);
  if (!/^[A-Z0-9]{3}$/.test(role.siteCode)) say('ROLE_SITE_CODE_INVALID', 'siteCode', role.siteCode);
  if (intranetFqdn !== '' && !fqdn.test(intranetFqdn)) say('ROLE_INTRANET_FQDN_INVALID', 'intranetFqdn', intranetFqdn);
  if (internetFqdn !== '' && !fqdn.test(internetFqdn)) say('ROLE_INTERNET_FQDN_INVALID', 'internetFqdn', internetFqdn);
  if (role.internetClients && internetFqdn === '') say('ROLE_INTERNET_FQDN_MISSING', 'internetFqdn');
  if (role.installationAccount !== null && !account.test(role.installationAccount))
    say('ROLE_ACCOUNT_INVALID', 'installationAccount', role.installationAccount);
  if (!within(messageCount, limits.messageCount)) say('ROLE_MESSAGE_COUNT_RANGE', 'messageCount', messageCount);
  if (!within(throttleIntervalSeconds, limits.throttleIntervalSeconds))
    say('ROLE_THROTTLE_INTERVAL_RANGE', 'throttleIntervalSeconds', throttleIntervalSeconds);
  if (!within(throttleReserve, limits.throttleReserve))
    say('ROLE_THROTTLE_RESERVE_RANGE', 'throttleReserve', throttleReserve);
  if (findings.length > 0) return findings;

  if (intranetFqdn === '') say('ROLE_INTRANET_FQDN_MISSING', 'intranetFqdn');
  for (const [field, name] of [
    ['intranetFqdn', intranetFqdn || serverName],
    ['internetFqdn', internetFqdn],
  ] as const) {
    if (name !== '' && !(await context.resolves(name))) say('ROLE_NAME_UNRESOLVED', field, name);
  }
  for (const other of role.otherRoles) {
    if (other === 'management_point') say('ROLE_WITH_MANAGEMENT_POINT', 'otherRoles');
    else if (httpsRoles[other] !== undefined) say('ROLE_WITH_HTTPS_ROLE', 'otherRoles', httpsRoles[other]);
  }
  if (context.ports !== null && context.ports.site !== context.ports.intake)
    say('ROLE_PORT_DIFFERS', 'serverName', String(context.ports.intake), String(context.ports.site));
  const aDay = (messageCount * 86_400) / throttleIntervalSeconds;
  const defaultADay = (limits.messageCount.default * 86_400) / limits.throttleIntervalSeconds.default;
  if (internetFqdn !== '' && aDay < defaultADay) say('ROLE_INTERNET_THROTTLE_TIGHT', 'messageCount');
  if (context.busiestDay !== null && context.busiestDay > aDay)
    say('ROLE_THROTTLE_TOO_SLOW', 'messageCount', context.busiestDay);
  return findings;
}

function within(value: number, { minimum, maximum }: { minimum: number; maximum: number }): boolean {
  return value >= minimum && value <= maximum;
}
