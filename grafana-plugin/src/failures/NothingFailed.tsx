import type { TimeRange } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EmptyState } from '@grafana/ui';
import { QueryState } from '../components/QueryState.js';
import type { Chosen } from '../queries/chosen.js';
import { heardSql } from '../queries/failures.js';
import { useRows } from '../queries/run.js';

/** That nothing failed is only said where something was heard. */
export function NothingFailed({ chosen, range }: { chosen: Chosen; range: TimeRange }) {
  const heard = useRows<{ heard: number }>(heardSql(chosen), range);
  return (
    <QueryState of={heard}>
      {(rows) => (
        <EmptyState
          variant="not-found"
          message={
            rows.length > 0
              ? t('failures.none', 'Nothing failed in this time')
              : t('failures.nothing-heard', 'No message came in this time: what failed is not known')
          }
        />
      )}
    </QueryState>
  );
}
