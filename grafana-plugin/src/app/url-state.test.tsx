import { dateTime, setTimeZoneResolver } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { renderInGrafana } from '../test/grafana.js';
import { useTimeRange } from './url-state.js';

function Range() {
  const { range, refused, set } = useTimeRange();
  return (
    <>
      <p>{`${range.from.toISOString()} ${range.to.toISOString()}`}</p>
      <p>refused: {refused}</p>
      <button
        type="button"
        onClick={() => {
          const raw = { from: dateTime('1969-07-20'), to: dateTime('2040-01-01') };
          set({ ...raw, raw });
        }}
      >
        wider
      </button>
    </>
  );
}

afterEach(() => {
  setTimeZoneResolver(() => 'browser');
});

test.each(['Asia/Kolkata', 'America/New_York', 'Pacific/Kiritimati'])(
  'yesterday is that of %s where times are shown in its zone, whatever the browser’s is',
  (zone) => {
    setTimeZoneResolver(() => zone);
    locationService.push('/a/fallbackstatuspoint-fsp-app/overview?from=now-1d/d&to=now-1d/d');
    renderInGrafana(<Range />);
    const [from, to] = screen.getByText(/Z$/).textContent.split(' ');
    const shown = (moment: string) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'medium' }).format(dateTime(moment).valueOf());
    expect([shown(from!), shown(to!)]).toEqual(['00:00:00', '23:59:59']);
  },
);

test('a range that reaches before 1970 begins there, and is refused by no page', async () => {
  locationService.push('/a/fallbackstatuspoint-fsp-app/overview');
  const { user } = renderInGrafana(<Range />);
  await user.click(screen.getByRole('button', { name: 'wider' }));
  expect(locationService.getSearch().get('from')).toBe('0');
  screen.getByText('refused:');
});
