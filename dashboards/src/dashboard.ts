import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource, query } from './clickhouse.js';
import { layOut } from './panels.js';

/** uids: what links, alert rules and the plugin refer to. */
export const uids = {
  overview: 'fsp-overview',
  failures: 'fsp-failures',
  client: 'fsp-client',
  communication: 'fsp-communication',
  operations: 'fsp-operations',
  setup: 'fsp-setup',
} as const;

export interface DashboardSpec {
  uid: string;
  title: string;
  description: string;
  variables: Variable[];
  rows: Parameters<typeof layOut>[0];
  from?: string;
}

type Variable = 'site' | 'version' | 'server' | 'client' | 'stuck' | 'run';

const choices: Record<
  'site' | 'version' | 'server' | 'client' | 'run',
  { label: string; sql: string; multi: boolean }
> = {
  site: { label: 'Site', multi: true, sql: 'SELECT DISTINCT site_code FROM clients ORDER BY site_code' },
  version: {
    label: 'Client version',
    multi: true,
    sql: 'SELECT DISTINCT client_version FROM clients ORDER BY client_version',
  },
  server: { label: 'Server', multi: true, sql: 'SELECT DISTINCT fsp_server FROM throttle_windows ORDER BY fsp_server' },
  client: {
    label: 'Client',
    multi: false,
    sql: 'SELECT client_name FROM clients WHERE $__timeFilter(last_message_time) ORDER BY client_name LIMIT 10000',
  },
  run: {
    label: 'Run',
    multi: false,
    sql: 'SELECT run_id FROM setup_runs WHERE $__timeFilter(started_at) ORDER BY started_at DESC LIMIT 500',
  },
};

function variable(name: Variable) {
  if (name === 'stuck')
    return new dashboard.CustomVariableBuilder('stuck')
      .label('Stuck after (hours)')
      .values('4,12,24,72,168')
      .current({ text: '24', value: '24', selected: true });
  const { label, sql, multi } = choices[name];
  const builder = new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query(sql)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.Disabled);
  return multi
    ? builder.multi(true).includeAll(true).current({ text: 'All', value: '$__all', selected: true })
    : builder;
}

const annotations = [
  {
    name: 'Role changes',
    colour: 'blue',
    sql: `SELECT changed_at AS time, concat(server, if(removed, ': role removed by ', ': role changed by '), changed_by) AS text, 'role' AS tags
FROM role_configurations WHERE $__timeFilter(changed_at) ORDER BY time`,
  },
  {
    name: 'Set-up runs',
    colour: 'orange',
    sql: `SELECT started_at AS time, concat(host_name, ': ', action, ' ', verdict, if(cause = '', '', concat(': ', cause))) AS text, 'set-up' AS tags
FROM setup_runs WHERE $__timeFilter(started_at) ORDER BY time`,
  },
];

/** A dashboard from its description: variables, annotations and links are the same everywhere. */
export function build(spec: DashboardSpec): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags(['fsp'])
    .editable()
    .time({ from: spec.from ?? 'now-7d', to: 'now' })
    .refresh('1m')
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(
      new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type(dataSource.type).current({
        text: 'ClickHouse',
        value: 'fsp-clickhouse',
        selected: true,
      }),
    );
  for (const name of spec.variables) builder.withVariable(variable(name));
  for (const { name, colour, sql } of annotations)
    builder.annotation(
      new dashboard.AnnotationQueryBuilder()
        .name(name)
        .datasource(dataSource)
        .enable(true)
        .iconColor(colour)
        .target(query(sql)),
    );
  builder.link(
    new dashboard.DashboardLinkBuilder('Fallback status point')
      .type(dashboard.DashboardLinkType.Dashboards)
      .tags(['fsp'])
      .asDropdown(true)
      .keepTime(true)
      .includeVars(true),
  );
  const built = builder.build();
  built.panels = layOut(spec.rows);
  return built;
}

/** The address of another dashboard, with the time range and the variables that both have. */
export function linkTo(uid: string, more = ''): string {
  return `/d/${uid}?\${__url_time_range}&\${datasource:queryparam}${more}`;
}

export const toClient = linkTo(uids.client, '&var-client=${__value.text}');
export const keepChosen = '&${site:queryparam}&${version:queryparam}';
