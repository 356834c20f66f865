-- Which clients cannot reach their management point?
-- Their newest word on the management point or on a certificate is a failure.
SELECT client_name, topic_name, state_text, error_code, error_text, received_at AS since_at_least
FROM client_topics
WHERE is_cut_off
ORDER BY since_at_least DESC
LIMIT 500
