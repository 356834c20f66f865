import { Fragment } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Checkbox, Stack, Text, useStyles2 } from '@grafana/ui';
import { count, moment } from '../components/format.js';
import { OutcomeBadge } from '../components/OutcomeBadge.js';
import { visible } from '../log-view/visible.js';
import { mostListed, type SetupLog, type SetupRun } from '../queries/setup-logs.js';

const nameOf = (path: string) => visible(path.split(/[\\/]/).at(-1) ?? path);

interface RunListProps {
  runs: SetupRun[];
  chosen: string;
  onChoose(run: SetupRun): void;
}

/** Runs with their verdicts, the newest first. */
export function RunList({ runs, chosen, onChoose }: RunListProps) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <ul className={styles.list} aria-label={t('setup.runs', 'Runs')}>
        {runs.map((run) => (
          <li key={run.run_id}>
            <button
              type="button"
              className={cx(styles.item, run.run_id === chosen && styles.chosen)}
              aria-current={run.run_id === chosen}
              onClick={() => {
                onChoose(run);
              }}
            >
              <Stack justifyContent="space-between" alignItems="center">
                <span className={styles.name}>{nameOf(run.log_file)}</span>
                <OutcomeBadge outcome={run.verdict} />
              </Stack>
              <Text variant="bodySmall" color="secondary">
                <Facts facts={[run.host_name, run.product_name, moment(run.started_at)]} />
              </Text>
            </button>
          </li>
        ))}
      </ul>
      <More length={runs.length} />
    </>
  );
}

interface LogListProps {
  logs: SetupLog[];
  chosen: string[];
  onChoose(ids: string[]): void;
}

/** Logs that are stored, with runs or without; several can be read together. */
export function LogList({ logs, chosen, onChoose }: LogListProps) {
  const styles = useStyles2(getStyles);
  return (
    <>
      <ul className={styles.list} aria-label={t('setup.logs', 'Logs')}>
        {logs.map(({ id, host_name, log_file, log_format, records, errors, first, last }) => {
          const isChosen = chosen.includes(id);
          const lines = [
            t('setup.records', 'records: {{records}}', { records: count(records) }),
            t('setup.errors', 'errors: {{errors}}', { errors: count(errors) }),
          ];
          const times = first === null ? [t('setup.no-times', 'without times')] : [`${moment(first)} –`, moment(last)];
          return (
            <li key={id} className={cx(styles.row, isChosen && styles.chosen)}>
              <Checkbox
                aria-label={t('setup.together', 'Read {{log}} together with others', {
                  log: nameOf(log_file),
                  interpolation: { escapeValue: false },
                })}
                value={isChosen}
                onChange={(event) => {
                  const others = chosen.filter((one) => one !== id);
                  onChoose(event.currentTarget.checked ? [...others, id] : others);
                }}
              />
              <button
                type="button"
                className={styles.item}
                aria-current={isChosen}
                title={log_file}
                onClick={() => {
                  onChoose([id]);
                }}
              >
                <span className={styles.name}>{nameOf(log_file)}</span>
                <Text variant="bodySmall" color="secondary">
                  <Facts facts={[host_name, log_format, ...lines, ...times]} />
                </Text>
              </button>
            </li>
          );
        })}
      </ul>
      <More length={logs.length} />
    </>
  );
}

/** Facts on as many lines as they need, none of them broken off at a hyphen of its date. */
function Facts({ facts }: { facts: string[] }) {
  const styles = useStyles2(getStyles);
  return facts
    .filter((fact) => fact !== '')
    .map((fact, index, { length }) => (
      <Fragment key={index}>
        <span className={styles.fact}>
          {fact}
          {index < length - 1 && !fact.endsWith('–') && ' ·'}
        </span>{' '}
      </Fragment>
    ));
}

function More({ length }: { length: number }) {
  if (length < mostListed) return null;
  return (
    <Text variant="bodySmall" color="secondary">
      {t('setup.more', 'These are the newest {{number}}; narrow the list down to see others', {
        number: count(mostListed),
      })}
    </Text>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', overflow: 'auto', minHeight: 0, maxHeight: 'min(70vh, 720px)' }),
  row: css({ display: 'flex', alignItems: 'center', paddingLeft: theme.spacing(1) }),
  item: css({
    width: '100%',
    minWidth: 0,
    textAlign: 'left',
    padding: theme.spacing(1, 1.5),
    border: 'none',
    borderLeft: '3px solid transparent',
    background: 'transparent',
    overflowWrap: 'anywhere',
    '&:hover': { background: theme.colors.action.hover },
  }),
  fact: css({ display: 'inline-block', maxWidth: '100%' }),
  name: css({ display: 'block', minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis' }),
  chosen: css({ background: theme.colors.action.selected, borderLeftColor: theme.colors.primary.border }),
});
