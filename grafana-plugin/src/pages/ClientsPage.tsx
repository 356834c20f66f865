import { useCallback, useMemo } from 'react';
import { css } from '@emotion/css';
import { t } from '@grafana/i18n';
import { locationService, PluginPage } from '@grafana/runtime';
import {
  EmptyState,
  FilterInput,
  Field,
  InteractiveTable,
  Pagination,
  Stack,
  Switch,
  Text,
  type CellProps,
  type Column,
  type FetchDataArgs,
} from '@grafana/ui';
import { deploymentOutcomes } from '../../../dashboards/src/deployments.js';
import { TimePicker } from '../app/TimePicker.js';
import { clientAddress, parameterOf, useChoice, type UrlChoice } from '../app/chosen.js';
import { useSearch } from '../app/search.js';
import { usePageNumber, useOnlyPagesThatAre, useUrlParam, wholeNumber } from '../app/url-state.js';
import { errorText } from '../catalog/errors.js';
import { stateText } from '../catalog/states.js';
import { logPaths, retryCommands } from '../client/commands.js';
import { useProperties } from '../client/use-properties.js';
import { Brief } from '../components/Brief.js';
import { Choice } from '../components/Choice.js';
import { ChosenList } from '../components/ChosenList.js';
import { ClientMarks } from '../components/ClientMarks.js';
import { ClockPicker } from '../components/ClockPicker.js';
import { ago, count, moment } from '../components/format.js';
import { ListActions } from '../components/ListActions.js';
import { outcomeText } from '../components/OutcomeBadge.js';
import { PageLink } from '../components/PageLink.js';
import { QueryState } from '../components/QueryState.js';
import { useSettings } from '../configuration/settings.js';
import { useAcknowledged, type AcknowledgedFailures } from '../queries/acknowledged.js';
import {
  clientExportSql,
  clientExtentSql,
  clientSorts,
  clientsPerPage,
  clientsSql,
  mostExported,
  sitesAndVersionsSql,
  type Client,
  type ClientExtent,
  type ClientFilter,
  type ClientSort,
  type SiteAndVersion,
} from '../queries/clients.js';
import { stuckAfterHours } from '../queries/overview.js';
import { inPieces } from '../queries/pieces.js';
import { rowsOf, runSql, useRows } from '../queries/run.js';
import { OutsideRange } from '../setup-logs/OutsideRange.js';
import { ClientToggles, cutOffTopics, OfNoRow } from './ClientToggles.js';

type Row = Client & { total: number };

/** The most hours that an address may ask for: some years. */
const mostStuckHours = 100_000;

/** What a client said of a topic, where a list is narrowed down by that. */
const wordOf = (text: string) => (text === 'failed' || text === 'succeeded' ? text : '');

