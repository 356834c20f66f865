import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { ClipboardButton, Field, useStyles2 } from '@grafana/ui';

/** A command that is meant to be copied. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <Field label={label} noMargin>
      <div className={styles.line}>
        <code className={styles.code} tabIndex={0}>
          {text}
        </code>
        <ClipboardButton
          icon="copy"
          variant="secondary"
          size="sm"
          getText={() => text}
          aria-label={`${t('app.copy', 'Copy')}: ${label}`}
        >
          {t('app.copy', 'Copy')}
        </ClipboardButton>
      </div>
    </Field>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'center' }),
  code: css({ flexGrow: 1, overflowX: 'auto', whiteSpace: 'pre', padding: theme.spacing(0.75, 1) }),
});
