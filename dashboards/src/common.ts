import { clientsInRange, literal, ofChosenCause } from './clickhouse.js';
import { pick, type Language } from './language.js';

/** What clients are compared by, each with its expression over `clients`. */
const properties: [name: [string, string], expression: string][] = [
  [['Site', 'Site'], 'toString(site_code)'],
  [['Subnet', 'Sous-réseau'], 'subnet'],
  [['Client version', 'Version du client'], 'toString(client_version)'],
  [['Receiver', 'Récepteur'], 'toString(fsp_server)'],
  [['User', 'Utilisateur'], 'last_user_name'],
  [['Beginning of the name', 'Début du nom'], `replaceRegexpOne(client_name, '[0-9].*$', '')`],
  [['Hour of receipt', 'Heure de réception'], `formatDateTime(last_received_at, '%H:00', 'UTC')`],
];

/** Fewer clients than that have nothing in common but chance. */
const fewest = 3;

/**
 * What clients that fail have in common: values that are more frequent among them than among the others of the same
 * selection, with both shares.
 */
export function commonSql(language: Language): string {
  const pairs = properties.map(([name, expression]) => `(${literal(pick(language, name))}, ${expression})`);
  return `SELECT property, value, failed_clients, share_of_failed, share_of_others, if(share_of_others = 0, NULL, share_of_failed / share_of_others) AS lift
FROM (
  SELECT property, value, countIf(fails) AS failed_clients,
    failed_clients / sum(failed_clients) OVER (PARTITION BY property) AS share_of_failed,
    if(others_of_property = 0, 0, others / others_of_property) AS share_of_others,
    countIf(NOT fails) AS others, sum(others) OVER (PARTITION BY property) AS others_of_property
  FROM (
    SELECT arrayJoin([${pairs.join(', ')}]) AS pair, pair.1 AS property, pair.2 AS value, outcome = 'failed' AND ${ofChosenCause} AS fails
    FROM clients WHERE ${clientsInRange}
  )
  GROUP BY property, value
)
WHERE failed_clients >= ${fewest} AND value != '' AND share_of_failed > 1.5 * share_of_others
ORDER BY share_of_failed - share_of_others DESC, property, value LIMIT 20`;
}
