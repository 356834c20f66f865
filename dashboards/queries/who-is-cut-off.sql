-- Which clients cannot reach their management point?
-- Their newest word on the management point or on a certificate is a failure; `last_said` is its newest repetition.
SELECT client_name, topic_name, state_text, error_code, error_text, received_at AS last_said
FROM client_topics
WHERE is_cut_off
ORDER BY last_said DESC
LIMIT 500
