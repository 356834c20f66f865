// What the alert rules' SQL is put together from.

/** Client clocks and the throttle's delay do not matter to rules that count by the time at which messages were passed on. */
export const passedOn = (span: string) => `processed_at > now() - INTERVAL ${span}`;

/**
 * What somebody takes care of raises no alert: a cause for all clients, or for one of them. Of whatever has `cause` and
 * `client_key`.
 */
export const notAcknowledged =
  "cause NOT IN (SELECT cause FROM acknowledged WHERE client_key = '') AND (client_key, cause) NOT IN (SELECT client_key, cause FROM acknowledged WHERE client_key != '')";

/** A value that most of the clients of a group share, in words that change as rarely as may be: a label's value is its identity. */
const mostly = (values: string, what: string) =>
  `multiIf(topK(1)(${values})[1] = '', '', uniqExact(${values}) = 1, concat('all: ${what} ', any(${values})), countEqual(groupArray(${values}), topK(1)(${values})[1]) >= 0.6 * count(), concat('most: ${what} ', topK(1)(${values})[1]), '')`;

/** Of a group with one row a client: what they have in common, and the three that came first. Few enough to stand in a label. */
export const who = `arrayStringConcat(arrayFilter(x -> x != '', [${mostly('subnet', 'subnet')}, ${mostly('version', 'version')}]), ', ') AS suspects,
  arrayStringConcat(arrayMap(x -> x.2, arraySlice(arraySort(groupArray((first_at, client_key))), 1, 3)), ', ') AS machines`;

/** What `who` asks of a group with one row a client. A client that is not installed yet has the version of zeroes. */
export const ofOneClient =
  "any(subnet) AS subnet, any(if(client_version = '5.00.0000.0000', '', toString(client_version))) AS version";
