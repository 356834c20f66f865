import { useMemo } from 'react';
import { FieldColorModeId } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, Stack, Text, TextLink } from '@grafana/ui';
import { getStatus } from '../api/status.js';
import { TimePicker } from '../app/TimePicker.js';
import { useChoice } from '../app/chosen.js';
import { dashboardPath } from '../app/viewer.js';
import { ChosenList } from '../components/ChosenList.js';
import { ClockPicker } from '../components/ClockPicker.js';
import { Chart } from '../components/Chart.js';
import { count, duration, moment, share } from '../components/format.js';
import { HeldBack } from '../components/HeldBack.js';
import { OutcomeBadge, outcomeText } from '../components/OutcomeBadge.js';
import { QueryState } from '../components/QueryState.js';
import { Tile } from '../components/Tile.js';
import { appPath } from '../constants.js';
import { NothingFailed } from '../failures/NothingFailed.js';
import { failuresSql, type Failure } from '../queries/failures.js';
import {
  deploymentsOverTimeSql,
  durationSql,
  fleetSql,
  stuckAfterHours,
  type Durations,
  type FleetCounts,
} from '../queries/overview.js';
import { useFrames, useRows } from '../queries/run.js';
import { anyRun, setupRunsSql, type SetupRun } from '../queries/setup-logs.js';
import { useLoaded } from '../queries/use-loaded.js';
import { useAcknowledged } from '../queries/acknowledged.js';
import { FailureTable } from './FailureTable.js';

const colours: Record<string, string> = { succeeded: 'green', failed: 'red' };

/** The fleet's health at a glance: where clients stand, what fails, and whether messages come through. */
export default function OverviewPage() {
  const acknowledged = useAcknowledged();
  const time = useChoice();
  const { range, query, chosen } = time;
  const fleet = useRows<FleetCounts>(fleetSql(chosen), range);
  const took = useRows<Durations>(durationSql(chosen), range);
  const chart = useFrames({ sql: deploymentsOverTimeSql(chosen), series: true }, range);
  const failures = useRows<Failure>(failuresSql(chosen), range);
  const runs = useRows<SetupRun>(setupRunsSql(anyRun), range);
  const status = useLoaded(getStatus, 30_000);
  const loadable = [fleet, took, chart, failures, runs, status];
  const fieldConfig = useMemo(
    () => ({
      defaults: { custom: { drawStyle: 'bars', fillOpacity: 70, stacking: { mode: 'normal' } } },
      overrides: Object.entries(colours).map(([name, fixedColor]) => ({
        matcher: { id: 'byName', options: name },
        properties: [
          { id: 'displayName', value: outcomeText(name) },
          { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor } },
        ],
      })),
    }),
    [],
  );

  return (
    <PluginPage
      pageNav={{ text: t('overview.title', 'Overview') }}
      subTitle={t(
        'overview.subtitle',
        'Clients that reported to the fallback status point in this time, as they stand now',
      )}
      actions={
        <>
          <LinkButton variant="secondary" icon="apps" href={`${dashboardPath('overview')}?${query}`}>
            {t('overview.dashboard', 'Dashboard')}
          </LinkButton>
          <ClockPicker clock={chosen.clock} />
          <TimePicker
            time={time}
            loading={loadable.some(({ loading }) => loading)}
            onRefresh={() => {
              for (const { reload } of loadable) reload();
            }}
          />
        </>
      }
    >
      <Stack direction="column" gap={3}>
        <ChosenList chosen={chosen} />
        <HeldBack of={status.value} error={status.error} />
        <QueryState of={fleet}>
          {([counts]) =>
            counts === undefined || counts.clients + counts.stuck === 0 ? (
              <Alert
                bottomSpacing={0}
                severity="info"
                title={t('overview.empty-title', 'No client has reported in this time')}
              >
                <Trans i18nKey="overview.empty">
                  Point clients at the fallback status point with the FSP property of ccmsetup; the page Role
                  configuration has the line to copy.
                </Trans>
              </Alert>
            ) : (
              <Fleet counts={counts} took={took.value?.[0]} timeQuery={query} />
            )
          }
        </QueryState>
        <Chart
          title={t('overview.chart', 'Deployments that ended')}
          description={t(
            'overview.chart-description',
            'Clients whose deployment ended or failed in this time, each once, at the newest end',
          )}
          frames={chart}
          range={range}
          fieldConfig={fieldConfig}
        />
        <section>
          <Stack justifyContent="space-between" alignItems="baseline">
            <Text element="h2" variant="h4">
              {t('overview.failures', 'What fails most')}
            </Text>
            <TextLink href={`${appPath}/failures?${query}`}>{t('overview.all-failures', 'All failures')}</TextLink>
          </Stack>
          <QueryState of={failures}>
            {(rows) =>
              rows.length === 0 ? (
                <NothingFailed chosen={chosen} range={range} />
              ) : (
                <FailureTable failures={rows.slice(0, 5)} timeQuery={query} acknowledged={acknowledged} />
              )
            }
          </QueryState>
        </section>
        <section>
          <Stack justifyContent="space-between" alignItems="baseline">
            <Text element="h2" variant="h4">
              {t('overview.runs', 'Set-up of the role')}
            </Text>
            <TextLink href={`${appPath}/setup-logs?${query}`}>{t('overview.all-runs', 'All set-up logs')}</TextLink>
          </Stack>
          <QueryState of={runs} empty={t('setup.none', 'No set-up ran in this time')}>
            {(rows) => <LatestRuns runs={rows.slice(0, 3)} timeQuery={query} />}
          </QueryState>
        </section>
      </Stack>
    </PluginPage>
  );
}

