import type { View } from './view.js';

/** Ids that were seen with several names. */
const severalNames = (
  database: string,
) => `SELECT client_id, argMax(client_name, said_order) AS now_named, groupUniqArray(client_name) AS names
    FROM ${database}.client_names GROUP BY client_id HAVING min(sipHash64(client_name)) != max(sipHash64(client_name))`;

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
LEFT JOIN (${severalNames(database)}) AS i ON n.client_id = i.client_id
WHERE n.client_name IN (SELECT arrayJoin(names) FROM (${severalNames(database)}))
GROUP BY n.client_name
HAVING now_named NOT IN ('', n.client_name)`,
};
