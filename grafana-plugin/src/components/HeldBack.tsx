import { t } from '@grafana/i18n';
import { Alert, TextLink } from '@grafana/ui';
import type { ServerStatus } from '../api/status.js';
import { appPath } from '../constants.js';
import { count, moment } from './format.js';
import { Failed } from './QueryState.js';

/** Whether messages come through: silence must not be taken for health. */
export function HeldBack({ of: status, error }: { of?: ServerStatus; error?: Error }) {
  if (error !== undefined) return <Failed error={error} />;
  if (status === undefined) return null;
  const { intake, throttle, clickhouse, sinks } = status;
  const failing = sinks.find(({ lastError }) => lastError !== null);
  if (!intake.takingMessages)
    return (
      <Alert
        bottomSpacing={0}
        severity="warning"
        title={t('overview.removed', 'No messages are taken: its role was removed, or it is drained')}
      >
        <TextLink href={`${appPath}/roles`}>{t('roles.title', 'Role configuration')}</TextLink>
      </Alert>
    );
  if (failing !== undefined || clickhouse.state === 'restarting')
    return (
      <Alert
        bottomSpacing={0}
        severity="warning"
        title={t('overview.sink', 'Messages are kept, but do not reach their destination: what is shown may be old')}
      >
        {failing === undefined
          ? t('overview.restarting', 'ClickHouse is starting again')
          : `${failing.sink}: ${failing.lastError?.message ?? ''}`}
      </Alert>
    );
  if (throttle.waiting === 0) return null;
  return (
    <Alert
      bottomSpacing={0}
      severity="info"
      title={t('overview.waiting', '{{waiting}} messages wait for the throttle; failures go first', {
        count: throttle.waiting,
        defaultValue_one: '{{waiting}} message waits for the throttle; failures go first',
        waiting: count(throttle.waiting),
      })}
    >
      {t('overview.waiting-detail', 'The oldest came {{oldest}}. All will have passed by {{clear}}.', {
        oldest: moment(throttle.oldestWaitingAt),
        clear: moment(throttle.expectedClearanceAt),
      })}
    </Alert>
  );
}
