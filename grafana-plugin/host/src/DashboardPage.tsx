import { useEffect, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import {
  dateTimeFormat,
  isDateTime,
  rangeUtil,
  type DataFrame,
  type GrafanaTheme2,
  type RawTimeRange,
  type TimeRange,
} from '@grafana/data';
import { locationService, PluginPage } from '@grafana/runtime';
import { Field, Input, MultiCombobox, Combobox, Stack, Text, TextLink, TimeRangePicker, useStyles2 } from '@grafana/ui';
import { useLocation, useParams } from '@react-router-compat';
import { useMeasure } from 'react-use';
import { PanelScope } from './core-panels.js';
import { ask, choicesOf, standing, type Choice, type Dashboard, type Variable } from './dashboard.js';
import { DashboardPanel } from './DashboardPanel.js';
import { interpolate, type Interpolation, type Variables } from './templates.js';
import { say } from './texts.js';

const rowHeight = 38;
/** Below it Grafana puts a panel under the other. */
const narrow = 769;

/**
 * A dashboard of the plugin, as far as the preview goes: variables, links, annotations, time range, and every panel with
 * the answer to its query. Grafana's own visualizations are not here.
 */
export function DashboardPage({ pluginId }: { pluginId: string }) {
  const { uid = '' } = useParams();
  const [dashboard, setDashboard] = useState<Dashboard | null>(null);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    setDashboard(null);
    setFailure('');
    const load = async () => {
      const answer = await fetch(`/public/plugins/${pluginId}/dashboards/${encodeURIComponent(uid)}.json`);
      if (answer.ok) setDashboard((await answer.json()) as Dashboard);
      else if (answer.status === 404) setFailure('There is no such dashboard');
      else throw new Error(answer.statusText);
    };
    load().catch(() => {
      setFailure('The server does not answer; try again.');
    });
  }, [pluginId, uid]);
  if (failure !== '') return <PluginPage pageNav={{ text: say(failure) }}>{uid}</PluginPage>;
  return dashboard === null ? null : <Loaded key={uid} dashboard={dashboard} pluginId={pluginId} />;
}

function rangeOf(from: string, to: string): TimeRange {
  const raw = (text: string): RawTimeRange['from'] =>
    /^\d+$/.test(text)
      ? rangeUtil.convertRawToRange({ from: new Date(Number(text)).toISOString(), to: 'now' }).from
      : text;
  return rangeUtil.convertRawToRange({ from: raw(from), to: raw(to) });
}

