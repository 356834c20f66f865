import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { Acknowledged } from '../queries/acknowledged.js';
import { moment } from './format.js';

/** That somebody takes care of a failure; who, until when and why stand in its tooltip. */
export function AcknowledgedBadge({ of: { acknowledged_by, until, note } }: { of: Acknowledged }) {
  return (
    <Badge
      color="blue"
      icon="user"
      text={t('ack.badge', 'Acknowledged')}
      tooltip={t('ack.by', 'Taken care of by {{by}} until {{until}}: {{note}}', {
        by: acknowledged_by,
        until: moment(until),
        note,
        interpolation: { escapeValue: false },
      })}
    />
  );
}