function Fleet({ counts, took, timeQuery }: { counts: FleetCounts; took?: Durations; timeQuery: string }) {
  const { clients, succeeded, failed, in_progress, reboot_pending, stuck, cut_off, clock_off, not_assigned } = counts;
  const link = (filter: string) => `${appPath}/clients?${filter}&${timeQuery}`;
  const ended = succeeded + failed;
  return (
    <Stack wrap="wrap" gap={1}>
      <Tile label={t('overview.clients', 'Clients')} value={count(clients)} href={link('')} />
      <Tile
        label={t('overview.succeeded', 'Succeeded')}
        value={count(succeeded)}
        note={t('overview.success-share', '{{share}} of those that ended', { share: share(succeeded, ended) })}
        tone={succeeded > 0 ? 'good' : undefined}
        href={link('outcome=succeeded')}
      />
      <Tile
        label={t('overview.failed', 'Failed')}
        value={count(failed)}
        note={t('overview.success-share', '{{share}} of those that ended', { share: share(failed, ended) })}
        tone={failed > 0 ? 'bad' : undefined}
        href={link('outcome=failed')}
      />
      <Tile
        label={t('overview.in-progress', 'In progress')}
        value={count(in_progress)}
        href={link('outcome=in_progress')}
      />
      <Tile
        label={t('overview.reboot', 'Restart pending')}
        value={count(reboot_pending)}
        href={link('outcome=reboot_pending')}
      />
      <Tile
        label={t('overview.stuck', 'Stuck')}
        value={count(stuck)}
        note={t('overview.stuck-note', 'no end for {{hours}} hours, whatever the time', { hours: stuckAfterHours })}
        tone={stuck > 0 ? 'warning' : undefined}
        href={link(`stuck=${stuckAfterHours}`)}
      />
      <Tile
        label={t('overview.cut-off', 'Cut off')}
        value={count(cut_off)}
        note={t('overview.cut-off-note', 'by management point or certificate')}
        tone={cut_off > 0 ? 'warning' : undefined}
        href={link('cut-off=1')}
      />
      {(['skipped', 'unknown', 'no_word'] as const).map(
        (outcome) =>
          counts[outcome] > 0 && (
            <Tile
              key={outcome}
              label={outcomeText(outcome)}
              value={count(counts[outcome])}
              href={link(`outcome=${outcome}`)}
            />
          ),
      )}
      {not_assigned > 0 && (
        <Tile
          label={t('overview.not-assigned', 'Not assigned')}
          value={count(not_assigned)}
          note={t('overview.not-assigned-note', 'the assignment failed')}
          tone="warning"
          href={link('not-assigned=1')}
        />
      )}
      {clock_off > 0 && (
        <Tile
          label={t('overview.clock-off', 'Clock off')}
          value={count(clock_off)}
          note={t('overview.clock-off-note', 'by more than five minutes')}
          tone="warning"
          href={link('clock-off=1')}
        />
      )}
      <Tile
        label={t('overview.median', 'Time to install')}
        value={duration(took?.finished ? took.median : null)}
        note={t('overview.p95', '95 of 100 within {{time}}', { time: duration(took?.finished ? took.p95 : null) })}
      />
    </Stack>
  );
}

function LatestRuns({ runs, timeQuery }: { runs: SetupRun[]; timeQuery: string }) {
  return (
    <Stack direction="column" gap={1}>
      {runs.map(({ run_id, verdict, product_name, log_file, started_at, cause }) => (
        <Stack key={run_id} alignItems="center" gap={2} wrap="wrap">
          <OutcomeBadge outcome={verdict} />
          <TextLink href={`${appPath}/setup-logs?run=${run_id}&${timeQuery}`}>{product_name || log_file}</TextLink>
          <Text color="secondary">{moment(started_at)}</Text>
          {cause !== '' && <Text>{cause}</Text>}
        </Stack>
      ))}
    </Stack>
  );
}
