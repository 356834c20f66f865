import { useEffect, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { locationService, PluginPage } from '@grafana/runtime';
import { Alert, Combobox, FilterInput, LinkButton, RadioButtonGroup, Switch, Stack, useStyles2 } from '@grafana/ui';
import { TimePicker } from '../app/TimePicker.js';
import { useTimeRange, useUrlParam, type UrlTimeRange } from '../app/url-state.js';
import { dashboardPath } from '../app/viewer.js';
import { outcomeText } from '../components/OutcomeBadge.js';
import { QueryState } from '../components/QueryState.js';
import { appPath } from '../constants.js';
import type { LogFile } from '../log-view/source.js';
import { useRows } from '../queries/run.js';
import {
  installationSql,
  mostListed,
  runLinesSql,
  runsExtentSql,
  setupLogsSql,
  setupRunSql,
  setupRunsSql,
  type Extent,
  type RunFilter,
  type RunLines,
  type SetupLog,
  type SetupRun,
} from '../queries/setup-logs.js';
import { LogList, RunList } from '../setup-logs/lists.js';
import { OutsideRange } from '../setup-logs/OutsideRange.js';
import { RunVerdict } from '../setup-logs/RunVerdict.js';
import { ShownLog } from '../setup-logs/ShownLog.js';

const verdicts = ['succeeded', 'failed', 'reboot_pending', 'unfinished'] as const;

/** Forgets where one was in another log. */
const elsewhere = { line: null, file: null };

/** Whether set-ups succeeded, and if not, why: each run with its verdict, every log whether it has runs or not. */
export default function SetupLogsPage() {
  const styles = useStyles2(getStyles);
  const time = useTimeRange('now-30d');
  const [list] = useUrlParam('list');
  const [verdictParam, setVerdict] = useUrlParam('verdict');
  const verdict = verdicts.find((one) => one === verdictParam) ?? '';
  const [host, setHost] = useUrlParam('host');
  const [product, setProduct] = useUrlParam('product');
  const filter = useMemo(() => ({ verdict, host, product }), [verdict, host, product]);
  const isLogs = list === 'logs';
  const [loading, setLoading] = useState(false);
  return (
    <PluginPage
      pageNav={{ text: t('setup.title', 'Set-up logs') }}
      subTitle={t('setup.subtitle', 'Did the installation succeed, and if not, why')}
      actions={
        <>
          <LinkButton variant="secondary" icon="folder-open" href={`${appPath}/open-logs`}>
            {t('open-logs.title', 'Open logs')}
          </LinkButton>
          <LinkButton variant="secondary" icon="apps" href={`${dashboardPath('setup')}?${time.query}`}>
            {t('overview.dashboard', 'Dashboard')}
          </LinkButton>
          <TimePicker time={time} loading={loading} />
        </>
      }
    >
      <div className={styles.filters}>
        <RadioButtonGroup
          aria-label={t('setup.list', 'List')}
          value={isLogs ? 'logs' : 'runs'}
          options={[
            { value: 'runs', label: t('setup.runs', 'Runs') },
            { value: 'logs', label: t('setup.logs', 'Logs') },
          ]}
          onChange={(value) => {
            locationService.partial({ ...elsewhere, list: value === 'logs' ? value : null, run: null, log: null });
          }}
        />
        {!isLogs && (
          <Combobox
            aria-label={t('setup.verdict', 'Verdict')}
            width={20}
            value={verdict}
            options={['', ...verdicts].map((value) => ({
              value,
              label: value === '' ? t('setup.any-verdict', 'Any verdict') : outcomeText(value),
            }))}
            onChange={({ value }) => {
              setVerdict(value);
            }}
          />
        )}
        <div className={styles.filter}>
          <FilterInput
            escapeRegex={false}
            value={host}
            onChange={setHost}
            placeholder={t('setup.host', 'Host')}
            aria-label={t('setup.host', 'Host')}
          />
        </div>
        <div className={styles.filter}>
          <FilterInput
            escapeRegex={false}
            value={product}
            onChange={setProduct}
            placeholder={t('setup.product', 'Product or file')}
            aria-label={t('setup.product', 'Product or file')}
          />
        </div>
      </div>
      {isLogs ? (
        <Logs filter={filter} time={time} onLoading={setLoading} />
      ) : (
        <Runs filter={filter} time={time} onLoading={setLoading} />
      )}
    </PluginPage>
  );
}

interface ListProps {
  filter: RunFilter;
  time: UrlTimeRange;
  /** Told whether it is asked for. */
  onLoading(loading: boolean): void;
}

function Runs({ filter, time, onLoading }: ListProps) {
  const styles = useStyles2(getStyles);
  const [chosen] = useUrlParam('run');
  const runs = useRows<SetupRun>(setupRunsSql(filter), time.range);
  const extent = useRows<Extent>(runsExtentSql(filter), time.range);
  const loading = runs.loading || extent.loading;
  useEffect(() => {
    onLoading(loading);
  }, [loading, onLoading]);
  return (
    <QueryState of={runs}>
      {(rows) => {
        const id = chosen === '' ? (rows[0]?.run_id ?? '') : chosen;
        const outside = extent.value?.[0];
        const empty = rows.length === 0;
        return (
          <>
            {outside !== undefined && <OutsideRange extent={outside} time={time} />}
            {empty && outside !== undefined && outside.all === 0 && <NothingYet isFiltered={isFiltered(filter)} />}
            <div className={styles.split}>
              {!empty && (
                <div className={styles.list}>
                  <RunList
                    runs={rows}
                    chosen={id}
                    onChoose={({ run_id }) => {
                      locationService.partial({ ...elsewhere, run: run_id });
                    }}
                  />
                </div>
              )}
              {id !== '' && (
                <Run key={id} id={id} known={rows.find(({ run_id }) => run_id === id)} range={time.range} />
              )}
            </div>
          </>
        );
      }}
    </QueryState>
  );
}

const isFiltered = ({ verdict, host, product }: RunFilter) => verdict !== '' || host !== '' || product !== '';

/** Nothing at all: of a filter, or because no log was ever followed or imported. */
function NothingYet({ isFiltered: filtered }: { isFiltered: boolean }) {
  return (
    <p>
      {filtered
        ? t('app.no-match', 'Nothing matches')
        : t(
            'setup.none-long',
            'No set-up is known. Set FSP_SETUP_LOGS to the folder of fspMSI.log and SMSFSPSetup.log, or import logs with fsp import.',
          )}
    </p>
  );
}

/** A run that is in the list or, by a link, one that the list leaves out. */
function Run({ id, known, range }: { id: string; known: SetupRun | undefined; range: TimeRange }) {
  const styles = useStyles2(getStyles);
  const one = useRows<SetupRun>(setupRunSql(id), range);
  return (
    <div className={styles.log}>
      {known !== undefined ? (
        <RunAndLog run={known} />
      ) : (
        <QueryState of={one} empty={t('setup.no-run', 'There is no such run; its records may have expired')}>
          {([run]) => <RunAndLog run={run!} />}
        </QueryState>
      )}
    </div>
  );
}

function RunAndLog({ run }: { run: SetupRun }) {
  const lines = useRows<RunLines>(runLinesSql(run));
  return (
    <>
      <RunVerdict
        run={run}
        onLine={(line) => {
          locationService.partial({ line: String(line), file: null }, true);
        }}
      />
      <QueryState of={lines} empty={t('setup.no-records', 'The records of this run are no longer stored')}>
        {([span]) => <RunLog run={run} span={span!} />}
      </QueryState>
    </>
  );
}

/** The log of a run, from the line of its cause. */
function RunLog({ run, span }: { run: SetupRun; span: RunLines }) {
  const [together, setTogether] = useUrlParam('together');
  const installation = useRows<Pick<SetupLog, 'host_name' | 'log_file' | 'log_format' | 'log_part'>>(
    installationSql(run),
  );
  const { host_name, log_file, log_format, cause_line } = run;
  const { log_part } = span;
  const others = (installation.value ?? []).filter(
    (one) => one.host_name !== host_name || one.log_file !== log_file || one.log_part !== log_part,
  );
  const shown = [{ host_name, log_file, log_format, log_part }, ...(together === '' ? [] : others)];
  const landmark = (name: string, line: number) => (line === 0 ? [] : [{ name, place: { file: 0, line } }]);
  return (
    <>
      {others.length > 0 && (
        <Stack alignItems="center">
          <Switch
            id="setup-together"
            value={together !== ''}
            onChange={(event) => {
              setTogether(event.currentTarget.checked ? '1' : '');
            }}
          />
          <label htmlFor="setup-together">
            {t('setup.with-others', 'With the other logs of this installation ({{number}})', { number: others.length })}
          </label>
        </Stack>
      )}
      <ShownLog
        files={shown.map(fileOf)}
        start={{ file: 0, line: cause_line > 0 ? cause_line : span.first }}
        landmarks={[
          ...landmark(t('setup.go-run', 'Begin of the run'), span.first),
          ...landmark(t('setup.go-cause', 'Cause'), cause_line),
          ...landmark(t('setup.go-run-end', 'End of the run'), span.last),
        ]}
      />
    </>
  );
}

function fileOf(log: Pick<SetupLog, 'host_name' | 'log_file' | 'log_format' | 'log_part'>): LogFile {
  return { host: log.host_name, path: log.log_file, format: log.log_format, part: log.log_part };
}

function Logs({ filter, time, onLoading }: ListProps) {
  const styles = useStyles2(getStyles);
  const [chosen] = useUrlParam('log');
  const logs = useRows<SetupLog>(setupLogsSql(filter), time.range);
  useEffect(() => {
    onLoading(logs.loading);
  }, [logs.loading, onLoading]);
  return (
    <QueryState of={logs}>
      {(rows) => {
        const [from, to] = [time.range.from.valueOf(), time.range.to.valueOf()];
        const inRange = rows.filter(
          ({ first, last, listed_at }) => (last ?? listed_at) >= from && (first ?? listed_at) <= to,
        );
        const ids = chosen === '' ? inRange.slice(0, 1).map(({ id }) => id) : chosen.split(',');
        const files = ids.flatMap((id) => rows.filter((log) => log.id === id)).map(fileOf);
        const isMissed = chosen !== '' && files.length < ids.length;
        const outside = rows.filter((row) => !inRange.includes(row));
        return (
          <>
            <OutsideRange
              extent={{
                all: rows.length,
                in_range: inRange.length,
                first:
                  outside.length === 0 ? null : Math.min(...outside.map(({ first, listed_at }) => first ?? listed_at)),
                last:
                  outside.length === 0 ? null : Math.max(...outside.map(({ last, listed_at }) => last ?? listed_at)),
              }}
              time={time}
            />
            {rows.length === 0 && <NothingYet isFiltered={isFiltered(filter)} />}
            <div className={styles.split}>
              {inRange.length > 0 && (
                <div className={styles.list}>
                  <LogList
                    logs={inRange}
                    chosen={ids}
                    onChoose={(next) => {
                      locationService.partial({ ...elsewhere, log: next.length === 0 ? null : next.join(',') });
                    }}
                  />
                </div>
              )}
              {(files.length > 0 || isMissed) && (
                <div className={styles.log}>
                  {isMissed && (
                    <Alert
                      bottomSpacing={0}
                      severity="info"
                      title={t(
                        'setup.no-log',
                        'A log that was asked for is not in this list: what is typed above leaves it out, it is not among the newest {{most}}, or its records have expired',
                        { most: mostListed },
                      )}
                    />
                  )}
                  {files.length > 0 && <ShownLog files={files} />}
                </div>
              )}
            </div>
          </>
        );
      }}
    </QueryState>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  filters: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
  filter: css({ flex: '0 1 200px', minWidth: 140 }),
  split: css({ display: 'flex', gap: theme.spacing(2), alignItems: 'flex-start', flexWrap: 'wrap' }),
  list: css({ flex: '1 0 300px', minWidth: 0, maxWidth: '100%' }),
  log: css({
    // Beside the list all that is left; below it, where both have the whole width.
    flex: '999 1 560px',
    minWidth: 0,
    maxWidth: '100%',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(2),
  }),
});
