/** A column of a view: what it is called, its type, what it holds. */
export type Column = readonly [name: string, type: string, comment: string];

/**
 * A view of the database as it is now. Views hold nothing, so that they need no history: all of them are replaced at
 * each start, after the numbered changes of the tables.
 */
export interface View {
  name: string;
  comment: string;
  /** Empty for a view with parameters: ClickHouse keeps no columns of those. */
  columns: readonly Column[];
  /** The rows, from the tables of a database. */
  select(database: string): string;
}

export const time = "DateTime64(3, 'UTC')";
export const maybeTime = `Nullable(${time})`;

/**
 * The statement that makes a view or puts it in the place of another. The columns with their types and comments are
 * part of it, so that it is one statement: whoever says it at the same time says the same.
 */
export function statementOf(view: View, { database, cluster }: { database: string; cluster?: string }): string {
  const onCluster = cluster === undefined ? '' : ` ON CLUSTER '${cluster}'`;
  const columns = view.columns.map(([name, type, comment]) => `    ${name} ${type} COMMENT ${literal(comment)}`);
  const list = columns.length === 0 ? '' : `\n(\n${columns.join(',\n')}\n)`;
  return `CREATE OR REPLACE VIEW ${database}.${view.name}${onCluster}${list}\nAS ${view.select(database)}\nCOMMENT ${literal(view.comment)}`;
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/**
 * The newest row of each key, of a table to which a row is added whenever more is known. A time that may be missing
 * counts as a value too: the newest may be none.
 */
export function newest(table: string, version: string, key: readonly string[], columns: readonly Column[]): string {
  const values = columns.map(([name, type]) => {
    if (key.includes(name)) return `r.${name} AS ${name}`;
    if (type.startsWith('Nullable')) return `argMax(tuple(r.${name}), r.${version}).1 AS ${name}`;
    return `argMax(r.${name}, r.${version}) AS ${name}`;
  });
  return `SELECT\n    ${values.join(',\n    ')}\nFROM ${table} AS r\nGROUP BY ${key.map((name) => `r.${name}`).join(', ')}`;
}
