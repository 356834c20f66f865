import {
  at,
  clientsInRange,
  fleetChosen,
  heardInRange,
  inRange,
  intervalOf,
  messagesInRange,
  stuckFor,
  valueOf,
} from './clickhouse.js';
import { causesSql } from './causes.js';
import { andMore } from './cut.js';
import { deploymentCounts, endedSql, notAssigned } from './deployments.js';
import type { SpecIn } from './dashboard.js';
import type { Language } from './language.js';
import { clientsPage, toDashboard, toOperations } from './links.js';
import { barPanel, outcomeSeries, seriesPanel, statPanel, tablePanel } from './panels.js';
import { waitingColumns, waitingFigures } from './waiting.js';
import { ofClient, sharedStateIn, shortened, stateIn } from './texts.js';

/** States that are listed at the most. */
const mostStates = 200;

/** Last words by state, with how many clients each is of: the last row sums up what the list leaves out. */
function statusSql(language: Language): string {
  const text = (column: string) => `if(is_rest, '', any(s.${column})) AS ${column}`;
  return `SELECT ${text('phase')}, ${text('outcome')}, if(is_rest, NULL, any(s.state_id)) AS state_id, if(is_rest, ${andMore(language, 'count()')}, any(s.state)) AS state, ${text('error_code')},
  sum(s.clients_of_cause) AS clients_of_cause, sum(s.share) AS share, ${text('cause_key')}
FROM
(
  SELECT *, least(row_number() OVER (ORDER BY clients_of_cause DESC, state_id, error_code), ${mostStates + 1}) AS place, place > ${mostStates} AS is_rest
  FROM
  (
    SELECT phase, outcome, last_state_id AS state_id, ${shortened(sharedStateIn(language, ofClient))} AS state, last_error_code AS error_code, count() AS clients_of_cause, clients_of_cause / sum(clients_of_cause) OVER () AS share, cause AS cause_key
    FROM clients WHERE ${clientsInRange}
    GROUP BY phase, outcome, last_topic_type, last_state_id, error_code, cause
  )
) AS s
GROUP BY place, is_rest ORDER BY place`;
}

