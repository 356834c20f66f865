import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderInGrafana } from '../test/grafana.js';
import { ClientMarks } from './ClientMarks.js';

const well = {
  phase: 'deployment',
  outcome: 'succeeded',
  deployment_outcome: 'succeeded',
  is_cut_off: 0,
  is_clock_off: 0,
  clock_offset_seconds: 0,
} as const;

test('a client that installed and could not be assigned is seen as both', async () => {
  renderInGrafana(<ClientMarks client={{ ...well, phase: 'assignment', outcome: 'failed' }} />);
  await screen.findByText('Succeeded');
  await screen.findByText('Assignment failed');
  expect(screen.queryByText('Failed')).toBeNull();
});

test('a client without a word on its deployment is not seen as one whose deployment failed', async () => {
  renderInGrafana(
    <ClientMarks client={{ ...well, phase: 'other', outcome: 'failed', deployment_outcome: 'no_word' }} />,
  );
  await screen.findByText('No word on deployment');
  await screen.findByText('Last word: a failure');
  expect(screen.queryByText('Failed')).toBeNull();
});