/** Every client that was heard of: searched, narrowed down and sorted by ClickHouse, so that size does not matter. */
export default function ClientsPage() {
  const time = useChoice();
  const { chosen, query, range } = time;
  const { datasourceUid } = useSettings();
  const propertiesFor = useProperties();
  const acknowledged = useAcknowledged();
  const targetOf = ({ client_name, site_code, fsp_server }: ExportedClient) => ({
    name: String(client_name),
    properties: propertiesFor({ site_code: String(site_code), fsp_server: String(fsp_server) }),
  });
  const { search, typed, setTyped } = useSearch();
  // What narrows the list down is what is shown above it: a value that none of that can show narrows nothing.
  const [outcomeParam, setOutcome] = useUrlParam('outcome');
  const outcome = deploymentOutcomes.find((one) => one === outcomeParam) ?? '';
  const [communicationParam, setCommunication] = useUrlParam('communication');
  const communication = wordOf(communicationParam);
  const [cutOff] = useUrlParam('cut-off');
  const [clockOff] = useUrlParam('clock-off');
  const [notAssigned] = useUrlParam('not-assigned');
  const [https] = useUrlParam('https');
  const [lastWord] = useUrlParam('last-word');
  const [still] = useUrlParam('still');
  const [, setSite] = useUrlParam(parameterOf('site'));
  const [, setVersion] = useUrlParam(parameterOf('version'));
  const [stuck, setStuck] = useUrlParam('stuck');
  const stuckHours = wholeNumber(stuck, 0, mostStuckHours);
  const [sortParam] = useUrlParam('sort');
  const [page, setPage] = usePageNumber();

  const descending = sortParam === '' || sortParam.startsWith('-');
  const sort = clientSorts.find((one) => one === sortParam.replace(/^-/, '')) ?? 'last_received_at';
  const filter: ClientFilter = {
    search,
    outcome,
    // Whoever is cut off is so by the management point or by a certificate.
    communication: communication === 'failed' ? '' : communication,
    cutOff: cutOff !== '' || communication === 'failed',
    cutOffBy: cutOffTopics.filter((topic) => cutOff.split(',').includes(String(topic))),
    clockOff: clockOff !== '',
    notAssigned: notAssigned !== '',
    https: wordOf(https),
    lastWord,
    still: still === '' || still === 'sent' ? still : 'heard',
    stuckHours,
  };
  const clients = useRows<Row>(clientsSql(chosen, filter, sort, descending, page), range);
  useOnlyPagesThatAre(clients.value);
  const choices = useRows<SiteAndVersion>(sitesAndVersionsSql);
  const distinct = (values: string[]) => [...new Set(values)].filter((one) => one !== '').map((value) => ({ value }));
  const narrow = (set: (value: string) => void) => (choice: { value: string } | null) => {
    setPage('');
    set(choice?.value ?? '');
  };

  return (
    <PluginPage
      pageNav={{ text: t('clients.title', 'Clients') }}
      subTitle={t('clients.subtitle', 'Clients heard of in this time, each where it stands now')}
      actions={
        <>
          <ClockPicker clock={chosen.clock} />
          <TimePicker time={time} loading={clients.loading} onRefresh={clients.reload} />
        </>
      }
    >
      <Stack direction="column" gap={2}>
        <Stack wrap="wrap" alignItems="flex-end" gap={2}>
          <div style={{ flexGrow: 1, minWidth: 220 }}>
            <FilterInput
              escapeRegex={false}
              value={typed}
              onChange={setTyped}
              placeholder={t('clients.search', 'Name, GUID, address, user, state or error')}
              aria-label={t('clients.search', 'Name, GUID, address, user, state or error')}
            />
          </div>
          <Choice
            label={t('client.deployment', 'Deployment')}
            value={outcome}
            onChange={narrow(setOutcome)}
            options={deploymentOutcomes.map((value) => ({ value, label: outcomeText(value) }))}
          />
          <Choice
            label={t('clients.communication', 'Management point')}
            value={filter.cutOff ? 'failed' : communication}
            onChange={(choice) => {
              locationService.partial({ 'cut-off': null }, true);
              narrow(setCommunication)(choice);
            }}
            options={[
              { value: 'failed', label: t('clients.cut-off', 'Cut off') },
              { value: 'succeeded', label: t('clients.connected', 'Reached') },
            ]}
          />
          <Choice
            label={t('clients.site', 'Site')}
            value={chosen.site[0] ?? ''}
            onChange={narrow(setSite)}
            options={distinct((choices.value ?? []).map(({ site_code }) => site_code))}
          />
          <Choice
            label={t('clients.version', 'Version')}
            value={chosen.version[0] ?? ''}
            onChange={narrow(setVersion)}
            options={distinct((choices.value ?? []).map(({ client_version }) => client_version))}
          />
          <Field
            label={t('clients.stuck', 'Stuck for {{hours}} h', { hours: stuckHours || stuckAfterHours })}
            htmlFor="stuck"
            noMargin
          >
            <Switch
              id="stuck"
              value={stuckHours > 0}
              onChange={(event) => {
                setPage('');
                setStuck(event.currentTarget.checked ? String(stuckAfterHours) : '');
              }}
            />
          </Field>
        </Stack>
        <ChosenList chosen={chosen} but={['site', 'version']} />
        <OfNoRow query={query} />
        <ClientToggles ofCause={chosen.cause.length > 0} />
        <QueryState of={clients}>
          {(rows) =>
            rows.length === 0 ? (
              <NoClients filter={filter} time={time} />
            ) : (
              <>
                <Stack justifyContent="space-between" alignItems="center" wrap="wrap">
                  <Text color="secondary">
                    {t('clients.total', '{{total}} clients', {
                      count: rows[0]?.total ?? 0,
                      defaultValue_one: '{{total}} client',
                      total: count(rows[0]?.total ?? 0),
                    })}
                  </Text>
                  <ListActions<ExportedClient>
                    name="clients"
                    most={mostExported}
                    columns={exportedColumns}
                    times={['last_received_at']}
                    nameOf={({ client_name }) => String(client_name)}
                    load={() =>
                      inPieces(
                        async (after) =>
                          rowsOf(await runSql({ sql: clientExportSql(chosen, filter, after) }, range, datasourceUid)),
                        ({ client_name }) => String(client_name),
                        mostExported,
                      )
                    }
                    copies={[
                      {
                        label: t('retry.copy', 'Copy retry commands'),
                        textOf: (listed) => retryCommands(listed.map(targetOf)).join('\r\n'),
                      },
                      {
                        label: t('retry.copy-paths', 'Copy log paths'),
                        textOf: (listed) => listed.flatMap((one) => logPaths(String(one.client_name))).join('\r\n'),
                      },
                    ]}
                  />
                </Stack>
                <ClientTable
                  rows={rows}
                  acknowledged={acknowledged}
                  timeQuery={query}
                  page={page}
                  sort={sort}
                  descending={descending}
                />
              </>
            )
          }
        </QueryState>
      </Stack>
    </PluginPage>
  );
}

