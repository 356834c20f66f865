// Everything of Grafana's front end that the plugin, @grafana/ui or @grafana/runtime asks for: real where npm has it, a
// stand-in that says so where not.
import * as data from '@grafana/data';
import * as runtime from '@grafana/runtime';
import { setPanelRenderer } from 'grafana-runtime-internal/components/PanelRenderer.mjs';
import { setPluginPage } from 'grafana-runtime-internal/components/PluginPage.mjs';
import { backendSrv } from './backend-srv.js';
import { ClickHouseStandIn } from './clickhouse-stand-in.js';
import { corePanels, PanelRendererStandIn, providePanels } from './core-panels.js';
import { PluginPageStandIn } from './PluginPageStandIn.js';

/** @param importModule loads a module of the plugin by its path within it */
export function installServices(importModule: (path: string) => Promise<{ plugin: unknown }>): void {
  installRegistries();
  runtime.setBackendSrv(backendSrv as unknown as runtime.BackendSrv);

  const sources = Object.values(runtime.config.datasources);
  const instances = new Map(sources.map((settings) => [settings.uid, new ClickHouseStandIn(settings)]));
  const settingsOf = (ref?: string | { uid?: string } | null) => {
    const uid = typeof ref === 'string' ? ref : ref?.uid;
    return sources.find((one) => one.uid === uid || one.name === uid) ?? (uid === undefined ? sources[0] : undefined);
  };
  runtime.setDataSourceSrv({
    get: (ref?: string | { uid?: string }) => {
      const found = instances.get(settingsOf(ref)?.uid ?? '');
      return found === undefined ? Promise.reject(new Error('Data source not found')) : Promise.resolve(found);
    },
    getList: () => sources,
    getInstanceSettings: settingsOf,
    reload: () => undefined,
    registerRuntimeDataSource: () => undefined,
  } as unknown as runtime.DataSourceSrv);
  runtime.setTemplateSrv({
    getVariables: () => [],
    replace: (text?: string) => text ?? '',
    containsTemplate: () => false,
    updateTimeRange: () => undefined,
  });

  providePanels(async (id) => {
    const core = corePanels[id];
    if (core !== undefined) return core;
    // A nested panel's folder is its id without the organisation.
    const { plugin } = await importModule(`panels/${id.replace(/^[^-]+-/, '')}/module.js`);
    const panel = plugin as data.PanelPlugin;
    panel.meta = { id, name: id, info: { version: 'preview' } } as data.PanelPluginMeta;
    return panel;
  });
  setPanelRenderer(PanelRendererStandIn);
  setPluginPage(PluginPageStandIn);
  runtime.setAppEvents(new data.EventBusSrv());
  runtime.setEchoSrv({
    flush: () => undefined,
    addBackend: () => undefined,
    addEvent: () => undefined,
    onInteraction: () => () => undefined,
  });
  runtime.setReturnToPreviousHook(() => () => undefined);
  runtime.setPluginLinksHook(() => ({ links: [], isLoading: false }));
  runtime.setPluginComponentsHook(() => ({ components: [], isLoading: false }));
  runtime.setChromeHeaderHeightHook(() => 0);
  data.setTimeZoneResolver(() => runtime.config.bootData.user.timezone);
}

/** The standard registries that field overrides and panel options look things up in; their editors are Grafana's own. */
function installRegistries(): void {
  const editor = () => null;
  const ids = ['text', 'number', 'boolean', 'select', 'radio', 'color', 'strings', 'multi-select', 'unit', 'slider'];
  data.standardEditorsRegistry.setInit(() => ids.map((id) => ({ id, name: id, description: id, editor })));
  const property = (id: string, defaultValue?: unknown) => ({
    id,
    path: id,
    name: id,
    description: id,
    defaultValue,
    override: editor,
    editor,
    process: (value: unknown) => value,
    shouldApply: () => true,
    settings: {},
  });
  data.standardFieldConfigEditorRegistry.setInit(() => [
    ...['unit', 'min', 'max', 'decimals', 'displayName', 'noValue', 'links', 'mappings', 'filterable'].map((id) =>
      property(id),
    ),
    property('thresholds', {
      mode: data.ThresholdsMode.Absolute,
      steps: [{ value: -Infinity, color: 'green' }],
    }),
    property('color', { mode: 'palette-classic' }),
  ]);
  data.standardTransformersRegistry.setInit(() => []);
}
