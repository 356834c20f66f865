import { wasPosted } from '../../server/src/clickhouse/views/fragments.js';
import { chosenServers, inRange, intervalOf } from './clickhouse.js';
import { freeDisk } from './columns.js';
import type { SpecIn } from './dashboard.js';
import { toOperations } from './links.js';
import { seriesPanel, statPanel, tablePanel } from './panels.js';
import { waitingColumns, waitingFigures } from './waiting.js';

export const receivers: SpecIn = (t, language) => {
  const link = { title: t('FSP operations', 'Exploitation du FSP'), url: toOperations(language) };
  return {
    name: 'receivers',
    title: t('FSP receivers', 'Récepteurs du FSP'),
    description: t(
      'The fleet of receivers over this ClickHouse: who gives signs of life, who differs, what they hold and pass on together, and whose disk fills',
      'La flotte des récepteurs sur ce ClickHouse : lesquels donnent signe de vie, lesquels diffèrent, ce qu’ils retiennent et transmettent ensemble, et quel disque se remplit',
    ),
    variables: ['server'],
    from: 'now-24h',
    rows: [
      {
        height: 4,
        panels: [
          statPanel({
            title: t('Giving signs of life', 'Donnent signe de vie'),
            description: t(
              'Receivers that give signs of life, and those that did within a month',
              'Récepteurs qui donnent signe de vie, et ceux qui l’ont fait depuis un mois',
            ),
            width: 6,
            figures: [
              { column: 'alive', title: t('Now', 'Maintenant'), link },
              { column: 'known', title: t('Within a month', 'Depuis un mois'), link },
            ],
            sql: `SELECT countIf(is_alive) AS alive, count() AS known FROM receivers WHERE ${chosenServers}`,
          }),
          statPanel({
            title: t('Held by all', 'Retenus par tous'),
            description: t(
              'Messages that wait for a throttle, summed over the receivers that give signs of life, and apart what others held at their last one',
              'Messages en attente d’une limitation, sur tous les récepteurs qui donnent signe de vie, et à part ce que d’autres retenaient à leur dernier',
            ),
            width: 6,
            figures: waitingFigures(t, t('Waiting', 'En attente'), link),
            sql: `SELECT ${waitingColumns} FROM receivers AS r WHERE ${chosenServers}`,
          }),
          statPanel({
            title: t('Versions that run', 'Versions en service'),
            description: t(
              'Different versions of the program among those that give signs of life; one is right',
              'Versions différentes du programme parmi ceux qui donnent signe de vie ; une seule est normale',
            ),
            width: 6,
            figures: [{ column: 'versions', title: t('Versions', 'Versions'), colour: 'orange', from: 2, link }],
            sql: `SELECT uniqExact(version) AS versions FROM receivers WHERE is_alive AND ${chosenServers}`,
          }),
          statPanel({
            title: t('Fullest disk', 'Disque le plus plein'),
            description: t(
              'What is free on the fullest disk of a receiver or of ClickHouse',
              'Ce qui reste sur le disque le plus plein d’un récepteur ou de ClickHouse',
            ),
            width: 6,
            figures: [{ column: 'free', title: t('Free', 'Libre'), unit: 'percentunit', steps: freeDisk, link }],
            sql: `SELECT minOrNull(least(if(disk_total_bytes = 0, 1, disk_free_bytes / disk_total_bytes), if(clickhouse_total_bytes = 0, 1, clickhouse_free_bytes / clickhouse_total_bytes))) AS free FROM receivers WHERE is_alive AND ${chosenServers}`,
          }),
        ],
      },
      {
        height: 9,
        panels: [
          tablePanel({
            title: t('Fleet', 'Flotte'),
            description: t(
              'Each receiver at its last sign of life: where it runs, its version, role and throttle, what waits and lags, its disk, its clock, and how many run under its name',
              'Chaque récepteur à son dernier signe de vie : où il tourne, sa version, son rôle et sa limitation, ce qui attend et le retard, son disque, son horloge, et combien tournent sous son nom',
            ),
            width: 24,
            shows: [
              'fsp_server',
              'on_machine',
              'silent_for',
              'version',
              'takes_messages',
              'role_version',
              'throttle',
              'waiting',
              'lag',
              'disk_free',
              'clock_ahead',
              'instances',
            ],
            sql: `SELECT fsp_server, host_name AS on_machine, silent_for, version, if(taking_messages, 'yes', 'no') AS takes_messages, role_version, concat(toString(message_limit), ' / ', toString(interval_seconds), ' s') AS throttle, waiting, lag, if(disk_total_bytes = 0, NULL, disk_free_bytes / disk_total_bytes) AS disk_free, clock_ahead_ms AS clock_ahead, instances
FROM receivers WHERE ${chosenServers} ORDER BY fsp_server LIMIT 500`,
          }),
        ],
      },
      {
        height: 8,
        panels: [
          seriesPanel({
            title: t('Passed on by all', 'Transmis par tous'),
            description: t(
              'Messages that the throttles let pass, by receiver and in steps that are the same for all, so that their sum is the fleet’s',
              'Messages que les limitations ont laissé passer, par récepteur et par pas communs, de sorte que leur somme est celle de la flotte',
            ),
            unit: 'locale',
            width: 12,
            sql: `SELECT ${intervalOf('processed_at')} AS time, toString(fsp_server) AS server, count() AS messages FROM state_messages WHERE ${inRange('processed_at')} AND ${wasPosted} AND ${chosenServers} GROUP BY time, server ORDER BY time`,
          }),
          seriesPanel({
            title: t('Waiting, by receiver', 'En attente, par récepteur'),
            description: t(
              'What each receiver held back, at the most in each step',
              'Ce que chaque récepteur a retenu, au plus dans chaque pas',
            ),
            unit: 'locale',
            width: 12,
            sql: `SELECT ${intervalOf('at')} AS time, toString(fsp_server) AS server, max(waiting) AS waiting FROM receiver_status WHERE ${inRange('at')} AND ${chosenServers} GROUP BY time, server ORDER BY time`,
          }),
        ],
      },
    ],
  };
};
