-- Which clients failed within a day and have not succeeded since?
-- One row a client, the newest first.
SELECT client_name, site_code, client_version, last_state_text, last_error_code, last_error_text, last_received_at
FROM clients
WHERE outcome = 'failed' AND last_received_at > now() - INTERVAL 1 DAY
ORDER BY last_received_at DESC
LIMIT 500
