-- What happened on one machine?
-- Every message in order. Put its name in place of the newest failed client.
SELECT message_time, topic_name, state_id, state_text, outcome, error_code, error_text, params, client_address
FROM state_messages
WHERE client_name = (SELECT client_name FROM clients WHERE outcome = 'failed' ORDER BY last_message_time DESC LIMIT 1)
ORDER BY message_time, serial_number
