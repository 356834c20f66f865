import { clientsInRange, literal, ofChosenCause } from './clickhouse.js';
import { pick, type Language } from './language.js';

/** What clients are compared by: key, words, and the expression over `clients`. The app's page asks the same. */
const properties = [
  ['site', ['Site', 'Site'], 'toString(site_code)'],
  ['subnet', ['Subnet', 'Sous-réseau'], 'subnet'],
  [
    'version',
    ['Client version', 'Version du client'],
    `if(client_version = '5.00.0000.0000', '', toString(client_version))`,
  ],
  ['receiver', ['Receiver', 'Récepteur'], 'toString(fsp_server)'],
  ['user', ['User', 'Utilisateur'], 'last_user_name'],
  ['name', ['Beginning of the name', 'Début du nom'], `replaceRegexpOne(client_name, '[0-9].*$', '')`],
  ['hour', ['Hour of receipt (UTC)', 'Heure de réception (UTC)'], `formatDateTime(last_received_at, '%H:00', 'UTC')`],
] as const satisfies [key: string, name: [string, string], expression: string][];

/** Fewer clients than that have nothing in common but chance. */
const fewest = 3;

/**
 * What clients that fail have in common: values that are more frequent among them than among the others of the same
 * selection, with both shares.
 */
export const commonSql = (language: Language) =>
  commonAmongSql(language, { among: clientsInRange, fails: `outcome = 'failed' AND ${ofChosenCause}` });

/** @param among condition of the clients that are compared, over `clients`; `fails` that of those that fail */
export function commonAmongSql(language: Language, { among, fails }: { among: string; fails: string }): string {
  const values = properties.map(
    ([key, name, expression]) => `(${literal(key)}, ${literal(pick(language, name))}, ${expression})`,
  );
  return `SELECT property_key, property, value, failed_clients, share_of_failed, share_of_others, if(share_of_others = 0, NULL, share_of_failed / share_of_others) AS lift
FROM (
  SELECT property_key, property, value, countIf(fails) AS failed_clients,
    failed_clients / sum(failed_clients) OVER (PARTITION BY property) AS share_of_failed,
    if(others_of_property = 0, 0, others / others_of_property) AS share_of_others,
    countIf(NOT fails) AS others, sum(others) OVER (PARTITION BY property) AS others_of_property
  FROM (
    SELECT arrayJoin([${values.join(', ')}]) AS one, one.1 AS property_key, one.2 AS property, one.3 AS value, ${fails} AS fails
    FROM clients WHERE ${among}
  )
  GROUP BY property_key, property, value
)
WHERE failed_clients >= ${fewest} AND value != '' AND share_of_failed > 1.5 * share_of_others
ORDER BY share_of_failed - share_of_others DESC, property, value LIMIT 20`;
}
