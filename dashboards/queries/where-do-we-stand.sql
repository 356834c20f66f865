-- Where does every deployment stand?
-- One row an outcome, by the last word of each client. `share` is of all clients.
SELECT outcome, count() AS clients, round(100 * clients / sum(clients) OVER (), 1) AS percent
FROM clients
GROUP BY outcome
ORDER BY clients DESC
