-- Did the role install, and if not, why?
-- The newest run of each log, with cause and what to check.
SELECT host_name, log_file, argMax(verdict, started_at) AS verdict, argMax(cause, started_at) AS cause, argMax(suggestion, started_at) AS what_to_check,
  max(started_at) AS last_run
FROM setup_runs
GROUP BY host_name, log_file
ORDER BY verdict = 'failed' DESC, last_run DESC
