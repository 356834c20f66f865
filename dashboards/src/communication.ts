import { at, clientsInRange, isOneOf, intervalOf, messagesInRange, ofChosenCause, stillFails } from './clickhouse.js';
import { mostCauses } from './cause-rows.js';
import { causesSql } from './causes.js';
import type { SpecIn } from './dashboard.js';
import { clientsPage } from './links.js';
import { seriesPanel, statPanel, tablePanel } from './panels.js';
import { errorIn, ofMessage, shortened, stateIn, topicIn } from './texts.js';

/** Who is cut off says so on the management point or on a certificate; what is chosen may be a cause of either. */
const cutOffByChosen = `$__conditionalAll(${stillFails(`topic_type IN (1000, 1001) AND ${isOneOf('cause', 'cause')}`)}, $cause)`;

export const communication: SpecIn = (t, language) => {
  const show = (filter: string) => ({
    title: t('Show these clients', 'Afficher ces clients'),
    url: clientsPage(filter),
  });
  /** The clients of the causes that are chosen, if some are. */
  const showOfCause = (filter: string) => show(`${filter}&still=1&\${cause:queryparam}`);
  const managementPoint = t('Management point', 'Point de gestion');
  const certificate = t('Certificate', 'Certificat');
  const state = shortened(stateIn(language, ofMessage));
  const error = errorIn(language, 'error_code', 'error_text');
  return {
    name: 'communication',
    title: t('Client communication', 'Communication des clients'),
    description: t(
      'Clients that cannot reach their management point, certificates, and every other problem that was reported',
      'Clients qui ne joignent pas leur point de gestion, certificats, et tout autre problème signalé',
    ),
    variables: ['site', 'version', 'subnet', 'cause', 'clock'],
    rows: [
      {
        height: 4,
        panels: [
          statPanel({
            title: t('Cut off from their management point', 'Coupés de leur point de gestion'),
            description: t(
              'Cut off: the newest word on the management point or on a certificate is a failure. In contact: neither is, and at least one is a success. A cause that is chosen narrows down those that are cut off',
              'Coupés : le dernier mot sur le point de gestion ou sur un certificat est un échec. En contact : aucun ne l’est, et l’un au moins est un succès. Une cause choisie restreint ceux qui sont coupés',
            ),
            width: 8,
            figures: [
              {
                column: 'cut_off',
                title: t('Cut off', 'Coupés'),
                colour: 'orange',
                from: 1,
                link: showOfCause('cut-off=1000,1001'),
              },
              {
                column: 'in_contact',
                title: t('In contact', 'En contact'),
                colour: 'green',
                link: show('communication=succeeded'),
              },
            ],
            sql: `SELECT countIf(is_cut_off AND ${cutOffByChosen}) AS cut_off, countIf(communication_outcome = 'succeeded') AS in_contact FROM clients WHERE ${clientsInRange}`,
          }),
          statPanel({
            title: t('Why they are cut off', 'Pourquoi ils sont coupés'),
            description: t(
              'Of the clients that are cut off: by the management point, by a certificate, or both; a client with both counts in both',
              'Parmi les clients coupés : par le point de gestion, par un certificat, ou les deux ; un client avec les deux compte dans les deux',
            ),
            width: 8,
            figures: [
              {
                column: 'management_point',
                title: managementPoint,
                colour: 'orange',
                from: 1,
                link: showOfCause('cut-off=1000'),
              },
              {
                column: 'certificate',
                title: certificate,
                colour: 'orange',
                from: 1,
                link: showOfCause('cut-off=1001'),
              },
            ],
            sql: `SELECT countIf(topic_type = 1000) AS management_point, countIf(topic_type = 1001) AS certificate FROM client_topics WHERE is_cut_off AND ${ofChosenCause} AND ${clientsInRange}`,
          }),
          statPanel({
            title: t('Capable of HTTPS', 'Capables de HTTPS'),
            description: t(
              'Clients by their newest word on it (topic 1100). A cause that is chosen narrows down the incapable',
              'Clients selon leur dernier mot à ce sujet (sujet 1100). Une cause choisie restreint les incapables',
            ),
            width: 8,
            figures: [
              { column: 'capable', title: t('Capable', 'Capables'), colour: 'green', link: show('https=succeeded') },
              {
                column: 'incapable',
                title: t('Incapable', 'Incapables'),
                colour: 'orange',
                from: 1,
                link: showOfCause('https=failed'),
              },
            ],
            sql: `SELECT countIf(outcome = 'succeeded') AS capable, countIf(outcome = 'failed' AND ${ofChosenCause}) AS incapable FROM client_topics WHERE topic_type = 1100 AND ${clientsInRange}`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Clients that are cut off', 'Clients coupés'),
            description: t(
              'What each says of its management point and its certificates, and when it said so last, since it says it again and again; a client with both stands here twice',
              'Ce que chacun dit de son point de gestion et de ses certificats, et quand il l’a dit en dernier, car il le répète ; un client avec les deux figure deux fois',
            ),
            width: 24,
            shows: ['client_name', 'site_code', 'subnet', 'topic', 'state', 'error_code', 'error_text', 'last_said'],
            sql: `SELECT client_name, site_code, subnet, ${topicIn(language)} AS topic, ${state} AS state, error_code, ${error} AS error_text, received_at AS last_said
FROM client_topics WHERE is_cut_off AND ${ofChosenCause} AND ${clientsInRange} ORDER BY last_received_at DESC, client_name LIMIT 1000`,
          }),
        ],
      },
      {
        height: 8,
        panels: [
          seriesPanel({
            title: t('Clients with a problem of communication', 'Clients ayant un problème de communication'),
            description: t(
              'Clients that said that they could not reach their management point, or had a problem with a certificate, over time',
              'Clients ayant dit ne pas joindre leur point de gestion, ou avoir un problème de certificat, au fil du temps',
            ),
            unit: 'locale',
            width: 12,
            bars: true,
            // Both are problems: neither is green.
            series: {
              [managementPoint]: { title: managementPoint, colour: 'orange' },
              [certificate]: { title: certificate, colour: 'purple' },
            },
            sql: `SELECT ${intervalOf(at)} AS time, if(topic_type = 1000, '${managementPoint}', '${certificate}') AS topic, uniqExact(client_key) AS clients
FROM client_messages WHERE topic_type IN (1000, 1001) AND outcome = 'failed' AND ${messagesInRange('causes')} GROUP BY time, topic ORDER BY time, topic`,
          }),
          tablePanel({
            title: t('Clients incapable of HTTPS', 'Clients incapables de HTTPS'),
            description: t(
              'Clients whose newest word of topic 1100 says no',
              'Clients dont le dernier mot du sujet 1100 dit non',
            ),
            width: 12,
            shows: ['client_name', 'site_code', 'state', 'last_seen'],
            sql: `SELECT client_name, site_code, ${state} AS state, last_received_at AS last_seen FROM client_topics
WHERE topic_type = 1100 AND outcome = 'failed' AND ${ofChosenCause} AND ${clientsInRange} ORDER BY last_received_at DESC, client_name LIMIT 1000`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Summary of problems', 'Résumé des problèmes'),
            description: t(
              'Every problem that was reported, on any topic. Where there are more than 200, the last row says how many, and leads to all clients',
              'Chaque problème signalé, sur tout sujet. S’il y en a plus de 200, la dernière ligne dit combien, et mène à tous les clients',
            ),
            width: 24,
            shows: [
              'what_failed',
              'error_code',
              'error_text',
              'what_to_check',
              'clients',
              'messages',
              'last_seen',
              'cause_key',
            ],
            sql: causesSql(language, {
              among: 'causes',
              columns: 'what_failed, error_code, error_text, what_to_check, clients, messages, last_seen, cause_key',
              limit: mostCauses,
            }),
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Details of problems', 'Détail des problèmes'),
            description: t(
              'Messages of problems, the newest five hundred',
              'Messages de problèmes, les cinq cents plus récents',
            ),
            width: 24,
            shows: ['received', 'client_name', 'site_code', 'topic', 'state', 'error_code', 'parameters'],
            sql: `SELECT received_at AS received, client_name, site_code, ${topicIn(language)} AS topic, ${state} AS state, error_code, ${shortened("arrayStringConcat(params, ' | ')")} AS parameters
FROM client_messages WHERE outcome = 'failed' AND ${messagesInRange('causes')} ORDER BY received_at DESC, client_name LIMIT 500`,
          }),
        ],
      },
    ],
  };
};
