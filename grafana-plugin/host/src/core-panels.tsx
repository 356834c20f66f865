// Core panels are part of Grafana and not in npm. These stand in for them with what @grafana/ui has; what they look like
// says nothing about Grafana's own.
import { createContext, useContext, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import {
  applyFieldOverrides,
  cacheFieldDisplayNames,
  EventBusSrv,
  FieldType,
  getDefaultTimeRange,
  getDisplayProcessor,
  getDisplayValueAlignmentFactors,
  getFieldDisplayName,
  LoadingState,
  PanelPlugin,
  renderMarkdown,
  VizOrientation,
  type DataFrame,
  type Field,
  type FieldConfigSource,
  type GrafanaTheme2,
  type InterpolateFunction,
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
  DataLinksContextMenu,
  TextLink,
  TimeSeries,
  useTheme2,
  type UPlotConfigBuilder,
} from '@grafana/ui';
import { interpolate, type Interpolation } from './templates.js';
import { say } from './texts.js';
import { TableNG } from '@grafana/ui/unstable';

/** What stands for variables in links and texts of the panels that are shown; a dashboard says it. */
export const PanelScope = createContext<Interpolation>({ variables: {} });

let load: (id: string) => Promise<PanelPlugin> = () => Promise.reject(new Error('no panels yet'));

/** Says where panels come from. */
export function providePanels(loader: (id: string) => Promise<PanelPlugin>): void {
  load = loader;
}

const empty = <div style={{ padding: 16, textAlign: 'center' }}>{say('No data')}</div>;
type Render = (props: PanelProps<Record<string, unknown>>, theme: GrafanaTheme2) => ReactNode;

/** Options of a field that Grafana's own panels have beside the standard ones, as far as the stand-ins heed them. */
const customOptions = [
  ...['width', 'minWidth', 'align', 'cellOptions', 'wrapText', 'wrapHeaderText', 'hidden', 'hideFrom', 'hideFrom.viz'],
  ...['filterable', 'inspect', 'drawStyle', 'lineWidth', 'fillOpacity', 'stacking', 'showPoints', 'spanNulls'],
  ...['axisPlacement', 'axisLabel', 'lineInterpolation', 'barAlignment', 'lineStyle', 'thresholdsStyle'],
];

function panel(name: string, render: Render): PanelPlugin {
  function CorePanelStandIn(props: PanelProps<Record<string, unknown>>) {
    const theme = useTheme2();
    return props.data.series.every(({ length }) => length === 0) && name !== 'text' ? empty : render(props, theme);
  }
  const plugin = new PanelPlugin(CorePanelStandIn).useFieldConfig({
    useCustomConfig: (builder) => {
      for (const path of customOptions)
        builder.addCustomEditor({
          id: path,
          path,
          name: path,
          editor: () => null,
          override: () => null,
          process: (value: unknown) => value,
          shouldApply: () => true,
        });
    },
  });
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
    >
      {(builder) => <AnnotationLines builder={builder} annotations={data.annotations ?? []} />}
    </TimeSeries>
  )),
  stat: panel('stat', ({ data, width, height }, theme) => {
    const fields = data.series.flatMap((frame) =>
      frame.fields
        .filter(({ type, config: { custom } }) => type === FieldType.number && !isHidden(custom))
        .map((field) => ({ field, name: getFieldDisplayName(field, frame) })),
    );
    const values = fields.map(({ field, name }) => ({
      ...shown(field, field.values.length - 1, theme),
      title: fields.length > 1 ? name : undefined,
    }));
    // One size for all numbers of a panel, as Grafana's own does it.
    const alignmentFactors = getDisplayValueAlignmentFactors(
      fields.map(({ field }, index) => ({
        name: '',
        field: field.config,
        display: values[index]!,
        hasLinks: false,
      })),
    );
    return (
      <div style={{ display: 'flex' }}>
        {fields.map(({ field }, index) => {
          const row = field.values.length - 1;
          const props = {
            theme,
            width: width / fields.length,
            height,
            colorMode: BigValueColorMode.Value,
            graphMode: BigValueGraphMode.None,
            value: values[index]!,
            alignmentFactors,
          };
          const links = field.getLinks;
          return links === undefined || (field.config.links ?? []).length === 0 ? (
            <BigValue key={index} {...props} />
          ) : (
            <DataLinksContextMenu key={index} links={() => links({ valueRowIndex: row })}>
              {({ openMenu, targetClassName }) => (
                <BigValue {...props} onClick={openMenu} className={targetClassName} />
              )}
            </DataLinksContextMenu>
          );
        })}
      </div>
    );
  }),
  bargauge: panel('bargauge', (props, theme) => <Bars {...props} theme={theme} />),
  barchart: panel('barchart', (props, theme) => <Bars {...props} theme={theme} />),
  text: panel('text', ({ options, replaceVariables }) => (
    <div
      className="markdown-html"
      dangerouslySetInnerHTML={{ __html: renderMarkdown(replaceVariables(String(options.content))) }}
    />
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

const isHidden = (custom: unknown) => {
  const { hidden, hideFrom } = (custom ?? {}) as { hidden?: boolean; hideFrom?: { viz?: boolean } };
  return hidden === true || hideFrom?.viz === true;
};

/** A line at the time of each annotation. */
function AnnotationLines({ builder, annotations }: { builder: UPlotConfigBuilder; annotations: DataFrame[] }) {
  const drawn = useRef(annotations);
  useLayoutEffect(() => {
    drawn.current = annotations;
  });
  useLayoutEffect(() => {
    builder.addHook('draw', (plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.setLineDash([4, 4]);
      for (const frame of drawn.current) {
        ctx.strokeStyle = (frame.meta?.custom?.color as string | undefined) ?? 'gray';
        for (const time of (frame.fields[0]?.values ?? []) as number[]) {
          const x = Math.round(plot.valToPos(time, 'x', true));
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
      }
      ctx.restore();
    });
  }, [builder]);
  return null;
}

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
            <Linked field={name} row={row} text={name === undefined ? number.name : shown(name, row, theme).text} />
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

/** A text with the link that its field has there. */
function Linked({ field, row, text }: { field: Field | undefined; row: number; text: string }) {
  const link = field?.getLinks?.({ valueRowIndex: row })[0];
  return link === undefined ? text : <TextLink href={link.href}>{text}</TextLink>;
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
  const scope = useContext(PanelScope);
  const replaceVariables: InterpolateFunction = (text, scopedVars) =>
    interpolate(text ?? '', { ...scope, data: scopedVars?.__dataContext?.value });
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
    replaceVariables,
    theme: config.theme2,
    timeZone,
  });
  cacheFieldDisplayNames(series);
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
      data={{
        state: data?.state ?? LoadingState.Done,
        errors: data?.errors,
        error: data?.error,
        annotations: data?.annotations,
        series,
        timeRange,
      }}
      options={{ ...plugin.defaults, ...options }}
      fieldConfig={given}
      eventBus={new EventBusSrv()}
      onOptionsChange={() => undefined}
      onFieldConfigChange={() => undefined}
      onChangeTimeRange={() => undefined}
      replaceVariables={replaceVariables}
    />
  );
}
