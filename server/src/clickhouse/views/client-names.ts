import type { View } from './view.js';

/**
 * Ids that were seen with several names, by their digests: two numbers of each row are all that is read to find them. As
 * a value, since ClickHouse works out a value once however often it stands in a query.
 */
const severalNames = (database: string) =>
  `(SELECT groupArray(id_hash) FROM (SELECT id_hash FROM ${database}.client_names GROUP BY id_hash HAVING min(name_hash) != max(name_hash)))`;
const theirNames = (database: string) =>
  `(SELECT groupUniqArray(name_hash) FROM ${database}.client_names WHERE id_hash GLOBAL IN (SELECT arrayJoin(${severalNames(database)})))`;

/**
 * A client is known by its name, since that is all that a machine without a client says, and all that stays when it is
 * installed anew under a new id. A machine that was renamed keeps its id: what was said under its former name counts to
 * the name that the id was last seen with, unless another machine took the former name over.
 */
export const renamedClients: View = {
  name: 'renamed_clients',
  comment: 'Former names of clients: a machine that was renamed keeps its id',
  columns: [
    ['client_name', 'String', 'Former name'],
    ['now_named', 'String', 'Name that the same id was last seen with'],
  ],
  select: (database) => `SELECT n.client_name AS client_name, argMax(i.now_named, n.said_order) AS now_named
FROM ${database}.client_names AS n
GLOBAL LEFT JOIN
(
    SELECT id_hash, argMax(client_name, said_order) AS now_named
    FROM ${database}.client_names
    WHERE id_hash GLOBAL IN (SELECT arrayJoin(${severalNames(database)}))
    GROUP BY id_hash
) AS i ON n.id_hash = i.id_hash
WHERE n.name_hash GLOBAL IN (SELECT arrayJoin(${theirNames(database)}))
GROUP BY n.client_name
HAVING now_named NOT IN ('', n.client_name)`,
};

const renames = (database: string) =>
  `(SELECT (groupArray(client_name), groupArray(now_named)) FROM ${database}.renamed_clients)`;

/** The newest name of the client that has a name, as an expression: former names are few. */
export const nowNamed = (database: string, name: string) =>
  `transform(${name}, tupleElement(${renames(database)}, 1), tupleElement(${renames(database)}, 2), ${name})`;
