// Core panels are part of Grafana and not in npm. These stand in for them with what @grafana/ui has; what they look like
// says nothing about Grafana's own.
import { useEffect, useState, type ReactNode } from 'react';
import {
  applyFieldOverrides,
  EventBusSrv,
  FieldType,
  getDefaultTimeRange,
  getDisplayProcessor,
  LoadingState,
  PanelPlugin,
  renderMarkdown,
  VizOrientation,
  type DataFrame,
  type Field,
  type FieldConfigSource,
  type GrafanaTheme2,
  type PanelProps,
} from '@grafana/data';
import { config, type PanelRendererProps } from '@grafana/runtime';
import { LegendDisplayMode } from '@grafana/schema';
import {
  BarGauge,
  BarGaugeDisplayMode,
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  TimeSeries,
  useTheme2,
} from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';

let load: (id: string) => Promise<PanelPlugin> = () => Promise.reject(new Error('no panels yet'));

/** Says where panels come from. */
export function providePanels(loader: (id: string) => Promise<PanelPlugin>): void {
  load = loader;
}

const empty = <div style={{ padding: 16, textAlign: 'center' }}>No data</div>;
type Render = (props: PanelProps<Record<string, unknown>>, theme: GrafanaTheme2) => ReactNode;

function panel(name: string, render: Render): PanelPlugin {
  function CorePanelStandIn(props: PanelProps<Record<string, unknown>>) {
    const theme = useTheme2();
    return props.data.series.every(({ length }) => length === 0) && name !== 'text' ? empty : render(props, theme);
  }
  const plugin = new PanelPlugin(CorePanelStandIn).useFieldConfig();
  plugin.meta = { id: name, name, info: { version: 'preview' } } as typeof plugin.meta;
  return plugin;
}

const numberField = (frame: DataFrame | undefined) => frame?.fields.find(({ type }) => type === FieldType.number);
const shown = (field: Field, row: number, theme: GrafanaTheme2) =>
  (field.display ?? getDisplayProcessor({ field, theme }))(field.values[row]);

export const corePanels: Record<string, PanelPlugin | undefined> = {
  timeseries: panel('timeseries', ({ data, width, height, timeRange, timeZone }) => (
    <TimeSeries
      frames={data.series}
      width={width}
      height={height}
      timeRange={timeRange}
      timeZone={timeZone}
      legend={{ showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] }}
    />
  )),
  stat: panel('stat', ({ data, width, height }, theme) => {
    const fields = data.series.flatMap((frame) => frame.fields.filter(({ type }) => type === FieldType.number));
    return (
      <div style={{ display: 'flex' }}>
        {fields.map((field, index) => (
          <BigValue
            key={index}
            theme={theme}
            width={width / fields.length}
            height={height}
            colorMode={BigValueColorMode.Value}
            graphMode={BigValueGraphMode.None}
            value={{
              ...shown(field, field.values.length - 1, theme),
              title: fields.length > 1 ? field.name : undefined,
            }}
          />
        ))}
      </div>
    );
  }),
  bargauge: panel('bargauge', (props, theme) => <Bars {...props} theme={theme} />),
  barchart: panel('barchart', (props, theme) => <Bars {...props} theme={theme} />),
  text: panel('text', ({ options }) => (
    <div dangerouslySetInnerHTML={{ __html: renderMarkdown(String(options.content)) }} />
  )),
  logs: panel('logs', ({ data, height }) => {
    const [time, body, level] = data.series[0]?.fields ?? [];
    const lines = (body?.values ?? []).map(
      (text: string, row) =>
        `${new Date(time?.values[row] as number).toISOString()} ${String(level?.values[row] ?? '')} ${text}`,
    );
    return (
      <pre tabIndex={0} style={{ fontSize: 12, overflow: 'auto', height, margin: 0 }}>
        {lines.slice(0, 200).join('\n')}
      </pre>
    );
  }),
  table: panel('table', ({ data, width, height, timeRange, fieldConfig }) => (
    <TableNG
      data={data.series[0]!}
      width={width}
      height={height}
      structureRev={1}
      timeRange={timeRange}
      fieldConfig={fieldConfig}
      getActions={() => []}
      disableSanitizeHtml={false}
      transparent
    />
  )),
};

