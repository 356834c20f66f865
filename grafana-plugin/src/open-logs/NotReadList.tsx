import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, useStyles2 } from '@grafana/ui';
import { count, labelled } from '../components/format.js';
import { visible } from '../log-view/visible.js';
import type { NotRead } from './protocol.js';
import { notReadText } from './texts.js';

/** Files that were not read, each with the reason; those that are simply no logs are folded away. */
export function NotReadList({ files }: { files: NotRead[] }) {
  const styles = useStyles2(getStyles);
  const others = files.filter(({ reason }) => reason === 'other_file');
  const told = files.filter(({ reason }) => reason !== 'other_file');
  return (
    <>
      {told.length > 0 && (
        <ul className={styles.list} aria-label={t('open-logs.not-read', 'Not read')}>
          {told.map((file) => (
            <Row key={file.path} file={file} />
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details>
          <summary className={styles.summary}>
            {t('open-logs.skipped', '{{number}} files are no logs by their names, and were skipped', {
              count: others.length,
              defaultValue_one: '{{number}} file is no log by its name, and was skipped',
              number: count(others.length),
            })}
          </summary>
          <ul className={styles.list}>
            {others.map(({ path }) => (
              <li key={path}>{visible(path)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Row({ file }: { file: NotRead }) {
  const styles = useStyles2(getStyles);
  const harmless = file.reason === 'same_text' || file.reason === 'cancelled';
  return (
    <li className={styles.row}>
      <Icon name={harmless ? 'info-circle' : 'exclamation-triangle'} className={harmless ? '' : styles.warning} />
      <span>
        <strong>{labelled(visible(file.path))}</strong> {notReadText(file)}
      </span>
    </li>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', maxHeight: 160, overflow: 'auto', overflowWrap: 'anywhere' }),
  row: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'baseline', padding: theme.spacing(0.25, 0) }),
  warning: css({ color: theme.colors.warning.text }),
  summary: css({ ...theme.typography.bodySmall, color: theme.colors.text.secondary, cursor: 'pointer' }),
});
