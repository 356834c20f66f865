import { factsOf, factsOfFew, ofNewest } from './client-facts.js';
import { digestIn, digestOf, properties, type Property } from './compared.js';
import { lastText, wordFailed, wordSucceeded } from './fragments.js';

/** A suspect is shared by so many of them, */
const fewestAlike = 3;
/** is so many times more frequent among them, */
const timesOthers = 2;
/** by so much of them at the least; */
const leastMore = 0.2;
/** and more of them do not help. */
const mostSuspects = 3;

interface Groups {
  /** Database of the tables, with a point behind it; empty for the one that is asked. */
  database: string;
  /** An expression: groups of clients as an array of id (UInt64), site, and digests of client_key. Best a name that WITH gives it. */
  groups: string;
  /** Whom a group is held against: the others of its site, or all others. */
  among: 'site' | 'fleet';
  /** Clients are compared that were heard of between these, as expressions of times. */
  since: string;
  until: string;
}

/** How `clients` tells by the words on management point and certificate whether it reaches the site. */
const communication = `multiIf(${wordFailed('mp')} OR ${wordFailed('cert')}, 'failed', ${wordSucceeded('mp')} OR ${wordSucceeded('cert')}, 'succeeded', '')`;
const digests: Record<string, string> = {
  ...digestIn,
  name: digestOf(properties.name),
  communication: digestOf(communication),
};

const heard = { first: ['first_received_at', 'min'], last: ['last_received_at', 'max'] } as const;
const words = { mp: ['management_point', 'max'], cert: ['certificate', 'max'] } as const;
const asDigests = {
  place: ['place', 'max'],
  user_digest: ['user_digest', 'max'],
  host_digest: ['host_digest', 'max'],
  ...words,
  ...heard,
} as const;
const asTexts = {
  newest: ['newest', 'max'],
  user: ['user_name', 'max'],
  word: ['word', 'max'],
  ...words,
  ...heard,
} as const;

/**
 * What sets the clients of each group apart from the others, by both shares. The one definition of it, for incidents and
 * alerts. Columns: id; in_common: property, value, share_of_failed and share_of_others of each suspect.
 *
 * Texts are dear: all clients are counted by the digests that client_facts keeps, and values are put together of those
 * in a group alone. Where there is no group nothing is counted.
 */
export function suspectsSql({ database, groups, among, since, until }: Groups): string {
  // When and how they fail is what makes the group.
  const compared = (Object.keys(properties) as Property[]).filter(
    (name) => name !== 'hour' && name !== 'error' && (among === 'fleet' || name !== 'site'),
  );
  const site = (digest: string) => (among === 'site' ? digest : 'toUInt64(0)');
  /** Of a client: itself under 0, and each of its values under its number. */
  const each = (itself: string, value: (name: Property, number: string) => string) =>
    `arrayJoin([${[itself, ...compared.map((name, index) => value(name, `toUInt8(${index + 1})`))].join(', ')}])`;
  const counted = (ofSite: string, number: string, digest: string) => `cityHash64(${ofSite}, ${number}, ${digest})`;
  const itself = (ofSite: string) => counted(ofSite, 'toUInt8(0)', 'toUInt64(0)');
  /** How many clients have each value, by one number for site, property and value. */
  const counts = `(SELECT (groupArray(counted), groupArray(clients)) FROM
    (
        SELECT ${each(itself(site(digestIn.site)), (name, number) => counted(site(digestIn.site), number, digests[name]!))} AS counted, count() AS clients
        FROM
        (
            SELECT key AS client_name, place, user_digest, host_digest, mp, cert
            FROM (${factsOf(database, asDigests)})
            WHERE notEmpty(${groups}) AND first <= ${until} AND last >= ${since}
        )
        GROUP BY counted
    ))`;
  const all = (one: string) => `transform(${one}, tupleElement(counts, 1), tupleElement(counts, 2), toUInt64(0))`;
  return `SELECT id, arraySlice(arraySort(x -> (x.4 - x.3, x.1, x.2), groupArray((property, value, share_of_failed, share_of_others))), 1, ${mostSuspects}) AS in_common
FROM
(
    SELECT id, [${compared.map((name) => `'${name}'`).join(', ')}][number] AS property, value, ${counts} AS counts,
        ${all(counted('site', 'number', digestOf('value')))} AS alike, ${all(itself('site'))} AS everybody,
        hit / all_hit AS share_of_failed,
        if(everybody > all_hit, (alike - hit) / (everybody - all_hit), 1) AS share_of_others
    FROM
    (
        SELECT id, ${site(digestOf('in_site'))} AS site, one.1 AS number, one.2 AS value, count() AS hit, maxIf(hit, number = 0) OVER (PARTITION BY id) AS all_hit
        FROM
        (
            SELECT g.ids AS ids, g.in_site AS in_site, ${each("(toUInt8(0), '')", (name, number) => `(${number}, ${properties[name]})`)} AS one
            FROM
            (
                SELECT key AS client_name, ${Object.entries(ofNewest('newest'))
                  .map(([name, value]) => `${value} AS ${name}`)
                  .join(', ')},
                    ${lastText('user')} AS last_user_name, ${communication} AS communication_outcome, ${lastText('word', 6)} AS last_param
                FROM (${factsOfFew(database, asTexts, `SELECT arrayJoin(arrayFlatten(arrayMap(g -> g.3, ${groups})))`)})
                WHERE notEmpty(${groups}) AND first <= ${until} AND last >= ${since}
            ) AS c
            GLOBAL INNER JOIN
            (
                SELECT toString(g.2) AS in_site, arrayJoin(g.3) AS client, groupArray(g.1) AS ids FROM (SELECT arrayJoin(${groups}) AS g) GROUP BY in_site, client
            ) AS g ON cityHash64(c.client_name) = g.client${among === 'site' ? '\n            WHERE c.site_code = g.in_site' : ''}
        )
        ARRAY JOIN ids AS id
        GROUP BY id, in_site, number, value
    )
    WHERE number != 0 AND value != '' AND hit >= ${fewestAlike}
)
WHERE share_of_failed > ${timesOthers} * share_of_others AND share_of_failed - share_of_others >= ${leastMore}
GROUP BY id`;
}

/** Suspects in a few words that change as rarely as may be: properties and values. */
export const suspectsText = (inCommon: string) =>
  `arrayStringConcat(arrayMap(x -> concat(x.1, ' ', x.2), ${inCommon}), ', ')`;
