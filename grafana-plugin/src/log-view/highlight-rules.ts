import { useCallback, useState } from 'react';

export const highlightColors = ['yellow', 'green', 'blue', 'orange', 'pink', 'purple'] as const;

/** A text that is coloured wherever it stands. */
export interface HighlightRule {
  text: string;
  matchCase: boolean;
  regex: boolean;
  color: (typeof highlightColors)[number];
}

const key = 'fsp.log-view.highlight';

function stored(): HighlightRule[] {
  try {
    const rules = JSON.parse(localStorage.getItem(key) ?? '[]') as HighlightRule[];
    return rules.filter(({ text, color }) => typeof text === 'string' && highlightColors.includes(color));
  } catch {
    return [];
  }
}

/** Rules that the browser keeps. */
export function useHighlightRules(): [HighlightRule[], (rules: HighlightRule[]) => void] {
  const [rules, setRules] = useState(stored);
  const keep = useCallback((next: HighlightRule[]) => {
    setRules(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // A browser that keeps nothing still shows them.
    }
  }, []);
  return [rules, keep];
}
