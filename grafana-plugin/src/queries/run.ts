import { useCallback } from 'react';
import { CoreApp, getDefaultTimeRange, type DataFrame, type DataQueryRequest, type TimeRange } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { getDataSourceSrv } from '@grafana/runtime';
import { from, lastValueFrom } from 'rxjs';
import { useSettings } from '../configuration/settings.js';
import { dataSourceType } from '../constants.js';
import { useLoaded, type Loaded } from './use-loaded.js';

/** A query as Grafana's ClickHouse data source takes it (its version 4.20). */
interface ClickHouseQuery extends DataQuery {
  pluginVersion: string;
  editorType: 'sql';
  rawSql: string;
  /** 0 time series, 1 table. */
  format: 0 | 1;
  queryType: 'timeseries' | 'table';
}

export interface SqlQuery {
  sql: string;
  /** Frames of one series each, for charts; rows otherwise. */
  series?: boolean;
}

/** No data source to ask. */
export class NoDataSource extends Error {}

/** The app's data source, or the first ClickHouse there is. */
function uidOf(chosen: string | undefined): string {
  const sources = getDataSourceSrv().getList({ type: dataSourceType });
  const found = chosen === undefined || chosen === '' ? sources[0] : sources.find(({ uid }) => uid === chosen);
  if (found === undefined) throw new NoDataSource();
  return found.uid;
}

/** Asks ClickHouse through Grafana's data source, with the asking user's rights. @throws Error what ClickHouse said */
export async function runSql(query: SqlQuery, range: TimeRange, datasourceUid?: string): Promise<DataFrame[]> {
  const uid = uidOf(datasourceUid);
  const source = await getDataSourceSrv().get({ uid, type: dataSourceType });
  const span = range.to.valueOf() - range.from.valueOf();
  // About 120 points in a chart.
  const intervalMs = Math.max(60_000, Math.ceil(span / 120 / 60_000) * 60_000);
  const target: ClickHouseQuery = {
    refId: 'A',
    datasource: { type: dataSourceType, uid },
    pluginVersion: '4.20.0',
    editorType: 'sql',
    rawSql: query.sql,
    format: query.series ? 0 : 1,
    queryType: query.series ? 'timeseries' : 'table',
  };
  const request: DataQueryRequest = {
    app: CoreApp.Unknown,
    requestId: `fsp-${Math.random().toString(36).slice(2)}`,
    timezone: 'browser',
    range,
    interval: `${intervalMs}ms`,
    intervalMs,
    scopedVars: {},
    startTime: Date.now(),
    targets: [target],
  };
  const answer = await lastValueFrom(from(source.query(request)));
  const error = answer.errors?.[0];
  if (error !== undefined) throw new Error(error.data?.message ?? error.message ?? 'ClickHouse refused the query');
  return answer.data as DataFrame[];
}

/** The rows of a frame, by column. Times are milliseconds since 1970. */
export function rowsOf<Row extends object>(frames: DataFrame[]): Row[] {
  const frame = frames[0];
  if (frame === undefined) return [];
  return Array.from(
    { length: frame.length },
    (_, row) => Object.fromEntries(frame.fields.map(({ name, values }) => [name, values[row] as unknown])) as Row,
  );
}

/** Frames of a query, asked again when the query or the range changes. */
export function useFrames(query: SqlQuery, range: TimeRange): Loaded<DataFrame[]> {
  const { datasourceUid } = useSettings();
  const { sql, series } = query;
  return useLoaded(
    useCallback(() => runSql({ sql, series }, range, datasourceUid), [sql, series, range, datasourceUid]),
    undefined,
    questionOf(sql, range),
  );
}

/**
 * Rows of a query that has a time range.
 * @param everyMs asks again after so long, while the page is looked at
 */
export function useRows<Row extends object>(sql: string, range: TimeRange = allTime, everyMs?: number): Loaded<Row[]> {
  const { datasourceUid } = useSettings();
  return useLoaded(
    useCallback(async () => rowsOf<Row>(await runSql({ sql }, range, datasourceUid)), [sql, range, datasourceUid]),
    everyMs,
    questionOf(sql, range),
  );
}

/** What is asked stays the same while a range that ends now moves on. */
const questionOf = (sql: string, { raw: { from, to } }: TimeRange) => `${from.valueOf()} ${to.valueOf()} ${sql}`;

/** For queries that name no range: one moment for all of them, so that nothing is asked twice. */
export const allTime = getDefaultTimeRange();