function Loaded({ dashboard, pluginId }: { dashboard: Dashboard; pluginId: string }) {
  const styles = useStyles2(getStyles);
  const { search } = useLocation();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const from = params.get('from') ?? dashboard.time.from;
  const to = params.get('to') ?? dashboard.time.to;
  const range = useMemo(() => rangeOf(from, to), [from, to]);
  const variables = useVariables(dashboard, params, range);
  const scope = useMemo<Interpolation>(
    () => ({
      variables: variables?.values ?? {},
      time: { from: range.from.valueOf(), to: range.to.valueOf(), raw: { from, to } },
    }),
    [variables, range, from, to],
  );
  const annotations = useAnnotations(dashboard, range, variables?.values);
  const [grid, { width }] = useMeasure<HTMLDivElement>();
  const span = range.to.valueOf() - range.from.valueOf();
  const show = (begin: number, end: number) => {
    locationService.partial({ from: String(Math.max(0, Math.floor(begin))), to: String(Math.floor(end)) });
  };
  return (
    <PluginPage
      pageNav={{ text: dashboard.title }}
      subTitle={dashboard.description}
      actions={
        <TimeRangePicker
          value={range}
          onChange={({ raw }) => {
            const text = (one: RawTimeRange['from']) => (isDateTime(one) ? String(one.valueOf()) : one);
            locationService.partial({ from: text(raw.from), to: text(raw.to) });
          }}
          onChangeTimeZone={() => undefined}
          onMoveBackward={() => {
            show(range.from.valueOf() - span, range.from.valueOf());
          }}
          onMoveForward={() => {
            show(range.to.valueOf(), range.to.valueOf() + span);
          }}
          onZoom={() => {
            show(range.from.valueOf() - span / 2, range.to.valueOf() + span / 2);
          }}
          isOnCanvas
        />
      }
    >
      <Stack wrap="wrap" gap={2} alignItems="flex-start">
        {dashboard.templating.list
          .filter(({ type, hide }) => type !== 'datasource' && type !== 'constant' && hide !== 2)
          .map((one) => (
            <VariableField
              key={one.name}
              variable={one}
              chosen={variables?.values[one.name]?.chosen ?? []}
              choices={variables?.choices[one.name] ?? []}
            />
          ))}
      </Stack>
      <nav className={styles.links} aria-label={say('Dashboards')}>
        <Links dashboard={dashboard} pluginId={pluginId} scope={scope} />
      </nav>
      <Events annotations={annotations} />
      <PanelScope.Provider value={scope}>
        <div ref={grid} className={width < narrow ? styles.column : styles.grid}>
          {variables !== undefined &&
            width > 0 &&
            dashboard.panels.map((panel) => (
              <div
                key={panel.id}
                style={
                  width < narrow
                    ? {}
                    : {
                        gridColumn: `${panel.gridPos.x + 1} / span ${panel.gridPos.w}`,
                        gridRow: `${panel.gridPos.y + 1} / span ${panel.gridPos.h}`,
                      }
                }
              >
                <DashboardPanel
                  panel={panel}
                  range={range}
                  scope={scope}
                  annotations={annotations}
                  width={width < narrow ? width : Math.floor((width * panel.gridPos.w) / 24) - 8}
                  height={panel.gridPos.h * rowHeight - 8}
                />
              </div>
            ))}
        </div>
      </PanelScope.Provider>
    </PluginPage>
  );
}

interface Standing {
  values: Variables;
  choices: Record<string, Choice[]>;
}

/** The variables one after the other: what one can be may hang on those before it. */
function useVariables(dashboard: Dashboard, params: URLSearchParams, range: TimeRange): Standing | undefined {
  const given = JSON.stringify(
    dashboard.templating.list.map(({ name }) => [name, params.getAll(`var-${name}`)] as const),
  );
  const [loaded, setLoaded] = useState<Standing>();
  useEffect(() => {
    let dropped = false;
    const inAddress = new Map(JSON.parse(given) as [string, string[]][]);
    const load = async () => {
      const next: Standing = { values: {}, choices: {} };
      for (const variable of dashboard.templating.list) {
        const { name } = variable;
        const choices = await choicesOf(variable, range, next.values);
        next.choices[name] = choices;
        const own = variable.type === 'datasource' ? ['fsp-clickhouse'] : (inAddress.get(name) ?? []);
        next.values[name] = standing(variable, own, choices);
      }
      if (!dropped) setLoaded(next);
    };
    void load();
    return () => {
      dropped = true;
    };
  }, [dashboard, range, given]);
  return loaded;
}

function VariableField({ variable, chosen, choices }: { variable: Variable; chosen: string[]; choices: Choice[] }) {
  const { name, label, multi, includeAll, type } = variable;
  const id = `var-${name}`;
  const set = (value: string | string[]) => {
    locationService.partial({ [id]: value });
  };
  const everything = includeAll ? [{ value: '$__all', label: say('All') }] : [];
  return (
    <Field label={label ?? name} htmlFor={id} noMargin>
      {multi ? (
        <MultiCombobox
          id={id}
          width={30}
          placeholder={say('All')}
          value={chosen.filter((value) => value !== '$__all')}
          options={choices}
          onChange={(next) => {
            set(next.map(({ value }) => value));
          }}
        />
      ) : type === 'textbox' ? (
        <Input
          id={id}
          width={34}
          key={chosen[0]}
          defaultValue={chosen[0]}
          onBlur={(event) => {
            set(event.currentTarget.value);
          }}
        />
      ) : (
        <Combobox
          id={id}
          width={34}
          createCustomValue
          value={chosen[0] ?? null}
          options={[...everything, ...choices]}
          onChange={({ value }) => {
            set(value);
          }}
        />
      )}
    </Field>
  );
}

