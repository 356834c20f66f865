import { locationService } from '@grafana/runtime';
import { screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import ClientPage from '../pages/ClientPage.js';
import type { Client } from '../queries/clients.js';
import type { SetupRun, Verdict } from '../queries/setup-logs.js';
import { answers, renderInGrafana } from '../test/grafana.js';
import { proofOf } from './proof.js';

const at = (day: string) => Date.parse(`${day}Z`);
const client = {
  client_id: '',
  client_name: 'PC1',
  client_fqdn: '',
  client_address: '10.1.2.3',
  subnet: '10.1.2.0/24',
  site_code: 'PS1',
  fsp_server: 'FSP01',
  client_version: '5.00.9132.1011',
  phase: 'deployment',
  outcome: 'failed',
  deployment_outcome: 'failed',
  last_topic_type: 800,
  last_state_id: 313,
  last_state_text: 'Client.msi installation failed with MSI error 1603',
  last_error_code: '1603',
  last_error_text: '',
  cause: '800/313/1603',
  last_user_name: '',
  deployment_begin_time: at('2026-01-02T03:00'),
  deployment_end_time: null,
  deployment_seconds: null,
  assignment_begin_time: null,
  assignment_end_time: null,
  assignment_seconds: null,
  communication_outcome: 'unknown',
  is_cut_off: 0,
  clock_offset_seconds: 0,
  is_clock_off: 0,
  last_message_time: at('2026-01-02T03:10'),
  last_received_at: at('2026-01-02T03:10'),
  message_count: 2,
} satisfies Client;

const run = (ended: string, verdict: Verdict, product_name = 'Configuration Manager Client') =>
  ({
    run_id: `${product_name} ${ended}`,
    installation_id: `${product_name} ${ended}`,
    host_name: 'PC1',
    log_file: 'C:\\Windows\\ccmsetup\\Logs\\client.msi.log',
    log_format: 'msi',
    action: 'install',
    started_at: at(ended) - 60_000,
    ended_at: at(ended),
    verdict,
    exit_code: null,
    cause: `what happened ${ended}`,
    cause_line: 0,
    suggestion: '',
    evidence: '[]',
    certainty: '',
    certainty_reason_id: '',
    certainty_reason: '',
    next_step_id: '',
    next_step: '',
    product_name,
    product_version: '',
  }) satisfies SetupRun;

/** What stands on the page of a client with these runs, from the top: its banners, and the words about an older log. */
async function banners(of: Client, runs: SetupRun[]): Promise<string[]> {
  answers.set('FROM client(', [of as unknown as Record<string, unknown>]);
  answers.set(
    'FROM setup_runs',
    runs.toSorted((a, b) => b.started_at - a.started_at) as unknown as Record<string, unknown>[],
  );
  renderInGrafana(<ClientPage />);
  await screen.findByText(/What it said, and what its logs say/);
  await screen.findAllByText(/what happened/);
  return screen
    .getAllByText(/: Client\.msi installation failed|^The set-up .*what happened|^An older log, of/)
    .map((one) => one.textContent);
}

beforeEach(() => {
  answers.clear();
  locationService.push('/a/fallbackstatuspoint-fsp-app/client?name=PC1');
});

test('a log of the attempt that the client reports stands on top with its time', async () => {
  expect(await banners(client, [run('2026-01-02T03:09', 'failed'), run('2019-05-01T12:00', 'failed')])).toEqual([
    'The set-up failed: what happened 2026-01-02T03:09',
    expect.stringContaining('Client.msi installation failed'),
  ]);
});

test('a log of years ago stands under what the client reports, and is told as old', async () => {
  expect(await banners(client, [run('2019-05-01T12:00', 'failed'), run('2018-05-01T12:00', 'failed')])).toEqual([
    expect.stringContaining('Client.msi installation failed'),
    expect.stringMatching(/^An older log, of 2019-05-01/),
    'The set-up failed: what happened 2019-05-01T12:00',
  ]);
});

const retried = [run('2026-01-02T03:09', 'failed'), run('2026-01-02T05:00', 'succeeded')];
test.each<[string, Partial<Client>, SetupRun[], string | null, boolean]>([
  [
    'the newest failed run of the attempt',
    {},
    [run('2026-01-02T03:20', 'succeeded', 'Runtime'), retried[0]!],
    '2026-01-02T03:09',
    false,
  ],
  ['the same product set up again since', {}, retried.toReversed(), '2026-01-02T05:00', false],
  [
    'a failure of years ago no more than a newer success',
    {},
    [run('2026-01-02T03:09', 'succeeded'), run('2019-05-01T12:00', 'failed')],
    '2026-01-02T03:09',
    false,
  ],
  [
    'the newest run of a client that is well',
    { outcome: 'succeeded' },
    retried.toReversed(),
    '2026-01-02T05:00',
    false,
  ],
  [
    'a log without a zone, which says hours before the begin',
    {},
    [run('2026-01-01T16:00', 'failed')],
    '2026-01-01T16:00',
    false,
  ],
  [
    'what the client said last, where no begin was heard',
    { deployment_begin_time: null },
    [run('2026-01-01T20:00', 'failed'), run('2025-12-30T20:00', 'failed')],
    '2026-01-01T20:00',
    false,
  ],
  [
    'a log by a clock that is years behind',
    { is_clock_off: 1, clock_offset_seconds: -788_400_000 },
    [run('2001-01-07T03:09', 'failed')],
    '2001-01-07T03:09',
    false,
  ],
  [
    'an old log of the same machine whose clock is ahead now',
    { is_clock_off: 1, clock_offset_seconds: 157_680_000 },
    [run('2019-05-01T12:00', 'failed')],
    '2019-05-01T12:00',
    true,
  ],
  ['nothing of no log', {}, [], null, false],
])('of several runs counts: %s', (_what, more, runs, ended, isOld) => {
  const proof = proofOf({ ...client, ...more }, runs);
  expect(proof === null ? null : [proof.run.ended_at, proof.isOld]).toEqual(ended === null ? null : [at(ended), isOld]);
});
