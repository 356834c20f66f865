import type { Language } from './language.js';

const app = '/a/fallbackstatuspoint-fsp-app';
/** Time range and what is chosen go along, for the app's pages as for dashboards: both read the same parameters. */
const along = '${__url_time_range}&${site:queryparam}&${version:queryparam}&${subnet:queryparam}&${clock:queryparam}';

/** uids: what links, alert rules and the plugin refer to. French ones stand beside them. */
export type DashboardName = 'overview' | 'failures' | 'client' | 'communication' | 'operations' | 'receivers' | 'setup';
export const uidOf = (name: DashboardName, language: Language) =>
  language === 'fr' ? `fsp-fr-${name}` : `fsp-${name}`;

/** The app's page of a client. In the query and not in the path, where a name may mean something (`..`, `%41`). */
export const clientPage = (name: string) => `${app}/client?name=${name}&\${__url_time_range}`;
/** The app's list of clients. */
export const clientsPage = (filter: string) => `${app}/clients?${filter === '' ? '' : `${filter}&`}${along}`;
/** The clients of the cause that a row is about. */
export const toCauseClients = clientsPage('var-cause=${__data.fields.cause_key:percentencode}');

/** The clients whose last word it is that a row is about, a failure or not. */
export const toLastWordClients = clientsPage('last-word=${__data.fields.cause_key:percentencode}');

/** The app's failures of the clients that have a value in common: what it is a value of is named by the row's key. */
export const toCommon = `${app}/failures?var-\${__data.fields.property_key:percentencode}=\${__value.raw:percentencode}&\${cause:queryparam}&${along}`;

const to = (name: DashboardName, language: Language, more: string) =>
  `/d/${uidOf(name, language)}?\${__url_time_range}&\${datasource:queryparam}${more}`;
const chosenOf = '&${site:queryparam}&${version:queryparam}&${clock:queryparam}';

/** Failures of the subnet that was clicked. */
export const toSubnet = (language: Language) =>
  to('failures', language, `${chosenOf}&var-subnet=\${__value.raw:percentencode}`);
export const toDashboard = (name: DashboardName, language: Language) =>
  to(name, language, `${chosenOf}&\${subnet:queryparam}`);
export const toOperations = (language: Language) => to('operations', language, '');
export const toRun = (language: Language) => to('setup', language, '&var-run=${__data.fields.run:percentencode}');
export const setupPage = (verdict: string) => `${app}/setup-logs?verdict=${verdict}&\${__url_time_range}`;
export const setupAll = `${app}/setup-logs?from=0&to=now`;
/** Machines that are expected, with the standing that was clicked. */
export const expectedPage = `${app}/expected?standing=\${__data.fields.standing:percentencode}&\${__url_time_range}`;
