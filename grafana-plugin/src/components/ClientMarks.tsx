import { t } from '@grafana/i18n';
import { Badge, Stack } from '@grafana/ui';
import type { Acknowledged } from '../queries/acknowledged.js';
import type { Client } from '../queries/clients.js';
import { AcknowledgedBadge } from './AcknowledgedBadge.js';
import { duration } from './format.js';
import { OutcomeBadge } from './OutcomeBadge.js';

type Marked = Pick<Client, 'outcome' | 'is_cut_off' | 'is_clock_off' | 'clock_offset_seconds'>;

/** By how much a clock is off, and in which direction. */
export function clockOffset(seconds: number): string {
  const by = duration(Math.abs(seconds));
  return seconds > 0
    ? t('client.clock-ahead', 'Clock {{by}} ahead', { by, interpolation: { escapeValue: false } })
    : t('client.clock-behind', 'Clock {{by}} behind', { by, interpolation: { escapeValue: false } });
}

/** Where a client stands: the outcome of its deployment, and what takes the shine off it. */
export function ClientMarks({ client, acknowledged }: { client: Marked; acknowledged?: Acknowledged | undefined }) {
  return (
    <Stack gap={0.5} wrap="wrap" alignItems="center">
      {client.is_cut_off === 1 && <Badge color="orange" icon="link-broken" text={t('clients.cut-off', 'Cut off')} />}
      {/* Green would say that all is well. */}
      <OutcomeBadge outcome={client.outcome} isMuted={client.is_cut_off === 1 && client.outcome === 'succeeded'} />
      {acknowledged !== undefined && <AcknowledgedBadge of={acknowledged} />}
      {client.is_clock_off === 1 && (
        <Badge color="orange" icon="clock-nine" text={clockOffset(client.clock_offset_seconds)} />
      )}
    </Stack>
  );
}
