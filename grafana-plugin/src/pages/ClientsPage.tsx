import { useCallback, useMemo, useState } from 'react';
import { t } from '@grafana/i18n';
import { locationService, PluginPage } from '@grafana/runtime';
import {
  Combobox,
  FilterInput,
  Field,
  Icon,
  InteractiveTable,
  Pagination,
  Stack,
  Switch,
  Text,
  TextLink,
  type CellProps,
  type Column,
  type FetchDataArgs,
} from '@grafana/ui';
import { useDebounce } from 'react-use';
import { TimePicker } from '../app/TimePicker.js';
import { useTimeRange, useUrlParam } from '../app/url-state.js';
import { ago, count, moment } from '../components/format.js';
import { OutcomeBadge, outcomeText } from '../components/OutcomeBadge.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import {
  clientSorts,
  clientsPerPage,
  clientsSql,
  outcomes,
  sitesAndVersionsSql,
  type Client,
  type ClientSort,
  type SiteAndVersion,
} from '../queries/clients.js';
import { stuckAfterHours } from '../queries/overview.js';
import { useRows } from '../queries/run.js';

type Row = Client & { total: number };

/** Every client that was heard of: searched, narrowed down and sorted by ClickHouse, so that size does not matter. */
export default function ClientsPage() {
  const time = useTimeRange();
  const [search] = useUrlParam('search');
  const [outcome, setOutcome] = useUrlParam('outcome');
  const [communication, setCommunication] = useUrlParam('communication');
  const [site, setSite] = useUrlParam('site');
  const [version, setVersion] = useUrlParam('version');
  const [stuck, setStuck] = useUrlParam('stuck');
  const [state] = useUrlParam('state');
  const [error] = useUrlParam('error');
  const [sortParam] = useUrlParam('sort');
  const [pageParam, setPage] = useUrlParam('page');

  const [typed, setTyped] = useState(search);
  useDebounce(
    () => {
      if (typed !== search) locationService.partial({ search: typed === '' ? null : typed, page: null }, true);
    },
    300,
    [typed],
  );
  const descending = sortParam === '' || sortParam.startsWith('-');
  const sort = clientSorts.find((one) => one === sortParam.replace(/^-/, '')) ?? 'last_message_time';
  const page = Math.max(1, Number(pageParam) || 1);
  const filter = { search, outcome, communication, site, version, state, error, stuckHours: Number(stuck) || 0 };
  const clients = useRows<Row>(clientsSql(filter, sort, descending, page), time.range);
  const choices = useRows<SiteAndVersion>(sitesAndVersionsSql);
  const distinct = (values: string[]) => [...new Set(values)].filter((one) => one !== '').map((value) => ({ value }));
  const narrow = (set: (value: string) => void) => (choice: { value: string } | null) => {
    setPage('');
    set(choice?.value ?? '');
  };

  return (
    <PluginPage
      pageNav={{ text: t('clients.title', 'Clients') }}
      subTitle={t('clients.subtitle', 'Where each client stands, by its last word')}
      actions={<TimePicker time={time} loading={clients.loading} onRefresh={clients.reload} />}
    >
      <Stack direction="column" gap={2}>
        <Stack wrap="wrap" alignItems="flex-end" gap={2}>
          <div style={{ flexGrow: 1, minWidth: 220 }}>
            <FilterInput
              value={typed}
              onChange={setTyped}
              placeholder={t('clients.search', 'Name, GUID, state or error')}
              aria-label={t('clients.search', 'Name, GUID, state or error')}
            />
          </div>
          <Choice
            label={t('clients.outcome', 'Outcome')}
            value={outcome}
            onChange={narrow(setOutcome)}
            options={outcomes.map((value) => ({ value, label: outcomeText(value) }))}
          />
          <Choice
            label={t('clients.communication', 'Management point')}
            value={communication}
            onChange={narrow(setCommunication)}
            options={[
              { value: 'failed', label: t('clients.cut-off', 'Cut off') },
              { value: 'succeeded', label: t('clients.connected', 'Reached') },
            ]}
          />
          <Choice
            label={t('clients.site', 'Site')}
            value={site}
            onChange={narrow(setSite)}
            options={distinct((choices.value ?? []).map(({ site_code }) => site_code))}
          />
          <Choice
            label={t('clients.version', 'Version')}
            value={version}
            onChange={narrow(setVersion)}
            options={distinct((choices.value ?? []).map(({ client_version }) => client_version))}
          />
          <Field
            label={t('clients.stuck', 'Stuck for {{hours}} h', { hours: Number(stuck) || stuckAfterHours })}
            htmlFor="stuck"
            noMargin
          >
            <Switch
              id="stuck"
              value={stuck !== ''}
              onChange={(event) => {
                setPage('');
                setStuck(event.currentTarget.checked ? String(stuckAfterHours) : '');
              }}
            />
          </Field>
        </Stack>
        {state !== '' && (
          <Text color="secondary">
            {t('clients.of-failure', 'Clients that reported state {{state}} {{error}}.', {
              state: state.split('/')[1] ?? '',
              error,
            })}{' '}
            <TextLink href={`${appPath}/clients?${time.query}`}>{t('clients.all', 'Show all')}</TextLink>
          </Text>
        )}
        <QueryState of={clients} empty={t('clients.none', 'No client matches in this time')}>
          {(rows) => <ClientTable rows={rows} timeQuery={time.query} page={page} sort={sort} descending={descending} />}
        </QueryState>
      </Stack>
    </PluginPage>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: { value: string; label?: string }[];
  onChange(choice: { value: string } | null): void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = `filter-${label.replaceAll(/\W/g, '-')}`;
  return (
    <Field label={label} htmlFor={id} noMargin>
      <Combobox
        id={id}
        width={18}
        isClearable
        placeholder={t('clients.any', 'Any')}
        value={value === '' ? null : value}
        options={options}
        onChange={onChange}
      />
    </Field>
  );
}

interface TableProps {
  rows: Row[];
  timeQuery: string;
  page: number;
  sort: ClientSort;
  descending: boolean;
}

function ClientTable({ rows, timeQuery, page, sort, descending }: TableProps) {
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: 'client_name',
        header: t('clients.name', 'Client'),
        sortType: 'string',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <TextLink href={`${appPath}/clients/${encodeURIComponent(original.client_name)}?${timeQuery}`} inline={false}>
            {original.client_name}
          </TextLink>
        ),
      },
      {
        id: 'outcome',
        header: t('clients.outcome', 'Outcome'),
        sortType: 'string',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <Stack gap={1} alignItems="center">
            <OutcomeBadge outcome={original.outcome} />
            {original.communication_outcome === 'failed' && (
              <Icon
                name="exclamation-triangle"
                title={t('clients.cut-off-long', 'Cut off from its management point')}
              />
            )}
          </Stack>
        ),
      },
      {
        id: 'last_error_code',
        header: t('clients.last-word', 'Last word'),
        sortType: 'string',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <Stack direction="column" gap={0.25}>
            <Text>{original.last_state_text}</Text>
            {original.last_error_code !== '' && (
              <Text variant="bodySmall" color="secondary">
                <code>{original.last_error_code}</code> {original.last_error_text}
              </Text>
            )}
          </Stack>
        ),
      },
      { id: 'site_code', header: t('clients.site', 'Site') },
      { id: 'client_version', header: t('clients.version', 'Version'), sortType: 'string' },
      {
        id: 'last_message_time',
        header: t('clients.last-time', 'Last message'),
        sortType: 'number',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <span title={moment(original.last_message_time)}>{ago(original.last_message_time)}</span>
        ),
      },
      { id: 'message_count', header: t('clients.messages', 'Messages'), sortType: 'number' },
    ],
    [timeQuery],
  );
  const fetchSorted = useCallback(
    ({ sortBy }: FetchDataArgs<Row>) => {
      const [first] = sortBy;
      const wanted = first === undefined ? '' : `${first.desc ? '-' : ''}${first.id}`;
      if (wanted !== '' && wanted !== `${descending ? '-' : ''}${sort}`)
        locationService.partial({ sort: wanted, page: null }, true);
    },
    [sort, descending],
  );
  const initialSortBy = useMemo(() => [{ id: sort, desc: descending }], [sort, descending]);
  const total = rows[0]?.total ?? 0;
  return (
    <>
      <InteractiveTable
        columns={columns}
        data={rows}
        getRowId={({ client_id, client_name }) => client_id + client_name}
        fetchData={fetchSorted}
        initialSortBy={initialSortBy}
        disableSortRemove
      />
      <Stack justifyContent="space-between" alignItems="center">
        <Text color="secondary">{t('clients.total', '{{total}} clients', { total: count(total) })}</Text>
        <Pagination
          currentPage={page}
          numberOfPages={Math.max(1, Math.ceil(total / clientsPerPage))}
          hideWhenSinglePage
          onNavigate={(to) => {
            locationService.partial({ page: to === 1 ? null : to });
          }}
        />
      </Stack>
    </>
  );
}
