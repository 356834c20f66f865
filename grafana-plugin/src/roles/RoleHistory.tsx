import { useCallback, useMemo } from 'react';
import { t } from '@grafana/i18n';
import { InteractiveTable, Stack, Text, type CellProps, type Column } from '@grafana/ui';
import { getHistory, type RoleVersion } from '../api/roles.js';
import { moment } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { useLoaded, type Loaded } from '../queries/use-loaded.js';
import { differences, fieldName, fieldValue } from './texts.js';

type Row = RoleVersion & { before: RoleVersion | undefined };

/** Who changed what, when; the newest first. */
export function RoleHistory({ server }: { server: string }) {
  return <HistoryTable of={useLoaded(useCallback(() => getHistory(server), [server]))} />;
}

/** A history that was asked for. */
export function HistoryTable({ of: history }: { of: Loaded<RoleVersion[]> }) {
  const columns = useMemo<Column<Row>[]>(
    () => [
      { id: 'version', header: t('history.version', 'Version') },
      {
        id: 'changedAt',
        header: t('history.when', 'When'),
        cell: ({ row: { original } }: CellProps<Row>) => moment(Date.parse(original.changedAt)),
      },
      { id: 'changedBy', header: t('history.who', 'Who') },
      {
        id: 'configuration',
        header: t('history.what', 'What'),
        cell: ({ row: { original } }: CellProps<Row>) => <What {...original} />,
      },
    ],
    [],
  );
  return (
    <QueryState of={history}>
      {(versions) => (
        <InteractiveTable
          columns={columns}
          data={versions.map((one, index) => ({ ...one, before: versions[index + 1] }))}
          getRowId={({ version }) => String(version)}
          pageSize={20}
        />
      )}
    </QueryState>
  );
}

function What({ before, removed, configuration }: Row) {
  if (removed) return <Text>{t('history.removed', 'Removed')}</Text>;
  if (before === undefined || before.removed) return <Text>{t('history.created', 'Created')}</Text>;
  return (
    <Stack direction="column" gap={0}>
      {differences(before.configuration, configuration).map((field) => (
        <Text
          key={field}
        >{`${fieldName(field)}: ${fieldValue(before.configuration, field)} → ${fieldValue(configuration, field)}`}</Text>
      ))}
    </Stack>
  );
}
