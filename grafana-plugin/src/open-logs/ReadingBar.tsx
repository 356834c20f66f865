import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Text, useStyles2 } from '@grafana/ui';
import { count, share } from '../components/format.js';
import { visible } from '../log-view/visible.js';
import type { Progress } from './protocol.js';

interface Props {
  progress: Progress;
  onCancel(): void;
}

/** How far the reading is, and a way out of it. */
export function ReadingBar({ progress: { done, all, path, records }, onCancel }: Props) {
  const styles = useStyles2(getStyles);
  const part = all === 0 ? 0 : Math.min(done / all, 1);
  const name = t('open-logs.reading', 'Reading');
  return (
    <div className={styles.bar}>
      <progress className={styles.progress} value={part} aria-label={name} />
      <Text variant="bodySmall" color="secondary">
        {[
          all === 0 ? name : share(part, 1),
          visible(path),
          path === '' ? '' : t('open-logs.records', 'records: {{number}}', { number: count(records) }),
        ]
          .filter((fact) => fact !== '')
          .join(' · ')}
      </Text>
      <Button size="sm" variant="secondary" onClick={onCancel}>
        {t('app.cancel', 'Cancel')}
      </Button>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  progress: css({ flex: '1 1 200px', minWidth: 120, height: 8, accentColor: theme.colors.primary.main }),
});
