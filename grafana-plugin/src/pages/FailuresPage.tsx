import { useMemo } from 'react';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { EmptyState, FilterInput, LinkButton, Stack, Text } from '@grafana/ui';
import { getStatus } from '../api/status.js';
import { TimePicker } from '../app/TimePicker.js';
import { useChoice } from '../app/chosen.js';
import { dashboardPath } from '../app/viewer.js';
import { useSearch } from '../app/search.js';
import { stateNames } from '../catalog/states.js';
import { ChosenList } from '../components/ChosenList.js';
import { ClockPicker } from '../components/ClockPicker.js';
import { Chart } from '../components/Chart.js';
import { HeldBack } from '../components/HeldBack.js';
import { QueryState } from '../components/QueryState.js';
import { count } from '../components/format.js';
import { Incidents } from '../failures/Incidents.js';
import { InCommon } from '../failures/InCommon.js';
import { NothingFailed } from '../failures/NothingFailed.js';
import { useAcknowledged } from '../queries/acknowledged.js';
import { failuresOverTimeSql, failuresSql, type Failure } from '../queries/failures.js';
import { useFrames, useRows } from '../queries/run.js';
import { useLoaded } from '../queries/use-loaded.js';
import { FailureTable } from './FailureTable.js';

const fieldConfig = () => ({
  defaults: { custom: { drawStyle: 'bars', fillOpacity: 70, stacking: { mode: 'normal' } } },
  overrides: stateNames().map(([state, name]) => ({
    matcher: { id: 'byName', options: state },
    properties: [{ id: 'displayName', value: name.length > 42 ? `${name.slice(0, 40)}…` : name }],
  })),
});

/** How clients fail: by state and error, with what it means and what to check. */
export default function FailuresPage() {
  const time = useChoice();
  const { chosen } = time;
  const { search, typed, setTyped } = useSearch();
  const acknowledged = useAcknowledged();
  const failures = useRows<Failure>(failuresSql(chosen, search), time.range);
  const chart = useFrames({ sql: failuresOverTimeSql(chosen), series: true }, time.range);
  const status = useLoaded(getStatus, 30_000);
  const config = useMemo(fieldConfig, []);
  return (
    <PluginPage
      pageNav={{ text: t('failures.title', 'Failures') }}
      subTitle={t('failures.subtitle', 'How clients fail, what it means and what to check')}
      actions={
        <>
          <LinkButton variant="secondary" icon="apps" href={`${dashboardPath('failures')}?${time.query}`}>
            {t('overview.dashboard', 'Dashboard')}
          </LinkButton>
          <ClockPicker clock={chosen.clock} />
          <TimePicker
            time={time}
            loading={failures.loading}
            onRefresh={() => {
              failures.reload();
              chart.reload();
              status.reload();
            }}
          />
        </>
      }
    >
      <Stack direction="column" gap={2}>
        <ChosenList chosen={chosen} />
        <HeldBack of={status.value} error={status.error} />
        <Chart
          title={t('failures.chart', 'Clients that failed, by state')}
          frames={chart}
          range={time.range}
          fieldConfig={config}
          height={300}
        />
        <Incidents chosen={chosen} range={time.range} acknowledged={acknowledged} />
        <FilterInput
          escapeRegex={false}
          value={typed}
          onChange={setTyped}
          placeholder={t('failures.search', 'State, error or text')}
          aria-label={t('failures.search', 'State, error or text')}
        />
        <QueryState of={failures}>
          {(rows) => {
            if (rows.length > 0)
              return (
                <>
                  <FailureTable failures={rows} timeQuery={time.query} acknowledged={acknowledged} />
                  <More causes={rows[0]?.causes ?? 0} shown={rows.length} />
                </>
              );
            return search === '' ? (
              <NothingFailed chosen={chosen} range={time.range} />
            ) : (
              <EmptyState variant="not-found" message={t('app.no-match', 'Nothing matches')} />
            );
          }}
        </QueryState>
        <InCommon chosen={chosen} range={time.range} query={time.query} />
      </Stack>
    </PluginPage>
  );
}

/** What the list leaves out: the search looks through all of it. */
function More({ causes, shown }: { causes: number; shown: number }) {
  if (causes <= shown) return null;
  return (
    <Text color="secondary">
      {t('failures.more', '… and {{number}} more, of fewer clients: the search finds them', {
        count: causes - shown,
        defaultValue_one: '… and {{number}} more, of fewer clients: the search finds it',
        number: count(causes - shown),
      })}
    </Text>
  );
}
