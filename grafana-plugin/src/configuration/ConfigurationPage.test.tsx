import { screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { pluginId } from '../constants.js';
import { problem, proxy, requests, server } from '../test/handlers.js';
import { answers, renderInGrafana } from '../test/grafana.js';
import ConfigurationPage from './ConfigurationPage.js';

const plugin = (secureJsonFields: Record<string, boolean>) =>
  ({
    meta: { id: pluginId, enabled: true, pinned: true, jsonData: { apiUrl: 'http://fsp01:8081' }, secureJsonFields },
  }) as never;

test('only tokens that were typed are sent: those that are kept stay', async () => {
  const { user } = renderInGrafana(<ConfigurationPage plugin={plugin({ viewerToken: true })} query={{}} />);
  await user.type(screen.getByLabelText(/^Admin token/), 'secret-of-sixteen');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText(/^Saved/);
  expect(requests[0]?.body).toEqual({
    enabled: true,
    pinned: true,
    jsonData: { apiUrl: 'http://fsp01:8081', datasourceUid: '' },
    secureJsonData: { adminToken: 'secret-of-sixteen' },
  });
  expect(document.body.innerHTML).not.toContain('secret-of-sixteen');
});

test('an address without a scheme is refused before it is sent', async () => {
  const { user } = renderInGrafana(<ConfigurationPage plugin={plugin({})} query={{}} />);
  await user.clear(screen.getByLabelText(/^Management URL/));
  await user.type(screen.getByLabelText(/^Management URL/), 'fsp01:8081');
  expect(screen.getByText('Write it as http://server:8081')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
});

test.each([
  [401, /refused the token/],
  [404, /no fallback status point of ours/],
  [502, /Nothing answers there/],
])('Test connection explains a %i', async (status, says) => {
  answers.set('count() AS messages', [{ messages: 5 }]);
  server.use(
    http.get(`${proxy}/read/status`, () => problem(status, 'X', 'why')),
    http.post(`${proxy}/admin/roles/validate`, () => HttpResponse.json({})),
  );
  const { user } = renderInGrafana(
    <ConfigurationPage plugin={plugin({ viewerToken: true, adminToken: true })} query={{}} />,
  );
  await user.click(screen.getByRole('button', { name: 'Test connection' }));
  await screen.findByText(says);
  await screen.findByText('5 messages are stored');
});

test('a save that Grafana refuses says so', async () => {
  server.use(
    http.post(`http://localhost:3000/api/plugins/${pluginId}/settings`, () =>
      HttpResponse.json({ message: 'permission denied' }, { status: 403 }),
    ),
  );
  const { user } = renderInGrafana(<ConfigurationPage plugin={plugin({})} query={{}} />);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => {
    expect(screen.getByText('permission denied')).toBeInTheDocument();
  });
});
