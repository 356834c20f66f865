-- Which clients failed within a day and have not succeeded since?
-- One row a client whose newest word on its deployment is a failure of that day, the newest first.
SELECT client_name, site_code, client_version, state_text, error_code, error_text, received_at
FROM client_topics
WHERE topic_type = 800 AND state_id < 500 AND outcome = 'failed' AND received_at > now() - INTERVAL 1 DAY
ORDER BY received_at DESC
LIMIT 500
