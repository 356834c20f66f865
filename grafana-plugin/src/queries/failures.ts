import { causeRowsSql, mostCauses } from '../../../dashboards/src/cause-rows.js';
import { messageConditions, messageTime, type Chosen } from './chosen.js';
import { contains, where } from './sql.js';

/** One way in which clients fail, within the range. */
export interface Failure {
  /** `800/313/1603`: topic, state and error. */
  cause: string;
  topic_type: number;
  topic_name: string;
  state_id: number;
  /** The state as one of its messages has it, for states that the catalogue does not know. */
  state_text: string;
  /** The parameter that all of its messages share; `…` where they differ. */
  param: string;
  error_code: string;
  error_text: string;
  clients: number;
  still_failed: number;
  messages: number;
  first_seen: number;
  last_seen: number;
  /** Whether the first message of this cause was received within the range, and others were there before. */
  is_new: number;
  /** How many there are of them in all. */
  causes: number;
}

/**
 * Failed states by state and error, the most clients first.
 * @param search a text that the state, its number, the error or its meaning has
 */
export const failuresSql = (chosen: Chosen, search = '') => {
  const failed = `outcome = 'failed' AND ${where(messageConditions(chosen))}`;
  const found = search !== '' && contains(['state_text', 'error_code', 'error_text', 'toString(state_id)'], search);
  return `SELECT *, count() OVER () AS causes
FROM
(
${causeRowsSql(failed, messageTime(chosen))}
)
WHERE ${where([found])}
ORDER BY clients DESC, messages DESC, cause
LIMIT ${mostCauses}`;
};

/** A row where anything at all was heard of what is chosen, within the range; a cause chooses among failures only. */
export const heardSql = (chosen: Chosen) =>
  `SELECT 1 AS heard FROM client_messages WHERE ${where(messageConditions({ ...chosen, cause: [], error: [] }))} LIMIT 1`;

/** Failed clients over time, by topic and state: `800/313`. */
export const failuresOverTimeSql = (chosen: Chosen) =>
  `SELECT $__timeInterval(${messageTime(chosen)}) AS time, concat(toString(topic_type), '/', toString(state_id)) AS state, uniqExact(client_key) AS clients
FROM client_messages
WHERE outcome = 'failed' AND ${where(messageConditions(chosen))}
GROUP BY time, topic_type, state_id
ORDER BY time`;
