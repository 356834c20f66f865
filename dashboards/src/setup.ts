import { inRange, literal, valueOf } from './clickhouse.js';
import type { SpecIn } from './dashboard.js';
import { setupAll, setupPage } from './links.js';
import { appPanel, statPanel, tablePanel } from './panels.js';
import { shortened } from './texts.js';

/** As people know it: an HRESULT as 0x80004005, not as -2147467259 or 2147500037. */
const exitCode = `multiIf(isNull(exit_code), '', exit_code < 0 OR exit_code > 2147483647, concat('0x', hex(toUInt32(exit_code))), toString(exit_code))`;

/** More would be a burden for Grafana's browser: a panel gets all records at once, the app's page fetches them as they are read. */
const mostRecords = 100_000;

/** The run that is chosen, or the newest. */
const ofRun = `run_id = if(${valueOf('run')} = '', (SELECT argMax(run_id, started_at) FROM setup_runs WHERE ${inRange('started_at')}), ${valueOf('run')})`;

export const setup: SpecIn = (t) => {
  const figure = (column: string, title: string, colour: string) => ({
    column,
    title,
    colour,
    from: 1,
    link: { title: t('Show these runs', 'Afficher ces exécutions'), url: setupPage(column) },
  });
  return {
    name: 'setup',
    title: t('FSP set-up', 'Installation du FSP'),
    description: t(
      'Whether the installations of the role succeeded, and if not, why: every run of fspMSI.log, SMSFSPSetup.log and other followed or imported logs',
      'Si les installations du rôle ont réussi, et sinon pourquoi : chaque exécution de fspMSI.log, SMSFSPSetup.log et des autres journaux suivis ou importés',
    ),
    variables: ['run'],
    from: 'now-90d',
    rows: [
      {
        height: 4,
        panels: [
          statPanel({
            title: t('Runs by verdict', 'Exécutions par verdict'),
            description: t('Runs that began in the range', 'Exécutions commencées dans la période'),
            width: 16,
            figures: [
              figure('succeeded', t('Succeeded', 'Réussies'), 'green'),
              figure('failed', t('Failed', 'Échouées'), 'red'),
              figure('reboot_pending', t('Restart pending', 'À redémarrer'), 'orange'),
              figure('unfinished', t('Unfinished', 'Inachevées'), 'orange'),
            ],
            sql: `SELECT countIf(verdict = 'succeeded') AS succeeded, countIf(verdict = 'failed') AS failed, countIf(verdict = 'reboot_pending') AS reboot_pending, countIf(verdict = 'unfinished') AS unfinished FROM setup_runs WHERE ${inRange('started_at')}`,
          }),
          statPanel({
            title: t('Outside of this range', 'Hors de cette période'),
            description: t(
              'Runs that began before the range or after it: widen the range to see them',
              'Exécutions commencées avant la période ou après : élargissez-la pour les voir',
            ),
            width: 8,
            figures: [
              {
                column: 'earlier',
                title: t('Before', 'Avant'),
                link: { title: t('Show all runs', 'Afficher toutes'), url: setupAll },
              },
              {
                column: 'later',
                title: t('After', 'Après'),
                link: { title: t('Show all runs', 'Afficher toutes'), url: setupAll },
              },
            ],
            sql: `SELECT countIf(started_at < $__fromTime) AS earlier, countIf(started_at > $__toTime) AS later FROM setup_runs`,
          }),
        ],
      },
      {
        height: 10,
        panels: [
          tablePanel({
            title: t('Runs', 'Exécutions'),
            description: t(
              'Verdict, cause and what to check: the newest 500 runs',
              'Verdict, cause et que vérifier : les 500 exécutions les plus récentes',
            ),
            width: 24,
            shows: ['begin', 'host_name', 'log', 'action', 'verdict', 'exit_code', 'cause', 'suggestion', 'run'],
            sql: `SELECT started_at AS begin, host_name, extract(toString(log_file), '[^/\\\\\\\\]*$') AS log, action, verdict, ${exitCode} AS exit_code, ${shortened('cause')} AS cause, suggestion, run_id AS run
FROM setup_runs WHERE ${inRange('started_at')} ORDER BY started_at DESC, run_id LIMIT 500`,
          }),
        ],
      },
      {
        height: 8,
        panels: [
          tablePanel({
            title: t('Causes of failed runs', 'Causes des exécutions échouées'),
            description: t(
              'What made runs fail, the most frequent first',
              'Ce qui a fait échouer des exécutions, du plus fréquent au plus rare',
            ),
            width: 24,
            shows: ['cause', 'suggestion', 'runs', 'machines', 'last_seen'],
            sql: `SELECT ${shortened('cause')} AS cause, if(min(suggestion) = max(suggestion), any(suggestion), '') AS suggestion, count() AS runs, uniqExact(host_name) AS machines, max(started_at) AS last_seen FROM setup_runs WHERE verdict = 'failed' AND ${inRange('started_at')} GROUP BY setup_runs.cause ORDER BY runs DESC, cause LIMIT 100`,
          }),
        ],
      },
      {
        height: 14,
        panels: [
          appPanel('fallbackstatuspoint-setuplog-panel', {
            title: t('Log of the run', 'Journal de l’exécution'),
            description: t(
              'The first 100,000 records of the chosen run, or of the newest one, as CMTrace shows them; a last line says how many more there are. The page Set-up logs reads all of them',
              'Les 100 000 premiers enregistrements de l’exécution choisie, ou de la plus récente, comme CMTrace les montre ; une dernière ligne dit combien il en reste. La page Journaux d’installation les lit tous',
            ),
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
  FROM setup_log_records WHERE ${ofRun} ORDER BY line_number, byte_offset LIMIT ${mostRecords}
  UNION ALL
  SELECT max(logged_at), concat('… ', toString(count() - ${mostRecords}), ${literal(t(' more records of this run are not shown here: open it on the page Set-up logs of the app', ' autres enregistrements de cette exécution ne sont pas montrés ici : ouvrez-la à la page Journaux d’installation de l’application'))}), 'WARN', '', '', 0, 0, 1
  FROM setup_log_records WHERE ${ofRun} HAVING count() > ${mostRecords}
)
ORDER BY is_rest, line_number, byte_offset`,
          }),
        ],
      },
    ],
  };
};
