// Docker and Grafana cannot run where this is built: what is proved here is that the files parse, that the names in them
// are those of the things they mean, and that what they mount exists. That they start is not proved.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('../../dashboards', import.meta.url));
const read = (path: string): unknown => parse(readFileSync(join(folder, path), 'utf8'), { merge: true });
const plugin = JSON.parse(readFileSync(join(folder, '../grafana-plugin/src/plugin.json'), 'utf8')) as {
  id: string;
  routes: { url: string; headers: { content: string }[] }[];
  includes: { type: string; path: string }[];
};

test('the data source has the uid and type that dashboards, rules and the app name', () => {
  const { datasources } = read('provisioning/datasources/fsp.yaml') as {
    datasources: { uid: string; type: string; jsonData: { logs: object } }[];
  };
  expect(datasources[0]).toMatchObject({
    uid: 'fsp-clickhouse',
    type: 'grafana-clickhouse-datasource',
    jsonData: { defaultDatabase: 'fsp', logs: { defaultTable: 'otel_logs', otelEnabled: true } },
  });
});

test('the app gets every setting that its routes ask for', () => {
  const { apps } = read('provisioning/plugins/fsp.yaml') as {
    apps: { type: string; jsonData: object; secureJsonData: object }[];
  };
  expect(apps[0]?.type).toBe(plugin.id);
  const routes = JSON.stringify(plugin.routes);
  for (const [, where, name] of routes.matchAll(/\.(JsonData|SecureJsonData)\.(\w+)/g))
    expect(apps[0]?.[where === 'JsonData' ? 'jsonData' : 'secureJsonData']).toHaveProperty(name!);
});

test('the app bundles every dashboard that is generated', () => {
  for (const { type, path } of plugin.includes)
    if (type === 'dashboard')
      expect(existsSync(join(folder, path.replace('dashboards/', 'generated/'))), path).toBe(true);
});

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: string[] | Record<string, object>;
}

test('compose names services, volumes and files that exist', () => {
  const { services, volumes } = read('compose.yaml') as {
    services: Record<string, Service>;
    volumes: Record<string, null>;
  };
  expect(Object.keys(services).sort()).toEqual(['clickhouse', 'collector', 'fsp', 'grafana']);
  for (const [name, service] of Object.entries(services)) {
    expect(service.image ?? service.build?.dockerfile, name).toBeTruthy();
    if (service.build) expect(existsSync(join(folder, service.build.context, service.build.dockerfile))).toBe(true);
    const needs = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
    for (const need of needs) expect(services).toHaveProperty(need);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('.')) expect(volumes, volume).toHaveProperty(source);
      else if (!source.includes('/dist')) expect(existsSync(join(folder, source)), volume).toBe(true);
    }
  }
  const grafana = services.grafana!.environment!;
  const panels = ['roleconfiguration', 'setuplog'].map((name) => `fallbackstatuspoint-${name}-panel`);
  expect(grafana.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS).toBe([plugin.id, ...panels].join(','));
});

test('every variable that provisioning reads is set by compose', () => {
  const { services } = read('compose.yaml') as { services: Record<string, Service> };
  for (const file of ['datasources/fsp.yaml', 'plugins/fsp.yaml'])
    for (const [, name] of readFileSync(join(folder, 'provisioning', file), 'utf8').matchAll(/: \$(\w+)/g))
      expect(services.grafana?.environment, name).toHaveProperty(name!);
});
