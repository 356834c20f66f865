import { memo, useEffect, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, Text, useStyles2 } from '@grafana/ui';
import { LogView } from '../log-view/LogView.js';
import type { FilePlace } from '../log-view/source.js';
import { visible } from '../log-view/visible.js';
import type { SetupLog } from '../queries/setup-logs.js';
import { LogList, RunList } from '../setup-logs/lists.js';
import { RunVerdict } from '../setup-logs/RunVerdict.js';
import { OpenedSource } from './opened-source.js';
import type { Installation, OpenedLog } from './protocol.js';
import type { LogReader } from './reader.js';
import { runOf } from './rows.js';

interface Props {
  reader: LogReader;
  /** Those that are read. */
  logs: OpenedLog[];
  installations: Installation[];
  timezone: string;
}

/** What is looked at: an installation with its logs, or logs by themselves. */
type Choice = { installation: string } | { logs: number[] };

/** The value as it was when its key became what it is: the same one while the key is the same. */
function useKept<T>(key: string, value: T): T {
  const [kept, keep] = useState({ key, value });
  if (kept.key === key) return kept.value;
  keep({ key, value });
  return value;
}

/** The installations with their verdicts, the logs, and what of them is looked at. */
export const OpenedView = memo(function OpenedView({ reader, logs, installations, timezone }: Props) {
  const styles = useStyles2(getStyles);
  const [choice, choose] = useState<Choice>();
  const [place, setPlace] = useState<{ path: string; line: number }>();
  const { installation, ids } = useChosen(choice, logs, installations);
  const found = ids.map((id) => logs.find((log) => log.id === id)!);
  // Another one whenever what it gives out is another: read again in another zone, or with a file more.
  const shown = useKept(JSON.stringify([timezone, ids, found.map(({ paths, records }) => [paths, records])]), found);
  const source = useMemo(() => new OpenedSource(reader, shown), [reader, shown]);
  useEffect(
    () => () => {
      source.close();
    },
    [source],
  );
  const placeOf = (at: { path: string; line: number } | null | undefined): FilePlace | undefined => {
    const file = source.files.findIndex(({ path }) => path === at?.path);
    return at === null || at === undefined || file < 0 ? undefined : { file, line: at.line };
  };
  const cause = placeOf(installation?.causeAt);
  const rows = useMemo(() => logs.map(logRow), [logs]);
  const runs = useMemo(() => installations.map(runOf), [installations]);
  return (
    <div className={styles.split}>
      <div className={styles.lists}>
        {runs.length > 0 && (
          <RunList
            runs={runs}
            chosen={installation?.id ?? ''}
            onChoose={({ run_id }) => {
              choose({ installation: run_id });
              setPlace(undefined);
            }}
          />
        )}
        <Text element="h2" variant="bodySmall" color="secondary">
          {t('open-logs.opened', 'Logs, one by one or together')}
        </Text>
        <LogList
          logs={rows}
          chosen={ids.map(String)}
          onChoose={(next) => {
            choose({ logs: next.map(Number) });
            setPlace(undefined);
          }}
        />
      </div>
      <div className={styles.log}>
        {installation !== undefined && (
          <RunVerdict
            run={runOf(installation)}
            onLine={(line, path) => {
              setPlace({ path: path ?? installation.causeAt?.path ?? installation.path, line });
            }}
          />
        )}
        {installations.length === 0 && (
          <Alert severity="info" bottomSpacing={0} title={t('open-logs.no-run', 'No installation in these logs')}>
            {t('open-logs.no-run-why', 'There is nothing to judge in them; they can be read below.')}
          </Alert>
        )}
        {shown.map((log) => (
          <Notices key={log.id} log={log} />
        ))}
        {shown.length > 0 && (
          <LogView
            key={source.id}
            source={source}
            target={placeOf(place) ?? cause}
            landmarks={cause === undefined ? [] : [{ name: t('setup.go-cause', 'Cause'), place: cause }]}
          />
        )}
      </div>
    </div>
  );
});

function Notices({ log: { paths, stage, plain } }: { log: OpenedLog }) {
  const name = visible(paths.at(-1)!);
  return (
    <>
      {plain && (
        <Alert
          severity="warning"
          bottomSpacing={0}
          title={t('open-logs.plain', '{{name}} is no log that is known here', { name })}
        >
          {t(
            'open-logs.plain-why',
            'No line of it has a time, or the form of a log. It is shown as text, without a verdict.',
          )}
        </Alert>
      )}
      {stage === 'cut' && (
        <Alert
          severity="warning"
          bottomSpacing={0}
          title={t('open-logs.cut', '{{name}} was not read to its end', { name })}
        >
          {t(
            'open-logs.cut-why',
            'The memory for it is full, or the rest of the file could not be read. The verdict rests on what was read.',
          )}
        </Alert>
      )}
    </>
  );
}

/** What was chosen as far as it is still there, else the newest installation, else the first log. */
function useChosen(choice: Choice | undefined, logs: OpenedLog[], installations: Installation[]) {
  const isThere = (id: number) => logs.some((log) => log.id === id);
  if (choice !== undefined && 'logs' in choice) {
    const ids = choice.logs.filter(isThere);
    if (ids.length > 0) return { installation: undefined, ids };
  }
  const wanted = choice !== undefined && 'installation' in choice ? choice.installation : '';
  const installation = installations.find(({ id }) => id === wanted) ?? installations[0];
  return {
    installation,
    ids: installation === undefined ? logs.slice(0, 1).map(({ id }) => id) : installation.logs.filter(isThere),
  };
}

function logRow({ id, paths, format, records, errors, first, last }: OpenedLog): SetupLog {
  return {
    id: String(id),
    host_name: '',
    log_file: paths.at(-1)!,
    log_format: format ?? '',
    records,
    errors,
    first,
    last,
    listed_at: last ?? 0,
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  split: css({ display: 'flex', gap: theme.spacing(2), alignItems: 'flex-start', flexWrap: 'wrap' }),
  lists: css({
    flex: '1 0 300px',
    minWidth: 0,
    maxWidth: '100%',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
  }),
  log: css({
    // Beside the lists all that is left; below them, where both have the whole width.
    flex: '999 1 560px',
    minWidth: 0,
    maxWidth: '100%',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(2),
  }),
});