export const overview: SpecIn = (t, language) => {
  const show = (filter: string) => ({
    title: t('Show these clients', 'Afficher ces clients'),
    url: clientsPage(filter),
  });
  const figure = (column: string, title: string, filter: string, colour?: string, from?: number) => ({
    column,
    title,
    colour,
    from,
    link: show(filter),
  });
  return {
    name: 'overview',
    title: t('Client health overview', 'Santé des clients'),
    description: t(
      'Where every client’s deployment stands, by its last word, and whether messages come through',
      'Où en est le déploiement de chaque client, d’après son dernier mot, et si les messages passent',
    ),
    variables: ['site', 'version', 'subnet', 'stuck', 'clock'],
    rows: [
      {
        height: 4,
        panels: [
          statPanel({
            title: t('Clients by outcome', 'Clients par résultat'),
            description: t(
              'Clients heard of in the time range, each where its deployment stands now, whatever it said since: succeeded once it has an end, also where a restart or the assignment is pending, unless a failure or a new begin came after it. No word: they said nothing of a deployment. The parts give the total. A number leads to its clients',
              'Clients entendus dans la période, chacun là où en est son déploiement maintenant, quoi qu’il ait dit depuis : réussi dès qu’il a une fin, même si un redémarrage ou l’affectation est en attente, sauf échec ou nouveau début depuis. Sans mot : ils n’ont rien dit d’un déploiement. Les parts donnent le total. Un nombre mène à ses clients',
            ),
            width: 18,
            figures: [
              figure('clients', t('Clients', 'Clients'), ''),
              figure('succeeded', t('Succeeded', 'Réussis'), 'outcome=succeeded', 'green'),
              figure('failed', t('Failed', 'En échec'), 'outcome=failed', 'red', 1),
              figure('in_progress', t('In progress', 'En cours'), 'outcome=in_progress', 'blue', 1),
              figure('reboot_pending', t('Restart pending', 'À redémarrer'), 'outcome=reboot_pending', 'orange', 1),
              figure('skipped', t('Skipped', 'Ignorés'), 'outcome=skipped'),
              figure('unknown', t('Unknown', 'Inconnus'), 'outcome=unknown'),
              figure('no_word', t('No word', 'Sans mot'), 'outcome=no_word'),
            ],
            sql: `SELECT ${deploymentCounts()}
FROM clients WHERE ${clientsInRange}`,
          }),
          statPanel({
            title: t('Success rate', 'Taux de réussite'),
            description: t(
              'Succeeded, as a share of succeeded and failed beside it, as they stand now',
              'Réussis, en part des réussis et des échecs ci-contre, tels qu’ils sont maintenant',
            ),
            width: 6,
            figures: [
              {
                column: 'success_rate',
                title: t('Success rate', 'Taux de réussite'),
                unit: 'percentunit',
                link: {
                  title: t('Deployment failures', 'Échecs de déploiement'),
                  url: toDashboard('failures', language),
                },
              },
            ],
            sql: `SELECT countIf(deployment_outcome = 'succeeded') / nullIf(countIf(deployment_outcome IN ('succeeded', 'failed')), 0) AS success_rate
FROM clients WHERE ${clientsInRange}`,
          }),
        ],
      },
      {
        height: 4,
        panels: [
          statPanel({
            title: t('Needs a look', 'À regarder'),
            description: t(
              'Cut off: the last word on the management point or a certificate is a failure. Stuck: begun, and no end for as long as chosen above, now and whatever the range, since who is stuck is silent. Clock off: by more than five minutes. Not assigned: the newest message is of a failed assignment',
              'Coupés : le dernier mot sur le point de gestion ou un certificat est un échec. Bloqués : commencé, sans fin depuis la durée choisie ci-dessus, maintenant et quelle que soit la période, car qui est bloqué se tait. Horloge fausse : de plus de cinq minutes. Non affectés : le dernier message est d’une affectation échouée',
            ),
            width: 16,
            figures: [
              figure('cut_off', t('Cut off', 'Coupés'), 'cut-off=1', 'orange', 1),
              figure('stuck', t('Stuck', 'Bloqués'), 'stuck=${stuck:percentencode}', 'orange', 1),
              figure('clock_off', t('Clock off', 'Horloge fausse'), 'clock-off=1', 'orange', 1),
              figure('not_assigned', t('Not assigned', 'Non affectés'), 'not-assigned=1', 'orange', 1),
            ],
            sql: `SELECT countIf(heard AND is_cut_off) AS cut_off, countIf(${stuckFor}) AS stuck, countIf(heard AND is_clock_off) AS clock_off, countIf(heard AND ${notAssigned}) AS not_assigned
FROM (SELECT *, ${heardInRange} AS heard FROM clients WHERE ${fleetChosen})`,
          }),
          statPanel({
            title: t('Held back', 'Retenus'),
            description: t(
              'Messages that wait for the throttle now, at all receivers that give signs of life, and apart what others held at their last one: what is shown here does not know them yet',
              'Messages qui attendent la limitation en ce moment, sur tous les récepteurs qui donnent signe de vie, et à part ce que d’autres retenaient à leur dernier : rien ici ne les connaît encore',
            ),
            width: 8,
            figures: waitingFigures(t, t('Held back', 'Retenus'), {
              title: t('FSP operations', 'Exploitation du FSP'),
              url: toOperations(language),
            }),
            sql: `SELECT ${waitingColumns} FROM receivers AS r`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          seriesPanel({
            title: t('Deployments that ended', 'Déploiements terminés'),
            description: t(
              'Clients whose deployment ended or failed in the range, each once, at the newest end; an assignment and a restart that is pending are no end',
              'Clients dont le déploiement s’est terminé ou a échoué dans la période, chacun une fois, à la fin la plus récente ; une affectation ou un redémarrage en attente n’est pas une fin',
            ),
            unit: 'locale',
            width: 10,
            bars: true,
            series: outcomeSeries(language),
            sql: endedSql({ intervalOf, at, among: messagesInRange() }),
          }),
          tablePanel({
            title: t('What fails most', 'Ce qui échoue le plus'),
            description: t(
              'The ten causes with the most clients. A cause leads to its clients; all of them, with what to check, stand in Deployment failures',
              'Les dix causes qui touchent le plus de clients. Une cause mène à ses clients ; toutes, avec ce qu’il faut vérifier, figurent dans Échecs de déploiement',
            ),
            width: 14,
            shows: ['what_failed', 'error_code', 'error_text', 'clients', 'still_failed', 'cause_key'],
            sql: causesSql(language, {
              columns: 'what_failed, error_code, error_text, clients, still_failed, cause_key',
              limit: 10,
            }),
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Stuck clients', 'Clients bloqués'),
            description: t(
              'Deployment begun, no end for longer than the variable says; counted from the receipt of the begin. Now, whatever the range; the five hundred that are it for longest',
              'Déploiement commencé, sans fin depuis plus longtemps que la variable ne dit ; compté depuis la réception du début. Maintenant, quelle que soit la période ; les cinq cents plus anciens',
            ),
            width: 12,
            shows: ['client_name', 'site_code', 'last_state', 'for_seconds'],
            sql: `SELECT client_name, site_code, ${shortened(stateIn(language, ofClient))} AS last_state, dateDiff('second', assumeNotNull(stuck_since), now()) AS for_seconds
FROM clients
WHERE ${stuckFor} AND ${fleetChosen}
ORDER BY stuck_since, client_name LIMIT 500`,
          }),
          tablePanel({
            title: t('Failures never seen before', 'Échecs jamais vus'),
            description: t(
              'Causes whose first message was received within the range, though others were there before it',
              'Causes dont le premier message a été reçu dans la période, alors que d’autres existaient avant',
            ),
            width: 12,
            shows: ['first_seen', 'what_failed', 'error_code', 'clients', 'cause_key'],
            sql: causesSql(language, {
              columns: 'first_seen, what_failed, error_code, clients, cause_key',
              only: 'is_new',
              order: 'first_seen DESC',
              limit: 100,
            }),
          }),
        ],
      },
      {
        height: 9,
        panels: [
          seriesPanel({
            title: t('Time to install', 'Durée d’installation'),
            description: t(
              'From the begin of a deployment to its end, by the client’s clock: half of the clients within the median, 95 of 100 within the second line',
              'Du début d’un déploiement à sa fin, à l’horloge du client : la moitié des clients en moins que la médiane, 95 sur 100 en moins que la seconde ligne',
            ),
            unit: 's',
            width: 12,
            series: {
              median: { title: t('Median', 'Médiane'), colour: 'blue' },
              p95: { title: t('95 of 100', '95 sur 100'), colour: 'orange' },
            },
            sql: `SELECT ${intervalOf('ended_at')} AS time, quantileExact(0.5)(deployment_seconds) AS median, quantileExact(0.95)(deployment_seconds) AS p95
FROM (SELECT deployment_seconds, if(${valueOf('clock')} = 'client', assumeNotNull(deployment_end_time), assumeNotNull(deployment_end_received_at)) AS ended_at FROM clients
  WHERE deployment_seconds IS NOT NULL AND ${clientsInRange})
WHERE ${inRange('ended_at')}
GROUP BY time ORDER BY time`,
          }),
          barPanel({
            title: t('Distribution of the time to install', 'Répartition de la durée d’installation'),
            description: t('Clients by how long their deployment took', 'Clients selon la durée de leur déploiement'),
            unit: 'locale',
            width: 12,
            series: { clients: { title: t('Clients', 'Clients') } },
            sql: `SELECT bucket, clients FROM (
  SELECT multiIf(deployment_seconds < 60, 1, deployment_seconds < 300, 2, deployment_seconds < 900, 3, deployment_seconds < 3600, 4, deployment_seconds < 14400, 5, deployment_seconds < 86400, 6, 7) AS position,
    [${t(
      `'under 1 min', '1 to 5 min', '5 to 15 min', '15 to 60 min', '1 to 4 h', '4 to 24 h', 'over a day'`,
      `'moins de 1 min', '1 à 5 min', '5 à 15 min', '15 à 60 min', '1 à 4 h', '4 à 24 h', 'plus d’un jour'`,
    )}][position] AS bucket, count() AS clients
  FROM clients WHERE deployment_seconds IS NOT NULL AND ${clientsInRange}
  GROUP BY position, bucket ORDER BY position)`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Deployment status', 'État des déploiements'),
            description: t(
              'Every state that is the last word of a client that was heard of in the range, with its share, as they stand now. Where there are more than 200, the last row has the others, and leads to all clients',
              'Chaque état qui est le dernier mot d’un client entendu dans la période, avec sa part, tels qu’ils sont maintenant. S’il y en a plus de 200, la dernière ligne réunit les autres, et mène à tous les clients',
            ),
            width: 24,
            shows: ['phase', 'outcome', 'state_id', 'state', 'error_code', 'clients_of_cause', 'share', 'cause_key'],
            sql: statusSql(language),
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Assignment status', 'État des affectations'),
            description: t(
              'Where the assignment of every client stands; failed where its newest message says so, also if it was assigned before',
              'Où en est l’affectation de chaque client ; en échec si son dernier message le dit, même s’il a été affecté avant',
            ),
            width: 7,
            shows: ['assignment', 'clients'],
            sql: `SELECT multiIf(${notAssigned}, 'failed', assignment_end_time IS NOT NULL, 'assigned', assignment_begin_time IS NULL, 'not_begun', 'in_progress') AS assignment, count() AS clients
FROM clients WHERE ${clientsInRange} GROUP BY assignment ORDER BY clients DESC`,
          }),
          tablePanel({
            title: t('Clients of each site', 'Clients de chaque site'),
            description: t(
              'How many clients each site has, and how many of them are installed and assigned, as they stand now',
              'Combien de clients a chaque site, et combien sont installés et affectés, tels qu’ils sont maintenant',
            ),
            width: 9,
            shows: ['site_code', 'clients', 'installed', 'assigned', 'failed_clients'],
            sql: `SELECT site_code, count() AS clients, countIf(deployment_outcome = 'succeeded') AS installed, countIf(assignment_end_time IS NOT NULL) AS assigned, countIf(deployment_outcome = 'failed') AS failed_clients
FROM clients WHERE ${clientsInRange} GROUP BY site_code ORDER BY clients DESC, site_code LIMIT 200`,
          }),
          tablePanel({
            title: t('Clients by version', 'Clients par version'),
            description: t(
              'How many clients run each version; 5.00.0000.0000 is a machine without a client yet',
              'Combien de clients ont chaque version ; 5.00.0000.0000 est une machine encore sans client',
            ),
            width: 8,
            shows: ['client_version', 'clients', 'failed_clients'],
            sql: `SELECT client_version, count() AS clients, countIf(deployment_outcome = 'failed') AS failed_clients
FROM clients WHERE ${clientsInRange} GROUP BY client_version ORDER BY clients DESC, client_version LIMIT 200`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Expected machines', 'Machines attendues'),
            description: t(
              'Machines that somebody expects, held against what was heard of them: now, whatever the range',
              'Machines attendues, confrontées à ce qui a été entendu d’elles : maintenant, quelle que soit la période',
            ),
            width: 7,
            shows: ['standing', 'machines', 'share'],
            sql: `SELECT standing, count() AS machines, machines / sum(machines) OVER () AS share FROM expected_clients GROUP BY standing ORDER BY machines DESC, standing`,
          }),
          tablePanel({
            title: t('Machines that never spoke, or never ended', 'Machines jamais entendues, ou sans fin'),
            description: t(
              'Of those that are expected: no word ever, or an installation that was begun and has no end',
              'Parmi celles qui sont attendues : jamais un mot, ou une installation commencée et sans fin',
            ),
            width: 17,
            shows: ['expected_name', 'standing', 'organisational_unit', 'last_logon', 'begin'],
            sql: `SELECT client_name AS expected_name, standing, organisational_unit, last_logon, deployment_begin_time AS begin
FROM expected_clients WHERE standing IN ('never_heard', 'never_ended') ORDER BY standing DESC, client_name LIMIT 1000`,
          }),
        ],
      },
    ],
  };
};
