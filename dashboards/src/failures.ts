import {
  at,
  clientsInRange,
  incidentsChosen,
  incidentsInRange,
  intervalOf,
  messagesInRange,
  ofChosenCause,
} from './clickhouse.js';
import { mostCauses } from './cause-rows.js';
import { causesSql } from './causes.js';
import type { SpecIn } from './dashboard.js';
import { commonSql, suspectsSql } from './common.js';
import { seriesPanel, tablePanel } from './panels.js';
import { errorIn, ofClient, ofMessage, sharedStateIn, shortened, stateIn } from './texts.js';

const failed = `outcome = 'failed' AND ${messagesInRange('causes')}`;

export const failures: SpecIn = (t, language) => ({
  name: 'failures',
  title: t('Deployment failures', 'Échecs de déploiement'),
  description: t(
    'What fails, why, where it bursts, and what to do about it',
    'Ce qui échoue, pourquoi, où cela se concentre, et que faire',
  ),
  variables: ['site', 'version', 'subnet', 'cause', 'clock'],
  rows: [
    {
      height: 9,
      panels: [
        tablePanel({
          title: t('Causes and what to do', 'Causes et que faire'),
          description: t(
            'A cause is a state and an error. Share of all clients that failed, meaning of the code, what to check. A cause leads to its clients. Where there are more than 200, the last row says how many, and leads to all clients',
            'Une cause est un état et une erreur. Part de tous les clients en échec, sens du code, que vérifier. Une cause mène à ses clients. S’il y en a plus de 200, la dernière ligne dit combien, et mène à tous les clients',
          ),
          width: 24,
          shows: [
            'what_failed',
            'error_code',
            'error_text',
            'what_to_check',
            'clients',
            'still_failed',
            'share',
            'last_seen',
            'cause_key',
          ],
          sql: causesSql(language, {
            among: 'causes',
            columns:
              'what_failed, error_code, error_text, what_to_check, clients, still_failed, share, last_seen, cause_key',
            limit: mostCauses,
          }),
        }),
      ],
    },
    {
      height: 8,
      panels: [
        seriesPanel({
          title: t('Clients that failed, by state', 'Clients en échec, par état'),
          description: t(
            'Clients with a failed state in each interval; a client with two states counts in both',
            'Clients ayant un état en échec dans chaque intervalle ; un client avec deux états compte dans les deux',
          ),
          unit: 'locale',
          width: 12,
          bars: true,
          sql: `SELECT ${intervalOf(at)} AS time, concat(toString(state_id), ' ', substringUTF8(${sharedStateIn(language, ofMessage)}, 1, 40)) AS state, uniqExact(client_key) AS clients
FROM client_messages WHERE ${failed} GROUP BY time, topic_type, state_id ORDER BY time, topic_type, state_id`,
        }),
        seriesPanel({
          title: t('Clients that failed, by subnet', 'Clients en échec, par sous-réseau'),
          description: t(
            'The ten subnets with the most failed clients: a burst in one of them is a matter of its network or distribution point',
            'Les dix sous-réseaux comptant le plus de clients en échec : une rafale dans l’un d’eux vient de son réseau ou de son point de distribution',
          ),
          unit: 'locale',
          width: 12,
          bars: true,
          sql: `SELECT ${intervalOf(at)} AS time, subnet, uniqExact(client_key) AS clients
FROM client_messages
WHERE ${failed} AND subnet IN (SELECT subnet FROM client_messages WHERE ${failed} GROUP BY subnet ORDER BY uniqExact(client_key) DESC, subnet LIMIT 10)
GROUP BY time, subnet ORDER BY time, subnet`,
        }),
      ],
    },
    {
      height: 8,
      panels: [
        tablePanel({
          title: t('Where failures burst: subnets', 'Où les échecs se concentrent : sous-réseaux'),
          description: t(
            'The hundred subnets with the most failed clients, by the causes that are chosen, and their share of all clients that were heard of there. A subnet narrows this dashboard down',
            'Les cent sous-réseaux comptant le plus de clients en échec, des causes choisies, et leur part de tous les clients entendus là. Un sous-réseau restreint ce tableau de bord',
          ),
          width: 12,
          shows: ['subnet', 'failed_clients', 'clients', 'share'],
          sql: `SELECT subnet, uniqExactIf(client_key, outcome = 'failed' AND ${ofChosenCause}) AS failed_clients, uniqExact(client_key) AS clients, failed_clients / clients AS share
FROM client_messages WHERE ${messagesInRange()} GROUP BY subnet HAVING failed_clients > 0 ORDER BY failed_clients DESC, share DESC, subnet LIMIT 100`,
        }),
        tablePanel({
          title: t('Where failures burst: versions', 'Où les échecs se concentrent : versions'),
          description: t(
            'The hundred client versions with the most failed clients, by the causes that are chosen, and their share of all clients that were heard of with it',
            'Les cent versions du client comptant le plus de clients en échec, des causes choisies, et leur part de tous les clients entendus avec elle',
          ),
          width: 12,
          shows: ['client_version', 'failed_clients', 'clients', 'share'],
          sql: `SELECT client_version, uniqExactIf(client_key, outcome = 'failed' AND ${ofChosenCause}) AS failed_clients, uniqExact(client_key) AS clients, failed_clients / clients AS share
FROM client_messages WHERE ${messagesInRange()} GROUP BY client_version HAVING failed_clients > 0 ORDER BY failed_clients DESC, share DESC, client_version LIMIT 100`,
        }),
      ],
    },
    {
      height: 9,
      panels: [
        tablePanel({
          title: t('What failing clients have in common', 'Ce que les clients en échec ont en commun'),
          description: t(
            'Values that are more frequent among the clients that fail, of the causes that are chosen, than among the others. A value leads to the failures of the clients that have it',
            'Valeurs plus fréquentes chez les clients en échec, des causes choisies, que chez les autres. Une valeur mène aux échecs des clients qui l’ont',
          ),
          width: 24,
          shows: ['property_key', 'property', 'value', 'failed_clients', 'share_of_failed', 'share_of_others', 'lift'],
          sql: commonSql(language),
        }),
      ],
    },
    {
      height: 8,
      panels: [
        tablePanel({
          title: t('Incidents', 'Incidents'),
          description: t(
            'One cause in one site that hits at least five clients within an hour, and five times as many as usual: from when to when, how many, and what sets them apart: how many of them have it, and how many of the others of their site. A cause leads to its clients',
            'Une cause dans un site qui touche au moins cinq clients en une heure, et cinq fois plus que d’habitude : de quand à quand, combien, et ce qui les distingue : combien d’entre eux l’ont, et combien des autres de leur site. Une cause mène à ses clients',
          ),
          width: 24,
          shows: ['begin', 'end', 'site_code', 'what_failed', 'error_code', 'clients', 'suspects', 'cause_key'],
          sql: `SELECT begin, end, site_code, ${stateIn(language, { topic: 'topic_type', state: 'state_id', text: 'state_text', param: "'…'" })} AS what_failed, error_code, clients, ${suspectsSql(language)} AS suspects, cause AS cause_key
FROM ${incidentsInRange} WHERE ${incidentsChosen} ORDER BY begin DESC, clients DESC LIMIT 100`,
        }),
      ],
    },
    {
      height: 10,
      panels: [
        tablePanel({
          title: t('Clients that failed to install', 'Clients dont l’installation a échoué'),
          description: t(
            'Who, why and when: the newest word of each client that was heard of in the range, as it stands now, where it is of a cause that is chosen; the newest thousand',
            'Qui, pourquoi et quand : le dernier mot de chaque client entendu dans la période, tel qu’il est maintenant, s’il est d’une cause choisie ; les mille plus récents',
          ),
          width: 24,
          shows: [
            'client_name',
            'site_code',
            'client_version',
            'subnet',
            'state',
            'error_code',
            'error_text',
            'last_seen',
          ],
          sql: `SELECT client_name, site_code, client_version, subnet, ${shortened(stateIn(language, ofClient))} AS state,
  last_error_code AS error_code, ${errorIn(language, 'last_error_code', 'last_error_text')} AS error_text, last_received_at AS last_seen
FROM clients WHERE deployment_outcome = 'failed' AND ${ofChosenCause} AND ${clientsInRange}
ORDER BY last_received_at DESC, client_name LIMIT 1000`,
        }),
      ],
    },
    {
      height: 10,
      panels: [
        tablePanel({
          title: t('Clients that installed', 'Clients installés'),
          description: t(
            'Clients whose newest deployment ended, and none failed since, with the time that it took, by their own clock; whatever cause is chosen, the newest thousand',
            'Clients dont le dernier déploiement est terminé, sans échec depuis, avec la durée, à leur propre horloge ; quelle que soit la cause choisie, les mille plus récents',
          ),
          width: 12,
          shows: ['client_name', 'client_version', 'end', 'took'],
          sql: `SELECT client_name, client_version, deployment_end_time AS end, deployment_seconds AS took
FROM clients WHERE deployment_outcome = 'succeeded' AND ${clientsInRange}
ORDER BY last_received_at DESC, client_name LIMIT 1000`,
        }),
        tablePanel({
          title: t('Assignment failures and successes', 'Affectations échouées et réussies'),
          description: t(
            'Clients whose last word is about their assignment; those that failed, of the causes that are chosen',
            'Clients dont le dernier mot concerne leur affectation ; les échecs, des causes choisies',
          ),
          width: 12,
          shows: ['client_name', 'outcome', 'state', 'error_code'],
          sql: `SELECT client_name, outcome, ${shortened(stateIn(language, ofClient))} AS state, last_error_code AS error_code
FROM clients WHERE phase = 'assignment' AND (outcome != 'failed' OR ${ofChosenCause}) AND ${clientsInRange}
ORDER BY outcome = 'failed' DESC, last_received_at DESC, client_name LIMIT 1000`,
        }),
      ],
    },
  ],
});
