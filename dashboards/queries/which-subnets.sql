-- Do failures burst in some subnets?
-- Share of the clients of a /24 that failed; small subnets with a high share stand out.
SELECT concat(IPv4NumToString(bitAnd(IPv4StringToNumOrDefault(client_address), 4294967040)), '/24') AS subnet,
  uniqIf(client_name, outcome = 'failed') AS failed, uniq(client_name) AS clients, round(100 * failed / clients, 1) AS percent
FROM state_messages
WHERE message_time > now() - INTERVAL 7 DAY
GROUP BY subnet
HAVING failed > 0
ORDER BY failed DESC
LIMIT 50
