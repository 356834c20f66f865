import { screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { problem, proxy, role, server } from '../test/handlers.js';
import { renderInGrafana } from '../test/grafana.js';
import { RoleVerification } from './RoleVerification.js';

test('a path that is refused stays to be mended', async () => {
  server.use(
    http.get(`${proxy}/read/setup-logs`, () => HttpResponse.json({ followed: [], added: [], usualPlaces: [] })),
    http.post(`${proxy}/admin/setup-logs`, () => problem(400, 'FSP_REQUEST_INVALID', 'x.log is no full path')),
  );
  const { user } = renderInGrafana(<RoleVerification role={role} />);
  await user.type(screen.getByLabelText(/^Follow a log/), 'x.log');
  await user.click(screen.getByRole('button', { name: 'Follow' }));
  await screen.findByText('x.log is no full path');
  expect(screen.getByLabelText(/^Follow a log/)).toHaveValue('x.log');
});
