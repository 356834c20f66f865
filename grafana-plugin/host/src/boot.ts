// What Grafana's page has set before its first script runs. @grafana/runtime reads it as it is loaded, so everything else
// comes afterwards.
import { preferences } from './preferences.js';

export interface PreviewSession {
  role: 'admin' | 'viewer';
  actingAs: 'admin' | 'viewer';
  user: string;
}

const pluginId = 'fallbackstatuspoint-fsp-app';

async function json<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (answer.status === 401) location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return (await answer.json()) as T;
}

async function boot(): Promise<void> {
  const [session, settings, manifest] = await Promise.all([
    json<PreviewSession>('/api/preview/session'),
    json<{ jsonData: object; secureJsonFields: Record<string, boolean> }>(`/api/plugins/${pluginId}/settings`),
    json<object>(`/public/plugins/${pluginId}/plugin.json`),
  ]);
  const { theme, language } = preferences();
  const dataSource = {
    uid: 'fsp-clickhouse',
    type: 'grafana-clickhouse-datasource',
    name: 'ClickHouse (preview stand-in)',
    meta: { id: 'grafana-clickhouse-datasource', name: 'ClickHouse', info: { logos: {} } },
    jsonData: {},
  };
  Object.assign(window, {
    __grafana_public_path__: '/public/host/',
    grafanaBootData: {
      assets: {},
      navTree: [],
      user: {
        id: 1,
        isSignedIn: true,
        login: session.user,
        orgRole: session.actingAs === 'admin' ? 'Admin' : 'Viewer',
        lightTheme: theme === 'light',
        theme,
        language,
        timezone: 'browser',
        permissions: {},
      },
      settings: {
        buildInfo: { version: process.env.GRAFANA_VERSION, commit: 'preview', env: 'production' },
        bootTheme: theme,
        featureToggles: {},
        panels: {},
        datasources: { [dataSource.name]: dataSource },
        defaultDatasource: dataSource.name,
      },
    },
  });
  const { start } = await import('./start.js');
  await start({ session, manifest: { ...manifest, enabled: true, pinned: true, ...settings } });
}

boot().catch((error: unknown) => {
  console.error(error);
  document.getElementById('reactRoot')!.textContent = `The preview could not start: ${String(error)}`;
});
