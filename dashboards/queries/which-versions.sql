-- Does one client version fail more than others?
-- Share of the clients of each version that failed to install within a month.
SELECT client_version, uniqExactIf(client_key, outcome = 'failed') AS failed, uniqExact(client_key) AS clients, round(100 * failed / clients, 1) AS percent
FROM client_messages
WHERE phase = 'deployment' AND received_at > now() - INTERVAL 30 DAY
GROUP BY client_version
ORDER BY percent DESC
