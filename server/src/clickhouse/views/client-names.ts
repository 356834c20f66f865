import type { View } from './view.js';

/** Ids that were seen with several names, by their digests: two numbers of each row are all that is read to find them. */
const severalNames = (names: string) =>
  `SELECT id_hash FROM ${names} GROUP BY id_hash HAVING min(name_hash) != max(name_hash)`;

/** So many names a machine may have had. More with one id are machines of one image: each is a client of its own. */
export const mostNames = 3;

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
  select: (database) =>
    // They are thousands, all over the table: to look into its indexes for each costs more than to read its numbers.
    renamedIn(
      `${database}.client_names`,
      `identity(name_hash) GLOBAL IN (SELECT name_hash FROM ${database}.client_names WHERE identity(id_hash) GLOBAL IN (${severalNames(`${database}.client_names`)}))`,
    ),
};

/**
 * Former names and newest ones.
 * @param which picks rows of client_names: all names of each id that has several, and all ids of each of those names
 */
function renamedIn(names: string, which = '1'): string {
  return `SELECT client_name, argMax(name_of_id, said_order) AS now_named
FROM
(
    SELECT client_name, said_order,
        if(uniqExact(name_hash) OVER (PARTITION BY id_hash) > ${mostNames}, client_name, argMax(client_name, said_order) OVER (PARTITION BY id_hash)) AS name_of_id
    FROM ${names}
    WHERE ${which}
)
GROUP BY client_name
HAVING now_named NOT IN ('', client_name)`;
}

/**
 * What renamed_clients says of one machine: from the rows of its ids, of the names that those were seen with, and of the
 * ids of those. An index finds them by name, and their order by id.
 */
const renamedOf = (database: string, name: string) => {
  const ids = (names: string) => `SELECT id_hash FROM ${database}.client_names WHERE name_hash GLOBAL IN (${names})`;
  const names = (found: string) => `SELECT name_hash FROM ${database}.client_names WHERE id_hash GLOBAL IN (${found})`;
  const first = ids(`SELECT cityHash64(${name})`);
  // The name itself, its newest one, and what else has that one.
  const all = ids(names(ids(names(first))));
  return renamedIn(`(SELECT * FROM ${database}.client_names WHERE id_hash GLOBAL IN (${all}))`);
};

/** The newest name of the machine that has a name, as a value; and all its names, as a query. */
export const oneClient = (database: string, name: string) => {
  const renamed = `(${renamedOf(database, name)})`;
  const now = `(SELECT if(empty(found), ${name}, found[1]) FROM (SELECT groupArray(now_named) AS found FROM ${renamed} WHERE client_name = ${name}))`;
  return {
    now,
    names: `SELECT ${name} UNION ALL SELECT ${now} UNION ALL SELECT client_name FROM ${renamed} WHERE now_named = ${now}`,
  };
};

/** Former names and newest ones, as a value that is named: that spares ClickHouse to look at its text twice. */
const renamed = (database: string) =>
  `(SELECT (groupArray(client_name), groupArray(now_named)) FROM ${database}renamed_clients) AS renamed`;

/**
 * Every name, former and newest, of the clients that were renamed, as a query.
 * @param database with a point behind it; empty for the one that is asked
 */
export const namesOfRenamed = (database: string) =>
  `SELECT arrayJoin(arrayConcat(tupleElement(${renamed(database)}, 1), tupleElement(renamed, 2)))`;

/**
 * The newest name of the client that has a name, as an expression: former names are few.
 * @param database with a point behind it; empty for the one that is asked
 */
export const nowNamedIn = (database: string, name: string) =>
  `transform(${name}, tupleElement(${renamed(database)}, 1), tupleElement(renamed, 2), ${name})`;
export const nowNamed = (database: string, name: string) => nowNamedIn(`${database}.`, name);
