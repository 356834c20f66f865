import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as logs from '@grafana/grafana-foundation-sdk/logs';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as text from '@grafana/grafana-foundation-sdk/text';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { dataSource, query } from './clickhouse.js';

/** Everything that a panel needs to be understood: lint refuses one without. */
export interface PanelSpec {
  title: string;
  /** What is shown, and how to read it. */
  description: string;
  sql: string;
  /** Unit of Grafana, for numbers without one of their own. */
  unit: string;
  /** Columns of 24. */
  width: number;
}

interface Finished {
  width: number;
  build(id: number, gridPos: dashboard.GridPos): dashboard.Panel;
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

function finished(builder: Configurable, spec: PanelSpec, kind: 'timeseries' | 'table' | 'logs'): Finished {
  builder.title(spec.title);
  builder.description(spec.description);
  builder.unit(spec.unit);
  builder.datasource(dataSource);
  builder.withTarget(query(spec.sql, kind));
  return {
    width: spec.width,
    build(id, at) {
      builder.id(id);
      builder.gridPos(at);
      return builder.build();
    },
  };
}

const colours: Record<string, string> = {
  succeeded: 'green',
  failed: 'red',
  in_progress: 'blue',
  reboot_pending: 'orange',
  skipped: 'text',
  unknown: 'text',
};

/** Colours of outcomes are the same everywhere. */
function withOutcomeColours<
  Builder extends { overrideByName(name: string, properties: dashboard.DynamicConfigValue[]): Builder },
>(builder: Builder): Builder {
  for (const [name, fixedColor] of Object.entries(colours))
    builder.overrideByName(name, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  return builder;
}

/** One number for each column of one row. */
export function statPanel(spec: PanelSpec): Finished {
  const builder = new stat.PanelBuilder()
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .noValue('–')
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false));
  return finished(withOutcomeColours(builder), spec, 'table');
}

/** Columns: time, a name, a number; or time and numbers. */
export function seriesPanel(spec: PanelSpec & { bars?: boolean }): Finished {
  const builder = new timeseries.PanelBuilder()
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    )
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi));
  if (spec.bars)
    builder
      .drawStyle(common.GraphDrawStyle.Bars)
      .fillOpacity(70)
      .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  return finished(withOutcomeColours(builder), spec, 'timeseries');
}

/** Links of columns: what one clicks to go down. */
export interface ColumnLink {
  column: string;
  title: string;
  url: string;
}

export function tablePanel(spec: PanelSpec & { links?: ColumnLink[]; units?: Record<string, string> }): Finished {
  // A code such as 1603 is a text that looks like a number: with a unit it would be written 1.60 K.
  const builder = new table.PanelBuilder()
    .showHeader(true)
    .overrideByFieldType('string', [{ id: 'unit', value: 'string' }]);
  for (const { column, title, url } of spec.links ?? [])
    builder.overrideByName(column, [{ id: 'links', value: [{ title, url }] }]);
  for (const [column, unit] of Object.entries(spec.units ?? {}))
    builder.overrideByName(column, [{ id: 'unit', value: unit }]);
  return finished(builder, spec, 'table');
}

/** First column a name, the others numbers. */
export function barPanel(spec: PanelSpec): Finished {
  const builder = new barchart.PanelBuilder()
    .orientation(common.VizOrientation.Horizontal)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(false)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    );
  return finished(builder, spec, 'table');
}

export function logsPanel(spec: PanelSpec): Finished {
  return finished(new logs.PanelBuilder().showTime(true).enableLogDetails(true), spec, 'logs');
}

/** What a dashboard is for. */
export function purpose(content: string): Finished {
  const builder = new text.PanelBuilder()
    .title('What this is for')
    .description('Purpose of this dashboard')
    .mode(text.TextMode.Markdown)
    .content(content);
  return { width: 24, build: (id, at) => builder.id(id).gridPos(at).build() };
}

/** A panel of our own app. */
export function appPanel(type: string, spec: Omit<PanelSpec, 'unit'> & { options: object }): Finished {
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

/** Rows of panels, from the top: each row has one height, its panels stand side by side. */
export function layOut(rows: { height: number; panels: Finished[] }[]): dashboard.Panel[] {
  const panels: dashboard.Panel[] = [];
  let y = 0;
  for (const { height, panels: row } of rows) {
    let x = 0;
    for (const { width, build } of row) {
      panels.push(build(panels.length + 1, { x, y, w: width, h: height }));
      x += width;
    }
    y += height;
  }
  return panels;
}
