-- Which clients try again and again?
-- Begins of a deployment within a week; ccmsetup retries, and so do people.
SELECT client_name, countIf(state_id = 100) AS attempts, argMax(state_text, message_time) AS last_word, max(message_time) AS last_time
FROM state_messages
WHERE topic_type = 800 AND message_time > now() - INTERVAL 7 DAY
GROUP BY client_name
HAVING attempts > 1
ORDER BY attempts DESC
LIMIT 100
