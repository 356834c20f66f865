-- Which failures came for the first time this week?
-- A state and error of which no message was received before `first_received`.
SELECT min(received_at) AS first_received, any(topic_name) AS topic, any(state_id) AS state_id, any(state_text) AS one_of_its_states,
  any(error_code) AS error_code, uniqExact(client_key) AS clients
FROM client_messages
WHERE outcome = 'failed'
GROUP BY cause
HAVING first_received > now() - INTERVAL 7 DAY
ORDER BY first_received DESC
