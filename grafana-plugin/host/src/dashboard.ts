// What the preview reads of a dashboard's JSON, and how it asks for it.
import {
  type DataFrame,
  type DataLink,
  type DataQueryRequest,
  type DataQueryResponse,
  type FieldConfigSource,
  type TimeRange,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import type { ClickHouseQuery, ClickHouseStandIn } from './clickhouse-stand-in.js';
import type { Variables } from './templates.js';

export interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: ClickHouseQuery[];
  options?: object;
  fieldConfig?: FieldConfigSource<object>;
  links?: DataLink[];
}
export interface Variable {
  name: string;
  label?: string;
  type: string;
  query: string | { rawSql?: string };
  hide?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  current?: { value: string | string[] };
}
export interface DashboardLink {
  title: string;
  type: 'dashboards' | 'link';
  url?: string;
  tags?: string[];
  includeVars?: boolean;
  keepTime?: boolean;
}
export interface Annotation {
  name: string;
  enable?: boolean;
  iconColor?: string;
  target?: ClickHouseQuery;
}
export interface Dashboard {
  title: string;
  description: string;
  time: { from: string; to: string };
  panels: Panel[];
  templating: { list: Variable[] };
  annotations?: { list: Annotation[] };
  links?: DashboardLink[];
}
/** A value of a variable, and what is written for it. */
export interface Choice {
  value: string;
  label: string;
}

const all = '$__all';

async function standIn(): Promise<ClickHouseStandIn> {
  return (await getDataSourceSrv().get({ uid: 'fsp-clickhouse' })) as unknown as ClickHouseStandIn;
}

/** Asks a query of a dashboard. */
export async function ask(target: ClickHouseQuery, range: TimeRange, variables: Variables): Promise<DataQueryResponse> {
  const span = range.to.valueOf() - range.from.valueOf();
  const scopedVars = Object.fromEntries(
    Object.entries(variables).map(([name, { chosen, values, multi }]) => {
      const value = multi ? (chosen.includes(all) ? chosen : values) : (values[0] ?? '');
      return [name, { text: '', value, values }];
    }),
  );
  const request = { targets: [target], range, intervalMs: Math.max(60_000, span / 100), scopedVars };
  return lastValueFrom((await standIn()).query(request as unknown as DataQueryRequest<ClickHouseQuery>));
}

/** What a variable can be: of its query, or of its own list (`one, Two : 2`). */
export async function choicesOf(variable: Variable, range: TimeRange, variables: Variables): Promise<Choice[]> {
  const text = typeof variable.query === 'string' ? variable.query : (variable.query.rawSql ?? '');
  if (variable.type === 'custom')
    return text.split(/(?<!\\),/).map((part) => {
      const [label = '', value = label] = part.trim().split(/\s+:\s+/);
      return { label, value };
    });
  if (variable.type !== 'query') return [];
  const [frame] = (await ask({ refId: 'A', rawSql: text }, range, variables)).data as DataFrame[];
  const values = frame?.fields.find(({ name }) => name === '__value') ?? frame?.fields[0];
  const labels = frame?.fields.find(({ name }) => name === '__text') ?? values;
  return ((values?.values ?? []) as unknown[]).map((value, row) => ({
    value: String(value),
    label: String(labels?.values[row] ?? value),
  }));
}

/** How a variable stands: by the address, else by its own preset, else by its first choice. */
export function standing(variable: Variable, given: string[], choices: Choice[]): Variables[string] {
  const { multi = false, includeAll = false, allValue, current, type } = variable;
  const preset = [current?.value ?? []].flat().filter((one) => one !== '');
  const first = includeAll ? [all] : choices.slice(0, 1).map(({ value }) => value);
  const isAny = given.length > 0 || preset.length > 0 || type === 'textbox';
  const chosen = given.length > 0 ? given : isAny ? preset : first;
  if (!chosen.includes(all)) return { chosen, values: chosen, multi };
  const everything = allValue === undefined || allValue === '' ? choices.map(({ value }) => value) : [allValue];
  return { chosen: [all], values: everything, multi: multi && !allValue };
}
