import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { ServerStatus } from '../api/status.js';
import { oneLine } from '../components/OutcomeBadge.js';
import type { KnownServer } from '../queries/servers.js';

/** Where a server of the list stands. */
export interface ServerState {
  state: 'taking' | 'silent' | 'draining' | 'removed' | 'none' | 'not_taking';
  waiting: number | null;
  oldestWaitingAt: number | null;
  lastMessage: number | null;
}

const shortName = (name: string) => name.replace(/\..*$/, '').toUpperCase();

/**
 * What is known of a server: of the one that answers, its own word; of others over the same ClickHouse, what they wrote.
 */
export function stateOf(
  server: string,
  hasRole: boolean,
  known: KnownServer | undefined,
  status: ServerStatus | undefined,
): ServerState {
  const lastMessage = known?.last_message ?? null;
  if (status !== undefined && shortName(status.server.name) === server) {
    const { waiting, oldestWaitingAt } = status.throttle;
    const state = !status.intake.takingMessages ? (hasRole ? 'not_taking' : 'removed') : 'taking';
    return { state, waiting, oldestWaitingAt, lastMessage };
  }
  const figures = {
    waiting: known?.window_start == null ? null : known.waiting,
    oldestWaitingAt: known?.oldest_waiting_at ?? null,
    lastMessage,
  };
  if (!hasRole) return { state: known?.removed === 1 ? 'removed' : 'none', ...figures };
  if (known?.is_alive !== 1) return { state: 'silent', ...figures };
  if (known.draining === 1) return { state: 'draining', ...figures };
  return { state: known.taking_messages === 1 ? 'taking' : 'not_taking', ...figures };
}

export function StateBadge({ state }: Pick<ServerState, 'state'>) {
  switch (state) {
    case 'taking':
      return <Badge className={oneLine} color="green" icon="check" text={t('state.taking', 'Taking messages')} />;
    case 'not_taking':
      return (
        <Badge
          className={oneLine}
          color="red"
          icon="exclamation-circle"
          text={t('state.not-taking', 'Not taking messages')}
        />
      );
    case 'silent':
      return (
        <Badge
          className={oneLine}
          color="orange"
          icon="question-circle"
          text={t('state.silent', 'Gives no sign of life')}
        />
      );
    case 'draining':
      return (
        <Badge className={oneLine} color="blue" icon="sync" text={t('state.draining', 'Drained for maintenance')} />
      );
    case 'removed':
      return <Badge className={oneLine} color="darkgrey" icon="circle" text={t('state.removed', 'Role removed')} />;
    case 'none':
      return <Badge className={oneLine} color="blue" icon="info-circle" text={t('state.none', 'No role yet')} />;
  }
}
