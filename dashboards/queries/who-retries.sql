-- Which clients try again and again?
-- Begins of a deployment within a week; ccmsetup retries, and so do people.
SELECT client_key AS client_name, countIf(state_id = 100) AS attempts, argMax(state_text, tuple(said_at, serial)) AS last_word, max(received_at) AS last_received
FROM client_messages
WHERE topic_type = 800 AND received_at > now() - INTERVAL 7 DAY
GROUP BY client_key
HAVING attempts > 1
ORDER BY attempts DESC
LIMIT 100