/** The dashboard's own links: to others by their tags, or to an address. */
function Links({ dashboard, pluginId, scope }: { dashboard: Dashboard; pluginId: string; scope: Interpolation }) {
  const [others, setOthers] = useState<{ uid: string; title: string; tags?: string[] }[]>([]);
  useEffect(() => {
    void fetch(`/public/plugins/${pluginId}/dashboards/index.json`)
      .then((answer) => (answer.ok ? (answer.json() as Promise<typeof others>) : []))
      .then(setOthers);
  }, [pluginId]);
  const along = ({ keepTime, includeVars }: { keepTime?: boolean; includeVars?: boolean }) =>
    interpolate(
      [keepTime ? '${__url_time_range}' : '', includeVars ? '${__all_variables}' : ''].filter(Boolean).join('&'),
      scope,
    );
  return (dashboard.links ?? []).flatMap((link) => {
    const query = along(link);
    if (link.type === 'link')
      return [
        <TextLink key={link.title} href={interpolate(link.url ?? '', scope) + (query === '' ? '' : `?${query}`)}>
          {link.title}
        </TextLink>,
      ];
    return others
      .filter(
        ({ tags = [], title }) => title !== dashboard.title && (link.tags ?? []).every((tag) => tags.includes(tag)),
      )
      .map(({ uid, title }) => (
        <TextLink key={uid} href={`/d/${uid}${query === '' ? '' : `?${query}`}`}>
          {say(title)}
        </TextLink>
      ));
  });
}

/** Answers of the dashboard's annotations, as frames of time and text. */
function useAnnotations(dashboard: Dashboard, range: TimeRange, variables: Variables | undefined): DataFrame[] {
  const [frames, setFrames] = useState<DataFrame[]>([]);
  useEffect(() => {
    if (variables === undefined) return undefined;
    let dropped = false;
    const wanted = (dashboard.annotations?.list ?? []).filter(
      ({ enable, target }) => enable !== false && target !== undefined,
    );
    void Promise.all(
      wanted.map(async ({ name, iconColor, target }): Promise<DataFrame[]> => {
        const { data } = await ask(target!, range, variables);
        return (data as DataFrame[]).map((frame) => ({ ...frame, name, meta: { custom: { color: iconColor } } }));
      }),
    ).then((answers) => {
      if (!dropped) setFrames(answers.flat());
    });
    return () => {
      dropped = true;
    };
  }, [dashboard, range, variables]);
  return frames;
}

/** What the lines in the charts stand for. */
function Events({ annotations }: { annotations: DataFrame[] }) {
  const told = annotations.filter(({ length }) => length > 0);
  if (told.length === 0) return null;
  return (
    <details>
      <summary>{told.map(({ name, length }) => `${name ?? ''}: ${length}`).join(' · ')}</summary>
      <ul style={{ maxHeight: 160, overflow: 'auto' }} tabIndex={0}>
        {told.flatMap((frame) => {
          const [time, text] = ['time', 'text'].map((name) => frame.fields.find((field) => field.name === name));
          return (time?.values ?? []).map((at: number, row: number) => (
            <li key={`${frame.name}${row}`} style={{ marginLeft: 20 }}>
              <Text color="secondary">{dateTimeFormat(at)}</Text> {String(text?.values[row] ?? '')}
            </li>
          ));
        })}
      </ul>
    </details>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(24, minmax(0, 1fr))',
    gridAutoRows: rowHeight,
    marginTop: theme.spacing(2),
  }),
  links: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2), margin: theme.spacing(1, 0) }),
  column: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), marginTop: theme.spacing(2) }),
});
