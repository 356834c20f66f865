/** A time range and the values of variables, as a dashboard gives them. */
export interface Scope {
  from: Date;
  to: Date;
  variables: Record<string, string | string[]>;
}

/** What a board begins with: nothing is narrowed down. */
export const allChosen: Scope['variables'] = {
  site: '$__all',
  version: '$__all',
  subnet: '$__all',
  cause: '$__all',
  server: '$__all',
  clock: 'received',
  stuck: '24',
  client: '',
  run: '',
};

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Grafana's encoding: that of URIs, and what that leaves of quotes and parentheses. */
const percentEncode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** A value in one of Grafana's formats; without one as the data source writes it: several quoted, one as it is. */
function formatted(name: string, value: string | string[], format: string | undefined): string {
  const list = Array.isArray(value) ? value : [value];
  const [kind, ...args] = (format ?? '').split(':');
  switch (kind) {
    case '':
      return Array.isArray(value) ? `'${value.join("','")}'` : value;
    case 'percentencode':
      return percentEncode(Array.isArray(value) ? `{${value.join(',')}}` : value);
    case 'customqueryparam':
      return list.map((one) => `${percentEncode(args[0] ?? name)}=${percentEncode(one)}`).join('&');
    case 'queryparam':
      return list.map((one) => `var-${name}=${percentEncode(one)}`).join('&');
    default:
      throw new Error(`unknown format ${format ?? ''}`);
  }
}

/** What stands for variables in a text: one pass, so that a value that looks like a variable is none. */
function interpolate(text: string, variables: Scope['variables']): string {
  return text.replace(
    /\$\{(\w+)(?::([^}]+))?\}|\$(?!__)(\w+)/g,
    (all, braced?: string, format?: string, bare?: string) => {
      const name = braced ?? bare ?? '';
      if (name.startsWith('__')) return all;
      const value = variables[name];
      if (value === undefined) throw new Error(`no variable ${name}`);
      return formatted(name, value, format);
    },
  );
}

/** Arguments of a macro from its parenthesis on, split at the commas of its own level; quotes mean nothing, as there. */
function argumentsAt(text: string, open: number): { args: string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let begin = open + 1;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    if ((text[at] === ',' && depth === 1) || depth === 0) {
      args.push(text.slice(begin, at).trim());
      begin = at + 1;
      if (depth === 0) return { args, end: at + 1 };
    }
  }
  throw new Error('a macro is not closed');
}

function conditionalAlls(sql: string, variables: Scope['variables']): string {
  const macro = '$__conditionalAll';
  for (let at = sql.lastIndexOf(macro); at >= 0; at = sql.lastIndexOf(macro)) {
    const { args, end } = argumentsAt(sql, at + macro.length);
    if (args.length !== 2) throw new Error(`$__conditionalAll takes two arguments: ${sql.slice(at, end)}`);
    const value = variables[args[1]!.replace(/[${}]/g, '')];
    const all = value === undefined || value === '$__all' || String(value) === '' || value.includes('$__all');
    sql = sql.slice(0, at) + (all ? '1=1' : args[0]!) + sql.slice(end);
  }
  return sql;
}

/**
 * Expands macros and variables of Grafana's ClickHouse data source in its order: conditions on all, variables, comments,
 * macros. Written from its documentation and source, and independent of what the preview does.
 * @throws Error on a macro that it does not know
 */
export function expand(sql: string, { from, to, variables }: Scope): string {
  let text = interpolate(conditionalAlls(sql, variables), variables);
  text = text.replace(/'(?:[^'\\]|\\.|'')*'|--.*$/gm, (one) => (one.startsWith('--') ? ' ' : one));
  const macros: [string, (args: string[]) => string][] = [
    [
      '$__timeFilter',
      ([column]) => `${column} >= toDateTime(${seconds(from)}) AND ${column} <= toDateTime(${seconds(to)})`,
    ],
    ['$__timeInterval', ([column]) => `toStartOfInterval(toDateTime(${column}), INTERVAL 600 second)`],
  ];
  for (const [name, expanded] of macros)
    for (let at = text.lastIndexOf(`${name}(`); at >= 0; at = text.lastIndexOf(`${name}(`)) {
      const { args, end } = argumentsAt(text, at + name.length);
      text = text.slice(0, at) + expanded(args) + text.slice(end);
    }
  text = text
    .replace(/\$__interval_s\b/g, '600')
    .replace(/\$__fromTime\b/g, `toDateTime(${seconds(from)})`)
    .replace(/\$__toTime\b/g, `toDateTime(${seconds(to)})`);
  const unknown = /\$__\w+/.exec(text);
  if (unknown !== null) throw new Error(`unknown macro ${unknown[0]}`);
  return text;
}