function Bars({ data, width, height, theme }: PanelProps & { theme: GrafanaTheme2 }) {
  const frame = data.series[0];
  const number = numberField(frame);
  const name = frame?.fields.find(({ type }) => type === FieldType.string || type === FieldType.time);
  if (number === undefined) return empty;
  const rows = number.values.slice(0, Math.max(1, Math.floor(height / 26)));
  const max = Math.max(1, ...(number.values as number[]));
  return (
    <div>
      {rows.map((value: number, row) => (
        <div key={row} style={{ display: 'flex', alignItems: 'center', gap: 8, height: 26 }}>
          <span style={{ width: width * 0.4, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
            {name === undefined ? number.name : shown(name, row, theme).text}
          </span>
          <BarGauge
            theme={theme}
            width={width * 0.55}
            height={20}
            field={{ ...number.config, min: 0, max }}
            value={{ ...shown(number, row, theme), numeric: value, color: theme.colors.primary.text }}
            orientation={VizOrientation.Horizontal}
            displayMode={BarGaugeDisplayMode.Basic}
          />
        </div>
      ))}
    </div>
  );
}

/** What a core panel's own defaults would be. */
function withDefaults(fieldConfig: PanelRendererProps['fieldConfig'], pluginId: string): FieldConfigSource {
  const colour = pluginId === 'timeseries' ? { color: { mode: 'palette-classic' } } : {};
  return {
    overrides: fieldConfig?.overrides ?? [],
    defaults: { ...colour, ...fieldConfig?.defaults },
  } as FieldConfigSource;
}

/** Grafana's registry of a panel's own properties is not here: they are put on the fields as they are. */
function withCustom(frame: DataFrame, { defaults }: FieldConfigSource): DataFrame {
  const fields = frame.fields.map((field) => ({
    ...field,
    config: { ...field.config, custom: { ...(defaults.custom as object) } },
  }));
  return { ...frame, fields };
}

/** Grafana's PanelRenderer: loads a panel and gives it data with the field configuration applied. */
export function PanelRendererStandIn({
  pluginId,
  title,
  data,
  options,
  fieldConfig,
  width,
  height,
  timeZone,
}: PanelRendererProps) {
  const [plugin, setPlugin] = useState<PanelPlugin | null>(null);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    load(pluginId).then(setPlugin, (error: unknown) => {
      setFailure(String(error));
    });
  }, [pluginId]);
  if (failure !== '') return <div role="alert">{failure}</div>;
  if (plugin?.panel == null) return null;
  const Panel = plugin.panel;
  const given = withDefaults(fieldConfig, pluginId);
  const series = applyFieldOverrides({
    data: (data?.series ?? []).map((frame) => withCustom(frame, given)),
    fieldConfig: given,
    fieldConfigRegistry: plugin.fieldConfigRegistry,
    replaceVariables: (text) => text,
    theme: config.theme2,
    timeZone,
  });
  const timeRange = data?.timeRange ?? getDefaultTimeRange();
  return (
    <Panel
      id={1}
      title={title}
      transparent={false}
      renderCounter={0}
      width={width}
      height={height}
      timeRange={timeRange}
      timeZone={timeZone ?? 'browser'}
      data={{ state: data?.state ?? LoadingState.Done, errors: data?.errors, error: data?.error, series, timeRange }}
      options={{ ...plugin.defaults, ...options }}
      fieldConfig={given}
      eventBus={new EventBusSrv()}
      onOptionsChange={() => undefined}
      onFieldConfigChange={() => undefined}
      onChangeTimeRange={() => undefined}
      replaceVariables={(text) => text}
    />
  );
}
