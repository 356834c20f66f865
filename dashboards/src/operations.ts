import { wasPosted } from '../../server/src/clickhouse/views/fragments.js';
import { chosenServers, inRange, intervalOf } from './clickhouse.js';
import type { SpecIn } from './dashboard.js';
import { toOperations } from './links.js';
import { appPanel, seriesPanel, statPanel, tablePanel } from './panels.js';
import { waitingColumns, waitingFigures } from './waiting.js';

/** Windows of the throttle that overlap the time range: one may be longer than it. */
const windowsInRange = 'window_start <= $__toTime AND window_start + toIntervalSecond(interval_seconds) >= $__fromTime';
/** Where a chart of the range shows a window. */
const windowAt = 'greatest(window_start, $__fromTime)';

export const operations: SpecIn = (t, language) => {
  const link = { title: t('FSP operations', 'Exploitation du FSP'), url: toOperations(language) };
  return {
    name: 'operations',
    title: t('FSP operations', 'Exploitation du FSP'),
    description: t(
      'The receiver itself: rate, errors and delay of the intake; use, queue and delay of the throttle. How far each destination lags behind stands in the table of receivers and in the metric fsp.sink.lag',
      'Le récepteur lui-même : débit, erreurs et délai de la réception ; usage, file et délai de la limitation. Le retard de chaque destination figure dans le tableau des récepteurs et dans la métrique fsp.sink.lag',
    ),
    variables: ['server'],
    from: 'now-24h',
    rows: [
      {
        height: 4,
        panels: [
          statPanel({
            title: t('Waiting for the throttle', 'En attente de la limitation'),
            description: t(
              'Messages that are held back now by receivers that give signs of life, and apart what others held at their last one',
              'Messages retenus en ce moment par les récepteurs qui donnent signe de vie, et à part ce que d’autres retenaient à leur dernier',
            ),
            width: 6,
            figures: waitingFigures(t, t('Waiting', 'En attente'), link),
            sql: `SELECT ${waitingColumns} FROM receivers AS r WHERE ${chosenServers}`,
          }),
          statPanel({
            title: t('Oldest message that waits', 'Plus ancien message en attente'),
            description: t(
              'How long the oldest message has been held back by a receiver that gives signs of life; a dash where none waits',
              'Depuis quand le plus ancien message est retenu par un récepteur qui donne signe de vie ; un tiret si aucun n’attend',
            ),
            width: 6,
            figures: [
              { column: 'age', title: t('Waits for', 'Attend depuis'), unit: 's', colour: 'orange', from: 3600, link },
            ],
            sql: `SELECT dateDiff('second', minOrNull(oldest_waiting_at), now()) AS age FROM receivers WHERE waiting > 0 AND is_alive AND ${chosenServers}`,
          }),
          statPanel({
            title: t('Last message received', 'Dernier message reçu'),
            description: t(
              'Time since the newest message was received, whatever the time range; a dash where there never was one. Long silence is worth a look',
              'Temps depuis la réception du message le plus récent, quelle que soit la période ; un tiret s’il n’y en a jamais eu. Un long silence mérite un coup d’œil',
            ),
            width: 6,
            figures: [{ column: 'since', title: t('Ago', 'Il y a'), unit: 's', colour: 'orange', from: 86_400, link }],
            sql: `SELECT dateDiff('second', maxOrNull(received_at), now()) AS since FROM state_messages WHERE ${chosenServers}`,
          }),
          statPanel({
            title: t('Refused', 'Refusés'),
            description: t(
              'Bodies that were no report, in the windows of the throttle that overlap the range: a window is counted as a whole',
              'Corps qui n’étaient pas des rapports, dans les fenêtres de la limitation qui touchent la période : une fenêtre compte en entier',
            ),
            width: 6,
            figures: [{ column: 'rejected', title: t('Refused', 'Refusés'), colour: 'orange', from: 1, link }],
            sql: `SELECT sum(rejected) AS rejected FROM throttle_windows WHERE ${windowsInRange} AND ${chosenServers}`,
          }),
        ],
      },
      {
        height: 6,
        panels: [
          tablePanel({
            title: t('Receivers', 'Récepteurs'),
            description: t(
              'Each receiver as it was at its last sign of life, of which one comes every minute: what waits, how far the slowest destination lags, what is in quarantine and what damage has cost',
              'Chaque récepteur à son dernier signe de vie, un par minute : ce qui attend, le retard de la destination la plus lente, ce qui est en quarantaine et ce que des dégâts ont coûté',
            ),
            width: 24,
            shows: [
              'fsp_server',
              'silent_for',
              'takes_messages',
              'waiting',
              'lag',
              'failing_sinks',
              'quarantined',
              'lost_messages',
              'damaged_pieces',
            ],
            sql: `SELECT fsp_server, silent_for, if(taking_messages, 'yes', 'no') AS takes_messages, waiting, lag, arrayStringConcat(failing_sinks, ', ') AS failing_sinks, quarantined, lost_messages, damaged_pieces
FROM receivers WHERE ${chosenServers} ORDER BY fsp_server LIMIT 500`,
          }),
        ],
      },
      {
        height: 8,
        panels: [
          seriesPanel({
            title: t('Messages received', 'Messages reçus'),
            description: t(
              'By server and time of receipt; messages that still wait are not counted yet',
              'Par serveur et heure de réception ; les messages encore en attente ne sont pas comptés',
            ),
            unit: 'locale',
            width: 12,
            bars: true,
            sql: `SELECT ${intervalOf('received_at')} AS time, toString(fsp_server) AS server, count() AS messages FROM state_messages WHERE ${inRange('received_at')} AND ${chosenServers} GROUP BY time, server ORDER BY time, server`,
          }),
          seriesPanel({
            title: t('Delay until passed on', 'Délai avant transmission'),
            description: t(
              'From a message’s arrival until it was passed on, whether the throttle held it or ClickHouse was away: half within the median, 95 of 100 within the second line',
              'De l’arrivée d’un message à sa transmission, que la limitation l’ait retenu ou que ClickHouse ait été absent : la moitié en moins que la médiane, 95 sur 100 en moins que la seconde ligne',
            ),
            unit: 's',
            width: 12,
            series: {
              median: { title: t('Median', 'Médiane'), colour: 'blue' },
              p95: { title: t('95 of 100', '95 sur 100'), colour: 'orange' },
            },
            sql: `SELECT ${intervalOf('processed_at')} AS time, quantileExact(0.5)(dateDiff('millisecond', received_at, processed_at) / 1000) AS median, quantileExact(0.95)(dateDiff('millisecond', received_at, processed_at) / 1000) AS p95
FROM state_messages WHERE ${inRange('processed_at')} AND ${wasPosted} AND ${chosenServers} GROUP BY time ORDER BY time`,
          }),
        ],
      },
      {
        height: 8,
        panels: [
          seriesPanel({
            title: t('Use of the throttle', 'Usage de la limitation'),
            description: t(
              'Share of each window’s allowance that was used. Where a part is in reserve for failures, other messages are held back before 100 %',
              'Part utilisée de ce que chaque fenêtre autorise. Si une part est en réserve pour les échecs, les autres messages sont retenus avant 100 %',
            ),
            unit: 'percentunit',
            max: 1,
            width: 12,
            sql: `SELECT ${windowAt} AS time, toString(fsp_server) AS server, processed / nullIf(message_limit, 0) AS used FROM throttle_windows WHERE ${windowsInRange} AND ${chosenServers} ORDER BY time, server`,
          }),
          seriesPanel({
            title: t('Queue of the throttle', 'File de la limitation'),
            description: t('Messages that waited in each window', 'Messages qui attendaient dans chaque fenêtre'),
            unit: 'locale',
            width: 12,
            sql: `SELECT ${windowAt} AS time, toString(fsp_server) AS server, waiting FROM throttle_windows WHERE ${windowsInRange} AND ${chosenServers} ORDER BY time, server`,
          }),
        ],
      },
      {
        height: 8,
        panels: [
          seriesPanel({
            title: t('Refused bodies', 'Corps refusés'),
            description: t(
              'Bodies that were no report, by time of receipt (the first 60 of each minute are kept)',
              'Corps qui n’étaient pas des rapports, par heure de réception (les 60 premiers de chaque minute sont gardés)',
            ),
            unit: 'locale',
            width: 12,
            bars: true,
            series: { rejected: { title: t('Refused', 'Refusés'), colour: 'orange' } },
            sql: `SELECT ${intervalOf('received_at')} AS time, count() AS rejected FROM rejected_messages WHERE ${inRange('received_at')} GROUP BY time ORDER BY time`,
          }),
          tablePanel({
            title: t('Why bodies were refused', 'Pourquoi des corps ont été refusés'),
            description: t('Reasons and senders', 'Raisons et expéditeurs'),
            width: 12,
            shows: ['reason', 'client_address', 'bodies', 'last_seen'],
            sql: `SELECT reason, client_address, count() AS bodies, max(received_at) AS last_seen FROM rejected_messages WHERE ${inRange('received_at')} GROUP BY reason, client_address ORDER BY bodies DESC, reason, client_address LIMIT 100`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          appPanel('fallbackstatuspoint-roleconfiguration-panel', {
            title: t('Roles', 'Rôles'),
            description: t(
              'Site systems with the role, their state and configuration',
              'Systèmes de site dotés du rôle, leur état et leur configuration',
            ),
            sql: '',
            width: 24,
            options: { server: '', allowEditing: true },
          }),
        ],
      },
    ],
  };
};
