import { dateTime } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { ChosenList } from '../components/ChosenList.js';
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

const found = {
  site: 'PS1',
  subnet: '10.1.1.0/24',
  version: '5.00.9128.1007',
  receiver: 'FSP01',
  name: 'KIOSK&A',
  user: 'CONTOSO\\ada',
  hour: '09:00',
  error: '0x80072EE7',
  communication: 'failed',
  host: 'mp01.contoso.com',
};
const shown = (value: string) => (value === 'failed' ? 'Cut off' : value);

beforeEach(() => {
  answers.clear();
  answers.set(
    'share_of_failed',
    Object.entries(found).map(([property, value]) => common(property, value)),
  );
  locationService.push('/a/fallbackstatuspoint-fsp-app/failures');
});

test('a click on any value narrows the page down to it', async () => {
  const { user } = renderInGrafana(<InCommon chosen={everything} range={range} query="from=now-7d&to=now" />);
  for (const [property, value] of Object.entries(found)) {
    await user.click(await screen.findByRole('button', { name: shown(value) }));
    expect([property, locationService.getSearch().getAll(`var-${property}`)]).toEqual([property, [value]]);
  }
});

test('the number of clients with a value leads to the failed clients of the same selection that have it', async () => {
  const chosen = { ...everything, cause: ['800/313/1603'], error: ['1603'] };
  renderInGrafana(<InCommon chosen={chosen} range={range} query="from=now-7d&to=now&var-clock=client" />);
  for (const [property, value] of Object.entries(found)) {
    const row = (await screen.findByRole('button', { name: shown(value) })).closest('tr')!;
    const link = new URL(within(row).getByRole('link', { name: '9' }).getAttribute('href')!, 'http://grafana');
    expect(link.pathname).toBe('/a/fallbackstatuspoint-fsp-app/clients');
    expect(Object.fromEntries(link.searchParams)).toEqual({
      from: 'now-7d',
      to: 'now',
      'var-clock': 'client',
      'var-cause': '800/313/1603',
      'var-error': '1603',
      [`var-${property}`]: value,
      still: '1',
    });
  }
});

test('what is chosen is listed in words, and each can be taken away', async () => {
  const chosen = { ...everything, communication: ['failed'], hour: ['09:00', '10:00'], error: ['0x80072EE7'] };
  locationService.push('/a/fallbackstatuspoint-fsp-app/failures?var-hour=09:00&var-hour=10:00');
  const { user } = renderInGrafana(<ChosenList chosen={chosen} />);
  for (const name of ['Management point: Cut off', 'Hour of receipt (UTC): 10:00', 'Error: 0x80072EE7'])
    await screen.findByRole('button', { name });
  await user.click(screen.getByRole('button', { name: 'Hour of receipt (UTC): 09:00' }));
  expect(locationService.getSearch().getAll('var-hour')).toEqual(['10:00']);
});
