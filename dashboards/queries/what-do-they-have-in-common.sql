-- What do the clients that fail have in common?
-- Values that are more frequent among the failed clients of a week than among the others, with both shares.
SELECT property, value, failed_clients, round(100 * share_of_failed) AS percent_of_failed, round(100 * share_of_others) AS percent_of_others
FROM (
  SELECT property, value, countIf(fails) AS failed_clients, countIf(NOT fails) AS others,
    failed_clients / sum(failed_clients) OVER (PARTITION BY property) AS share_of_failed,
    if(sum(others) OVER (PARTITION BY property) = 0, 0, others / sum(others) OVER (PARTITION BY property)) AS share_of_others
  FROM (
    SELECT arrayJoin([('site', toString(site_code)), ('subnet', subnet), ('client version', toString(client_version)),
      ('receiver', toString(fsp_server)), ('user', last_user_name), ('error', last_error_code),
      ('hour of receipt (UTC)', formatDateTime(last_received_at, '%H:00', 'UTC')), ('management point', transform(communication_outcome, ['failed', 'succeeded'], ['cut off', 'reached'], '')),
      ('beginning of the name', replaceRegexpOne(client_name, '[0-9].*$', ''))]) AS pair,
      pair.1 AS property, pair.2 AS value, deployment_outcome = 'failed' AS fails
    FROM clients WHERE last_received_at > now() - INTERVAL 7 DAY
  )
  GROUP BY property, value
)
WHERE failed_clients >= 3 AND value != '' AND share_of_failed > 1.5 * share_of_others
ORDER BY share_of_failed - share_of_others DESC
