import type { Outcome } from './clients.js';
import { contains, where } from './sql.js';

/** Messages that are shown at the most. */
export const mostLive = 200;

export interface LiveMessage {
  message_id: string;
  received_at: number;
  client_name: string;
  topic_type: number;
  state_id: number;
  state_text: string;
  params: string[];
  error_code: string;
  outcome: Outcome;
}

/** The newest messages of the last hour by their receipt; each once, though a receiver may have delivered it twice. */
export function liveSql({ containing, failedOnly }: { containing: string; failedOnly: boolean }): string {
  const conditions = where([
    'received_at >= now() - INTERVAL 1 HOUR',
    failedOnly && "outcome = 'failed'",
    containing !== '' && contains(['client_name', 'state_text', 'error_code'], containing),
  ]);
  return `SELECT message_id, received_at, client_name, topic_type, state_id, state_text, params, error_code, outcome
FROM state_messages WHERE ${conditions}
ORDER BY received_at DESC, message_id LIMIT 1 BY message_id LIMIT ${mostLive}`;
}
