import type { TokenRole } from '../management/tokens.js';

/** A route of plugin.json, as Grafana's plugin proxy reads it. */
export interface PluginRoute {
  path: string;
  /** A verb, or `*`. */
  method: string;
  url: string;
  reqRole?: string;
  headers?: { name: string; content: string }[];
}

/** The app's settings, as Grafana keeps them: secrets apart, and never given out. */
export interface PluginSettings {
  jsonData: Record<string, unknown>;
  secureJsonData: Record<string, string>;
}

export interface ProxiedRequest {
  url: string;
  headers: Record<string, string>;
}

/** What became of a request to the plugin proxy. */
export type Proxied = { request: ProxiedRequest } | { status: 403 | 404; reason: string };

/**
 * Grafana's plugin proxy: the first route whose verb and path fit decides; its role is required, its prefix is taken off,
 * and the templates of its URL and headers are filled with the app's settings.
 * @param path what follows `/api/plugin-proxy/<app>/`
 */
export function proxied(
  routes: readonly PluginRoute[],
  settings: PluginSettings,
  { method, path, role }: { method: string; path: string; role: TokenRole },
): Proxied {
  // Dots would leave the prefix that the route allows.
  if (path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part))) return { status: 404, reason: 'no such path' };
  const route = routes.find(
    (one) => path.startsWith(prefixOf(one)) && (one.method === '*' || one.method.toUpperCase() === method),
  );
  if (route === undefined) return { status: 404, reason: 'plugin.json has no route for this' };
  if (route.reqRole === 'Admin' && role !== 'admin') return { status: 403, reason: 'this needs the role Admin' };
  const rest = path.slice(prefixOf(route).length);
  return {
    request: {
      url: `${filled(route.url, settings).replace(/\/$/, '')}/${rest}`,
      headers: Object.fromEntries((route.headers ?? []).map(({ name, content }) => [name, filled(content, settings)])),
    },
  };
}

function prefixOf({ path }: PluginRoute): string {
  return path.replace(/\*$/, '');
}

function filled(template: string, { jsonData, secureJsonData }: PluginSettings): string {
  return template.replaceAll(
    /\{\{\s*\.(JsonData|SecureJsonData)\.(\w+)\s*\}\}/g,
    (_all, where: string, name: string) => {
      const value = where === 'JsonData' ? jsonData[name] : secureJsonData[name];
      return typeof value === 'string' ? value : '';
    },
  );
}
