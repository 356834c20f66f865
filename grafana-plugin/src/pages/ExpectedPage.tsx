import { useMemo, useState } from 'react';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Badge, EmptyState, FilterInput, InteractiveTable, Pagination, Stack, Text } from '@grafana/ui';
import type { CellProps, Column } from '@grafana/ui';
import { clientAddress } from '../app/chosen.js';
import { useOnlyPagesThatAre, usePageNumber, useUrlParam, wholeNumber } from '../app/url-state.js';
import { isAdmin } from '../app/viewer.js';
import { expectedLists, type ExpectedList } from '../api/expected.js';
import { Choice } from '../components/Choice.js';
import { ago, count, moment, share } from '../components/format.js';
import { ListActions } from '../components/ListActions.js';
import { outcomeText } from '../components/OutcomeBadge.js';
import { PageLink } from '../components/PageLink.js';
import { QueryState } from '../components/QueryState.js';
import { Tile } from '../components/Tile.js';
import { useSettings } from '../configuration/settings.js';
import { appPath } from '../constants.js';
import { ExpectedLists } from '../expected/ExpectedLists.js';
import {
  expectedCountsSql,
  expectedExportSql,
  expectedSql,
  machinesPerPage,
  mostExported,
  standings,
  type ExpectedCounts,
  type ExpectedFilter,
  type ExpectedMachine,
  type Standing,
} from '../queries/expected.js';
import { inPieces } from '../queries/pieces.js';
import { allTime, rowsOf, runSql, useRows } from '../queries/run.js';
import { useLoaded } from '../queries/use-loaded.js';

type Row = ExpectedMachine & { total: number };

const silentAfterDays = 30;

function standingText(standing: Standing): string {
  switch (standing) {
    case 'never_heard':
      return t('expected.never-heard', 'Never a word');
    case 'never_ended':
      return t('expected.never-ended', 'Begun, never ended');
    case 'failed':
      return t('expected.failed', 'Failed');
    case 'heard':
      return t('expected.heard', 'Heard of');
  }
}

const colours = { never_heard: 'red', never_ended: 'orange', failed: 'red', heard: 'green' } as const;

/** The most days that an address may ask for: some years. */
const mostSilentDays = 10_000;

/** Which machines should be heard of, and which of them never said a word, began and never ended, or fell silent. */
export default function ExpectedPage() {
  const lists = useLoaded<ExpectedList[]>(expectedLists);
  const [listParam, setList] = useUrlParam('list');
  // A list that is gone narrows nothing: there may be others.
  const list = lists.value?.every((one) => one.list !== listParam) === true ? '' : listParam;
  const [silent, setSilent] = useUrlParam('silent');
  const silentDays = wholeNumber(silent, 0, mostSilentDays);
  const days = silentDays || silentAfterDays;
  const counts = useRows<ExpectedCounts>(expectedCountsSql(list, days));
  const [loads, setLoads] = useState(0);
  const reload = () => {
    setLoads(loads + 1);
    lists.reload();
    counts.reload();
  };
  return (
    <PluginPage
      pageNav={{ text: t('expected.title', 'Expected machines') }}
      subTitle={t(
        'expected.subtitle',
        'A list of machines, from the directory or the site, held against what was heard: who never spoke?',
      )}
    >
      <Stack direction="column" gap={3}>
        <QueryState of={counts}>
          {([found]) =>
            found === undefined || found.machines === 0 ? (
              <EmptyState variant="call-to-action" message={t('expected.none', 'No machines are expected yet')}>
                {isAdmin()
                  ? t('expected.load-first', 'Load a list below: CSV as Get-ADComputer exports it, or one name a line')
                  : t('expected.ask', 'An administrator loads a list here, or with fsp expect')}
              </EmptyState>
            ) : (
              <Counts counts={found} days={days} list={list} />
            )
          }
        </QueryState>
        {(counts.value?.[0]?.machines ?? 0) > 0 && (
          <Machines
            key={loads}
            list={list}
            lists={lists.value ?? []}
            onList={setList}
            silent={silent}
            onSilent={setSilent}
          />
        )}
        <QueryState of={lists}>{(known) => <ExpectedLists lists={known} onChange={reload} />}</QueryState>
      </Stack>
    </PluginPage>
  );
}

function Counts({ counts, days, list }: { counts: ExpectedCounts; days: number; list: string }) {
  const to = (query: string) => `${appPath}/expected?${query}${list === '' ? '' : `&list=${encodeURIComponent(list)}`}`;
  const tile = (standing: Standing, tone?: 'bad' | 'warning' | 'good') => (
    <Tile
      label={standingText(standing)}
      value={count(counts[standing])}
      note={share(counts[standing], counts.machines)}
      {...(counts[standing] > 0 && tone !== undefined ? { tone } : {})}
      href={to(`standing=${standing}`)}
    />
  );
  return (
    <Stack wrap="wrap" gap={1}>
      <Tile label={t('expected.machines', 'Expected')} value={count(counts.machines)} href={to('')} />
      {tile('never_heard', 'bad')}
      {tile('never_ended', 'warning')}
      {tile('failed', 'bad')}
      {tile('heard', 'good')}
      <Tile
        label={t('expected.silent', 'Silent for {{days}} days', {
          count: days,
          defaultValue_one: 'Silent for {{days}} day',
          days: count(days),
        })}
        value={count(counts.silent)}
        note={t('expected.silent-note', 'a client that is well says nothing more')}
        href={to(`silent=${days}`)}
      />
    </Stack>
  );
}

interface MachinesProps {
  list: string;
  lists: ExpectedList[];
  onList(list: string): void;
  silent: string;
  onSilent(days: string): void;
}

