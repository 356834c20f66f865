-- Does one client version fail more than others?
-- Share of the clients that failed, by version.
SELECT client_version, uniqIf(client_name, outcome = 'failed') AS failed, uniq(client_name) AS clients, round(100 * failed / clients, 1) AS percent
FROM state_messages
WHERE topic_type = 800 AND message_time > now() - INTERVAL 30 DAY
GROUP BY client_version
ORDER BY percent DESC
