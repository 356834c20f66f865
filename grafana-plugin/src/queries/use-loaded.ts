import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/http.js';

/** Something that was asked for: the last answer stays while it is asked for again. */
export interface Loaded<T> {
  value: T | undefined;
  error: Error | undefined;
  loading: boolean;
  /** When `value` came, in milliseconds since 1970. */
  at?: number | undefined;
  /** Whether the answer is so late that one must be told. */
  late?: boolean;
  reload(): void;
}

/** A page says within five seconds that what it asks does not answer. */
const lateMs = 4_000;
/** What failed is asked for again after so long. */
const againMs = 10_000;
/** A question without an answer for so long is lost, a machine that slept for one: it does not hold up the next. */
const lostMs = 90_000;

interface State<T> {
  value?: T;
  /** What `value` is the answer to. */
  answers?: unknown;
  at?: number;
  error?: Error | undefined;
  loading: boolean;
  late: boolean;
}

/**
 * Loads when shown, when `load` changes, when asked to, and again by itself after a failure that may pass. An answer that
 * comes after a newer question is dropped. Where a question fails, what was answered to it before stays, and what was
 * answered to another one does not: it would stand under the wrong name.
 * @param load must keep its identity while it means the same
 * @param everyMs asks again after so long; the tab must be visible, and nothing be under way
 * @param question what is asked, where `load` changes and it stays the same
 */
export function useLoaded<T>(load: () => Promise<T>, everyMs?: number, question: unknown = load): Loaded<T> {
  const [state, setState] = useState<State<T>>({ loading: true, late: false });
  const newest = useRef(0);
  const askedAt = useRef(0);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const counter = newest;
    const number = ++counter.current;
    askedAt.current = Date.now();
    setState((before) => ({ ...before, loading: true }));
    const timer = setTimeout(() => {
      setState((before) => ({ ...before, late: true }));
    }, lateMs);
    const settle = (next: (before: State<T>) => State<T>) => {
      if (number !== counter.current) return;
      clearTimeout(timer);
      askedAt.current = 0;
      setState(next);
    };
    load().then(
      (value) => {
        settle(() => ({ value, answers: question, at: Date.now(), loading: false, late: false }));
      },
      (cause: unknown) => {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        settle(({ value, answers, at }) => {
          const kept = answers === question ? { value, answers, at } : {};
          return { ...kept, error, loading: false, late: false };
        });
      },
    );
    return () => {
      clearTimeout(timer);
      counter.current++;
    };
  }, [load, question, turn]);
  /** At once with whatever else changes in this moment: a range that moves on is asked for once. */
  const reload = useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
  const mayPass = state.error !== undefined && passes(state.error);
  const interval = mayPass ? Math.min(againMs, everyMs ?? againMs) : everyMs;
  useEffect(() => {
    if (interval === undefined) return undefined;
    const timer = setInterval(() => {
      const underWay = askedAt.current !== 0 && Date.now() - askedAt.current < lostMs;
      if (document.visibilityState === 'visible' && !underWay) reload();
    }, interval);
    return () => {
      clearInterval(timer);
    };
  }, [reload, interval]);
  const { value, at, error, loading, late } = state;
  return { value, at, error, loading, late, reload };
}

/** Whether asking again can help: what the server refuses stays refused. */
function passes(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500 || error.status === 429;
}
