-- Which clients cannot reach their management point?
-- Their newest word on communication is a failure.
SELECT client_name, argMax(state_text, message_time) AS state, argMax(error_code, message_time) AS error_code,
  argMax(error_text, message_time) AS meaning, max(message_time) AS since_at_least
FROM state_messages
WHERE topic_type = 1000
GROUP BY client_name
HAVING argMax(outcome, message_time) = 'failed'
ORDER BY since_at_least DESC
LIMIT 500