function Machines({ list, lists, onList, silent, onSilent }: MachinesProps) {
  const { datasourceUid } = useSettings();
  const [standing, setStanding] = useUrlParam('standing');
  const [search, setSearch] = useUrlParam('search');
  const [page, setPage] = usePageNumber();
  const filter: ExpectedFilter = {
    standing: standings.find((one) => one === standing) ?? '',
    search,
    list,
    silentDays: wholeNumber(silent, 0, mostSilentDays),
  };
  const machines = useRows<Row>(expectedSql(filter, page));
  useOnlyPagesThatAre(machines.value);
  const narrow = (set: (value: string) => void) => (choice: { value: string } | null) => {
    setPage('');
    set(choice?.value ?? '');
  };
  return (
    <Stack direction="column" gap={2}>
      <Stack wrap="wrap" alignItems="flex-end" gap={2}>
        <div style={{ flexGrow: 1, minWidth: 220 }}>
          <FilterInput
            escapeRegex={false}
            value={search}
            onChange={narrowText(setSearch, setPage)}
            placeholder={t('expected.search', 'Name, unit or system')}
            aria-label={t('expected.search', 'Name, unit or system')}
          />
        </div>
        <Choice
          width={22}
          label={t('expected.standing', 'Standing')}
          value={standing}
          onChange={narrow(setStanding)}
          options={standings.map((value) => ({ value, label: standingText(value) }))}
        />
        <Choice
          width={22}
          label={t('expected.silent-since', 'Silent for')}
          value={silent}
          onChange={narrow(onSilent)}
          options={[7, 30, 90, 180].map((days) => ({
            value: String(days),
            label: t('expected.days', '{{days}} days', { days }),
          }))}
        />
        {lists.length > 1 && (
          <Choice
            width={22}
            label={t('expected.list', 'List')}
            value={list}
            onChange={narrow(onList)}
            options={lists.map((one) => ({ value: one.list, label: one.list }))}
          />
        )}
      </Stack>
      <QueryState of={machines} empty={t('expected.no-match', 'No machine matches')}>
        {(rows) => (
          <>
            <Stack justifyContent="space-between" alignItems="center" wrap="wrap">
              <Text color="secondary">
                {t('expected.total', '{{total}} machines', {
                  count: rows[0]?.total ?? 0,
                  defaultValue_one: '{{total}} machine',
                  total: count(rows[0]?.total ?? 0),
                })}
              </Text>
              <ListActions<ExportedMachine>
                name="expected-machines"
                most={mostExported}
                columns={exportedColumns}
                times={['deployment_begin_time', 'last_received_at']}
                nameOf={({ client_name }) => String(client_name)}
                load={() =>
                  inPieces(
                    async (after) =>
                      rowsOf(await runSql({ sql: expectedExportSql(filter, after) }, allTime, datasourceUid)),
                    ({ client_name }) => String(client_name),
                    mostExported,
                  )
                }
              />
            </Stack>
            <MachineTable rows={rows} />
            <Stack justifyContent="flex-end">
              <Pagination
                currentPage={page}
                numberOfPages={Math.max(1, Math.ceil((rows[0]?.total ?? 0) / machinesPerPage))}
                hideWhenSinglePage
                onNavigate={(to) => {
                  setPage(to === 1 ? '' : String(to));
                }}
              />
            </Stack>
          </>
        )}
      </QueryState>
    </Stack>
  );
}

const narrowText = (set: (value: string) => void, setPage: (value: string) => void) => (value: string) => {
  setPage('');
  set(value);
};

const exportedColumns = [
  'client_name',
  'client_fqdn',
  'standing',
  'lists',
  'organisational_unit',
  'operating_system',
  'last_logon',
  'site_code',
  'outcome',
  'deployment_begin_time',
  'last_received_at',
] as const;
type ExportedMachine = Record<(typeof exportedColumns)[number], string | number>;

function MachineTable({ rows }: { rows: Row[] }) {
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: 'client_name',
        header: t('expected.machine', 'Machine'),
        cell: ({ row: { original } }: CellProps<Row>) =>
          original.client_key === '' ? (
            <Text>{original.client_name}</Text>
          ) : (
            <PageLink href={clientAddress(original.client_key, '')}>{original.client_name}</PageLink>
          ),
      },
      {
        id: 'standing',
        header: t('expected.standing', 'Standing'),
        cell: ({ row: { original } }: CellProps<Row>) => (
          <Badge color={colours[original.standing]} text={standingText(original.standing)} />
        ),
      },
      {
        id: 'organisational_unit',
        header: t('expected.unit', 'Unit and system'),
        cell: ({ row: { original } }: CellProps<Row>) => (
          <Stack direction="column" gap={0.25}>
            <Text>{original.organisational_unit || '–'}</Text>
            <Text variant="bodySmall" color="secondary">
              {original.operating_system}
            </Text>
          </Stack>
        ),
      },
      {
        id: 'last_logon',
        header: t('expected.last-logon', 'Last logon, as listed'),
        cell: ({ row: { original } }: CellProps<Row>) => <span>{original.last_logon || '–'}</span>,
      },
      {
        id: 'last_received_at',
        header: t('expected.last-heard', 'Last heard of'),
        cell: ({ row: { original } }: CellProps<Row>) => (
          <Stack direction="column" gap={0.25}>
            <span title={moment(original.last_received_at)}>{ago(original.last_received_at)}</span>
            {original.outcome !== '' && (
              <Text variant="bodySmall" color="secondary">
                {outcomeText(original.outcome)}
              </Text>
            )}
          </Stack>
        ),
      },
    ],
    [],
  );
  return <InteractiveTable columns={columns} data={rows} getRowId={({ client_name }) => client_name} />;
}
