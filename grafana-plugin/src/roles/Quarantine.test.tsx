import { screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';
import { proxy, server } from '../test/handlers.js';
import { renderInGrafana } from '../test/grafana.js';
import { Quarantine } from './Quarantine.js';

const entry = (id: string) => ({
  id,
  sink: 'otlp',
  at: Date.parse('2026-01-02T03:04:05Z'),
  kind: 'state_message',
  code: '400',
  reason: 'no <b>such</b> record',
  bytes: 100,
});

test('shows what a destination refuses and why, as text, and sends it again', async () => {
  let entries = [entry('a'), entry('b')];
  const asked: unknown[] = [];
  server.use(
    http.get(`${proxy}/read/quarantine`, () => HttpResponse.json({ entries })),
    http.post(`${proxy}/admin/quarantine/retry`, async ({ request }) => {
      asked.push(await request.json());
      entries = [];
      return HttpResponse.json({
        results: ['a', 'b'].map((id) => ({ id, delivered: true, reason: '' })),
      });
    }),
  );
  const { user } = renderInGrafana(<Quarantine />);
  expect(await screen.findByText('In quarantine: 2')).toBeInTheDocument();
  expect(screen.getAllByText('400: no <b>such</b> record')).toHaveLength(2);
  await user.click(screen.getByRole('button', { name: 'Send again' }));
  expect(await screen.findByRole('status')).toHaveTextContent('2 delivered, 0 refused again');
  expect(asked).toEqual([{ ids: ['a', 'b'] }]);
  await waitFor(() => {
    expect(screen.queryByText(/In quarantine/)).not.toBeInTheDocument();
  });
});

test('drops only after a question', async () => {
  const asked: unknown[] = [];
  server.use(
    http.get(`${proxy}/read/quarantine`, () => HttpResponse.json({ entries: [entry('a')] })),
    http.post(`${proxy}/admin/quarantine/drop`, async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ dropped: 1 });
    }),
  );
  const { user } = renderInGrafana(<Quarantine />);
  await user.click(await screen.findByRole('button', { name: 'Drop' }));
  expect(asked).toEqual([]);
  const dialog = await screen.findByRole('dialog');
  await user.click(Array.from(dialog.querySelectorAll('button')).find((one) => one.textContent === 'Drop')!);
  await waitFor(() => {
    expect(asked).toEqual([{ ids: ['a'] }]);
  });
});
