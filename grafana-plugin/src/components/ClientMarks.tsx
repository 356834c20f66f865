import { t } from '@grafana/i18n';
import { Badge, Stack } from '@grafana/ui';
import type { Acknowledged } from '../queries/acknowledged.js';
import type { Client } from '../queries/clients.js';
import { AcknowledgedBadge } from './AcknowledgedBadge.js';
import { duration } from './format.js';
import { OutcomeBadge } from './OutcomeBadge.js';

type Marked = Pick<
  Client,
  'phase' | 'outcome' | 'deployment_outcome' | 'is_cut_off' | 'is_clock_off' | 'clock_offset_seconds'
>;

/** By how much a clock is off, and in which direction. */
export function clockOffset(seconds: number): string {
  const by = duration(Math.abs(seconds));
  return seconds > 0
    ? t('client.clock-ahead', 'Clock {{by}} ahead', { by, interpolation: { escapeValue: false } })
    : t('client.clock-behind', 'Clock {{by}} behind', { by, interpolation: { escapeValue: false } });
}

/** What its newest message says of a failure that is none of its deployment, and no badge says otherwise. */
function otherFailure({ phase, outcome, deployment_outcome, is_cut_off }: Marked): string {
  if (outcome !== 'failed' || deployment_outcome === 'failed') return '';
  if (phase === 'assignment') return t('clients.not-assigned', 'Assignment failed');
  return is_cut_off === 1 ? '' : t('clients.last-word-failed', 'Last word: a failure');
}

/** Where a client stands: the outcome of its deployment, as lists are narrowed down by it, and what takes the shine off it. */
export function ClientMarks({ client, acknowledged }: { client: Marked; acknowledged?: Acknowledged | undefined }) {
  const failure = otherFailure(client);
  return (
    <Stack gap={0.5} wrap="wrap" alignItems="center">
      {client.is_cut_off === 1 && <Badge color="orange" icon="link-broken" text={t('clients.cut-off', 'Cut off')} />}
      {/* Green would say that all is well. */}
      <OutcomeBadge
        outcome={client.deployment_outcome}
        isMuted={client.deployment_outcome === 'succeeded' && (client.is_cut_off === 1 || failure !== '')}
      />
      {failure !== '' && <Badge color="red" icon="exclamation-circle" text={failure} />}
      {acknowledged !== undefined && <AcknowledgedBadge of={acknowledged} />}
      {client.is_clock_off === 1 && (
        <Badge color="orange" icon="clock-nine" text={clockOffset(client.clock_offset_seconds)} />
      )}
    </Stack>
  );
}
