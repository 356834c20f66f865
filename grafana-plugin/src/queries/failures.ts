import { messageConditions, messageTime, type Chosen } from './chosen.js';
import { where } from './sql.js';

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
}

/** Failed states by state and error, the most clients first. A client still fails while that is its newest word on the topic. */
export const failuresSql = (chosen: Chosen) => {
  const failed = `outcome = 'failed' AND ${where(messageConditions(chosen))}`;
  return `SELECT f.cause AS cause, f.topic_type AS topic_type, f.topic_name AS topic_name, f.state_id AS state_id, f.state_text AS state_text, f.param AS param,
  f.error_code AS error_code, f.error_text AS error_text, f.clients AS clients, f.messages AS messages,
  l.still_failed AS still_failed, f.first_seen AS first_seen, f.last_seen AS last_seen,
  c.first_received >= $__fromTime AND (SELECT min(received_at) FROM state_messages) < $__fromTime AS is_new
FROM
(
  SELECT cause, any(topic_type) AS topic_type, any(toString(topic_name)) AS topic_name, any(state_id) AS state_id, any(state_text) AS state_text,
    if(min(params[1]) = max(params[1]), any(params[1]), '…') AS param,
    any(error_code) AS error_code, any(error_text) AS error_text, uniqExact(client_key) AS clients, count() AS messages,
    min(${messageTime(chosen)}) AS first_seen, max(${messageTime(chosen)}) AS last_seen
  FROM client_messages
  WHERE ${failed}
  GROUP BY cause
) AS f
LEFT JOIN (SELECT cause, min(received_at) AS first_received FROM client_messages WHERE outcome = 'failed' GROUP BY cause) AS c ON c.cause = f.cause
LEFT JOIN
(
  SELECT cause, uniqExact(client_key) AS still_failed FROM client_topics
  WHERE outcome = 'failed' AND (client_key, cause) IN (SELECT client_key, cause FROM client_messages WHERE ${failed})
  GROUP BY cause
) AS l ON l.cause = f.cause
ORDER BY clients DESC, messages DESC, cause
LIMIT 200`;
};

/** Failed clients over time, by state. */
export const failuresOverTimeSql = (chosen: Chosen) =>
  `SELECT $__timeInterval(${messageTime(chosen)}) AS time, concat(toString(state_id), ' ', substringUTF8(if(min(state_text) = max(state_text), any(state_text), any(toString(topic_name))), 1, 40)) AS state, uniqExact(client_key) AS clients
FROM client_messages
WHERE outcome = 'failed' AND ${where(messageConditions(chosen))}
GROUP BY time, topic_type, state_id
ORDER BY time`;
