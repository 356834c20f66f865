import { linkTo, uids, type DashboardSpec } from './dashboard.js';
import { appPanel, purpose, statPanel, tablePanel } from './panels.js';

/** As people know it: an HRESULT as 0x80004005, not as -2147467259 or 2147500037. */
const exitCode = `multiIf(isNull(exit_code), '', exit_code < 0 OR exit_code > 2147483647, concat('0x', hex(toUInt32(exit_code))), toString(exit_code))`;

/** More would be a burden for Grafana's browser: a panel gets all records at once, the app's page fetches them as they are read. */
const mostRecords = 100_000;

export const setup: DashboardSpec = {
  uid: uids.setup,
  title: 'FSP set-up',
  description: 'Whether the installations of the role succeeded, and if not, why',
  variables: ['run'],
  from: 'now-90d',
  rows: [
    {
      height: 3,
      panels: [
        purpose(
          'Did the role install? Each run of fspMSI.log, SMSFSPSetup.log and other followed or imported logs has a verdict, and a failed one its cause and what to check. Click a run to read its log below.',
        ),
      ],
    },
    {
      height: 4,
      panels: [
        statPanel({
          title: 'Runs by verdict',
          description: 'Runs that began in the range',
          unit: 'short',
          width: 24,
          sql: `SELECT countIf(verdict = 'succeeded') AS succeeded, countIf(verdict = 'failed') AS failed, countIf(verdict = 'reboot_pending') AS reboot_pending, countIf(verdict = 'unfinished') AS unfinished FROM setup_runs WHERE $__timeFilter(started_at)`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: 'Runs',
          description: 'Verdict, cause and what to check: the newest 500 runs',
          unit: 's',
          width: 24,
          links: [{ column: 'run_id', title: 'Read its log', url: linkTo(uids.setup, '&var-run=${__value.text}') }],
          sql: `SELECT started_at, host_name, log_file, product_name, action, verdict, ${exitCode} AS exit_code, cause, suggestion, dateDiff('second', started_at, ended_at) AS took, run_id
FROM setup_runs WHERE $__timeFilter(started_at) ORDER BY started_at DESC LIMIT 500`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        tablePanel({
          title: 'Causes of failed runs',
          description: 'What made runs fail, the most frequent first',
          unit: 'short',
          width: 24,
          sql: `SELECT cause, any(suggestion) AS what_to_check, count() AS runs, uniq(host_name) AS machines, max(started_at) AS last_time FROM setup_runs WHERE verdict = 'failed' AND $__timeFilter(started_at) GROUP BY cause ORDER BY runs DESC LIMIT 100`,
        }),
      ],
    },
    {
      height: 14,
      panels: [
        appPanel('fallbackstatuspoint-setuplog-panel', {
          title: 'Log of the run',
          description:
            'The first 100,000 records of the chosen run, as CMTrace shows them; a last line says how many more there are. The page Set-up logs reads all of them',
          width: 24,
          options: {
            showTime: true,
            showDelta: true,
            showComponent: true,
            showThread: false,
            showLine: true,
            follow: false,
            leastSeverity: 'trace',
          },
          sql: `SELECT logged_at AS timestamp, message AS body, severity AS level, component, thread, line_number
FROM
(
  SELECT logged_at, message, toString(severity) AS severity, toString(component) AS component, toString(thread) AS thread, line_number, byte_offset, 0 AS is_rest
  FROM setup_log_records WHERE run_id = '\${run}' ORDER BY line_number, byte_offset LIMIT ${mostRecords}
  UNION ALL
  SELECT max(logged_at), concat('… ', toString(count() - ${mostRecords}), ' more records of this run are not shown here: open it on the page Set-up logs of the app'), 'WARN', '', '', 0, 0, 1
  FROM setup_log_records WHERE run_id = '\${run}' HAVING count() > ${mostRecords}
)
ORDER BY is_rest, line_number, byte_offset`,
        }),
      ],
    },
  ],
};
