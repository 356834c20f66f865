/** What Grafana's ClickHouse data source keeps of a query (its version 4.20). */
export interface ClickHouseQuery {
  refId: string;
  datasource: { type: string; uid: string };
  pluginVersion: string;
  editorType: 'sql';
  rawSql: string;
  /** 0 time series, 1 table, 2 logs. */
  format: number;
  queryType: 'timeseries' | 'table' | 'logs';
}

export const dataSource = { type: 'grafana-clickhouse-datasource', uid: '${datasource}' };

const formats = { timeseries: 0, table: 1, logs: 2 } as const;

/** A query as a builder of the foundation SDK: anything with `build()` is one. */
export function query(sql: string, queryType: ClickHouseQuery['queryType'] = 'table', refId = 'A') {
  const built: ClickHouseQuery = {
    refId,
    datasource: dataSource,
    pluginVersion: '4.20.0',
    editorType: 'sql',
    rawSql: sql.trim(),
    format: formats[queryType],
    queryType,
  };
  return { build: () => built as never };
}

/** Sites and versions that are chosen; all of them add no condition. */
export const chosen =
  '$__conditionalAll(site_code IN (${site}), $site) AND $__conditionalAll(client_version IN (${version}), $version)';
/** Receivers that are chosen. */
export const chosenServers = '$__conditionalAll(fsp_server IN (${server}), $server)';
