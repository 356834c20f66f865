import { useCallback, useMemo } from 'react';
import { dateTime, isDateTime, rangeUtil, type RawTimeRange, type TimeRange } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useLocation } from 'react-router';

/** A parameter of the page's address, so that what one sees can be shared. Empty means: not there. */
export function useUrlParam(name: string): [string, (value: string) => void] {
  const { search } = useLocation();
  const value = new URLSearchParams(search).get(name) ?? '';
  const set = useCallback(
    (next: string) => {
      locationService.partial({ [name]: next === '' ? null : next }, true);
    },
    [name],
  );
  return [value, set];
}

/** `now-7d` stays as it is; a number is a moment in milliseconds. */
function rawTime(text: string): RawTimeRange['from'] {
  return /^\d+$/.test(text) ? dateTime(Number(text)) : text;
}

export interface UrlTimeRange {
  range: TimeRange;
  /** As the address has it: what links to other pages carry on. */
  query: string;
  set(range: TimeRange): void;
}

/** The time range of the page's address, `from` and `to` as everywhere in Grafana. */
export function useTimeRange(defaultFrom = 'now-7d'): UrlTimeRange {
  const from = useUrlParam('from')[0] || defaultFrom;
  const to = useUrlParam('to')[0] || 'now';
  const range = useMemo(() => rangeUtil.convertRawToRange({ from: rawTime(from), to: rawTime(to) }), [from, to]);
  const set = useCallback(({ raw }: TimeRange) => {
    const text = (one: RawTimeRange['from']) => (isDateTime(one) ? String(one.valueOf()) : one);
    locationService.partial({ from: text(raw.from), to: text(raw.to) });
  }, []);
  return { range, query: `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`, set };
}
