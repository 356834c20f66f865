/** One way in which clients fail, within the range. */
export interface Failure {
  topic_type: number;
  topic_name: string;
  state_id: number;
  state_text: string;
  error_code: string;
  error_text: string;
  clients: number;
  still_failed: number;
  messages: number;
  first_seen: number;
  last_seen: number;
  /** Whether no message before the range had this state and error. */
  is_new: number;
}

/**
 * Failed states by state and error, the most clients first. A client counts as still
 * failed while that is its last word on the topic. A failure is new where none like it was there before, though others
 * were.
 */
export const failuresSql = `SELECT f.topic_type AS topic_type, f.topic_name AS topic_name, f.state_id AS state_id, f.state_text AS state_text,
  f.error_code AS error_code, f.error_text AS error_text, f.clients AS clients, f.messages AS messages,
  c.still_failed AS still_failed, f.first_seen AS first_seen, f.last_seen AS last_seen, f.is_new AS is_new
FROM
(
  SELECT topic_type, any(topic_name) AS topic_name, state_id, argMax(state_text, message_time) AS state_text, error_code,
    argMax(error_text, message_time) AS error_text,
    uniqIf(client_name, $__timeFilter(message_time)) AS clients, countIf($__timeFilter(message_time)) AS messages,
    minIf(message_time, $__timeFilter(message_time)) AS first_seen, maxIf(message_time, $__timeFilter(message_time)) AS last_seen,
    countIf(message_time < $__fromTime) = 0 AND (SELECT min(message_time) FROM state_messages) < $__fromTime AS is_new
  FROM state_messages
  WHERE outcome = 'failed' AND message_time <= $__toTime
  GROUP BY topic_type, state_id, error_code
  HAVING messages > 0
) AS f
LEFT JOIN
(
  SELECT topic_type, last.1 AS state_id, last.2 AS error_code, count() AS still_failed
  FROM
  (
    SELECT client_name, topic_type, argMax(tuple(state_id, error_code, outcome), message_time) AS last
    FROM state_messages WHERE $__timeFilter(message_time) GROUP BY client_name, topic_type
  )
  WHERE last.3 = 'failed' GROUP BY ALL
) AS c ON c.topic_type = f.topic_type AND c.state_id = f.state_id AND c.error_code = f.error_code
ORDER BY clients DESC, messages DESC
LIMIT 200`;

/** Failed clients over time, by state. */
export const failuresOverTimeSql = `SELECT $__timeInterval(message_time) AS time, concat(toString(state_id), ' ', any(topic_name)) AS state, uniq(client_name) AS clients
FROM state_messages
WHERE outcome = 'failed' AND $__timeFilter(message_time)
GROUP BY time, topic_type, state_id
ORDER BY time`;
