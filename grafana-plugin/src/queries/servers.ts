/** A server that ClickHouse knows of: it has, or had, the role, or its receiver reported. */
export interface KnownServer {
  server: string;
  /** Newest version of its role was a removal. */
  removed: number;
  has_role: number;
  /** What its receiver last reported; null where it never did. */
  window_start: number | null;
  waiting: number;
  oldest_waiting_at: number | null;
  last_message: number | null;
  /** Whether its receiver gives signs of life. */
  is_alive: number;
  taking_messages: number;
  draining: number;
}

export const knownServersSql = `SELECT server, max(removed) AS removed, max(has_role) AS has_role, max(window_start) AS window_start,
  max(waiting) AS waiting, max(oldest_waiting_at) AS oldest_waiting_at, max(last_message) AS last_message,
  max(is_alive) AS is_alive, max(taking_messages) AS taking_messages, max(draining) AS draining
FROM
(
  SELECT r.server, toUInt8(argMax(r.removed, r.version)) AS removed, toUInt8(NOT argMax(r.removed, r.version)) AS has_role,
    NULL AS window_start, 0 AS waiting, NULL AS oldest_waiting_at, NULL AS last_message,
    0 AS is_alive, 0 AS taking_messages, 0 AS draining
  FROM role_configurations AS r GROUP BY r.server
  UNION ALL
  SELECT upperUTF8(splitByChar('.', toString(fsp_server))[1]), 0, 0, max(window_start), argMax(waiting, window_start),
    argMax(tuple(oldest_waiting_at), window_start).1, NULL, 0, 0, 0
  FROM throttle_windows GROUP BY fsp_server
  UNION ALL
  SELECT upperUTF8(splitByChar('.', toString(fsp_server))[1]), 0, 0, NULL, 0, NULL, max(received_at), 0, 0, 0
  FROM state_messages GROUP BY fsp_server
  UNION ALL
  SELECT upperUTF8(splitByChar('.', toString(fsp_server))[1]), 0, 0, NULL, 0, NULL, NULL,
    is_alive, toUInt8(taking_messages), toUInt8(draining)
  FROM receivers
)
GROUP BY server
ORDER BY server`;
