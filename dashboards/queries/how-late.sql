-- How late do messages come out?
-- Seconds between arrival and passing on, by hour; what was imported did not arrive here.
SELECT toStartOfHour(processed_at) AS hour, count() AS messages,
  round(quantile(0.5)(dateDiff('millisecond', received_at, processed_at)) / 1000, 1) AS median_seconds,
  round(max(dateDiff('millisecond', received_at, processed_at)) / 1000, 1) AS longest_seconds
FROM state_messages
WHERE processed_at > now() - INTERVAL 2 DAY AND client_address != ''
GROUP BY hour
ORDER BY hour
