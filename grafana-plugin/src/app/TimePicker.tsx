import { dateTime } from '@grafana/data';
import { RefreshPicker, TimeRangePicker } from '@grafana/ui';
import { t } from '@grafana/i18n';
import type { UrlTimeRange } from './url-state.js';

/** The time range of a page, and asking again. */
export function TimePicker({ time, onRefresh, loading }: { time: UrlTimeRange; onRefresh(): void; loading: boolean }) {
  const { range, set } = time;
  const span = range.to.valueOf() - range.from.valueOf();
  const moveTo = (from: number, to: number) => {
    const raw = { from: dateTime(from), to: dateTime(to) };
    set({ ...raw, raw });
  };
  return (
    <>
      <TimeRangePicker
        value={range}
        onChange={set}
        onChangeTimeZone={() => undefined}
        onMoveBackward={() => {
          moveTo(range.from.valueOf() - span, range.from.valueOf());
        }}
        onMoveForward={() => {
          moveTo(range.to.valueOf(), range.to.valueOf() + span);
        }}
        onZoom={() => {
          moveTo(range.from.valueOf() - span / 2, range.to.valueOf() + span / 2);
        }}
        isOnCanvas
      />
      <RefreshPicker
        onRefresh={onRefresh}
        onIntervalChanged={() => undefined}
        noIntervalPicker
        isLoading={loading}
        isOnCanvas
        tooltip={t('app.refresh', 'Refresh')}
      />
    </>
  );
}
