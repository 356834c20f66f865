import { dateTime } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { everything } from '../queries/chosen.js';
import { answers, renderInGrafana } from '../test/grafana.js';
import { InCommon } from './InCommon.js';

const range = { from: dateTime(0), to: dateTime(1), raw: { from: 'now-7d', to: 'now' } };
const common = (property_key: string, value: string) => ({
  property_key,
  property: property_key,
  value,
  failed_clients: 9,
  share_of_failed: 0.9,
  share_of_others: 0.1,
  lift: 9,
});

beforeEach(() => {
  answers.clear();
  answers.set('share_of_failed', [
    common('site', 'PS1'),
    common('subnet', '10.1.1.0/24'),
    common('version', '5.00.9128.1007'),
    common('name', 'KIOSK&A'),
    common('user', 'CONTOSO\\ada'),
    common('receiver', 'FSP01'),
    common('hour', '09:00'),
  ]);
  locationService.push('/a/fallbackstatuspoint-fsp-app/failures');
});

test.each([
  ['site', 'PS1'],
  ['subnet', '10.1.1.0/24'],
  ['version', '5.00.9128.1007'],
])('a click on a %s narrows the page down to it', async (property, value) => {
  const { user } = renderInGrafana(<InCommon chosen={everything} range={range} query="from=now-7d&to=now" />);
  await user.click(await screen.findByRole('button', { name: value }));
  expect(locationService.getSearch().getAll(`var-${property}`)).toEqual([value]);
});

test.each(['KIOSK&A', 'CONTOSO\\ada'])(
  '%s leads to the failed clients of the same selection that have it',
  async (value) => {
    const chosen = { ...everything, cause: ['800/313/1603'] };
    renderInGrafana(<InCommon chosen={chosen} range={range} query="from=now-7d&to=now&var-site=PS1" />);
    const link = new URL((await screen.findByRole('link', { name: value })).getAttribute('href')!, 'http://grafana');
    expect(link.pathname).toBe('/a/fallbackstatuspoint-fsp-app/clients');
    expect(Object.fromEntries(link.searchParams)).toEqual({
      from: 'now-7d',
      to: 'now',
      'var-site': 'PS1',
      'var-cause': '800/313/1603',
      outcome: 'failed',
      search: value,
    });
  },
);

test('what no page can be narrowed down by is a text', async () => {
  renderInGrafana(<InCommon chosen={everything} range={range} query="" />);
  await screen.findByText('FSP01');
  for (const value of ['FSP01', '09:00']) expect(screen.getByText(value).closest('a, button'), value).toBeNull();
});