const exportedColumns = [
  'client_name',
  'client_fqdn',
  'client_id',
  'client_address',
  'site_code',
  'fsp_server',
  'client_version',
  'deployment_outcome',
  'outcome',
  'last_state_text',
  'last_error_code',
  'last_error_text',
  'is_cut_off',
  'clock_offset_seconds',
  'last_received_at',
] as const;
type ExportedClient = Record<(typeof exportedColumns)[number], string | number>;

/** Nothing matches: in this time, or at all. */
function NoClients({ filter, time }: { filter: ClientFilter; time: UrlChoice }) {
  const [extent] = useRows<ClientExtent>(clientExtentSql(time.chosen, filter), time.range).value ?? [];
  return (
    <>
      <EmptyState variant="not-found" message={t('clients.none', 'No client matches in this time')} />
      {extent !== undefined && <OutsideRange extent={extent} time={time} />}
    </>
  );
}

interface TableProps {
  rows: Row[];
  acknowledged: AcknowledgedFailures;
  timeQuery: string;
  page: number;
  sort: ClientSort;
  descending: boolean;
}

/** A machine's name has fifteen letters, which stand on one line; what is longer takes no other column's room. */
const name = css({ display: 'block', width: 'max-content', maxWidth: '24ch' });
/** Long words are broken, and must not be to the letter. */
const lastWord = css({ display: 'block', minWidth: 130 });

function ClientTable({ rows, acknowledged, timeQuery, page, sort, descending }: TableProps) {
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        id: 'client_name',
        header: t('clients.name', 'Client'),
        sortType: 'string',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <PageLink href={clientAddress(original.client_name, timeQuery)}>
            <span className={name}>
              <Brief text={original.client_name || '–'} lines={2} />
            </span>
          </PageLink>
        ),
      },
      {
        id: 'deployment_outcome',
        header: t('client.deployment', 'Deployment'),
        sortType: 'string',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <ClientMarks
            client={original}
            acknowledged={
              original.outcome === 'failed' ? acknowledged.find(original.cause, original.client_name) : undefined
            }
          />
        ),
      },
      {
        id: 'last_error_code',
        header: t('clients.last-word', 'Last word'),
        sortType: 'string',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <Stack direction="column" gap={0.25}>
            <span className={lastWord}>
              <Brief
                text={stateText(original.last_topic_type, original.last_state_id, original.last_state_text)}
                lines={4}
              />
            </span>
            {original.last_error_code !== '' && (
              <Text variant="bodySmall" color="secondary">
                <code>{original.last_error_code}</code> {errorText(original.last_error_code, original.last_error_text)}
              </Text>
            )}
          </Stack>
        ),
      },
      { id: 'site_code', header: t('clients.site', 'Site') },
      { id: 'client_version', header: t('clients.version', 'Version'), sortType: 'string' },
      {
        id: 'last_received_at',
        header: t('clients.last-time', 'Last message'),
        sortType: 'number',
        cell: ({ row: { original } }: CellProps<Row>) => (
          <span title={moment(original.last_received_at)}>{ago(original.last_received_at)}</span>
        ),
      },
      { id: 'message_count', header: t('clients.messages', 'Messages'), sortType: 'number' },
    ],
    [timeQuery, acknowledged],
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
      <Stack justifyContent="flex-end">
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
