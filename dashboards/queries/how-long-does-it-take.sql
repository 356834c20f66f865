-- How long does an installation take, by version?
-- Minutes; half of the clients within the median, 95 of 100 within p95.
SELECT client_version, count() AS clients,
  round(quantile(0.5)(dateDiff('second', deployment_begin_time, deployment_end_time)) / 60, 1) AS median_minutes,
  round(quantile(0.95)(dateDiff('second', deployment_begin_time, deployment_end_time)) / 60, 1) AS p95_minutes
FROM clients
WHERE deployment_begin_time IS NOT NULL AND deployment_end_time IS NOT NULL
GROUP BY client_version
ORDER BY clients DESC
