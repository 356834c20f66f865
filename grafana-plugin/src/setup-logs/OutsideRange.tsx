import { dateTime } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Text } from '@grafana/ui';
import type { UrlTimeRange } from '../app/url-state.js';
import { count, moment } from '../components/format.js';
import type { Extent } from '../queries/setup-logs.js';

/** What the time range leaves out, and a way to see it: logs that were just imported are older than any range. */
export function OutsideRange({ extent, time }: { extent: Extent; time: UrlTimeRange }) {
  const { all, in_range, first, last } = extent;
  if (all <= in_range || first === null || last === null) return null;
  return (
    <Text element="p">
      {t('setup.outside', 'Outside of this time: {{number}}, from {{first}} to {{last}}.', {
        number: count(all - in_range),
        first: moment(first),
        last: moment(last),
      })}{' '}
      <Button
        variant="secondary"
        size="sm"
        onClick={() => {
          const { from, to } = time.range;
          const raw = {
            from: dateTime(Math.min(first - 60_000, from.valueOf())),
            to: dateTime(Math.max(last + 60_000, to.valueOf())),
          };
          time.set({ ...raw, raw });
        }}
      >
        {t('setup.show-all', 'Show all')}
      </Button>
    </Text>
  );
}
