import { wasPosted } from '../../server/src/clickhouse/views/fragments.js';
import { at, inRange, valueOf } from './clickhouse.js';
import type { SpecIn } from './dashboard.js';
import { clientPage } from './links.js';
import { logsPanel, statPanel, tablePanel } from './panels.js';
import { errorIn, ofClient, ofMessage, shortened, stateIn } from './texts.js';

const name = valueOf('client');

export const client: SpecIn = (t, language) => {
  const page = { title: t('Open this client', 'Ouvrir ce client'), url: clientPage('${client:percentencode}') };
  const state = stateIn(language, ofMessage);
  return {
    name: 'client',
    title: 'Client',
    description: t(
      'Everything that one client said: its state, its durations, every message in order',
      'Tout ce qu’un client a dit : son état, ses durées, chaque message dans l’ordre',
    ),
    variables: ['client', 'clock'],
    from: 'now-30d',
    rows: [
      {
        height: 5,
        panels: [
          tablePanel({
            title: t('State', 'État'),
            description: t('Where the client stands, by its last word', 'Où en est le client, d’après son dernier mot'),
            width: 18,
            shows: ['client_name', 'outcome', 'last_state', 'error_code', 'error_text', 'cut_off', 'clock_offset'],
            sql: `SELECT client_name, outcome, ${shortened(stateIn(language, ofClient))} AS last_state, last_error_code AS error_code, ${errorIn(language, 'last_error_code', 'last_error_text')} AS error_text,
  if(is_cut_off, 'yes', 'no') AS cut_off, clock_offset_seconds AS clock_offset FROM client(name = ${name})`,
          }),
          statPanel({
            title: t('Durations', 'Durées'),
            description: t(
              'Time that deployment and assignment took, by the client’s clock',
              'Durée du déploiement et de l’affectation, à l’horloge du client',
            ),
            width: 6,
            figures: [
              { column: 'deployment', title: t('Deployment', 'Déploiement'), unit: 's', link: page },
              { column: 'assignment', title: t('Assignment', 'Affectation'), unit: 's', link: page },
            ],
            sql: `SELECT any(deployment_seconds) AS deployment, any(assignment_seconds) AS assignment FROM client(name = ${name})`,
          }),
        ],
      },
      {
        height: 12,
        panels: [
          tablePanel({
            title: 'Messages',
            description: t(
              'Messages of the range in the order in which the client said them, the newest first (a thousand at the most): by its clock, or by their receipt where that tells what cannot be; with the time since the one before, and the delay until the message was passed on, whether the throttle held it or ClickHouse was away',
              'Messages de la période dans l’ordre où le client les a dits, du plus récent au plus ancien (mille au plus) : à son horloge, ou à leur réception si elle dit ce qui ne se peut ; avec le temps depuis le précédent, et le délai avant transmission, que la limitation les ait retenus ou que ClickHouse ait été absent',
            ),
            width: 24,
            shows: [
              'received',
              'client_time',
              'since_previous',
              'outcome',
              'state_id',
              'state',
              'error_code',
              'error_text',
              'held',
            ],
            sql: `SELECT received_at AS received, message_time AS client_time, dateDiff('second', lagInFrame(said_at, 1, said_at) OVER (ORDER BY said_at, serial ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), said_at) AS since_previous,
  outcome, state_id, ${shortened(state)} AS state, error_code, ${errorIn(language, 'error_code', 'error_text')} AS error_text, if(${wasPosted}, dateDiff('second', received_at, processed_at), NULL) AS held
FROM messages_of_client(name = ${name}) WHERE ${inRange(at)} ORDER BY said_at DESC, serial DESC LIMIT 1000`,
          }),
        ],
      },
      {
        height: 10,
        panels: [
          logsPanel({
            title: t('As a log', 'En journal'),
            description: t(
              'The same messages as log records, with severities',
              'Les mêmes messages en journal, avec leur gravité',
            ),
            width: 24,
            sql: `SELECT ${at} AS timestamp, ${state} AS body, multiIf(outcome = 'failed', 'ERROR', outcome IN ('reboot_pending', 'skipped'), 'WARN', 'INFO') AS level, toJSONString(params) AS parameters, error_code
FROM messages_of_client(name = ${name}) WHERE ${inRange(at)} ORDER BY timestamp DESC LIMIT 1000`,
          }),
        ],
      },
    ],
  };
};
