/** A time range and the values of variables, as a dashboard gives them. */
export interface Scope {
  from: Date;
  to: Date;
  variables: Record<string, string | string[]>;
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/**
 * Expands macros and variables of Grafana's ClickHouse data source, written from its documentation and independent of
 * what the preview does. @throws Error on a macro that it does not know
 */
export function expand(sql: string, { from, to, variables }: Scope): string {
  const isAll = (name: string) => {
    const value = variables[name];
    return value === undefined || value === '$__all' || (Array.isArray(value) && value.includes('$__all'));
  };
  let text = sql.replace(/--.*$/gm, ' ');
  text = text.replace(
    /\$__conditionalAll\(((?:[^()]|\([^()]*\))*),\s*\$\{?(\w+)\}?\)/g,
    (_all, condition: string, name: string) => (isAll(name) ? '1=1' : condition),
  );
  text = text
    .replace(/\$__timeFilter\(([\w.]+)\)/g, `$1 >= toDateTime(${seconds(from)}) AND $1 <= toDateTime(${seconds(to)})`)
    .replace(/\$__timeInterval\(([\w.]+)\)/g, 'toStartOfInterval(toDateTime($1), INTERVAL 600 second)')
    .replace(/\$__fromTime\b/g, `toDateTime(${seconds(from)})`)
    .replace(/\$__toTime\b/g, `toDateTime(${seconds(to)})`);
  const unknown = /\$__\w+/.exec(text);
  if (unknown !== null) throw new Error(`unknown macro ${unknown[0]}`);
  return text.replace(/\$\{(\w+)\}|\$(\w+)/g, (_all, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const value = variables[name];
    if (value === undefined) throw new Error(`no variable ${name}`);
    return Array.isArray(value) ? value.map((one) => `'${one}'`).join(',') : value;
  });
}
