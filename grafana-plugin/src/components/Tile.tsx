import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { TextLink, useStyles2 } from '@grafana/ui';

interface Props {
  label: string;
  value: string;
  /** What the number means, or what it is a share of. */
  note?: string;
  tone?: 'good' | 'bad' | 'warning';
  href?: string;
}

/** One number with its name; a link to where it comes from. */
export function Tile({ label, value, note, tone, href }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.tile}>
      <div className={styles.label}>
        {href === undefined ? (
          label
        ) : (
          <TextLink href={href} inline={false} variant="bodySmall">
            {label}
          </TextLink>
        )}
      </div>
      <div className={cx(styles.value, tone !== undefined && styles[tone])}>{value}</div>
      {note !== undefined && <div className={styles.note}>{note}</div>}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  tile: css({
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    padding: theme.spacing(1.5),
    minWidth: 150,
    flex: '1 1 150px',
    overflowWrap: 'anywhere',
  }),
  label: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary }),
  value: css({ ...theme.typography.h2, margin: 0, fontVariantNumeric: 'tabular-nums' }),
  note: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary }),
  good: css({ color: theme.colors.success.text }),
  bad: css({ color: theme.colors.error.text }),
  warning: css({ color: theme.colors.warning.text }),
});
