import { properties, type Property } from '../../server/src/clickhouse/views/compared.js';
import { clientsInRange, literal, unlessCauseChosen } from './clickhouse.js';
import { pick, type Language } from './language.js';

/** Words for what clients are compared by. */
const words: Record<Property, [string, string]> = {
  site: ['Site', 'Site'],
  subnet: ['Subnet', 'Sous-réseau'],
  version: ['Client version', 'Version du client'],
  receiver: ['Receiver', 'Récepteur'],
  user: ['User', 'Utilisateur'],
  name: ['Beginning of the name', 'Début du nom'],
  hour: ['Hour of receipt (UTC)', 'Heure de réception (UTC)'],
  error: ['Error', 'Erreur'],
  communication: ['Management point', 'Point de gestion'],
  host: ['Server that it names', 'Serveur qu’il nomme'],
};

/** Words for whether a client reached its management point. */
export const reached = {
  failed: { text: ['Cut off', 'Coupé'] },
  succeeded: { text: ['Reached', 'Joint'] },
} satisfies Record<string, { text: [string, string] }>;

const keys = Object.keys(properties) as Property[];

/** Whether a client fails, of what it said of its deployment: what is told of the others says nothing of those. */
export const failsAtDeployment = `deployment_outcome = 'failed'`;

/** Fewer clients than that have nothing in common but chance. */
const fewest = 3;

/**
 * What clients that fail have in common: values that are more frequent among them than among the others of the same
 * selection, with both shares.
 */
export const commonSql = (language: Language) =>
  commonAmongSql(language, { among: clientsInRange, fails: unlessCauseChosen(failsAtDeployment) });

interface Compared {
  /** Condition of the clients that are compared, over `clients`. */
  among: string;
  /** That of those that fail. */
  fails: string;
  /** What says nothing, since those that fail were chosen by it. */
  without?: readonly Property[];
}

/** What an incident's clients have more often than the others of their site, as a text with both shares. */
export function suspectsSql(language: Language): string {
  const list = (texts: readonly string[]) => `[${texts.map(literal).join(', ')}]`;
  const names = `transform(x.property, ${list(keys)}, ${list(keys.map((key) => pick(language, words[key])))}, x.property)`;
  const value = `if(x.property = 'communication', transform(x.value, ${list(Object.keys(reached))}, ${list(Object.values(reached).map(({ text }) => pick(language, text)))}, x.value), x.value)`;
  // What belongs together stays on one line.
  const percent = (share: string) => `toString(round(100 * ${share})), ${literal(pick(language, ['%', '\u00a0%']))}`;
  return `arrayStringConcat(arrayMap(x -> concat(${names}, ' ', ${value}, ' (', ${percent('x.share_of_failed')}, '\u00a0/\u00a0', ${percent('x.share_of_others')}, ')'), in_common), ', ')`;
}

/** Where all of the selection fail there are no others, and nothing that sets them apart. */
export function commonAmongSql(language: Language, { among, fails, without = [] }: Compared): string {
  const compared = keys.filter((key) => !without.includes(key));
  const list = (texts: string[]) => `[${texts.map(literal).join(', ')}]`;
  // Counted under a number: the words come to the few rows that are left.
  const values = compared.map((key, index) => `(toUInt8(${index + 1}), ${properties[key]})`);
  return `SELECT ${list(compared)}[number] AS property_key, ${list(compared.map((key) => pick(language, words[key])))}[number] AS property,
  value, failed_clients, share_of_failed, share_of_others, if(share_of_others = 0, NULL, share_of_failed / share_of_others) AS lift
FROM (
  SELECT one.1 AS number, one.2 AS value, countIf(fails) AS failed_clients, countIf(NOT fails) AS others,
    sum(others) OVER (PARTITION BY number) AS all_others,
    failed_clients / sum(failed_clients) OVER (PARTITION BY number) AS share_of_failed, others / all_others AS share_of_others
  FROM (SELECT arrayJoin([${values.join(', ')}]) AS one, ${fails} AS fails FROM clients WHERE ${among})
  GROUP BY number, value
)
WHERE failed_clients >= ${fewest} AND value != '' AND all_others > 0 AND share_of_failed > 1.5 * share_of_others
ORDER BY share_of_failed - share_of_others DESC, property, value LIMIT 20`;
}
