import type { MouseEvent } from 'react';
import { locationService } from '@grafana/runtime';

/**
 * What a click on a link does whose address holds what a client wrote. Grafana's own links take an address apart and give
 * it back decoded: of `name=R%26D` the page would get `R`. Other windows are the browser's business.
 */
export const follow = (address: string) => (event: MouseEvent) => {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  locationService.push(address);
};
