import { t } from '@grafana/i18n';
import { language } from '../app/viewer.js';
import type { Finding, OtherRole, RoleConfiguration } from '../api/roles.js';
import { count } from '../components/format.js';

/** A rule's message in the user's language. */
export function findingText({ message }: Finding): string {
  return language().startsWith('fr') ? message.fr : message.en;
}

/** Names of the fields, as the wizards have them. */
export function fieldName(field: keyof RoleConfiguration): string {
  switch (field) {
    case 'serverName':
      return t('role.server-name', 'Name');
    case 'siteCode':
      return t('role.site-code', 'Site code');
    case 'intranetFqdn':
      return t('role.intranet-fqdn', 'Intranet FQDN');
    case 'internetFqdn':
      return t('role.internet-fqdn', 'Internet FQDN');
    case 'internetClients':
      return t('role.internet-clients', 'Support Internet-based clients');
    case 'installationAccount':
      return t('role.account', 'Account that installs');
    case 'messageCount':
      return t('role.message-count', 'Number of state messages');
    case 'throttleIntervalSeconds':
      return t('role.interval', 'Throttle interval (seconds)');
    case 'throttleReserve':
      return t('role.reserve', 'Share kept for failures');
    case 'otherRoles':
      return t('role.other-roles', 'Other roles on this server');
  }
}

export function otherRoleName(role: OtherRole): string {
  switch (role) {
    case 'management_point':
      return t('other-role.mp', 'Management point');
    case 'distribution_point':
      return t('other-role.dp', 'Distribution point');
    case 'software_update_point':
      return t('other-role.sup', 'Software update point');
    case 'state_migration_point':
      return t('other-role.smp', 'State migration point');
    case 'enrollment_point':
      return t('other-role.ep', 'Enrollment point');
    case 'enrollment_proxy_point':
      return t('other-role.epp', 'Enrollment proxy point');
    case 'application_catalog_web_service_point':
      return t('other-role.acws', 'Application catalog web service point');
    case 'reporting_services_point':
      return t('other-role.rsp', 'Reporting services point');
    case 'database_server':
      return t('other-role.db', 'Database server');
    case 'site_server':
      return t('other-role.site', 'Site server');
  }
}

/** A field's value as a summary shows it. */
export function fieldValue(configuration: RoleConfiguration, field: keyof RoleConfiguration): string {
  const value = configuration[field];
  if (field === 'installationAccount' && value === null)
    return t('role.computer-account', 'The site server’s computer account');
  if (field === 'otherRoles') return configuration.otherRoles.map(otherRoleName).join(', ') || t('role.none', 'None');
  if (typeof value === 'boolean') return value ? t('role.yes', 'Yes') : t('role.no', 'No');
  if (field === 'throttleReserve')
    return new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 1 }).format(
      configuration.throttleReserve,
    );
  if (typeof value === 'number') return count(value);
  return value === '' || value === null ? '–' : String(value);
}

export const allFields: (keyof RoleConfiguration)[] = [
  'serverName',
  'siteCode',
  'intranetFqdn',
  'internetClients',
  'internetFqdn',
  'installationAccount',
  'otherRoles',
  'messageCount',
  'throttleIntervalSeconds',
  'throttleReserve',
];

/** Allowed client connections, and why: nobody sets them. */
export function connectionsText(allowed: 'intranet' | 'intranet_and_internet'): { value: string; reason: string } {
  return allowed === 'intranet'
    ? {
        value: t('role.intranet-only', 'Intranet-only connections'),
        reason: t('role.intranet-only-reason', 'Set automatically: the server has no Internet FQDN'),
      }
    : {
        value: t('role.intranet-and-internet', 'Intranet and Internet connections'),
        reason: t('role.intranet-and-internet-reason', 'Set automatically: the server has an Internet FQDN'),
      };
}

/** The fields in which two configurations differ. */
export function differences(a: RoleConfiguration, b: RoleConfiguration): (keyof RoleConfiguration)[] {
  return allFields.filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}
