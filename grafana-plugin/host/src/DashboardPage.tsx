import { useEffect, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import {
  LoadingState,
  rangeUtil,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type FieldConfigSource,
  type GrafanaTheme2,
  type TimeRange,
} from '@grafana/data';
import { getDataSourceSrv, locationService, PanelRenderer, PluginPage } from '@grafana/runtime';
import { Field, Input, MultiCombobox, PanelChrome, Stack, TimeRangePicker, useStyles2 } from '@grafana/ui';
import { useLocation, useParams } from '@react-router-compat';
import { lastValueFrom } from 'rxjs';
import { ClickHouseStandIn, type ClickHouseQuery } from './clickhouse-stand-in.js';

interface Panel {
  id: number;
  type: string;
  title: string;
  description: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: ClickHouseQuery[];
  options?: object;
  fieldConfig?: FieldConfigSource<object>;
}
interface Variable {
  name: string;
  label: string;
  type: string;
  query: string;
  multi?: boolean;
  current?: { value: string | string[] };
}
interface Dashboard {
  title: string;
  description: string;
  time: { from: string; to: string };
  panels: Panel[];
  templating: { list: Variable[] };
}
type Values = Record<string, string[]>;

const rowHeight = 38;

/**
 * A dashboard of the plugin, as far as the preview goes: variables, time range and every panel with the answer to its
 * query. Annotations, links of columns and Grafana's own visualizations are not here.
 */
export function DashboardPage({ pluginId }: { pluginId: string }) {
  const { uid = '' } = useParams();
  const [dashboard, setDashboard] = useState<Dashboard | null>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    setDashboard(null);
    setMissing(false);
    void fetch(`/public/plugins/${pluginId}/dashboards/${uid}.json`).then(async (answer) => {
      if (answer.ok) setDashboard((await answer.json()) as Dashboard);
      else setMissing(true);
    });
  }, [pluginId, uid]);
  if (missing) return <PluginPage pageNav={{ text: 'There is no such dashboard' }}>{uid}</PluginPage>;
  return dashboard === null ? null : <Loaded key={uid} dashboard={dashboard} />;
}

function Loaded({ dashboard }: { dashboard: Dashboard }) {
  const styles = useStyles2(getStyles);
  const { search } = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const from = params.get('from') ?? dashboard.time.from;
  const to = params.get('to') ?? dashboard.time.to;
  const range = useMemo(() => rangeUtil.convertRawToRange({ from, to }), [from, to]);
  const variables = dashboard.templating.list.filter(({ type }) => type !== 'datasource');
  const [choices, setChoices] = useState<Values | null>(null);
  useEffect(() => {
    const source = standIn();
    const lists = dashboard.templating.list.filter(({ type }) => type === 'query');
    void Promise.all(
      lists.map(async ({ name, query }): Promise<[string, string[]]> => {
        const answer = await source.then((one) => ask(one, { refId: 'A', rawSql: query }, range, {}));
        return [name, ((answer.data as DataFrame[])[0]?.fields[0]?.values ?? []) as string[]];
      }),
    ).then((loaded) => {
      setChoices(Object.fromEntries(loaded));
    });
  }, [dashboard, range]);
  const valuesOf = ({ name, current, type }: Variable): string[] => {
    const given = params.getAll(`var-${name}`);
    if (given.length > 0) return given;
    const preset = [current?.value ?? []].flat();
    return preset.length > 0 || type !== 'query' ? preset : (choices?.[name] ?? []).slice(0, 1);
  };
  const values: Values = Object.fromEntries(variables.map((one) => [one.name, valuesOf(one)]));
  const multi = new Set(variables.filter((one) => one.multi).map(({ name }) => name));
  return (
    <PluginPage
      pageNav={{ text: dashboard.title }}
      subTitle={dashboard.description}
      actions={
        <TimeRangePicker
          value={range}
          onChange={({ raw }) => {
            locationService.partial({ from: String(raw.from.valueOf()), to: String(raw.to.valueOf()) });
          }}
          onChangeTimeZone={() => undefined}
          onMoveBackward={() => undefined}
          onMoveForward={() => undefined}
          onZoom={() => undefined}
          isOnCanvas
        />
      }
    >
      <Stack wrap="wrap" gap={2}>
        {variables.map((one) => (
          <Field key={one.name} label={one.label} htmlFor={`var-${one.name}`} noMargin>
            {one.multi ? (
              <MultiCombobox
                id={`var-${one.name}`}
                width={30}
                placeholder="All"
                value={values[one.name]?.filter((value) => value !== '$__all') ?? []}
                options={(choices?.[one.name] ?? []).map((value) => ({ value }))}
                onChange={(chosen) => {
                  locationService.partial({ [`var-${one.name}`]: chosen.map(({ value }) => value) });
                }}
              />
            ) : (
              <Input
                id={`var-${one.name}`}
                width={34}
                defaultValue={values[one.name]?.[0]}
                key={values[one.name]?.[0]}
                onBlur={(event) => {
                  locationService.partial({ [`var-${one.name}`]: event.currentTarget.value });
                }}
              />
            )}
          </Field>
        ))}
      </Stack>
      {choices !== null && (
        <div className={styles.grid}>
          {dashboard.panels.map((panel) => (
            <div
              key={panel.id}
              style={{
                gridColumn: `${panel.gridPos.x + 1} / span ${panel.gridPos.w}`,
                gridRow: `${panel.gridPos.y + 1} / span ${panel.gridPos.h}`,
              }}
            >
              <OnePanel panel={panel} range={range} values={values} multi={multi} />
            </div>
          ))}
        </div>
      )}
    </PluginPage>
  );
}

