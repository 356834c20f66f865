import { useLocation } from 'react-router';
import { appPath } from '../constants.js';
import { narrowings, type Chosen, type Narrowing } from '../queries/chosen.js';
import { useTimeRange, type UrlTimeRange } from './url-state.js';

/** How clients fail is a page's own; what they are is carried from page to page. */
const carriedOn = narrowings.filter((name) => name !== 'cause' && name !== 'error');

/** Parameters that dashboards and pages share, so that links between them keep what is chosen. */
export const parameterOf = (name: Narrowing | 'clock') => `var-${name}`;

export interface UrlChoice extends UrlTimeRange {
  chosen: Chosen;
}

/** Time range and choice of the page's address. `query` carries both on, but for causes and errors. */
export function useChoice(defaultFrom?: string): UrlChoice {
  const time = useTimeRange(defaultFrom);
  const { search } = useLocation();
  const params = new URLSearchParams(search);
  const valuesOf = (name: Narrowing) =>
    params
      .getAll(parameterOf(name))
      // The row of a board that sums up others leads to no cause.
      .filter((value) => value !== '$__all' && value !== 'All' && (name !== 'cause' || value !== ''));
  const chosen: Chosen = {
    clock: params.get(parameterOf('clock')) === 'client' ? 'client' : 'received',
    ...(Object.fromEntries(narrowings.map((name) => [name, valuesOf(name)])) as Record<Narrowing, string[]>),
  };
  const carried = new URLSearchParams(time.query);
  for (const name of carriedOn) for (const value of chosen[name]) carried.append(parameterOf(name), value);
  if (chosen.clock === 'client') carried.set(parameterOf('clock'), 'client');
  return { ...time, query: carried.toString(), chosen };
}

/** Where a client has its page. In the query: a path would read names such as `..` and `%41` in its own way. */
export const clientAddress = (name: string, query: string) =>
  `${appPath}/client?name=${encodeURIComponent(name)}&${query}`;
