import { useState } from 'react';
import { locationService } from '@grafana/runtime';
import { useDebounce } from 'react-use';
import { useUrlParam } from './url-state.js';

/** A text that a list is searched for by ClickHouse: what is typed, and what the address has once typing pauses. */
export function useSearch() {
  const [search] = useUrlParam('search');
  const [typed, setTyped] = useState(search);
  useDebounce(
    () => {
      if (typed !== search) locationService.partial({ search: typed === '' ? null : typed, page: null }, true);
    },
    300,
    [typed],
  );
  return { search, typed, setTyped };
}
