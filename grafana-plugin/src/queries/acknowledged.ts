import { useMemo } from 'react';
import { useRows } from './run.js';
import type { Loaded } from './use-loaded.js';

/** A failure that somebody takes care of, as the view `acknowledged` has it. */
export interface Acknowledged {
  /** Empty for all clients with the cause. */
  client_key: string;
  cause: string;
  note: string;
  acknowledged_by: string;
  acknowledged_at: number;
  until: number;
}

const sql =
  'SELECT client_key, cause, note, acknowledged_by, acknowledged_at, until FROM acknowledged ORDER BY acknowledged_at DESC LIMIT 10000';

export interface AcknowledgedFailures extends Pick<Loaded<Acknowledged[]>, 'reload'> {
  /** What was said of a cause, and of it on one client; the client's own word goes first. */
  find(cause: string, clientKey?: string): Acknowledged | undefined;
}

/** What somebody takes care of at this moment: few, and the same for every list. */
export function useAcknowledged(): AcknowledgedFailures {
  const { value, reload } = useRows<Acknowledged>(sql);
  return useMemo(
    () => ({
      reload,
      find: (cause, clientKey = '') =>
        value?.find((one) => one.cause === cause && clientKey !== '' && one.client_key === clientKey) ??
        value?.find((one) => one.cause === cause && one.client_key === ''),
    }),
    [value, reload],
  );
}
