import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { dataSource, inRange, query } from './clickhouse.js';
import { uidOf, type DashboardName } from './links.js';
import { translator, type Language, type Translate } from './language.js';
import { layOut, type Row } from './panels.js';

/** What makes one dashboard differ from the others, in a language. */
export interface DashboardSpec {
  name: DashboardName;
  title: string;
  description: string;
  variables: VariableName[];
  rows: Row[];
  from?: string;
}

export type SpecIn = (t: Translate, language: Language) => DashboardSpec;

type VariableName = 'site' | 'version' | 'subnet' | 'cause' | 'clock' | 'server' | 'client' | 'stuck' | 'run';

interface Choices {
  label: string;
  sql: string;
}

/**
 * Where clients are, and where they failed in the time range: panels lead there too, and since then they may have left.
 * Without a name there is nothing to choose: an empty choice would stand for all.
 */
const placesSql = (column: string, which = '') => `SELECT DISTINCT ${column} FROM
(
  SELECT DISTINCT ${column} FROM clients ${which}
  UNION ALL SELECT DISTINCT ${column} FROM client_messages WHERE outcome = 'failed' AND ${inRange('received_at')}
)
WHERE ${column} != '' ORDER BY ${column} LIMIT 1000`;

/** Lists of values. Where there are two columns, the first is the value and the second what is shown. */
function choicesOf(name: 'site' | 'version' | 'subnet' | 'cause' | 'server', t: Translate): Choices {
  switch (name) {
    case 'site':
      return { label: 'Site', sql: placesSql('site_code') };
    case 'version':
      return {
        label: t('Client version', 'Version du client'),
        sql: placesSql('client_version'),
      };
    case 'subnet':
      return {
        label: t('Subnet', 'Sous-réseau'),
        sql: placesSql('subnet', 'WHERE last_received_at >= $__fromTime '),
      };
    case 'cause':
      return {
        label: 'Cause',
        sql: `SELECT cause, concat(substringUTF8(if(min(state_text) = max(state_text), any(state_text), concat(any(toString(topic_name)), ' ', toString(any(state_id)))), 1, 80), if(any(error_code) = '', '', concat(' (', any(error_code), ')'))) AS shown
FROM client_messages WHERE outcome = 'failed' AND ${inRange('received_at')} GROUP BY cause ORDER BY uniqExact(client_key) DESC, cause LIMIT 500`,
      };
    case 'server':
      return {
        label: t('Receiver', 'Récepteur'),
        sql: `SELECT DISTINCT fsp_server FROM receivers ORDER BY fsp_server LIMIT 1000`,
      };
  }
}

function variable(name: VariableName, t: Translate) {
  switch (name) {
    case 'stuck':
      return new dashboard.CustomVariableBuilder('stuck')
        .label(t('Stuck after (hours)', 'Bloqué après (heures)'))
        .values('4,12,24,72,168')
        .current({ text: '24', value: '24', selected: true });
    case 'clock':
      return new dashboard.CustomVariableBuilder('clock')
        .label(t('Time of', 'Heure de'))
        .values(t('Receipt : received, Client’s clock : client', 'Réception : received, Horloge du client : client'))
        .current({ text: t('Receipt', 'Réception'), value: 'received', selected: true });
    // Typed, or given by a link: a list would hold a part of a large fleet only, and Grafana replaces what is not in it.
    case 'client':
      return new dashboard.TextBoxVariableBuilder('client').label('Client').defaultValue('');
    case 'run':
      return new dashboard.TextBoxVariableBuilder('run').label(t('Run', 'Exécution')).defaultValue('');
    default: {
      const { label, sql } = choicesOf(name, t);
      return new dashboard.QueryVariableBuilder(name)
        .label(label)
        .datasource(dataSource)
        .query(sql)
        .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
        .sort(dashboard.VariableSort.Disabled)
        .multi(true)
        .includeAll(true)
        .current({ text: 'All', value: '$__all', selected: true });
    }
  }
}

