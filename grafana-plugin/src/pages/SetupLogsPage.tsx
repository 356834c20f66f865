import { useMemo } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, Stack, Text, useStyles2 } from '@grafana/ui';
import { TimePicker } from '../app/TimePicker.js';
import { useTimeRange, useUrlParam } from '../app/url-state.js';
import { moment, duration } from '../components/format.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';
import { QueryState } from '../components/QueryState.js';
import { LogView } from '../log-view/LogView.js';
import { recordsOf } from '../log-view/records.js';
import { useFrames, useRows } from '../queries/run.js';
import { setupRecordsSql, setupRunsSql, type SetupRun } from '../queries/setup-logs.js';

const verdictSeverity = {
  failed: 'error',
  succeeded: 'success',
  reboot_pending: 'warning',
  unfinished: 'warning',
} as const;

/** Whether set-ups succeeded, and if not, why: each run with its verdict, the log beside it. */
export default function SetupLogsPage() {
  const time = useTimeRange('now-30d');
  const [chosen, choose] = useUrlParam('run');
  const runs = useRows<SetupRun>(setupRunsSql, time.range);
  return (
    <PluginPage
      pageNav={{ text: t('setup.title', 'Set-up logs') }}
      subTitle={t('setup.subtitle', 'Did the installation succeed, and if not, why')}
      actions={
        <>
          <LinkButton variant="secondary" icon="apps" href={`/d/fsp-setup?${time.query}`}>
            {t('overview.dashboard', 'Dashboard')}
          </LinkButton>
          <TimePicker time={time} loading={runs.loading} onRefresh={runs.reload} />
        </>
      }
    >
      <QueryState
        of={runs}
        empty={t(
          'setup.none-long',
          'No set-up ran in this time. Set FSP_SETUP_LOGS to the folder of fspMSI.log and SMSFSPSetup.log, or import logs with fsp import.',
        )}
      >
        {(rows) => {
          const run = rows.find(({ run_id }) => run_id === chosen) ?? rows[0]!;
          return <RunsAndLog runs={rows} run={run} choose={choose} range={time.range} />;
        }}
      </QueryState>
    </PluginPage>
  );
}

interface RunsProps {
  runs: SetupRun[];
  run: SetupRun;
  choose(id: string): void;
  range: TimeRange;
}

function RunsAndLog({ runs, run, choose, range }: RunsProps) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.split}>
      <ul className={styles.runs} aria-label={t('setup.runs', 'Runs')}>
        {runs.map((one) => (
          <li key={one.run_id}>
            <button
              type="button"
              className={cx(styles.run, one.run_id === run.run_id && styles.chosen)}
              aria-current={one.run_id === run.run_id}
              onClick={() => {
                choose(one.run_id);
              }}
            >
              <Stack justifyContent="space-between" alignItems="center">
                <span className={styles.file}>{one.log_file.split(/[\\/]/).at(-1)}</span>
                <OutcomeBadge outcome={one.verdict} />
              </Stack>
              <Text variant="bodySmall" color="secondary">
                {`${one.host_name} · ${moment(one.started_at)}`}
              </Text>
            </button>
          </li>
        ))}
      </ul>
      <Run key={run.run_id} run={run} range={range} />
    </div>
  );
}

function Run({ run, range }: { run: SetupRun; range: TimeRange }) {
  const styles = useStyles2(getStyles);
  const frames = useFrames({ sql: setupRecordsSql(run.run_id) }, range);
  const records = useMemo(() => recordsOf(frames.value ?? []), [frames.value]);
  const {
    verdict,
    cause,
    cause_line,
    suggestion,
    exit_code,
    product_name,
    product_version,
    action,
    log_file,
    started_at,
    ended_at,
  } = run;
  const facts = [
    `${product_name || log_file} ${product_version}`.trim(),
    action,
    exit_code === null ? '' : t('setup.exit-code', 'exit code {{code}}', { code: exit_code }),
    ended_at === null ? '' : t('setup.took', 'took {{time}}', { time: duration((ended_at - started_at) / 1000) }),
  ];
  return (
    <div className={styles.log}>
      <Alert
        bottomSpacing={0}
        severity={verdictSeverity[verdict]}
        title={`${verdictSentence(run)}${cause === '' ? '' : `: ${cause}`}`}
      >
        <div>{facts.filter((fact) => fact !== '').join(' · ')}</div>
        {suggestion !== '' && <Text weight="medium">{suggestion}</Text>}
      </Alert>
      <QueryState of={frames}>
        {() => <LogView records={records} height={560} startAtLine={cause_line === 0 ? undefined : cause_line} />}
      </QueryState>
    </div>
  );
}

function verdictSentence({ verdict }: SetupRun): string {
  switch (verdict) {
    case 'succeeded':
      return t('setup.succeeded', 'The set-up succeeded');
    case 'failed':
      return t('setup.failed', 'The set-up failed');
    case 'reboot_pending':
      return t('setup.reboot', 'The set-up succeeded, and the server must be restarted');
    default:
      return t('setup.unfinished', 'The log ends before the set-up does');
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  split: css({ display: 'flex', gap: theme.spacing(2), alignItems: 'flex-start', flexWrap: 'wrap' }),
  runs: css({ listStyle: 'none', flex: '0 0 300px', maxHeight: 720, overflow: 'auto' }),
  run: css({
    width: '100%',
    textAlign: 'left',
    padding: theme.spacing(1, 1.5),
    border: 'none',
    borderLeft: '3px solid transparent',
    background: 'transparent',
    '&:hover': { background: theme.colors.action.hover },
  }),
  file: css({ minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' }),
  chosen: css({ background: theme.colors.action.selected, borderLeftColor: theme.colors.primary.border }),
  log: css({ flex: '1 1 560px', minWidth: 0, display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
});
