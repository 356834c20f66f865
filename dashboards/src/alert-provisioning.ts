import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { console } from './alert-links.js';
import { uidOf, type DashboardName } from './links.js';

/** A question whose rows are alerts. */
export interface Rule {
  uid: string;
  title: string;
  summary: string;
  description: string;
  severity: 'critical' | 'warning';
  /** Dashboard and panel that show what the rule looks at. */
  dashboard: DashboardName;
  panel: string;
  /**
   * One row an instance: one number, everything else texts; no time. Texts are its identity: one that changes is another
   * alert, which waits anew, so that none may tell a figure or what comes and goes while the trouble lasts.
   */
  sql: string;
  above: number;
  for: string;
  /** What an answer without rows means. */
  noData: 'OK' | 'Alerting';
  /** The page with exactly what the alert is about, and what of it the page's address names. */
  selection?: string;
  /** Whether its rows tell suspects, the first machines and what to do. */
  tellsWho?: true;
}

/** The rules as Grafana's file provisioning reads them. Labels and annotations keep `$`, model and annotations are not interpolated. */
export function alertRules(rules: readonly Rule[], built: readonly dashboard.Dashboard[]): object {
  return {
    apiVersion: 1,
    groups: [
      {
        orgId: 1,
        name: 'fsp',
        folder: 'Fallback status point',
        interval: '1m',
        rules: rules.map((rule) => provisioned(rule, built)),
      },
    ],
  };
}

function provisioned(rule: Rule, built: readonly dashboard.Dashboard[]): object {
  const dashboardUid = uidOf(rule.dashboard, 'en');
  const panels = built.find(({ uid }) => uid === dashboardUid)?.panels ?? [];
  const panelId = panels.find((panel) => panel.title === rule.panel)?.id;
  if (panelId === undefined) throw new Error(`${rule.uid}: ${rule.dashboard} has no panel "${rule.panel}"`);
  const relativeTimeRange = { from: 86_400, to: 0 };
  return {
    uid: rule.uid,
    title: rule.title,
    condition: 'B',
    for: rule.for,
    noDataState: rule.noData,
    execErrState: 'Error',
    dashboardUid,
    panelId,
    labels: { severity: rule.severity, service: 'fallback-status-point' },
    annotations: {
      summary: rule.summary,
      description: rule.description,
      runbook_url: `${console}/runbook?name=${rule.uid}`,
      ...(rule.selection === undefined ? {} : { selection_url: rule.selection }),
      ...(rule.tellsWho === undefined
        ? {}
        : { suspects: '{{ $labels.suspects }}', machines: '{{ $labels.machines }}', advice: '{{ $labels.advice }}' }),
      __dashboardUid__: dashboardUid,
      __panelId__: String(panelId),
    },
    data: [
      {
        refId: 'A',
        datasourceUid: 'fsp-clickhouse',
        relativeTimeRange,
        model: { refId: 'A', editorType: 'sql', queryType: 'table', format: 1, rawSql: rule.sql },
      },
      {
        refId: 'B',
        datasourceUid: '__expr__',
        relativeTimeRange,
        model: {
          refId: 'B',
          type: 'threshold',
          expression: 'A',
          conditions: [{ evaluator: { type: 'gt', params: [rule.above] } }],
        },
      },
    ],
  };
}
