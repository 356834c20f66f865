-- Which clients began to install and never ended?
-- `hours` since the begin was received; the longest first.
SELECT client_name, site_code, last_state_text, stuck_since, dateDiff('hour', assumeNotNull(stuck_since), now()) AS hours
FROM clients
WHERE stuck_since < now() - INTERVAL 4 HOUR
ORDER BY stuck_since
LIMIT 500
