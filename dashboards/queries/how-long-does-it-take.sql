-- How long does an installation take, by version?
-- Minutes; half of the clients within the median, 95 of 100 within p95.
SELECT client_version, count() AS clients,
  round(quantileExact(0.5)(deployment_seconds) / 60, 1) AS median_minutes,
  round(quantileExact(0.95)(deployment_seconds) / 60, 1) AS p95_minutes
FROM clients
WHERE deployment_seconds IS NOT NULL
GROUP BY client_version
ORDER BY clients DESC
