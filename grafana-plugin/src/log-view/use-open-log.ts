import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLoaded, type Loaded } from '../queries/use-loaded.js';
import type { LogRecord, LogSource, OpenLog, Scope } from './source.js';

/** A log in a scope, opened again when either changes. */
export function useOpenLog(source: LogSource, { order, least, containing }: Scope, everyMs?: number): Loaded<OpenLog> {
  return useLoaded(
    useCallback(() => source.open({ order, least, containing }), [source, order, least, containing]),
    source.grows ? everyMs : undefined,
  );
}

/** Records that are fetched at a time, and how many such pieces are kept. */
const piece = 200;
const mostPieces = 60;

export interface Windows {
  /** A record, where it is there already; it is fetched otherwise. */
  at(position: number): LogRecord | undefined;
  error: Error | undefined;
  retry(): void;
}

/** The records around those that are seen. What is asked for and not there comes a moment later. */
export function useWindows(log: OpenLog | undefined): Windows {
  const [, setCount] = useState(0);
  const [error, setError] = useState<Error>();
  const pieces = useRef(new Map<number, LogRecord[]>());
  const asked = useRef(new Set<number>());
  const wanted = useRef(new Set<number>());
  const current = useRef(log);
  if (current.current !== log) {
    current.current = log;
    pieces.current = new Map();
    asked.current = new Set();
  }
  useEffect(() => {
    if (log === undefined) return;
    for (const index of wanted.current) {
      if (asked.current.has(index) || pieces.current.has(index)) continue;
      asked.current.add(index);
      log.window(index * piece, (index + 1) * piece).then(
        (records) => {
          if (current.current !== log) return;
          asked.current.delete(index);
          pieces.current.set(index, records);
          const [oldest] = pieces.current.keys();
          if (pieces.current.size > mostPieces) pieces.current.delete(oldest!);
          setError(undefined);
          setCount((count) => count + 1);
        },
        (reason: unknown) => {
          if (current.current === log) setError(reason instanceof Error ? reason : new Error(String(reason)));
        },
      );
    }
  });
  wanted.current = new Set();
  return useMemo(
    () => ({
      at(position) {
        const index = Math.floor(position / piece);
        wanted.current.add(index);
        return pieces.current.get(index)?.[position - index * piece];
      },
      error,
      retry() {
        asked.current.clear();
        setError(undefined);
        setCount((count) => count + 1);
      },
    }),
    [error],
  );
}
