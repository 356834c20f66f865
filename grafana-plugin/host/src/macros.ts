import { interpolate } from './templates.js';

/** What macros and variables of a query stand for. */
export interface QueryScope {
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  /** Seconds of one step of a chart. */
  intervalSeconds: number;
  variables: Record<string, string | string[]>;
}

type Macro = (args: string[], scope: QueryScope) => string;

const seconds = (ms: number) => Math.floor(ms / 1000);
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const needed = (args: string[], name: string) => {
  if (args.length === 0 || args[0] === '') throw new Error(`$__${name} needs a column`);
  return args;
};

/** Macros of Grafana's ClickHouse data source (design: its documentation, version 4.20). */
const macros: Record<string, Macro> = {
  timeFilter: (args, { from, to }) => {
    const [column] = needed(args, 'timeFilter');
    return `${column} >= toDateTime(${seconds(from)}) AND ${column} <= toDateTime(${seconds(to)})`;
  },
  timeFilter_ms: (args, { from, to }) => {
    const [column] = needed(args, 'timeFilter_ms');
    return `${column} >= fromUnixTimestamp64Milli(${from}) AND ${column} <= fromUnixTimestamp64Milli(${to})`;
  },
  dateFilter: (args, { from, to }) => `${args[0]} >= toDate('${day(from)}') AND ${args[0]} <= toDate('${day(to)}')`,
  dateTimeFilter: ([date = '', time = ''], scope) =>
    `${macros.dateFilter!([date], scope)} AND ${macros.timeFilter!([time], scope)}`,
  dt: (args, scope) => macros.dateTimeFilter!(args, scope),
  fromTime: (_args, { from }) => `toDateTime(${seconds(from)})`,
  toTime: (_args, { to }) => `toDateTime(${seconds(to)})`,
  fromTime_ms: (_args, { from }) => `fromUnixTimestamp64Milli(${from})`,
  toTime_ms: (_args, { to }) => `fromUnixTimestamp64Milli(${to})`,
  timeInterval: ([column], { intervalSeconds }) =>
    `toStartOfInterval(toDateTime(${column}), INTERVAL ${intervalSeconds} second)`,
  timeInterval_ms: ([column], { intervalSeconds }) =>
    `toStartOfInterval(toDateTime64(${column}, 3), INTERVAL ${intervalSeconds * 1000} millisecond)`,
  interval_s: (_args, { intervalSeconds }) => String(intervalSeconds),
  conditionalAll: (args, { variables }) => {
    const name = args.at(-1)?.replace(/[${}\s]/g, '') ?? '';
    const value = variables[name];
    const all =
      value === undefined ||
      value === '$__all' ||
      (Array.isArray(value) && (value.length === 0 || value.includes('$__all')));
    return all ? '1=1' : args.slice(0, -1).join(',');
  },
  adHocFilters: () => '',
};
const byLength = Object.keys(macros).sort((a, b) => b.length - a.length);

/**
 * The SQL that ClickHouse gets. Comments are blanked first, so that a macro in one is none.
 * @throws Error on a macro that is not known
 */
export function expandMacros(sql: string, scope: QueryScope): string {
  let text = sql.replaceAll(/--[^\n]*/g, '').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  for (let round = 0; round < 500 && text.includes('$__'); round++) text = expandOnce(text, scope);
  const left = /\$__\w+/.exec(text);
  if (left !== null) throw new Error(`The preview does not know the macro ${left[0]}`);
  const variables = Object.fromEntries(
    Object.entries(scope.variables).map(([name, value]) => {
      const list = [value].flat();
      return [name, { chosen: list, values: list, multi: Array.isArray(value) }];
    }),
  );
  // As the data source does where a variable names no format: lists are quoted, a single value is not.
  const quoted = (values: string[], _name: string, isList: boolean) =>
    isList ? values.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(',') : (values[0] ?? '');
  const time = { from: scope.from, to: scope.to, raw: { from: String(scope.from), to: String(scope.to) } };
  return interpolate(text, { variables, time, otherwise: quoted });
}

function expandOnce(sql: string, scope: QueryScope): string {
  for (const name of byLength) {
    const at = sql.search(new RegExp(`\\$__${name}(?!\\w)`));
    if (at < 0) continue;
    const after = at + name.length + 3;
    const { args, end } = argumentsAt(sql, after);
    return sql.slice(0, at) + macros[name]!(args, scope) + sql.slice(end);
  }
  return sql;
}

/** The arguments in parentheses from a position on, split at commas of their own level. */
function argumentsAt(sql: string, start: number): { args: string[]; end: number } {
  if (sql[start] !== '(') return { args: [], end: start };
  let depth = 0;
  let quote = '';
  const args: string[] = [];
  let begin = start + 1;
  for (let at = start; at < sql.length; at++) {
    const letter = sql[at]!;
    if (quote !== '') {
      if (letter === quote && sql[at - 1] !== '\\') quote = '';
    } else if (letter === "'" || letter === '"' || letter === '`') quote = letter;
    else if (letter === '(' || letter === '[') depth++;
    else if (letter === ')' || letter === ']') depth--;
    const ends = depth === 0 && quote === '';
    if (ends || (letter === ',' && depth === 1 && quote === '')) {
      args.push(sql.slice(begin, at).trim());
      begin = at + 1;
      if (ends) return { args, end: at + 1 };
    }
  }
  throw new Error('A macro’s parenthesis is not closed');
}
