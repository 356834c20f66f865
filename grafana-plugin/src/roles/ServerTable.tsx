import { useMemo } from 'react';
import { t } from '@grafana/i18n';
import { Icon, InteractiveTable, Stack, Text, TextLink, Tooltip, type CellProps, type Column } from '@grafana/ui';
import { appPath } from '../constants.js';
import { ago, count, moment } from '../components/format.js';
import { StateBadge } from './RoleState.js';
import { connectionsText, findingText } from './texts.js';
import type { SiteSystem } from './use-servers.js';

type Cell = CellProps<SiteSystem>;

/** Site systems and their roles, with their state. */
export function ServerTable({ servers }: { servers: SiteSystem[] }) {
  const columns = useMemo<Column<SiteSystem>[]>(
    () => [
      {
        id: 'server',
        header: t('servers.server', 'Site system'),
        sortType: 'string',
        cell: ({
          row: {
            original: { server, role, state },
          },
        }: Cell) => (
          <Stack direction="column" gap={0.25}>
            {role === undefined && state !== 'removed' ? (
              <Text>{server}</Text>
            ) : (
              <TextLink href={`${appPath}/roles/${server}`} inline={false}>
                {server}
              </TextLink>
            )}
            {role !== undefined && (
              <Text variant="bodySmall" color="secondary">
                {`${role.configuration.siteCode} · ${connectionsText(role.allowedClientConnections).value}`}
              </Text>
            )}
          </Stack>
        ),
      },
      {
        id: 'state',
        header: t('servers.state', 'State'),
        sortType: 'string',
        cell: ({ row: { original } }: Cell) => <StateBadge state={original.state} />,
      },
      {
        id: 'throttle',
        header: t('servers.throttle', 'Throttle'),
        cell: ({
          row: {
            original: { role },
          },
        }: Cell) =>
          role === undefined
            ? '–'
            : t('servers.throttle-value', '{{messages}} in {{seconds}} s', {
                messages: count(role.configuration.messageCount),
                seconds: count(role.configuration.throttleIntervalSeconds),
              }),
      },
      {
        id: 'waiting',
        header: t('servers.waiting', 'Waiting'),
        sortType: 'number',
        cell: ({
          row: {
            original: { waiting, oldestWaitingAt },
          },
        }: Cell) => (
          <Stack direction="column" gap={0.25}>
            <Text>{waiting === null ? '–' : count(waiting)}</Text>
            {waiting !== null && waiting > 0 && (
              <Text variant="bodySmall" color="secondary">
                {t('servers.oldest', 'oldest {{ago}}', { ago: ago(oldestWaitingAt) })}
              </Text>
            )}
          </Stack>
        ),
      },
      {
        id: 'lastMessage',
        header: t('servers.last', 'Last message'),
        sortType: 'number',
        cell: ({
          row: {
            original: { lastMessage },
          },
        }: Cell) => <span title={moment(lastMessage)}>{ago(lastMessage)}</span>,
      },
      {
        id: 'warnings',
        header: t('servers.warnings', 'Warnings'),
        cell: ({
          row: {
            original: { role },
          },
        }: Cell) => {
          const warnings = role?.warnings ?? [];
          return warnings.length === 0 ? (
            '–'
          ) : (
            <Tooltip content={warnings.map(findingText).join('. ')}>
              <span tabIndex={0}>
                <Icon name="exclamation-triangle" /> {warnings.length}
              </span>
            </Tooltip>
          );
        },
      },
    ],
    [],
  );
  return <InteractiveTable columns={columns} data={servers} getRowId={({ server }) => server} />;
}