/** Annotations are shown as HTML. */
const plain = (sql: string) => `encodeXMLComponent(${sql})`;

function annotations(t: Translate) {
  return [
    {
      name: t('Role changes', 'Changements du rôle'),
      colour: 'blue',
      sql: `SELECT changed_at AS time, ${plain(`concat(server, if(removed, ${t(`': role removed by ', ': role changed by '`, `' : rôle supprimé par ', ' : rôle modifié par '`)}), changed_by)`)} AS text, '${t('role', 'rôle')}' AS tags
FROM role_configurations WHERE ${inRange('changed_at')} ORDER BY time`,
    },
    {
      name: t('Restarts of receivers', 'Redémarrages des récepteurs'),
      colour: 'purple',
      // A sign of life comes every minute, and at the start.
      sql: `SELECT at AS time, ${plain(`concat(fsp_server, if(gap > 150, concat(${t(`': here again after ', toString(intDiv(gap, 60)), ' minutes without a sign of life'`, `' : de retour après ', toString(intDiv(gap, 60)), ' minutes sans signe de vie'`)}), ${t(`': started again'`, `' : redémarré'`)}), if(version = before, '', concat(', version ', version)))`)} AS text, '${t('restart', 'redémarrage')}' AS tags
FROM
(
  SELECT at, fsp_server, toString(version) AS version, toString(lagInFrame(version) OVER w) AS before,
    dateDiff('second', lagInFrame(at, 1, at - INTERVAL 1 MINUTE) OVER w, at) AS gap
  FROM receiver_status WHERE ${inRange('at')}
  WINDOW w AS (PARTITION BY fsp_server ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
WHERE before != '' AND (gap < 50 OR gap > 150 OR version != before) ORDER BY time LIMIT 500`,
    },
    {
      name: t('Set-up runs', 'Installations du rôle'),
      colour: 'orange',
      sql: `SELECT started_at AS time, ${plain(`concat(host_name, ': ', action, ' ', verdict, if(cause = '', '', concat(': ', cause)))`)} AS text, '${t('set-up', 'installation')}' AS tags
FROM setup_runs WHERE ${inRange('started_at')} ORDER BY time LIMIT 500`,
    },
  ];
}

/** A dashboard from its description: variables, annotations and links are the same everywhere. */
export function build(specIn: SpecIn, language: Language): dashboard.Dashboard {
  const t = translator(language);
  const spec = specIn(t, language);
  const tag = language === 'fr' ? 'fsp-fr' : 'fsp';
  const builder = new dashboard.DashboardBuilder(spec.title)
    .uid(uidOf(spec.name, language))
    .description(spec.description)
    .tags([tag])
    .editable()
    .time({ from: spec.from ?? 'now-7d', to: 'now' })
    .refresh('1m')
    // That of whoever looks, or else of their organisation, as the app's pages have it.
    .timezone('')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .withVariable(
      new dashboard.DatasourceVariableBuilder('datasource')
        .label(t('Data source', 'Source de données'))
        .type(dataSource.type)
        .hide(dashboard.VariableHide.HideVariable)
        .current({ text: 'ClickHouse', value: 'fsp-clickhouse', selected: true }),
    );
  for (const name of spec.variables) builder.withVariable(variable(name, t));
  for (const { name, colour, sql } of annotations(t))
    builder.annotation(
      new dashboard.AnnotationQueryBuilder()
        .name(name)
        .datasource(dataSource)
        .enable(true)
        .iconColor(colour)
        .target(query(sql)),
    );
  builder.link(
    new dashboard.DashboardLinkBuilder(t('Fallback status point', 'Point d’état de secours'))
      .type(dashboard.DashboardLinkType.Dashboards)
      .tags([tag])
      .asDropdown(true)
      .keepTime(true)
      .includeVars(true),
  );
  const built = builder.build();
  built.panels = layOut(spec.rows, language);
  return built;
}
