-- What was refused, and from where?
-- Bodies that were no report; the first 60 of each minute are kept.
SELECT reason, client_address, count() AS bodies, max(received_at) AS last_time, any(substring(body, 1, 80)) AS begins
FROM rejected_messages
WHERE received_at > now() - INTERVAL 7 DAY
GROUP BY reason, client_address
ORDER BY bodies DESC
LIMIT 50
