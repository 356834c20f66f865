import { useState } from 'react';
import { locationService } from '@grafana/runtime';
import { useDebounce } from 'react-use';
import { useUrlParam } from './url-state.js';

/** A text that a list is searched for by ClickHouse: what is typed, and what the address has once typing pauses. */
export function useSearch() {
  const [search] = useUrlParam('search');
  const [typed, setTyped] = useState(search);
  const [seen, setSeen] = useState(search);
  /** What the address has of what was typed here: anything else came by a link or by going back. */
  const [given, setGiven] = useState(search);
  if (search !== seen) {
    setSeen(search);
    if (search !== given) {
      setGiven(search);
      setTyped(search);
    }
  }
  useDebounce(
    () => {
      if (typed === search) return;
      setGiven(typed);
      locationService.partial({ search: typed === '' ? null : typed, page: null }, true);
    },
    300,
    [typed],
  );
  return { search, typed, setTyped };
}
