import { namesOfRenamed, nowNamedIn } from './client-names.js';
import { lastText, subnetOf } from './fragments.js';

/** What a column of client_facts is called, and how several rows of one client become one. */
type Fact = readonly [column: string, merge: 'max' | 'min' | 'uniqMerge'];

/**
 * One row a client from client_facts: its newest name as `key`, and facts under the names that are given to them.
 *
 * ClickHouse keeps the rows of a name side by side and merges them as it reads (FINAL), which needs next to no memory; to
 * group the names by hand would hold the texts of every client. Only who was renamed has several names, and is grouped.
 * @param database with a point behind it; empty for the one that is asked
 */
export function factsOf(database: string, facts: Readonly<Record<string, Fact>>): string {
  const columns = Object.entries(facts);
  return `SELECT f.client_name AS key, ${columns.map(([name, [column, merge]]) => `${merge === 'uniqMerge' ? `finalizeAggregation(f.${column})` : `f.${column}`} AS ${name}`).join(', ')}
    FROM ${database}client_facts AS f FINAL
    WHERE f.client_name GLOBAL NOT IN (${namesOfRenamed(database)})
    UNION ALL
    SELECT ${groupedFacts(nowNamedIn(database, 'f.client_name'), facts)}
    FROM ${database}client_facts AS f
    WHERE f.client_name GLOBAL IN (${namesOfRenamed(database)})
    GROUP BY key`;
}

/**
 * The same of a few clients: their rows are grouped, and nobody else's are merged.
 * @param digests query of the digests of their keys
 */
export function factsOfFew(database: string, facts: Readonly<Record<string, Fact>>, digests: string): string {
  const key = nowNamedIn(database, 'f.client_name');
  return `SELECT ${groupedFacts(key, facts)} FROM ${database}client_facts AS f WHERE cityHash64(${key}) GLOBAL IN (${digests}) GROUP BY key`;
}

/** What views call what is in `newest`, and how it is had of it. */
export const ofNewest = (newest: string) => ({
  site_code: lastText(newest, 1),
  fsp_server: lastText(newest, 2),
  client_version: lastText(newest, 3),
  client_address: lastText(newest, 4),
  subnet: subnetOf(lastText(newest, 4)),
  last_message_time: `fromUnixTimestamp64Milli(toInt64OrZero(${lastText(newest, 5)}), 'UTC')`,
});

/** The same columns where rows of client_facts AS f are grouped by a key. */
export const groupedFacts = (key: string, facts: Readonly<Record<string, Fact>>) =>
  [`${key} AS key`, ...Object.entries(facts).map(([name, [column, merge]]) => `${merge}(f.${column}) AS ${name}`)].join(
    ', ',
  );
