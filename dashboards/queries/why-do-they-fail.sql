-- Why do installations fail this week, and what helps?
-- Causes by the number of clients, with the meaning of the code and what to check.
SELECT any(m.state_id) AS state_id, any(m.state_text) AS one_of_its_states, any(m.error_code) AS error_code, any(m.error_text) AS meaning,
  any(if(e.advice = '', s.advice, e.advice)) AS what_to_check, uniqExact(m.client_key) AS clients
FROM client_messages AS m
LEFT JOIN (SELECT error_code, any(advice) AS advice FROM error_catalog FINAL WHERE family IN ('msi', 'win32', 'hresult') GROUP BY error_code) AS e
  ON e.error_code = m.error_code
LEFT JOIN (SELECT topic_type, state_id, advice FROM state_catalog FINAL) AS s ON s.topic_type = m.topic_type AND s.state_id = m.state_id
WHERE m.outcome = 'failed' AND m.phase = 'deployment' AND m.received_at > now() - INTERVAL 7 DAY
GROUP BY m.cause
ORDER BY clients DESC
