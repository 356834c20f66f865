import { appPath } from './browser.js';

/**
 * Every page of the console over the demonstration's data, nested panels and dashboards among them.
 * @param failed name of a client that failed
 */
export function pagesOf(failed: string, language: 'en-US' | 'fr-FR' = 'en-US'): [name: string, path: string][] {
  const client = encodeURIComponent(failed);
  const board = language === 'fr-FR' ? '/d/fsp-fr-' : '/d/fsp-';
  return [
    ['overview', `${appPath}/overview`],
    ['clients', `${appPath}/clients`],
    ['client', `${appPath}/client?name=${client}`],
    ['client-with-logs', `${appPath}/client?name=PAR-PC99002`],
    ['failures', `${appPath}/failures`],
    ['expected', `${appPath}/expected`],
    ['runbook', `${appPath}/runbook?name=fsp-failure-burst`],
    ['live', `${appPath}/live`],
    ['setup-logs', `${appPath}/setup-logs`],
    ['open-logs', `${appPath}/open-logs`],
    ['look-up', `${appPath}/look-up?code=0x80070643`],
    ['receivers', `${appPath}/receivers`],
    ['roles', `${appPath}/roles`],
    ['role-throttle', `${appPath}/roles/FSP01?tab=throttle`],
    ['role-verification', `${appPath}/roles/FSP01?tab=verification`],
    ['role-history', `${appPath}/roles/FSP01?tab=history`],
    ['wizard-server', `${appPath}/roles/new/server`],
    ['wizard-role', `${appPath}/roles/new/role`],
    ['configuration', '/plugins/fallbackstatuspoint-fsp-app'],
    ['panel-roles', '/panel/fallbackstatuspoint-roleconfiguration-panel'],
    ['panel-role', '/panel/fallbackstatuspoint-roleconfiguration-panel?options={"server":"FSP01","allowEditing":true}'],
    [
      'panel-log',
      '/panel/fallbackstatuspoint-setuplog-panel?sql=SELECT logged_at, message, severity, component, line_number FROM setup_log_records ORDER BY run_id, line_number LIMIT 500',
    ],
    ['panel-log-empty', '/panel/fallbackstatuspoint-setuplog-panel'],
    ['dashboard-overview', `${board}overview`],
    ['dashboard-failures', `${board}failures`],
    ['dashboard-client', `${board}client?var-client=${client}`],
    ['dashboard-communication', `${board}communication`],
    ['dashboard-operations', `${board}operations`],
    ['dashboard-receivers', `${board}receivers`],
    ['dashboard-setup', `${board}setup`],
  ];
}
