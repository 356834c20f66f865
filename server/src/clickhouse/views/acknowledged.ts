import { nowNamed } from './client-names.js';
import { time, type Column, type View } from './view.js';

const columns: readonly Column[] = [
  ['client_key', 'String', 'Client whose failure it is; empty for all clients with the cause'],
  ['cause', 'String', 'Topic, state and error as one: 800/313/1603'],
  ['note', 'String', 'Why, in their words'],
  ['acknowledged_by', 'String', 'Who said it'],
  ['acknowledged_at', time, 'When it was said'],
  ['until', time, 'When it ends by itself'],
];

/** The newest word on each failure counts, until it ends or is taken back. */
export const acknowledged: View = {
  name: 'acknowledged',
  comment:
    'Failures that somebody takes care of at this moment: of one client, or of all with a cause. Alerts are silent about them',
  columns,
  select: (database) => `SELECT
    if(a.client_name = '', '', ${nowNamed(database, 'a.client_name')}) AS client_key,
    a.cause AS cause,
    argMax(a.note, a.changed_at) AS note,
    argMax(a.changed_by, a.changed_at) AS acknowledged_by,
    max(a.changed_at) AS acknowledged_at,
    argMax(a.until, a.changed_at) AS until
FROM ${database}.acknowledgements AS a
GROUP BY client_key, cause
HAVING NOT argMax(a.withdrawn, a.changed_at) AND until > now64(3, 'UTC')`,
};
