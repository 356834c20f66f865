import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Text, useStyles2 } from '@grafana/ui';
import { adviceText } from '../catalog/errors.js';
import { exitCodeMeaning, exitCodeText } from '../components/exit-code.js';
import { duration, labelled, moment } from '../components/format.js';
import { WholeAlert } from '../components/WholeAlert.js';
import { visible } from '../log-view/visible.js';
import { evidenceOf, type SetupRun } from '../queries/setup-logs.js';
import { certaintyText, evidenceText, nextStepText, reasonText, verdictSentence, actionText } from './texts.js';

const severities = {
  failed: 'error',
  succeeded: 'success',
  reboot_pending: 'warning',
  unfinished: 'warning',
} as const;

/** What became of a run, why, how sure that is, what to do: every line of the evidence leads to its place in the log. */
export function RunVerdict({ run, onLine }: { run: SetupRun; onLine(line: number, path?: string): void }) {
  const styles = useStyles2(getStyles);
  const { verdict, cause, cause_line, suggestion, exit_code, certainty, certainty_reason, next_step } = run;
  const { product_name, product_version, action, log_file, started_at, ended_at } = run;
  const facts = [
    `${product_name || log_file} ${product_version}`.trim(),
    actionText(action),
    moment(ended_at ?? started_at),
    exit_code === null
      ? ''
      : t('setup.exit-code', 'exit code {{code}}', {
          code: exitCodeText(exit_code),
          interpolation: { escapeValue: false },
        }),
    exit_code === null || exit_code === 0 ? '' : exitCodeMeaning(exit_code),
    ended_at === null ? '' : t('setup.took', 'took {{time}}', { time: duration((ended_at - started_at) / 1000) }),
  ];
  const evidence = evidenceOf(run);
  const linked = evidence.some(({ line }) => line === cause_line);
  return (
    <WholeAlert
      severity={severities[verdict]}
      title={visible(cause === '' ? verdictSentence(verdict) : `${labelled(verdictSentence(verdict))} ${cause}`)}
    >
      <div>{visible(facts.filter((fact) => fact !== '').join(' · '))}</div>
      {certainty !== '' && (
        <div>
          {certainty_reason === ''
            ? certaintyText(certainty)
            : `${labelled(certaintyText(certainty))} ${reasonText(run.certainty_reason_id, certainty_reason)}`}
        </div>
      )}
      {suggestion !== '' && <Text weight="medium">{adviceText(suggestion)}</Text>}
      {next_step !== '' && (
        <div>
          {t('setup.next', 'Next:')} {nextStepText(run.next_step_id, next_step)}
        </div>
      )}
      <ul className={styles.evidence} aria-label={t('setup.evidence', 'Evidence')}>
        {cause_line > 0 && !linked && (
          <Line line={cause_line} shows={evidenceText('cause')} text={cause} onLine={onLine} />
        )}
        {evidence.map(({ line, shows, text, path }) => (
          <Line
            key={`${path} ${line} ${shows}`}
            line={line}
            path={path}
            shows={evidenceText(shows)}
            text={text}
            onLine={onLine}
          />
        ))}
      </ul>
    </WholeAlert>
  );
}

interface LineProps {
  line: number;
  path?: string;
  shows: string;
  text: string;
  onLine(line: number, path?: string): void;
}

function Line({ line, path, shows, text, onLine }: LineProps) {
  const styles = useStyles2(getStyles);
  return (
    <li>
      <button
        type="button"
        className={styles.line}
        onClick={() => {
          onLine(line, path);
        }}
      >
        <span className={styles.number}>
          {path !== undefined && `${visible(path.split(/[\\/]/).at(-1) ?? path)} `}
          {t('log.line', 'line {{line}}', { line })}
        </span>{' '}
        {labelled(shows)} <code className={styles.text}>{visible(text)}</code>
      </button>
    </li>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  evidence: css({ listStyle: 'none', marginTop: theme.spacing(0.5) }),
  line: css({
    border: 'none',
    background: 'transparent',
    padding: theme.spacing(0.25, 0.5),
    textAlign: 'left',
    width: '100%',
    '&:hover': { background: theme.colors.action.hover },
  }),
  number: css({ color: theme.colors.text.link, textDecoration: 'underline' }),
  text: css({ overflowWrap: 'anywhere', whiteSpace: 'normal', unicodeBidi: 'isolate' }),
});