interface PanelProps {
  panel: Panel;
  range: TimeRange;
  values: Values;
  multi: Set<string>;
}

function OnePanel({ panel, range, values, multi }: PanelProps) {
  const [answer, setAnswer] = useState<DataQueryResponse | null>(null);
  const asked = JSON.stringify(values);
  const target = panel.targets?.[0];
  useEffect(() => {
    if (target === undefined) return;
    void standIn()
      .then((source) => ask(source, target, range, JSON.parse(asked) as Values, multi))
      .then(setAnswer);
    // Which variables take several values does not change while a dashboard is shown.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [target, range, asked]);
  const width = Math.floor((Math.min(1600, window.innerWidth) - 268) * (panel.gridPos.w / 24)) - 8;
  const height = panel.gridPos.h * rowHeight - 8;
  const overrides = (panel.fieldConfig?.overrides ?? []).map((override) => ({
    ...override,
    properties: override.properties.filter(({ id }) => id !== 'links'),
  }));
  const waiting = target !== undefined && answer === null;
  return (
    <PanelChrome
      title={panel.title}
      description={panel.description}
      width={width}
      height={height}
      loadingState={waiting ? LoadingState.Loading : LoadingState.Done}
      statusMessage={answer?.errors?.[0]?.message}
    >
      {(innerWidth, innerHeight) => (
        <PanelRenderer
          title=""
          pluginId={panel.type}
          width={innerWidth}
          height={innerHeight}
          options={panel.options}
          fieldConfig={{ defaults: panel.fieldConfig?.defaults ?? {}, overrides }}
          data={{
            state: waiting ? LoadingState.Loading : LoadingState.Done,
            series: (answer?.data ?? []) as DataFrame[],
            timeRange: range,
          }}
        />
      )}
    </PanelChrome>
  );
}

async function standIn(): Promise<ClickHouseStandIn> {
  return (await getDataSourceSrv().get({ uid: 'fsp-clickhouse' })) as unknown as ClickHouseStandIn;
}

function ask(
  source: ClickHouseStandIn,
  target: ClickHouseQuery,
  range: TimeRange,
  values: Values,
  multi = new Set<string>(),
): Promise<DataQueryResponse> {
  const span = range.to.valueOf() - range.from.valueOf();
  const scopedVars = Object.fromEntries(
    Object.entries(values).map(([name, list]) => [name, { text: '', value: multi.has(name) ? list : (list[0] ?? '') }]),
  );
  const request = { targets: [target], range, intervalMs: Math.max(60_000, span / 100), scopedVars };
  return lastValueFrom(source.query(request as unknown as DataQueryRequest<ClickHouseQuery>));
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(24, minmax(0, 1fr))',
    gridAutoRows: rowHeight,
    marginTop: theme.spacing(2),
  }),
});
