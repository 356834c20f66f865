import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, useStyles2 } from '@grafana/ui';
import { moment } from './format.js';

interface Props {
  /** When what is shown came, in milliseconds since 1970; nothing is shown yet without it. */
  at: number | undefined;
  /** What was answered instead; without it nothing was. */
  error?: Error | undefined;
}

/** Says in one line that what is shown is not the newest, and that it mends itself. */
export function Stale({ at, error }: Props) {
  const styles = useStyles2(getStyles);
  const why =
    error === undefined
      ? t('stale.late', 'No answer for several seconds; it is still waited for.')
      : t('stale.failed', '{{why}}. It is asked for again by itself.', {
          why: error.message.replace(/\.$/, ''),
          interpolation: { escapeValue: false },
        });
  return (
    <div role="status" className={styles.line}>
      <Icon name="exclamation-triangle" />
      <span>
        {at === undefined ? why : `${why} ${t('stale.shown', 'What is shown is of {{when}}.', { when: moment(at) })}`}
      </span>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    gap: theme.spacing(1),
    alignItems: 'baseline',
    padding: theme.spacing(0.5, 1),
    marginBottom: theme.spacing(1),
    color: theme.colors.warning.text,
    background: theme.colors.warning.transparent,
    borderRadius: theme.shape.radius.default,
    overflowWrap: 'anywhere',
  }),
});
