import { causeOf } from '../../server/src/clickhouse/views/fragments.js';

/** Causes that a list shows at the most; it says how many more there are. */
export const mostCauses = 200;

/**
 * Ways in which clients fail, a row for each: a cause is a topic, a state and an error. The one definition of it, for the
 * boards and for the app's pages. Columns: cause, topic_type, topic_name, state_id, state_text, param (the first
 * parameter where all of its messages share it, else `…`), error_code, error_text, clients, messages, first_seen,
 * last_seen; still_failed: clients whose newest word on the topic it is; is_new: its first message was received within
 * the range, and others were there before.
 * @param failed condition that picks the failed messages out of client_messages
 * @param at time of a message, by the clock that is chosen
 */
export const causeRowsSql = (
  failed: string,
  at: string,
) => `SELECT f.cause AS cause, f.topic_type AS topic_type, f.topic_name AS topic_name, f.state_id AS state_id, f.state_text AS state_text,
  f.param AS param, f.error_code AS error_code, f.error_text AS error_text, f.clients AS clients, f.messages AS messages,
  l.still_failed AS still_failed, f.first_seen AS first_seen, f.last_seen AS last_seen,
  h.first_received >= $__fromTime AND (SELECT min(received_at) FROM state_messages) < $__fromTime AS is_new
FROM
(
  SELECT cause, any(topic_type) AS topic_type, any(toString(topic_name)) AS topic_name, any(state_id) AS state_id, min(state_text) AS state_text,
    if(min(params[1]) = max(params[1]), any(params[1]), '…') AS param,
    any(error_code) AS error_code, any(error_text) AS error_text, uniqExact(client_key) AS clients, count() AS messages,
    min(${at}) AS first_seen, max(${at}) AS last_seen
  FROM (SELECT * FROM client_messages WHERE ${failed}) GROUP BY cause
) AS f
LEFT JOIN (SELECT ${causeOf('topic_type', 'state_id', 'error_code')} AS cause, min(received_at) AS first_received FROM state_messages WHERE outcome = 'failed' GROUP BY topic_type, state_id, error_code) AS h ON h.cause = f.cause
LEFT JOIN
(
  SELECT cause, uniqExact(client_key) AS still_failed FROM newest_words
  WHERE outcome = 'failed' AND (client_key, cause) IN (SELECT client_key, cause FROM client_messages WHERE ${failed})
  GROUP BY cause
) AS l ON l.cause = f.cause`;
