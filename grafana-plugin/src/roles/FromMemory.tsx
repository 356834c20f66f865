import { t } from '@grafana/i18n';
import { Alert } from '@grafana/ui';
import type { Remembered } from '../api/roles.js';
import { moment } from '../components/format.js';

/** Says that roles are shown as the receiver knows them, because ClickHouse does not answer. */
export function FromMemory({ remembered }: { remembered: Remembered | undefined }) {
  if (remembered === null || remembered === undefined) return null;
  return (
    <Alert
      bottomSpacing={0}
      severity="warning"
      title={t('memory.title', 'ClickHouse does not answer: this is what the receiver knows by itself')}
    >
      {remembered.at === null
        ? t(
            'memory.before-start',
            'It kept its own role when it last ran; other roles may be missing. Changes can be saved once ClickHouse is back.',
          )
        : t('memory.read', 'It read the roles at {{when}}. Changes can be saved once ClickHouse is back.', {
            when: moment(Date.parse(remembered.at)),
          })}
    </Alert>
  );
}
