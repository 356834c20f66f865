import { locationService } from '@grafana/runtime';
import { screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { answers, renderInGrafana } from '../test/grafana.js';
import { proxy, server } from '../test/handlers.js';
import FailuresPage from './FailuresPage.js';

const status = (waiting: number) =>
  http.get(`${proxy}/read/status`, () =>
    HttpResponse.json({
      intake: { takingMessages: true },
      throttle: { waiting, oldestWaitingAt: '2026-01-02T03:04:05Z', expectedClearanceAt: '2026-01-02T04:04:05Z' },
      clickhouse: { state: 'running' },
      sinks: [],
    }),
  );

beforeEach(() => {
  answers.clear();
  locationService.push('/a/fallbackstatuspoint-fsp-app/failures');
});

test('that nothing failed is only said where something was heard', async () => {
  server.use(status(0));
  answers.set('AS heard', [{ heard: 1 }]);
  renderInGrafana(<FailuresPage />);
  await screen.findByText('Nothing failed in this time');
});

test('where nothing was heard that is said, and what is held back', async () => {
  server.use(status(1234));
  renderInGrafana(<FailuresPage />);
  await screen.findByText('No message came in this time: what failed is not known');
  await screen.findByText(/1,234 messages wait for the throttle/);
  expect(screen.queryByText('Nothing failed in this time')).toBeNull();
});
