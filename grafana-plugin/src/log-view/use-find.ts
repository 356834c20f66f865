import { useEffect, useMemo, useState } from 'react';
import { compile, type Matcher, type Pattern } from './matcher.js';
import { InvalidPattern, type Hits, type OpenLog } from './source.js';

const afterMs = 250;

export interface Find {
  pattern: Pattern;
  setPattern(pattern: Pattern): void;
  /** Marks what is found; null where nothing is looked for. */
  matcher: Matcher | null;
  hits: Hits | undefined;
  loading: boolean;
  /** Why the pattern is none, or why the log could not be searched. */
  error: Error | undefined;
}

const noPattern: Pattern = { text: '', matchCase: false, regex: false };

/** Looks for a text in the whole log, a moment after the last letter was typed. */
export function useFind(log: OpenLog | undefined, initial: Partial<Pattern>): Find {
  const [pattern, setPattern] = useState<Pattern>({ ...noPattern, ...initial });
  const [found, setFound] = useState<{ log?: OpenLog; pattern?: Pattern; hits?: Hits; error?: Error }>({});
  const compiled = useMemo((): { matcher: Matcher | null; error?: Error } => {
    if (pattern.text === '') return { matcher: null };
    try {
      return { matcher: compile(pattern) };
    } catch (error) {
      return { matcher: null, error: error as InvalidPattern };
    }
  }, [pattern]);
  const isWanted = log !== undefined && compiled.matcher !== null;
  useEffect(() => {
    if (!isWanted) return undefined;
    let dropped = false;
    const timer = setTimeout(() => {
      log.search(pattern).then(
        (hits) => {
          if (!dropped) setFound({ log, pattern, hits });
        },
        (error: unknown) => {
          if (!dropped) setFound({ log, pattern, error: error as Error });
        },
      );
    }, afterMs);
    return () => {
      dropped = true;
      clearTimeout(timer);
    };
  }, [log, pattern, isWanted]);
  const isCurrent = found.log === log && found.pattern === pattern;
  return {
    pattern,
    setPattern,
    matcher: compiled.matcher,
    hits: isWanted && isCurrent ? found.hits : undefined,
    loading: isWanted && !isCurrent,
    error: compiled.error ?? (isWanted && isCurrent ? found.error : undefined),
  };
}
