import {
  createDataFrame,
  DataSourceApi,
  FieldType,
  LoadingState,
  type DataFrame,
  type DataQuery,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { from, type Observable } from 'rxjs';
import { backendSrv } from './backend-srv.js';
import { expandMacros, type QueryScope } from './macros.js';

/** What Grafana's ClickHouse data source keeps of a query. */
export interface ClickHouseQuery extends DataQuery {
  rawSql: string;
  /** 0 time series, 1 table, 2 logs. */
  format?: number;
}

interface ClickHouseAnswer {
  meta: { name: string; type: string }[];
  data: Record<string, unknown>[];
}

/**
 * Stands in for grafana-clickhouse-datasource, which npm does not have: the same macros and the same frames, through the
 * server's read-only query API.
 */
export class ClickHouseStandIn extends DataSourceApi<ClickHouseQuery> {
  override query(request: DataQueryRequest<ClickHouseQuery>): Observable<DataQueryResponse> {
    return from(this.answer(request));
  }

  override testDatasource() {
    return Promise.resolve({ status: 'success' as const, message: 'OK' });
  }

  private async answer(request: DataQueryRequest<ClickHouseQuery>): Promise<DataQueryResponse> {
    const { range, targets } = request;
    const variables: QueryScope['variables'] = {};
    for (const [name, entry] of Object.entries(request.scopedVars ?? {}))
      if (!name.startsWith('__') && entry !== undefined) variables[name] = entry.value as string | string[];
    const scope: QueryScope = {
      from: range.from.valueOf(),
      to: range.to.valueOf(),
      intervalSeconds: Math.max(1, Math.round(request.intervalMs / 1000)),
      variables,
    };
    const answers = await Promise.all(
      targets.map(async (target): Promise<{ frames: DataFrame[]; error?: string }> => {
        try {
          const sql = expandMacros(target.rawSql, scope);
          const answer = (await backendSrv.post('/api/ds/query', { sql })) as ClickHouseAnswer;
          return { frames: framesOf(answer, target) };
        } catch (error) {
          const { data } = error as { data?: { title?: string } };
          return { frames: [], error: data?.title ?? (error as Error).message };
        }
      }),
    );
    const errors = answers.flatMap(({ error }, index) =>
      error === undefined ? [] : [{ message: error, refId: targets[index]!.refId }],
    );
    return {
      data: answers.flatMap(({ frames }) => frames),
      state: errors.length > 0 ? LoadingState.Error : LoadingState.Done,
      errors,
      error: errors[0],
    };
  }
}

/** A frame of an answer; for time series one of each label, as the data source makes them. */
export function framesOf({ meta, data }: ClickHouseAnswer, { refId, format = 1 }: ClickHouseQuery): DataFrame[] {
  const fields = meta.map(({ name, type }) => {
    const bare = type.replace(/^(?:LowCardinality|Nullable)\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
    const values = data.map((row) => valueOf(row[name], bare));
    return { name, type: fieldType(bare), values, config: {} };
  });
  const frame = createDataFrame({ refId, fields });
  if (format === 2) frame.meta = { preferredVisualisationType: 'logs' };
  return format === 0 ? series(frame) : [frame];
}

function fieldType(type: string): FieldType {
  if (/^Date/.test(type)) return FieldType.time;
  if (/^(U?Int|Float|Decimal)/.test(type)) return FieldType.number;
  if (type === 'Bool') return FieldType.boolean;
  return /^(Array|Map|Tuple)/.test(type) ? FieldType.other : FieldType.string;
}

function valueOf(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  // ClickHouse quotes 64-bit numbers in JSON; times carry no zone and are UTC.
  if (/^(U?Int|Float|Decimal)/.test(type)) return Number(value);
  if (/^Date/.test(type) && typeof value === 'string')
    return Date.parse(value.includes(' ') ? `${value.replace(' ', 'T')}Z` : value);
  return value;
}

/** Splits a frame of time, label and number into one of each label. */
function series(frame: DataFrame): DataFrame[] {
  const time = frame.fields.find(({ type }) => type === FieldType.time);
  const label = frame.fields.find(({ type }) => type === FieldType.string);
  if (time === undefined || label === undefined) return [frame];
  const numbers = frame.fields.filter(({ type }) => type === FieldType.number);
  const labels = [...new Set(label.values as string[])];
  return labels.map((value) => {
    const rows = label.values.flatMap((one: string, index) => (one === value ? [index] : []));
    const picked = (values: unknown[]) => rows.map((index) => values[index]);
    return createDataFrame({
      refId: frame.refId,
      name: value,
      fields: [
        { ...time, values: picked(time.values) },
        ...numbers.map((field) => ({ ...field, values: picked(field.values), config: { displayName: value } })),
      ],
    });
  });
}
