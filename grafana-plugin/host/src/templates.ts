// Grafana's templates: variables with their formats, and what links say of the value that was clicked.
import { dateTimeFormat, formattedValueToString, getFieldDisplayName, type DataFrame, type Field } from '@grafana/data';

/** A variable of a dashboard, as it stands at this moment. */
export interface VariableValue {
  /** What was chosen; `$__all` for all. */
  chosen: string[];
  /** What that stands for in a query. */
  values: string[];
  multi: boolean;
}
export type Variables = Record<string, VariableValue>;

/** What a link is clicked on. */
export interface DataContext {
  frame: DataFrame;
  field: Field;
  rowIndex?: number;
  calculatedValue?: { text: string; numeric: number };
}

const strict = (text: string) =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

type Format = (values: string[], name: string, isList: boolean, args?: string[]) => string;
const glob: Format = (values, _name, isList) =>
  isList && values.length > 1 ? `{${values.join(',')}}` : values.join(',');
/** Grafana's formats that the dashboards may use (its documentation, Advanced variable format options). */
const formats: Record<string, Format> = {
  raw: (values) => values.join(','),
  csv: (values) => values.join(','),
  text: (values) => values.join(' + '),
  glob,
  json: (values, _name, isList) => JSON.stringify(isList ? values : values[0]),
  pipe: (values) => values.join('|'),
  singlequote: (values) => values.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(','),
  doublequote: (values) => values.map((one) => `"${one.replaceAll('"', '\\"')}"`).join(','),
  sqlstring: (values) => values.map((one) => `'${one.replaceAll("'", "''")}'`).join(','),
  percentencode: (values, name, isList) => strict(glob(values, name, isList)),
  customqueryparam: (values, name, _isList, [as = name, prefix = ''] = []) =>
    values.map((one) => `${strict(as)}=${strict(prefix)}${strict(one)}`).join('&'),
  queryparam: (values, name) => values.map((one) => `var-${strict(name)}=${strict(one)}`).join('&'),
};

const placeholder = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g;

export interface Interpolation {
  variables: Variables;
  /** Milliseconds since 1970, and as the address has it. */
  time?: { from: number; to: number; raw: { from: string; to: string } };
  data?: DataContext | undefined;
  /** Of a variable that names no format. */
  otherwise?: Format;
}

/** Fills in what a text refers to; what is not known stays as it is. */
export function interpolate(text: string, scope: Interpolation): string {
  return text.replaceAll(
    placeholder,
    (all, bare?: string, old?: string, oldFormat?: string, braced?: string, path?: string, format?: string) => {
      const name = bare ?? old ?? braced ?? '';
      const [kind = '', ...args] = (format ?? oldFormat ?? '').split(':');
      const wanted = formats[kind];
      const builtIn = ofScope(name, path, scope);
      if (builtIn !== undefined) return (wanted ?? formats.raw!)([builtIn], name, false);
      const variable = scope.variables[name];
      if (variable === undefined) return all;
      // In addresses all stays all.
      const values = kind === 'queryparam' ? variable.chosen : variable.values;
      return (wanted ?? scope.otherwise ?? glob)(values, name, variable.multi, args);
    },
  );
}

function ofScope(name: string, path: string | undefined, { time, data, variables }: Interpolation): string | undefined {
  switch (name) {
    case '__url_time_range':
      return time && `from=${encodeURIComponent(time.raw.from)}&to=${encodeURIComponent(time.raw.to)}`;
    case '__all_variables':
      return Object.entries(variables)
        .map(([one, { chosen }]) => formats.queryparam!(chosen, one, true))
        .join('&');
    case '__from':
    case '__to': {
      if (time === undefined) return undefined;
      const moment = name === '__from' ? time.from : time.to;
      return path === 'date' ? new Date(moment).toISOString() : String(moment);
    }
    case '__value':
      return data && valueOf(data.field, data.rowIndex, path ?? 'raw', data.calculatedValue);
    case '__field':
      return data && (path === 'labels' ? '' : getFieldDisplayName(data.field, data.frame));
    case '__series':
      return data && (data.frame.name ?? '');
    case '__data': {
      const wanted = /^fields(?:\.([\w ]+)|\[["']?([^\]"']+)["']?\])(?:\.(\w+))?$/.exec(path ?? '');
      if (data === undefined || wanted === null) return undefined;
      const key = wanted[1] ?? wanted[2] ?? '';
      const field = data.frame.fields.find((one) => one.name === key || getFieldDisplayName(one, data.frame) === key);
      return field && valueOf(field, data.rowIndex, wanted[3] ?? 'text');
    }
    default:
      return undefined;
  }
}

function valueOf(
  field: Field,
  row: number | undefined,
  kind: string,
  calculated?: DataContext['calculatedValue'],
): string {
  const value = (row === undefined ? calculated?.numeric : field.values[row]) as string | number | null | undefined;
  if (value === null || value === undefined) return '';
  if (kind === 'time') return dateTimeFormat(value);
  if (kind === 'raw' || kind === 'numeric' || field.display === undefined || typeof value === 'string')
    return String(value);
  return formattedValueToString(field.display(value));
}
