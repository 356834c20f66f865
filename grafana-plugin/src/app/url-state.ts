import { useCallback, useEffect, useMemo, useState } from 'react';
import {
  dateMath,
  dateTime,
  getTimeZone,
  isDateTime,
  rangeUtil,
  type RawTimeRange,
  type TimeRange,
} from '@grafana/data';
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

/** A number of the page's address, between the least that makes sense and the most; the least where it is none. */
export function wholeNumber(text: string, least: number, most: number): number {
  return Math.floor(Math.min(Math.max(least, Number(text) || least), most));
}

/** The page of a list, of the page's address. */
export function usePageNumber(): [number, (value: string) => void] {
  const [page, set] = useUrlParam('page');
  return [wholeNumber(page, 1, 1_000_000), set];
}

/** Goes to the first page of a list where there are fewer by now than the address says: with another time, or later. */
export function useOnlyPagesThatAre(rows: readonly unknown[] | undefined): void {
  const [page, setPage] = usePageNumber();
  const isPastEnd = page > 1 && rows?.length === 0;
  useEffect(() => {
    if (isPastEnd) setPage('');
  }, [isPastEnd, setPage]);
}

/** `now-7d` stays as it is; a number is a moment in milliseconds. */
function rawTime(text: string): RawTimeRange['from'] {
  return /^\d+$/.test(text) ? dateTime(Number(text)) : text;
}

/** Whether a text is a time as Grafana writes it in addresses: milliseconds, `now-7d`, or a date. */
function isTime(text: string): boolean {
  const raw = rawTime(text);
  return isDateTime(raw) ? raw.isValid() : dateMath.isValid(text);
}

export interface UrlTimeRange {
  range: TimeRange;
  /** As the address has it: what links to other pages carry on. */
  query: string;
  /** What the address has instead of a range, where that is none; the usual range holds then. */
  refused: string;
  set(range: TimeRange): void;
  /** Takes a range that ends now on to the present moment. */
  moveOn(): void;
}

/** The time range of the page's address, `from` and `to` as everywhere in Grafana. */
export function useTimeRange(defaultFrom = 'now-7d'): UrlTimeRange {
  const given = { from: useUrlParam('from')[0] || defaultFrom, to: useUrlParam('to')[0] || 'now' };
  const isRange = isTime(given.from) && isTime(given.to) && isForward(given.from, given.to);
  const from = isRange ? given.from : defaultFrom;
  const to = isRange ? given.to : 'now';
  const [turn, setTurn] = useState(0);
  const range = useMemo(() => ({ turn, range: rangeOf(from, to) }).range, [from, to, turn]);
  const set = useCallback(({ raw }: TimeRange) => {
    // An address has no moment before 1970: whoever zooms out of some years again and again comes there.
    const text = (one: RawTimeRange['from']) => (isDateTime(one) ? String(Math.max(0, one.valueOf())) : one);
    locationService.partial({ from: text(raw.from), to: text(raw.to) });
  }, []);
  const moveOn = useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
  return {
    range,
    query: `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
    refused: isRange ? '' : `${given.from} – ${given.to}`,
    set,
    moveOn,
  };
}

/** Days begin where those do in which times are shown: Grafana would take the browser's zone, whatever the user prefers. */
function rangeOf(from: string, to: string): TimeRange {
  return rangeUtil.convertRawToRange({ from: rawTime(from), to: rawTime(to) }, getTimeZone());
}

function isForward(from: string, to: string): boolean {
  const range = rangeOf(from, to);
  return range.from.valueOf() < range.to.valueOf();
}
