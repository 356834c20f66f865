import { useCallback, useMemo } from 'react';
import { getDefaultTimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, InteractiveTable, Stack, Text, type CellProps, type Column } from '@grafana/ui';
import { ago, count, duration, share } from '../components/format.js';
import { QueryState } from '../components/QueryState.js';
import { useSettings } from '../configuration/settings.js';
import { receiversSql, type Receiver } from '../queries/receivers.js';
import { rowsOf, runSql } from '../queries/run.js';
import { useLoaded } from '../queries/use-loaded.js';
import { StateBadge } from '../roles/RoleState.js';

const always = getDefaultTimeRange();

/** The fleet of receivers over this ClickHouse: how each is, and what they hold together. */
export default function ReceiversPage() {
  const { datasourceUid } = useSettings();
  const receivers = useLoaded(
    useCallback(
      async () => rowsOf<Receiver>(await runSql({ sql: receiversSql }, always, datasourceUid)),
      [datasourceUid],
    ),
    30_000,
  );
  return (
    <PluginPage
      pageNav={{ text: t('receivers.title', 'Receivers') }}
      subTitle={t(
        'receivers.subtitle',
        'Every fallback status point over this ClickHouse, as its last sign of life tells',
      )}
    >
      <QueryState
        of={receivers}
        empty={t(
          'receivers.empty',
          'No receiver has given a sign of life yet; the first comes within a minute of its start',
        )}
      >
        {(list) => <Fleet receivers={list} />}
      </QueryState>
    </PluginPage>
  );
}

function Fleet({ receivers }: { receivers: Receiver[] }) {
  const alive = receivers.filter(({ is_alive }) => is_alive === 1);
  const silent = receivers.filter(({ is_alive }) => is_alive !== 1);
  const sum = (list: Receiver[], of: (one: Receiver) => number) => list.reduce((all, one) => all + of(one), 0);
  const versions = [...new Set(alive.map(({ version }) => version))];
  const shared = receivers.filter(({ instances }) => instances > 1);
  return (
    <Stack direction="column" gap={2}>
      <Text>
        {t(
          'receivers.sum',
          'Giving signs of life: {{alive}} of {{all}} · Messages waiting: {{waiting}} · On their way: {{lag}}',
          {
            alive: count(alive.length),
            all: count(receivers.length),
            waiting: count(sum(alive, ({ waiting }) => waiting)),
            lag: count(sum(alive, ({ lag }) => lag)),
          },
        )}
        {/* What was so when they were last heard of is not so now. */}
        {silent.length > 0 &&
          ` · ${t(
            'receivers.silent-sum',
            'At silent receivers, by their last sign of life: {{waiting}} waiting, {{lag}} on their way',
            {
              waiting: count(sum(silent, ({ waiting }) => waiting)),
              lag: count(sum(silent, ({ lag }) => lag)),
            },
          )}`}
      </Text>
      {shared.map(({ fsp_server, instances }) => (
        <Alert
          key={fsp_server}
          bottomSpacing={0}
          severity="error"
          title={t('receivers.shared', 'Under the name {{name}} runs more than one receiver: {{number}}', {
            number: count(instances),
            name: fsp_server,
          })}
        >
          {t(
            'receivers.shared-detail',
            'Together they pass more than the role allows. Give each a name of its own with FSP_SERVER_NAME.',
          )}
        </Alert>
      ))}
      {versions.length > 1 && (
        <Alert
          bottomSpacing={0}
          severity="warning"
          title={t('receivers.versions', 'The receivers run different versions: {{versions}}', {
            versions: versions.join(', '),
          })}
        />
      )}
      <FleetTable receivers={receivers} />
    </Stack>
  );
}

type Cell = CellProps<Receiver>;

function FleetTable({ receivers }: { receivers: Receiver[] }) {
  const columns = useMemo<Column<Receiver>[]>(
    () => [
      {
        id: 'fsp_server',
        header: t('receivers.name', 'Receiver'),
        sortType: 'string',
        cell: ({ row: { original } }: Cell) => (
          <Two first={original.fsp_server} second={`${original.host_name} · ${original.version}`} />
        ),
      },
      {
        id: 'silent_for',
        header: t('receivers.state', 'State'),
        sortType: 'number',
        cell: ({ row: { original } }: Cell) => (
          <Stack direction="column" gap={0.25} alignItems="flex-start">
            <StateBadge state={stateOf(original)} />
            <Text variant="bodySmall" color="secondary">
              {t('receivers.seen', '{{time}} ago', { time: duration(original.silent_for) })}
            </Text>
          </Stack>
        ),
      },
      {
        id: 'role_version',
        header: t('receivers.role', 'Role and throttle'),
        cell: ({ row: { original } }: Cell) => (
          <Two
            first={
              original.role_version === 0
                ? t('receivers.no-role', 'No role')
                : t('receivers.role-version', 'Version {{version}}', { version: count(original.role_version) })
            }
            second={t('receivers.throttle', '{{messages}} in {{seconds}} s', {
              messages: count(original.message_limit),
              seconds: count(original.interval_seconds),
            })}
          />
        ),
      },
      {
        id: 'waiting',
        header: t('receivers.waiting', 'Waiting'),
        sortType: 'number',
        cell: ({ row: { original } }: Cell) => (
          <Two first={count(original.waiting)} second={original.waiting > 0 ? ago(original.oldest_waiting_at) : ''} />
        ),
      },
      {
        id: 'lag',
        header: t('receivers.lag', 'Behind by'),
        sortType: 'number',
        cell: ({ row: { original } }: Cell) => <Two first={count(original.lag)} second={original.failing_sinks} />,
      },
      {
        id: 'last_message_at',
        header: t('receivers.last', 'Last message'),
        sortType: 'number',
        cell: ({ row: { original } }: Cell) => ago(original.last_message_at),
      },
      {
        id: 'disk_free_bytes',
        header: t('receivers.disk', 'Disk free'),
        sortType: 'number',
        cell: ({ row: { original } }: Cell) => (
          <Two
            first={room(original.disk_free_bytes, original.disk_total_bytes)}
            second={
              original.clickhouse_total_bytes === 0
                ? ''
                : t('receivers.disk-clickhouse', 'ClickHouse {{room}}', {
                    room: room(original.clickhouse_free_bytes, original.clickhouse_total_bytes),
                  })
            }
          />
        ),
      },
      {
        id: 'quarantined',
        header: t('receivers.quarantined', 'In quarantine'),
        sortType: 'number',
        cell: ({ row: { original } }: Cell) => count(original.quarantined),
      },
    ],
    [],
  );
  return <InteractiveTable columns={columns} data={receivers} getRowId={({ fsp_server }) => fsp_server} />;
}

function Two({ first, second }: { first: string; second: string }) {
  return (
    <Stack direction="column" gap={0.25}>
      <Text>{first}</Text>
      {second !== '' && (
        <Text variant="bodySmall" color="secondary">
          {second}
        </Text>
      )}
    </Stack>
  );
}

function stateOf({ is_alive, draining, taking_messages }: Receiver) {
  if (is_alive !== 1) return 'silent';
  if (draining === 1) return 'draining';
  return taking_messages === 1 ? 'taking' : 'not_taking';
}

function room(free: number, total: number): string {
  if (total === 0) return '–';
  return `${count(Math.round(free / 1024 ** 3))} GiB (${share(free, total)})`;
}
