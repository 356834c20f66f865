-- Does the throttle hold anything back?
-- `waiting` now, and since when: what is not shown elsewhere yet.
SELECT fsp_server, argMax(waiting, window_start) AS waiting, argMax(tuple(oldest_waiting_at), window_start).1 AS oldest,
  argMax(message_limit, window_start) AS per_interval, argMax(interval_seconds, window_start) AS interval_seconds
FROM throttle_windows
GROUP BY fsp_server
