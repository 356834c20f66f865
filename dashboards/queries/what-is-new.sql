-- Which failures came for the first time this week?
-- A state and error without any message before `first_seen`.
SELECT min(message_time) AS first_seen, topic_name, state_id, any(state_text) AS state, error_code, uniq(client_name) AS clients
FROM state_messages
WHERE outcome = 'failed'
GROUP BY topic_name, state_id, error_code
HAVING first_seen > now() - INTERVAL 7 DAY
ORDER BY first_seen DESC
