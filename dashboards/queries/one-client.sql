-- What happened on one machine?
-- Every message in order, under all names that the machine has had. Put its name in place of the newest failed client.
SELECT message_time, topic_name, state_id, state_text, outcome, error_code, error_text, params, client_address
FROM client_messages
WHERE client_key = (SELECT client_key FROM clients WHERE outcome = 'failed' ORDER BY last_received_at DESC LIMIT 1)
ORDER BY said_at, serial
