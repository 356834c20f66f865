/** The app's id: in its plugin.json, in addresses of its pages and of the plugin proxy. */
export const pluginId = 'fallbackstatuspoint-fsp-app';
/** Where the app's pages are. */
export const appPath = `/a/${pluginId}`;
/** Grafana's own ClickHouse data source. */
export const dataSourceType = 'grafana-clickhouse-datasource';
