-- Do failures burst in some subnets?
-- Share of the clients of a subnet that failed within a week; small subnets with a high share stand out.
SELECT subnet, uniqExactIf(client_key, outcome = 'failed') AS failed, uniqExact(client_key) AS clients, round(100 * failed / clients, 1) AS percent
FROM client_messages
WHERE received_at > now() - INTERVAL 7 DAY
GROUP BY subnet
HAVING failed > 0
ORDER BY failed DESC
LIMIT 50
