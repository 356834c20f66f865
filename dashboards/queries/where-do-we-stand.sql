-- Where does every deployment stand?
-- One row an outcome, by the last word of each client on its deployment; `no_word` for those that said nothing of one.
SELECT deployment_outcome AS outcome, count() AS clients, round(100 * clients / sum(clients) OVER (), 1) AS percent
FROM clients
GROUP BY outcome
ORDER BY clients DESC
