import { useCallback, useEffect, useRef, useState } from 'react';

/** Something that was asked for: the last answer stays while it is asked for again. */
export interface Loaded<T> {
  value: T | undefined;
  error: Error | undefined;
  loading: boolean;
  reload(): void;
}

/**
 * Loads when shown, when `load` changes and when asked to. An answer that comes after a newer question is dropped.
 * @param load must keep its identity while it means the same
 * @param everyMs asks again after so long; the tab must be visible
 */
export function useLoaded<T>(load: () => Promise<T>, everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ value?: T; error?: Error; loading: boolean }>({ loading: true });
  const newest = useRef(0);
  const ask = useCallback(() => {
    const question = ++newest.current;
    setState((before) => ({ ...before, loading: true }));
    load().then(
      (value) => {
        if (question === newest.current) setState({ value, loading: false });
      },
      (error: unknown) => {
        if (question === newest.current)
          setState(({ value }) => ({
            value,
            error: error instanceof Error ? error : new Error(String(error)),
            loading: false,
          }));
      },
    );
  }, [load]);
  useEffect(() => {
    ask();
    const forget = newest;
    return () => {
      forget.current++;
    };
  }, [ask]);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask();
    }, everyMs);
    return () => {
      clearInterval(timer);
    };
  }, [ask, everyMs]);
  return { value: state.value, error: state.error, loading: state.loading, reload: ask };
}
