import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { dataSource, query } from './clickhouse.js';
import { outcomes, overrideOf, type ColumnName } from './columns.js';
import { pick, type Language } from './language.js';

/** Everything that a panel needs to be understood: lint refuses one without. */
export interface PanelSpec {
  title: string;
  /** What is shown, and how to read it. */
  description: string;
  sql: string;
  /** Columns of 24. */
  width: number;
}

/** A panel that only its place and its language are missing from. */
export interface Finished {
  width: number;
  build(id: number, gridPos: dashboard.GridPos, language: Language): dashboard.Panel;
}

interface Configurable {
  title(text: string): unknown;
  description(text: string): unknown;
  unit(unit: string): unknown;
  datasource(ref: { type: string; uid: string }): unknown;
  id(id: number): unknown;
  gridPos(at: dashboard.GridPos): unknown;
  withTarget(target: ReturnType<typeof query>): unknown;
  build(): dashboard.Panel;
}

interface WithOverrides {
  overrideByName(name: string, properties: dashboard.DynamicConfigValue[]): unknown;
}

function finished(
  builder: Configurable & WithOverrides,
  spec: PanelSpec & { unit: string },
  kind: 'timeseries' | 'table' | 'logs',
  overrides: (language: Language) => [name: string, properties: dashboard.DynamicConfigValue[]][] = () => [],
): Finished {
  builder.title(spec.title);
  builder.description(spec.description);
  builder.unit(spec.unit);
  builder.datasource(dataSource);
  builder.withTarget(query(spec.sql, kind));
  return {
    width: spec.width,
    build(id, at, language) {
      for (const [name, properties] of overrides(language)) builder.overrideByName(name, properties);
      builder.id(id);
      builder.gridPos(at);
      return builder.build();
    },
  };
}

/** One number of a stat panel: what it is called, how alarming it is, and the list behind it. */
export interface Figure {
  column: string;
  title: string;
  unit?: string;
  /** Grafana's colour, from a number on. */
  colour?: string;
  from?: number;
  /** Several of those. */
  steps?: [number, string][];
  link: { title: string; url: string };
}

/** Numbers of one row, each a link to the list behind it. */
export function statPanel(spec: PanelSpec & { figures: Figure[] }): Finished {
  const builder = new stat.PanelBuilder()
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .justifyMode(common.BigValueJustifyMode.Center)
    .noValue('–')
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false));
  const { figures } = spec;
  if (figures.length > 1) builder.textMode(common.BigValueTextMode.ValueAndName);
  return finished(builder, { ...spec, unit: figures[0]?.unit ?? 'locale' }, 'table', () =>
    figures.map(({ column, title, unit, colour = 'text', from = 1, steps = [[from, colour]], link }) => [
      column,
      [
        { id: 'displayName', value: title },
        ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
        ...(unit === 'percentunit' ? [{ id: 'decimals', value: 1 }] : []),
        { id: 'color', value: { mode: 'thresholds' } },
        { id: 'thresholds', value: thresholds(steps) },
        { id: 'links', value: [link] },
      ],
    ]),
  );
}

/** Nothing is never coloured: it must not look like well. */
const thresholds = (steps: [number, string][]) => ({
  mode: 'absolute',
  steps: [{ value: null, color: 'text' }, ...steps.map(([value, color]) => ({ value, color }))],
});

/** Words and colours of the series that have a name of their own. */
export type Series = Record<string, { title: string; colour?: string }>;

/** Series by outcome: the same colours everywhere. */
export const outcomeSeries = (language: Language): Series =>
  Object.fromEntries(
    Object.entries(outcomes).map(([name, { text, colour }]) => [name, { title: pick(language, text), colour }]),
  );

/** Columns: time, a name, a number; or time and numbers. */
export function seriesPanel(
  spec: PanelSpec & { unit: string; bars?: boolean; series?: Series; max?: number },
): Finished {
  const builder = new timeseries.PanelBuilder()
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    )
    .min(0)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (spec.max !== undefined) builder.max(spec.max);
  // Without messages there is nothing to join.
  if (spec.bars)
    builder
      .drawStyle(common.GraphDrawStyle.Bars)
      .fillOpacity(70)
      .lineWidth(0)
      .decimals(0)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  else builder.lineWidth(2).showPoints(common.VisibilityMode.Auto);
  return finished(builder, spec, 'timeseries', () =>
    Object.entries(spec.series ?? {}).map(([name, { title, colour }]) => [
      name,
      [
        { id: 'displayName', value: title },
        ...(colour === undefined ? [] : [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }]),
      ],
    ]),
  );
}

/** A table: its query gives the columns by their names in `columns.ts`, in the order in which they are shown. */
export function tablePanel(spec: PanelSpec & { shows: ColumnName[] }): Finished {
  // A code such as 1603 is a text that looks like a number: with a unit it would be written 1.60 K.
  const builder = new table.PanelBuilder()
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .overrideByFieldType('string', [{ id: 'unit', value: 'string' }]);
  return finished(builder, { ...spec, unit: 'locale' }, 'table', (language) =>
    spec.shows.map((name) => [name, overrideOf(name, language)]),
  );
}

/** First column a name, the others numbers. */
export function barPanel(spec: PanelSpec & { unit: string; series: Series }): Finished {
  const builder = new barchart.PanelBuilder()
    .orientation(common.VizOrientation.Horizontal)
    .showValue(common.VisibilityMode.Always)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    );
  return finished(builder, spec, 'table', () =>
    Object.entries(spec.series).map(([name, { title }]) => [name, [{ id: 'displayName', value: title }]]),
  );
}

export function logsPanel(spec: PanelSpec): Finished {
  const builder = new logs.PanelBuilder().showTime(true).enableLogDetails(true).wrapLogMessage(true);
  return finished(builder, { ...spec, unit: 'short' }, 'logs');
}

/** A panel of our own app. */
export function appPanel(type: string, spec: PanelSpec & { options: object }): Finished {
  return {
    width: spec.width,
    build(id, at) {
      const { title, description, sql, options } = spec;
      const builder = new dashboard.PanelBuilder()
        .type(type)
        .title(title)
        .description(description)
        .id(id)
        .gridPos(at)
        .options(options);
      if (sql !== '') builder.datasource(dataSource).withTarget(query(sql, 'logs'));
      return builder.build();
    },
  };
}

/** Panels of one height, side by side. */
export interface Row {
  height: number;
  panels: Finished[];
}

/** Rows of panels, from the top. */
export function layOut(rows: Row[], language: Language): dashboard.Panel[] {
  const panels: dashboard.Panel[] = [];
  let y = 0;
  for (const { height, panels: row } of rows) {
    let x = 0;
    for (const { width, build } of row) {
      panels.push(build(panels.length + 1, { x, y, w: width, h: height }, language));
      x += width;
    }
    y += height;
  }
  return panels;
}
