-- Which clients began to install and never ended?
-- `hours` since the begin; the longest first.
SELECT client_name, site_code, last_state_text, deployment_begin_time, dateDiff('hour', deployment_begin_time, now()) AS hours
FROM clients
WHERE outcome = 'in_progress' AND deployment_end_time IS NULL AND deployment_begin_time < now() - INTERVAL 4 HOUR
ORDER BY deployment_begin_time
LIMIT 500
