-- A message that is late and a clock that is wrong look alike by the message's own time alone. The report tells both apart:
-- it has the time of the client's clock when it was sent. Rows that are stored already keep what was made of them.

ALTER TABLE {database}.state_messages{local} {on_cluster}
    ADD COLUMN IF NOT EXISTS report_time Nullable(DateTime64(3, 'UTC')) COMMENT 'When the client sent the report, by its own clock; NULL where the report does not tell' CODEC(ZSTD) AFTER message_time;

{shards} ALTER TABLE {database}.state_messages {on_cluster}
    ADD COLUMN IF NOT EXISTS report_time Nullable(DateTime64(3, 'UTC')) COMMENT 'When the client sent the report, by its own clock; NULL where the report does not tell' AFTER message_time;

ALTER TABLE {database}.state_messages{local} {on_cluster}
    MODIFY COLUMN said_at DateTime64(3, 'UTC') MATERIALIZED {said at since 027} COMMENT 'When the client made it: message_time where that may be, else by its age when it was sent, else received_at' CODEC(Delta, ZSTD);

ALTER TABLE {database}.client_facts_of_new {on_cluster} MODIFY QUERY {roll-up since 027 client_facts};

ALTER TABLE {database}.client_words_of_new {on_cluster} MODIFY QUERY {roll-up since 027 client_words};

ALTER TABLE {database}.client_names_of_new {on_cluster} MODIFY QUERY {roll-up since 027 client_names};
