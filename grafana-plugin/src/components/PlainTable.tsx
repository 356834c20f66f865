import type { ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

/** A table of few rows, as wide as what stands in it; where there is no room it is scrolled within itself. */
export function PlainTable({ columns, children }: { columns: readonly string[]; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  scroll: css({ overflowX: 'auto' }),
  table: css({
    '& th, & td': { textAlign: 'left', verticalAlign: 'top', padding: theme.spacing(0.75, 3, 0.75, 0) },
    '& tbody tr': { borderTop: `1px solid ${theme.colors.border.weak}` },
    // A time, or a name, that leads the row.
    '& td:first-of-type': { whiteSpace: 'nowrap' },
    '& th': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
  }),
});
