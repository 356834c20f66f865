import { locationService } from '@grafana/runtime';
import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderInGrafana } from '../test/grafana.js';
import { OfNoRow } from './ClientToggles.js';

const told = 'The row that led here sums up others: these are all clients, and not only its own';

test.each(['last-word=', 'var-cause='])(
  'the row of a board that sums up others (%s) is no filter, and that is told',
  async (query) => {
    locationService.push(`/a/fallbackstatuspoint-fsp-app/clients?${query}`);
    renderInGrafana(<OfNoRow query="from=now-7d&to=now" />);
    await screen.findByText(told);
  },
);

test.each(['', 'last-word=800/400/', 'var-cause=800/313/1603', 'var-cause=$__all'])(
  'with %s nothing of it is told',
  (query) => {
    locationService.push(`/a/fallbackstatuspoint-fsp-app/clients?${query}`);
    renderInGrafana(<OfNoRow query="from=now-7d&to=now" />);
    expect(screen.queryByText(told)).toBeNull();
  },
);
