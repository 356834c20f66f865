import { dateTime, rangeUtil } from '@grafana/data';
import { RefreshPicker, Text, TimeRangePicker } from '@grafana/ui';
import { t } from '@grafana/i18n';
import { useInterval, useLatest } from 'react-use';
import { useUrlParam, type UrlTimeRange } from './url-state.js';

const intervals = ['5s', '10s', '30s', '1m', '5m', '15m'];

interface Props {
  time: UrlTimeRange;
  /** Asks for what does not change with the range, which has moved on. */
  onRefresh?(): void;
  loading: boolean;
}

/** The time range of a page, and asking again: by hand, or by itself as often as the address says (`refresh=10s`). */
export function TimePicker({ time, onRefresh, loading }: Props) {
  const { range, set, refused } = time;
  const [wanted, setEvery] = useUrlParam('refresh');
  const every = intervals.includes(wanted) ? wanted : '';
  const again = useLatest(() => {
    time.moveOn();
    onRefresh?.();
  });
  const busy = useLatest(loading);
  useInterval(
    () => {
      // What is under way is not asked for again.
      if (document.visibilityState === 'visible' && !busy.current) again.current();
    },
    every === '' ? null : rangeUtil.intervalToMs(every),
  );
  const span = range.to.valueOf() - range.from.valueOf();
  const moveTo = (from: number, to: number) => {
    const raw = { from: dateTime(from), to: dateTime(to) };
    set({ ...raw, raw });
  };
  return (
    <>
      {refused !== '' && (
        <Text color="error">
          <span role="alert">
            {t('app.no-range', '“{{what}}” is no time range; the usual one is shown', {
              what: refused.slice(0, 80),
              interpolation: { escapeValue: false },
            })}
          </span>
        </Text>
      )}
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
        onRefresh={() => {
          again.current();
        }}
        onIntervalChanged={setEvery}
        value={every}
        intervals={intervals}
        isLoading={loading}
        isOnCanvas
        tooltip={t('app.refresh', 'Refresh')}
      />
    </>
  );
}
